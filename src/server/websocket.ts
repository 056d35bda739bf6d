import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { ExecutionArgs, GraphQLError } from "graphql";
import { handleProtocols, makeServer, type SubscribePayload } from "graphql-ws";
import { WebSocketServer } from "ws";
import { codedError } from "./error.ts";
import type { Visitor } from "../live/index.ts";
import { Connection } from "./connection.ts";
import { Delivery, type Outlet } from "./delivery.ts";
import type { KeepAlive } from "./keep-alive.ts";
import { limits } from "./limits.ts";
import type { Log, Mask } from "./mask.ts";
import type { Params } from "./params.ts";
import { ascii, completeFrame, createPayload, type Payload } from "./payload.ts";
import type { Pipeline, Prepared } from "./pipeline.ts";
import { shownErrors } from "./request-error.ts";
import { targetOf } from "./target.ts";

export interface WebSocketOptions {
  readonly server: Server;
  /** The path of the sockets. */
  readonly endpoint: string;
  readonly pipeline: Pipeline;
  readonly keepAlive: KeepAlive;
  readonly mask: Mask;
  readonly log: Log;
}

/** Whether a request is to become a WebSocket at this path: only then may Node.js take it for an upgrade. */
export function isWebSocket(request: IncomingMessage, endpoint: string): boolean {
  const isAsked = request.headers.upgrade?.toLowerCase() === "websocket";
  return isAsked && targetOf(request).path === endpoint;
}

/**
 * Serves GraphQL over WebSocket (the graphql-transport-ws protocol) through the same pipeline as HTTP: what is refused
 * there is refused here.
 *
 * graphql-ws speaks the protocol. Its binding to ws is not used: it has a timer for each socket, and prints a stack
 * whenever a client sends too much or goes away. Nor does it write results: what cannot be written would close the
 * socket, and end its other operations.
 *
 * @returns what ends it: every client is closed with 1001
 */
export function serveWebSocket(options: WebSocketOptions): () => Promise<void> {
  const { server, pipeline, keepAlive, mask, log } = options;
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols,
    maxPayload: limits.messageBytes,
    // Else frames could wait to be compressed, and those that are written beside them come between.
    perMessageDeflate: false,
    // A turn of the event loop for each message: of a flood of them on one socket nobody else has to wait for all.
    allowSynchronousEvents: false,
  });
  const protocol = makeServer<Record<string, unknown>, Connection>({
    execute: run,
    subscribe: run,
    onSubscribe({ extra: connection, subscriptions }, id, params) {
      if (Object.keys(subscriptions).length > limits.subscriptionsASocket) {
        return [tooManySubscriptions()];
      }
      const prepared = pipeline.prepare(paramsOf(params));
      if ("errors" in prepared) return shownErrors(prepared.errors);
      const outlet = new SocketOutlet(connection, subscriptions, id);
      return runnable(prepared, outlet, mask);
    },
  });

  let isClosing = false;
  const upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    if (isClosing) return refuse(stream, "503 Service Unavailable");
    if (!isOwn(request)) return refuse(stream, "403 Forbidden");
    sockets.handleUpgrade(request, stream, head, (client) => {
      const connection = new Connection(client, stream as Socket, log);
      keepAlive.add(connection);
      const closed = protocol.opened(connection, connection);
      client.on("close", (code, reason) => {
        keepAlive.remove(connection);
        void closed(code, reason.toString());
      });
    });
  };
  server.on("upgrade", upgrade);

  return async () => {
    isClosing = true;
    for (const client of sockets.clients) client.close(1001, "Going away");
    await new Promise((done) => sockets.close(done));
  };
}

/** graphql-ws has checked that a query is there, and that what is an object is one. */
function paramsOf({ query, operationName, variables }: SubscribePayload): Params {
  return { query, operationName, variables };
}

/** What graphql-ws executes, or subscribes to: with `run`, which it does not know. */
interface Runnable extends Pick<ExecutionArgs, "schema" | "document" | "operationName"> {
  run: (() => unknown) | undefined;
}

function runnable(prepared: Prepared, outlet: SocketOutlet, mask: Mask): Runnable {
  const { schema, document, operationName, kind } = prepared;
  const isSubscription = kind === "subscription";
  const run = async () => {
    const result = await (isSubscription ? prepared.subscribe(outlet) : prepared.execute());
    if (!outlet.isOpen) {
      if (result instanceof Delivery) void result.return();
      // What graphql-ws would send and forget now might be that of a new operation with the same id.
      return new Promise<never>(() => {});
    }
    if (result instanceof Delivery) return result;
    outlet.send(createPayload(result, mask));
    return nothing();
  };
  return { schema, document, operationName, run };
}

/** No results beside those that were sent: graphql-ws then completes the operation. */
async function* nothing(): AsyncGenerator<never> {}

/** Runs it. graphql-ws holds what it executes as long as a subscription lives: what it was run with is let go. */
function run(args: ExecutionArgs): never {
  const runnable = args as unknown as Runnable;
  const { run } = runnable;
  runnable.run = undefined;
  return run?.() as never;
}

/** Where the payloads of a subscription go. */
class SocketOutlet implements Outlet {
  readonly #connection: Connection;
  readonly #subscriptions: Record<string, unknown>;
  readonly #id: string;
  readonly #idJson: string;

  /** @param subscriptions those of the connection, of which this is one until it ends */
  constructor(connection: Connection, subscriptions: Record<string, unknown>, id: string) {
    this.#connection = connection;
    this.#subscriptions = subscriptions;
    this.#id = id;
    this.#idJson = ascii(JSON.stringify(id));
    // Where graphql-ws has nothing until it gets what it iterates over.
    subscriptions[id] = this;
  }

  get isFull() {
    return this.#connection.isFull;
  }

  send(payload: Payload) {
    this.#connection.write(payload.frame(this.#idJson));
  }

  /** Whether its client has not completed it, and perhaps used its id for another one. */
  get isOpen() {
    return this.#subscriptions[this.#id] === this;
  }

  onDrain(visitor: Visitor) {
    this.#connection.onDrain(visitor);
  }

  end() {
    delete this.#subscriptions[this.#id];
    this.#connection.write(completeFrame(this.#idJson));
  }
}

/**
 * Whether a socket is asked for by no page, or by one of our own: a browser names the page, and lets pages of anywhere
 * open one. Hosts are compared as URLs: in whatever case, and with or without the standard port.
 */
function isOwn({ headers }: IncomingMessage): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return true;
  const page = URL.parse(origin);
  return (
    page !== null && page.host !== "" && page.host === URL.parse(`${page.protocol}//${host}`)?.host
  );
}

function refuse(stream: Duplex, status: string): void {
  // Nobody else listens any more: unheard, an error of the stream would end the process.
  stream.on("error", () => stream.destroy());
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function tooManySubscriptions(): GraphQLError {
  const message = `A socket takes ${limits.subscriptionsASocket} subscriptions: complete some, or open another.`;
  return codedError("TOO_MANY_SUBSCRIPTIONS", message);
}
