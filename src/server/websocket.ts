import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { type DocumentNode, type ExecutionArgs, GraphQLError } from "graphql";
import type { SubscribePayload } from "graphql-ws";
import { type Extra, useServer } from "graphql-ws/use/ws";
import { type WebSocket, WebSocketServer } from "ws";
import { codedError } from "../error.ts";
import type { Source } from "../live/index.ts";
import { createDrained, deliver, type Delivered, type Outlet } from "./delivery.ts";
import type { KeepAlive, Peer } from "./keep-alive.ts";
import { limits } from "./limits.ts";
import type { Operations } from "./operation.ts";
import { asciiJson } from "./payload.ts";
import type { Yoga } from "./yoga.ts";

/** The execution arguments of an operation, with what yoga's plugins made of execute and subscribe. */
interface Prepared extends ExecutionArgs {
  readonly rootValue: Delivered & {
    // oxlint-disable-next-line typescript/no-explicit-any -- as yoga has them
    readonly execute: (args: ExecutionArgs) => any;
    // oxlint-disable-next-line typescript/no-explicit-any
    readonly subscribe: (args: ExecutionArgs) => any;
  };
}

/** What a socket has beside its protocol. */
interface Connection {
  /** Where the payloads of a subscription go. */
  outlet(id: string): Outlet;
}

/**
 * Serves GraphQL over WebSocket (the graphql-transport-ws protocol) at yoga's endpoint, through yoga's own
 * plugins: what they refuse over HTTP they refuse here.
 *
 * @returns what ends it: every client is closed with 1001
 */
export function serveWebSocket(
  server: Server,
  yoga: Yoga,
  operations: Operations,
  keepAlive: KeepAlive,
): () => Promise<void> {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.messageBytes,
    // Else frames could wait to be compressed, and those that are written beside them come between.
    perMessageDeflate: false,
  });
  const connections = new WeakMap<WebSocket, Connection>();
  const graphql = useServer(
    {
      execute: (args) => (args as Prepared).rootValue.execute(args),
      subscribe: (args) => (args as Prepared).rootValue.subscribe(args),
      async onSubscribe({ extra, subscriptions }, id, params) {
        if (Object.keys(subscriptions).length > limits.subscriptionsASocket) {
          return [tooManySubscriptions()];
        }
        const outlet = connections.get(extra.socket)!.outlet(id);
        return prepare(yoga, extra, params, (source, document) =>
          deliver(source, operations.join(params, document), outlet),
        );
      },
    },
    sockets,
    // A timer of its own for each socket it would have.
    NO_KEEP_ALIVE,
  );

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const refusal = refuse(request, yoga.graphqlEndpoint);
    if (refusal) {
      // Nobody else listens any more: unheard, an error of the socket would end the process.
      socket.on("error", () => socket.destroy());
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      connections.set(client, createConnection(client, socket));
      watch(client, keepAlive);
      sockets.emit("connection", client, request);
    });
  };
  server.on("upgrade", upgrade);

  return async () => {
    server.off("upgrade", upgrade);
    await graphql.dispose();
  };
}

const NO_KEEP_ALIVE = 0;

/** Frames are written to the stream below the socket, which sends each of its own whole. */
function createConnection(client: WebSocket, stream: Duplex): Connection {
  const onDrain = createDrained(stream);
  return {
    outlet(id) {
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
    },
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

async function prepare(
  yoga: Yoga,
  { request, socket }: Extra,
  params: SubscribePayload,
  deliverTo: (source: Source<object>, document: DocumentNode) => AsyncIterator<never>,
): Promise<ExecutionArgs | readonly GraphQLError[]> {
  const enveloped = yoga.getEnveloped({ req: request, socket, params });
  const { schema, execute, subscribe, contextFactory, parse, validate } = enveloped;
  const document = parsed(parse, params.query);
  if (document instanceof GraphQLError) return [document];
  const errors: readonly GraphQLError[] = validate(schema, document);
  if (errors.length > 0) return errors.map(withoutHttp);
  const contextValue = await contextFactory();
  const { operationName, variables: variableValues } = params;
  const rootValue: Prepared["rootValue"] = {
    execute,
    subscribe,
    deliver: (source) => deliverTo(source, document),
  };
  return { schema, document, operationName, variableValues, contextValue, rootValue };
}

/** A syntax error that was thrown on would close the socket, and all its other subscriptions with it. */
function parsed(
  parse: (query: string) => DocumentNode,
  query: string,
): DocumentNode | GraphQLError {
  try {
    return parse(query);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const { message, source, positions } = error;
    const extensions = { code: "GRAPHQL_PARSE_FAILED" };
    return new GraphQLError(message, { source, positions, extensions });
  }
}

/** Without what yoga notes on an error for its HTTP side, and takes away before it sends it there. */
function withoutHttp(error: GraphQLError): GraphQLError {
  const { http: _, ...extensions } = error.extensions;
  return new GraphQLError(error.message, { nodes: error.nodes ?? null, extensions });
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
