import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * What is done with a connection, in order: bytes are sent, a number of milliseconds passes, an answer begins to arrive, or
 * the connection is cut.
 */
export type Step = Buffer | number | "answer" | "cut";

export interface Response {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** How long a connection is kept. */
export interface Patience {
  /** How long an answer may take, in milliseconds. */
  readonly answer: number;
}

const HEAD_END = "\r\n\r\n";

/**
 * Opens a connection, does the steps, and returns the first response; undefined if none arrived. A response that is not
 * complete in time, such as an event stream, is returned as far as it arrived.
 */
export async function exchange(
  port: number,
  steps: readonly Step[],
  { answer }: Patience,
): Promise<Response | undefined> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  const chunks: Buffer[] = [];
  const over = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  socket.on("error", () => {});
  socket.on("close", () => over.resolve());
  socket.on("data", (chunk) => {
    chunks.push(chunk);
    begun.resolve();
    if (responseOf(chunks)?.isComplete) over.resolve();
  });
  await Promise.race([once(socket, "connect"), over.promise]).catch(() => {});
  for (const step of steps) {
    if (step === "cut") socket.destroy();
    else if (step === "answer") await Promise.race([begun.promise, sleep(answer), over.promise]);
    else if (typeof step === "number") await Promise.race([sleep(step), over.promise]);
    else if (socket.writable) socket.write(step);
  }
  const late = setTimeout(over.resolve, answer);
  await over.promise;
  clearTimeout(late);
  socket.destroy();
  return responseOf(chunks);
}

function responseOf(
  chunks: readonly Buffer[],
): (Response & { readonly isComplete: boolean }) | undefined {
  const bytes = Buffer.concat(chunks);
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd < 0) return undefined;
  const head = bytes.toString("latin1", 0, headEnd);
  const rest = bytes.subarray(headEnd + HEAD_END.length);
  const header = (name: string) => new RegExp(`^${name}: *(.*)$`, "im").exec(head)?.[1]?.trim();
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? NaN);
  const length = Number(header("content-length") ?? Infinity);
  const { body, isComplete } = header("transfer-encoding")
    ? dechunked(rest)
    : { body: rest.subarray(0, length), isComplete: rest.length >= length };
  return {
    status,
    contentType: header("content-type") ?? "",
    body: body.toString(),
    isComplete: isComplete || status === 304,
  };
}

function dechunked(bytes: Buffer): { readonly body: Buffer; readonly isComplete: boolean } {
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const end = bytes.indexOf("\r\n", at);
    const size = end < 0 ? NaN : Number.parseInt(bytes.toString("latin1", at, end), 16);
    if (!(size > 0)) return { body: Buffer.concat(parts), isComplete: size === 0 };
    parts.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}
