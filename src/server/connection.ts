import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { GraphQLError } from "graphql";
import { CloseCode, type WebSocket as GraphQLSocket } from "graphql-ws";
import type { WebSocket } from "ws";
import type { Visitor } from "../live/index.ts";
import type { Identity } from "./context.ts";
import { onceDrained } from "./delivery.ts";
import type { Peer } from "./keep-alive.ts";
import { limits } from "./limits.ts";
import type { Log } from "./mask.ts";
import { asciiJson } from "./payload.ts";
import { type Expiring, isPast } from "./sign-in/expiry.ts";
import { expiredToken } from "./sign-in/refusals.ts";
import { WaitingOperations } from "./waiting-operations.ts";

/**
 * An open WebSocket, as graphql-ws and the keep-alive see it. A class, because closures for each socket take more memory.
 */
export class Connection implements GraphQLSocket, Peer, Expiring {
  unanswered = 0;
  /** How many queries and mutations of it are in flight. */
  queries = 0;
  /** Undefined until the client has initialised the connection. */
  identity: Identity | undefined;
  /** For whom the socket is counted. */
  caller: string;
  readonly #client: WebSocket;
  readonly #stream: Socket;
  readonly #log: Log;
  readonly #operations: number;
  #request: IncomingMessage | undefined;
  #heard = 0;
  #inFlight = 0;
  #isEntering = false;
  #isBeginning = false;
  #isDraining = false;
  #receive: (text: string) => Promise<void> = ignoreText;
  /** The operations that may not begin yet. */
  #waiting: WaitingOperations | undefined;

  constructor({ client, stream, request, caller, operations, log }: ConnectionParts) {
    this.caller = caller;
    this.#client = client;
    this.#stream = stream;
    this.#request = request;
    this.#log = log;
    this.#operations = operations;
    // ws closes the socket with the code of a client's mistake by itself.
    client.on("error", ignore);
  }

  /** Returns the request that opened the socket, once: it is large, and connections are many. */
  takeRequest(): IncomingMessage {
    const request = this.#request!;
    this.#request = undefined;
    return request;
  }

  get isOpen() {
    return this.#client.readyState === this.#client.OPEN;
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

  get expires() {
    return this.identity?.expires;
  }

  /** Closes the socket, whose token has expired. Queries and mutations in flight may be answered before, if they are soon. */
  expire() {
    if (this.queries > 0 && !isPast(this.expires! + limits.drain)) return;
    this.refuse(expiredToken());
  }

  /** Closes the socket, upon which clients do not try again with what they have sent. */
  refuse({ extensions, message }: GraphQLError) {
    this.close(CloseCode.Forbidden, `${String(extensions["code"])}: ${message}`);
  }

  onMessage(receive: (text: string) => Promise<void>) {
    this.#receive = (text) => receive(text).catch((error: unknown) => this.#fail(error));
    this.#client.on("message", (data: Buffer, isBinary) => {
      // ws has checked that text is UTF-8.
      if (isBinary && !isUtf8(data)) return this.close(CloseCode.BadRequest, "Not UTF-8");
      const text = data.toString();
      if (!this.#waits(text)) void this.#receive(text);
      this.#holdReading();
    });
  }

  /** Counts a query or mutation, or a subscription that begins, until {@link Connection.end}. */
  begin() {
    this.#inFlight += 1;
    this.#isEntering = true;
  }

  /** The operation that began last has its turn. Until then no other may begin, so that all begin in order. */
  entered() {
    this.#isEntering = false;
    // In another turn of the event loop, as if the next one had only come now: a subscription has joined its source then.
    if (this.#waiting) setImmediate(() => this.#beginWaiting());
  }

  end() {
    this.#inFlight -= 1;
    this.#beginWaiting();
  }

  /** Resolves when the client has read enough to be sent more. */
  async room(): Promise<void> {
    while (this.isFull) await new Promise<void>((visit) => this.onDrain({ visit }));
  }

  /** Whether a message has to wait, or was for an operation that waits. Everything else is answered at once. */
  #waits(text: string): boolean {
    if (!this.#waiting && this.#mayBegin) return false;
    return (this.#waiting ??= new WaitingOperations()).takes(text);
  }

  get #mayBegin() {
    return this.isOpen && this.#inFlight < this.#operations && !this.#isEntering && !this.isFull;
  }

  #beginWaiting() {
    // One that is refused ends at once, and would begin the next one from within.
    if (this.#isBeginning) return;
    this.#isBeginning = true;
    while (this.#waiting && this.#mayBegin) {
      const text = this.#waiting.next();
      if (text === undefined) this.#waiting = undefined;
      else void this.#receive(text);
    }
    this.#isBeginning = false;
    if (this.isFull) this.#continueOnDrain();
    else if (!this.#isHeld && this.#client.isPaused) this.#client.resume();
  }

  #continueOnDrain() {
    if (this.#isDraining) return;
    this.#isDraining = true;
    this.onDrain({
      visit: () => {
        this.#isDraining = false;
        this.#beginWaiting();
      },
    });
  }

  /** Whether nothing more is read: the client does not read what it has asked for, or has sent too much ahead. */
  get #isHeld() {
    return this.isFull || (this.#waiting?.characters ?? 0) > limits.messageBytes;
  }

  #holdReading() {
    if (this.isFull) this.#continueOnDrain();
    if (this.#isHeld && !this.#client.isPaused) this.#client.pause();
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
    const isHeard = bytesRead > this.#heard || this.#client.isPaused;
    if (isHeard && !writableNeedDrain) this.unanswered = 0;
    this.#heard = bytesRead;
    this.#client.ping();
  }

  drop() {
    this.close(TRY_AGAIN_LATER, "The client does not read, or does not answer pings.");
  }

  get isFull() {
    return this.#stream.writableNeedDrain;
  }

  /** Writes a whole frame to the stream below the socket. @param onSent called when it is sent, or its client has gone */
  write(frame: string, onSent?: () => void) {
    if (this.isOpen) this.#stream.write(frame, "latin1", onSent);
    else onSent?.();
  }

  onDrain(visitor: Visitor) {
    onceDrained(this.#stream, visitor);
  }
}

/** The close code upon which GraphQL clients connect again. */
export const TRY_AGAIN_LATER = 1013;

/** A WebSocket that was accepted. */
export interface OpenedSocket {
  readonly client: WebSocket;
  /** The TCP or TLS stream below it. */
  readonly stream: Socket;
  /** The request that opened it. */
  readonly request: IncomingMessage;
  /** For whom the socket is counted at first. */
  readonly caller: string;
}

interface ConnectionParts extends OpenedSocket {
  /** The maximum number of its operations in flight. */
  readonly operations: number;
  readonly log: Log;
}

/** The maximum length of a reason, in bytes (RFC 6455, 5.5). */
const REASON_BYTES = 123;

function ignore(): void {}

async function ignoreText(): Promise<void> {}
