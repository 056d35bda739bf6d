import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import type { GraphQLError } from "graphql";
import { CloseCode, handleProtocols, makeServer } from "graphql-ws";
import { type WebSocket, WebSocketServer } from "ws";
import { codedError } from "../error.ts";
import { createDrained, deliver, type Outlet } from "./delivery.ts";
import type { KeepAlive, Peer } from "./keep-alive.ts";
import { limits } from "./limits.ts";
import type { Log } from "./mask.ts";
import type { Operations } from "./operation.ts";
import { asciiJson } from "./payload.ts";
import { executionArgs, type Prepared } from "./socket-operation.ts";
import type { Yoga } from "./yoga.ts";

/** An open socket. */
interface Connection {
  readonly client: WebSocket;
  readonly request: IncomingMessage;
  /** Where the payloads of a subscription go. */
  outlet(id: string): Outlet;
}

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
    execute: (args) => (args as Prepared).rootValue.execute(args),
    subscribe: (args) => (args as Prepared).rootValue.subscribe(args),
    onSubscribe({ extra: connection, subscriptions }, id, params) {
      if (Object.keys(subscriptions).length > limits.subscriptionsASocket) {
        return [tooManySubscriptions()];
      }
      return executionArgs(yoga, connection, params, (source, document) =>
        deliver(source, operations.join(params, document), connection.outlet(id)),
      );
    },
  });

  function serve(connection: Connection) {
    const { client } = connection;
    const closed = protocol.opened(
      {
        protocol: client.protocol,
        send: (text) => sent(client, text),
        close: (code, reason) => client.close(code, reason),
        onMessage: (receive) =>
          client.on("message", (data: Buffer) =>
            receive(data.toString()).catch((error: unknown) => {
              log("Cannot answer a message of a WebSocket:", error);
              client.close(CloseCode.InternalServerError, "Internal server error");
            }),
          ),
      },
      connection,
    );
    client.once("close", (code, reason) => void closed(code, reason.toString()));
    // What a client does wrong closes its socket, with a code that says so.
    client.on("error", () => {});
    watch(client, keepAlive);
  }

  const upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const refusal = refuse(request, yoga.graphqlEndpoint);
    if (refusal) {
      // Nobody else listens any more: unheard, an error of the stream would end the process.
      stream.on("error", () => stream.destroy());
      stream.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, stream, head, (client) =>
      serve({ client, request, outlet: outletsOf(client, stream) }),
    );
  };
  server.on("upgrade", upgrade);

  return async () => {
    server.off("upgrade", upgrade);
    for (const client of sockets.clients) client.close(1001, "Going away");
    await new Promise((done) => sockets.close(done));
  };
}

/** Sends a message: done when the system has it, or the client is gone. */
function sent(client: WebSocket, text: string): Promise<void> {
  return new Promise((done) => {
    if (client.readyState === client.OPEN) client.send(text, () => done());
    else done();
  });
}

/** Frames are written to the stream below the socket, which sends each of its own whole. */
function outletsOf(client: WebSocket, stream: Duplex): (id: string) => Outlet {
  const onDrain = createDrained(stream);
  return (id) => {
    const idJson = asciiJson(id);
    return {
      get isFull() {
        return stream.writableNeedDrain;
      },
      send(payload) {
        if (client.readyState === client.OPEN) stream.write(payload.frame(idJson), "latin1");
      },
      onDrain,
    };
  };
}

function watch(client: WebSocket, keepAlive: KeepAlive): void {
  const peer: Peer = {
    unanswered: 0,
    ping: () => client.ping(),
    // Try again later: clients of GraphQL do, with the newest.
    drop: () => client.close(1013, "Pings were not answered: it does not read."),
  };
  client.on("pong", () => (peer.unanswered = 0));
  client.once("close", keepAlive.add(peer));
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
