import { once } from "node:events";
import { connect } from "node:net";

/** A connection of a client that sends one request after the other. */
export interface Connection extends Disposable {
  /**
   * Sends a complete HTTP request. Returns the body of the response, which is valid until the next request.
   *
   * @throws Error if the status is not 200 or the connection ends
   */
  readonly send: (request: Buffer) => Promise<Buffer>;
}

/** All connections receive into this buffer, one at a time. */
const received = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * Opens a connection on a bare socket. A client library would need more time per request than the server, and would limit
 * what is measured.
 */
export async function openConnection(url: string): Promise<Connection> {
  const { hostname, port } = new URL(url);
  let response = Buffer.allocUnsafeSlow(64 * 1024);
  let length = 0;
  /** The positions of the body in the response, as soon as its head is complete. */
  let body: { readonly start: number; readonly end: number } | undefined;
  let waiting = Promise.withResolvers<Buffer>();

  function read(count: number): boolean {
    if (length + count > response.length) response = Buffer.concat([response], 2 * response.length);
    received.copy(response, length, 0, count);
    length += count;
    try {
      body ??= bodyPlace(response.subarray(0, length));
    } catch (error) {
      waiting.reject(error);
    }
    if (body && length >= body.end) waiting.resolve(response.subarray(body.start, body.end));
    return true;
  }

  const socket = connect({
    host: hostname,
    port: Number(port),
    noDelay: true,
    onread: { buffer: received, callback: read },
  });
  await once(socket, "connect");
  socket.on("error", (error) => waiting.reject(error));
  socket.on("close", () => waiting.reject(new Error("The server closed a connection.")));
  return {
    send(request) {
      length = 0;
      body = undefined;
      waiting = Promise.withResolvers();
      socket.write(request);
      return waiting.promise;
    },
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

/** Returns the place of the body; undefined if the head is not complete. @throws Error if the response is not as expected */
function bodyPlace(response: Buffer): { readonly start: number; readonly end: number } | undefined {
  const head = response.indexOf("\r\n\r\n");
  if (head < 0) return undefined;
  const text = response.toString("latin1", 0, head);
  const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
  if (!text.startsWith("HTTP/1.1 200 ") || length === undefined) throw new Error(text);
  return { start: head + 4, end: head + 4 + Number(length) };
}
