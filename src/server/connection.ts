import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { CloseCode, type WebSocket as GraphQLSocket } from "graphql-ws";
import type { WebSocket } from "ws";
import type { Visitor } from "../live/index.ts";
import type { Identity } from "./context.ts";
import { onceDrained } from "./delivery.ts";
import type { Peer } from "./keep-alive.ts";
import type { Log } from "./mask.ts";
import { asciiJson } from "./payload.ts";

/**
 * An open WebSocket, as graphql-ws and the keep-alive see it. A class, because closures for each socket take more memory.
 */
export class Connection implements GraphQLSocket, Peer {
  unanswered = 0;
  /** Undefined until the client has initialised the connection. */
  identity: Identity | undefined;
  readonly #client: WebSocket;
  readonly #stream: Socket;
  readonly #log: Log;
  #request: IncomingMessage | undefined;
  #heard = 0;

  constructor({ client, stream, request, log }: ConnectionParts) {
    this.#client = client;
    this.#stream = stream;
    this.#request = request;
    this.#log = log;
    // ws closes the socket with the code of a client's mistake by itself.
    client.on("error", ignore);
  }

  /** Returns the request that opened the socket, once: it is large, and connections are many. */
  takeRequest(): IncomingMessage {
    const request = this.#request!;
    this.#request = undefined;
    return request;
  }

  get protocol() {
    return this.#client.protocol;
  }

  /** Sends a message. Resolves when the operating system has it, or the client is gone. */
  send(text: string): Promise<void> {
    const client = this.#client;
    if (client.readyState !== client.OPEN) return Promise.resolve();
    return new Promise((done) => client.send(text, () => done()));
  }

  /** Closes the socket. A reason may repeat an id of the client, so it is cut to what a frame has room for. */
  close(code: number, reason: string) {
    const bytes = Buffer.from(reason);
    this.#client.close(
      code,
      bytes.length <= REASON_BYTES ? reason : asciiJson(reason).slice(0, REASON_BYTES),
    );
  }

  onMessage(receive: (text: string) => Promise<void>) {
    this.#client.on("message", (data: Buffer, isBinary) => {
      // ws has checked that text is UTF-8.
      if (isBinary && !isUtf8(data)) return this.close(CloseCode.BadRequest, "Not UTF-8");
      receive(data.toString()).catch((error: unknown) => this.#fail(error));
      this.#waitForRoom();
    });
  }

  /** Stops reading from a client that does not read what it has asked for. */
  #waitForRoom() {
    if (!this.isFull || this.#client.isPaused) return;
    this.#client.pause();
    this.#stream.once("drain", () => this.#client.resume());
  }

  /** graphql-ws throws for a message that only servers send. Nothing else is expected to throw. */
  #fail(error: unknown) {
    const isWrong =
      error instanceof Error && error.message.startsWith("Unexpected message of type");
    if (isWrong) return this.close(CloseCode.BadRequest, "A client does not send this message");
    this.#log("Cannot answer a message of a WebSocket:", error);
    this.close(CloseCode.InternalServerError, "Internal server error");
  }

  /** Answers a ping of the protocol, without its payload, which may be large. */
  onPing() {
    return this.send('{"type":"pong"}');
  }

  /** A client counts as alive if it has sent something and reads what it is sent. */
  ping() {
    const { bytesRead, writableNeedDrain } = this.#stream;
    if (bytesRead > this.#heard && !writableNeedDrain) this.unanswered = 0;
    this.#heard = bytesRead;
    this.#client.ping();
  }

  drop() {
    this.close(TRY_AGAIN_LATER, "The client does not read, or does not answer pings.");
  }

  get isFull() {
    return this.#stream.writableNeedDrain;
  }

  /** Writes a whole frame to the stream below the socket. */
  write(frame: string) {
    if (this.#client.readyState === this.#client.OPEN) this.#stream.write(frame, "latin1");
  }

  onDrain(visitor: Visitor) {
    onceDrained(this.#stream, visitor);
  }
}

/** The close code upon which GraphQL clients connect again. */
export const TRY_AGAIN_LATER = 1013;

interface ConnectionParts {
  readonly client: WebSocket;
  /** The TCP or TLS stream below it. */
  readonly stream: Socket;
  /** The request that opened it. */
  readonly request: IncomingMessage;
  readonly log: Log;
}

/** The maximum length of a reason, in bytes (RFC 6455, 5.5). */
const REASON_BYTES = 123;

function ignore(): void {}
