import { isUtf8 } from "node:buffer";
import type { Socket } from "node:net";
import { CloseCode, type WebSocket as GraphQLSocket } from "graphql-ws";
import type { WebSocket } from "ws";
import type { Visitor } from "../live/index.ts";
import { onceDrained } from "./delivery.ts";
import type { Peer } from "./keep-alive.ts";
import type { Log } from "./mask.ts";
import { ascii } from "./payload.ts";

/**
 * An open socket, to graphql-ws and to what looks whether its client reads. A class, as closures for each socket take
 * more memory.
 */
export class Connection implements GraphQLSocket, Peer {
  unanswered = 0;
  readonly #client: WebSocket;
  readonly #stream: Socket;
  readonly #log: Log;
  #heard = 0;

  constructor(client: WebSocket, stream: Socket, log: Log) {
    this.#client = client;
    this.#stream = stream;
    this.#log = log;
    // What a client does wrong closes its socket, with a code that says so.
    client.on("error", ignore);
  }

  get protocol() {
    return this.#client.protocol;
  }

  /** Sends a message: done when the system has it, or the client is gone. */
  send(text: string): Promise<void> {
    const client = this.#client;
    if (client.readyState !== client.OPEN) return Promise.resolve();
    return new Promise((done) => client.send(text, () => done()));
  }

  /** A reason may repeat an id of the client: what a frame has no room for is cut. */
  close(code: number, reason: string) {
    const bytes = Buffer.from(reason);
    this.#client.close(code, bytes.length <= REASON ? reason : ascii(reason).slice(0, REASON));
  }

  onMessage(receive: (text: string) => Promise<void>) {
    this.#client.on("message", (data: Buffer, isBinary) => {
      // Of text ws has seen that it is UTF-8.
      if (isBinary && !isUtf8(data)) return this.close(CloseCode.BadRequest, "Not UTF-8");
      receive(data.toString()).catch((error: unknown) => this.#fail(error));
      this.#waitForRoom();
    });
  }

  /** Takes no more from a client that does not take what it has asked for. */
  #waitForRoom() {
    if (!this.isFull || this.#client.isPaused) return;
    this.#client.pause();
    this.#stream.once("drain", () => this.#client.resume());
  }

  /** graphql-ws throws for a message that only a server sends; else nothing of ours throws in it. */
  #fail(error: unknown) {
    const isWrong =
      error instanceof Error && error.message.startsWith("Unexpected message of type");
    if (isWrong) return this.close(CloseCode.BadRequest, "A client does not send this message");
    this.#log("Cannot answer a message of a WebSocket:", error);
    this.close(CloseCode.InternalServerError, "Internal server error");
  }

  /** Answers a ping of the protocol, without the payload: that may be whatever a client can send. */
  onPing() {
    return this.send('{"type":"pong"}');
  }

  /** Whoever answers, and takes what is sent, is there. */
  ping() {
    const { bytesRead, writableNeedDrain } = this.#stream;
    if (bytesRead > this.#heard && !writableNeedDrain) this.unanswered = 0;
    this.#heard = bytesRead;
    this.#client.ping();
  }

  drop() {
    // Try again later: clients of GraphQL do, and get the newest.
    this.close(1013, "It does not read, or does not answer pings.");
  }

  get isFull() {
    return this.#stream.writableNeedDrain;
  }

  /** Frames go to the stream below the socket, which sends each of its own whole. */
  write(frame: string) {
    if (this.#client.readyState === this.#client.OPEN) this.#stream.write(frame, "latin1");
  }

  onDrain(visitor: Visitor) {
    onceDrained(this.#stream, visitor);
  }
}

/** Most bytes of a reason (RFC 6455, 5.5). */
const REASON = 123;

function ignore(): void {}
