import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { GraphQLError } from "graphql";
import {
  CloseCode,
  handleProtocols,
  makeServer,
  type WebSocket as GraphQLSocket,
} from "graphql-ws";
import { type WebSocket, WebSocketServer } from "ws";
import { codedError } from "../error.ts";
import type { Visitor } from "../live/index.ts";
import { onceDrained, type Outlet } from "./delivery.ts";
import type { KeepAlive, Peer } from "./keep-alive.ts";
import { limits } from "./limits.ts";
import type { Log } from "./mask.ts";
import type { Operations } from "./operation.ts";
import { asciiJson, completeFrame, type Payload } from "./payload.ts";
import { prepare, type Prepared, run } from "./socket-operation.ts";
import type { Yoga } from "./yoga.ts";

/**
 * Serves GraphQL over WebSocket (the graphql-transport-ws protocol) at yoga's endpoint, through yoga's own
 * plugins: what they refuse over HTTP they refuse here.
 *
 * graphql-ws speaks the protocol. Its binding to ws is not used: it has a timer for each socket, and prints a stack
 * whenever a client sends too much or goes away.
 *
 * @returns what ends it: every client is closed with 1001
 */
export function serveWebSocket(
  server: Server,
  yoga: Yoga,
  operations: Operations,
  keepAlive: KeepAlive,
  log: Log,
): () => Promise<void> {
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols,
    maxPayload: limits.messageBytes,
    // Else frames could wait to be compressed, and those that are written beside them come between.
    perMessageDeflate: false,
  });
  const protocol = makeServer<Record<string, unknown>, Connection>({
    execute: (args) => run(args as unknown as Prepared) as never,
    subscribe: (args) => run(args as unknown as Prepared) as never,
    onSubscribe({ extra: connection, subscriptions }, id, params) {
      if (Object.keys(subscriptions).length > limits.subscriptionsASocket) {
        return [tooManySubscriptions()];
      }
      const outlet = new SocketOutlet(connection, subscriptions, id);
      return prepare(yoga, operations, params, outlet) as never;
    },
  });

  const upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const refusal = refuse(request, yoga.graphqlEndpoint);
    if (refusal) {
      // Nobody else listens any more: unheard, an error of the stream would end the process.
      stream.on("error", () => stream.destroy());
      stream.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
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
    server.off("upgrade", upgrade);
    for (const client of sockets.clients) client.close(1001, "Going away");
    await new Promise((done) => sockets.close(done));
  };
}

/** An open socket: to graphql-ws, and to who looks whether it reads. A class, as closures for each take more memory. */
class Connection implements GraphQLSocket, Peer {
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

  close(code: number, reason: string) {
    this.#client.close(code, reason);
  }

  onMessage(receive: (text: string) => Promise<void>) {
    this.#client.on("message", (data: Buffer) =>
      receive(data.toString()).catch((error: unknown) => {
        this.#log("Cannot answer a message of a WebSocket:", error);
        this.close(CloseCode.InternalServerError, "Internal server error");
      }),
    );
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

function ignore(): void {}

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
    this.#idJson = asciiJson(id);
  }

  get isFull() {
    return this.#connection.isFull;
  }

  send(payload: Payload) {
    this.#connection.write(payload.frame(this.#idJson));
  }

  onDrain(visitor: Visitor) {
    this.#connection.onDrain(visitor);
  }

  end() {
    delete this.#subscriptions[this.#id];
    this.#connection.write(completeFrame(this.#idJson));
  }
}

/** A browser names the page that opens a socket, and lets pages of anywhere open one: only our own may. */
function refuse({ url, headers }: IncomingMessage, endpoint: string): string | undefined {
  const [path] = (url ?? "").split("?", 1);
  if (path !== endpoint) return "404 Not Found";
  const { origin, host } = headers;
  if (origin === undefined) return undefined;
  return URL.canParse(origin) && new URL(origin).host === host ? undefined : "403 Forbidden";
}

function tooManySubscriptions(): GraphQLError {
  const message = `A socket takes ${limits.subscriptionsASocket} subscriptions: complete some, or open another.`;
  return codedError("TOO_MANY_SUBSCRIPTIONS", message);
}
