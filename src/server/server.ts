import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { AppOptions } from "./app-options.ts";
import { type AppParts, assemble, closing } from "./assemble.ts";
import { createDrain } from "./drain.ts";
import { limits } from "./limits.ts";

/** The options of {@link createServer}: those of an app, and where it listens. */
export interface ServerOptions<Own extends object = object> extends AppOptions<Own> {
  /** The address to listen on. Default: 127.0.0.1. */
  readonly host?: string;
  /** The port to listen on. Default: 0, any free one. */
  readonly port?: number;
  /**
   * How long a connection without a request stays open for the next one, in milliseconds; 0: until its client closes it.
   * Default: `limits.idle`, 75 s.
   */
  readonly idle?: number;
}

/** A running server. */
export interface Server extends AsyncDisposable {
  /** The address of GraphQL and GraphiQL, e.g. `http://localhost:4000/graphql`. */
  readonly url: string;
  /** The address of WebSockets, e.g. `ws://localhost:4000/graphql`. */
  readonly webSocketUrl: string;
  /** Whether browsers get GraphiQL at `url`. */
  readonly showsGraphiQL: boolean;
  /** How many rows and partitions subscriptions watch at present. */
  readonly watched: number;
  /**
   * Stops listening, completes the subscriptions, closes the WebSockets, finishes the answers in flight and asks their
   * clients to close; after `limits.drain` (4 s) connections are cut. Then closes all that the server has opened.
   * Idempotent.
   */
  close(): Promise<void>;
}

/**
 * Serves a schema on a port: GraphQL over HTTP, Server-Sent Events and WebSocket, and GraphiQL for browsers, at
 * `/graphql`; `/health` is 200 while the process runs, `/ready` while the database answers and has all tables. To serve
 * it on a server of your own, see {@link createApp}.
 *
 * @example
 * await using server = await createServer({
 *   schema: builder.toSchema(),
 *   tables: [SeatTable],
 *   session: { contactPoints: ["127.0.0.1"], localDataCenter: "datacenter1", keyspace: "theatre" },
 *   port: 4000,
 * });
 *
 * @throws the system's error, e.g. `EADDRINUSE`, if it cannot listen; CassandraError if it cannot connect; TypeError or
 * RangeError if an option is wrong, e.g. if the schema shows a table that is not among `tables`
 */
export async function createServer<Own extends object = object>({
  host = "127.0.0.1",
  port = 0,
  idle = limits.idle,
  ...options
}: ServerOptions<Own>): Promise<Server> {
  const parts = await assemble(options, { listensOn: host });
  const opening = openPort(parts, { host, port, idle });
  const { server, drain } = await opening.catch(async (error: unknown) => {
    await parts.release();
    throw error;
  });
  const { log = console.error } = options;
  // E.g. a connection that cannot be accepted because too many files are open.
  server.on("error", (error) => log("The HTTP server has a problem:", error));
  const close = closing(parts, drain);
  const authority = `${shownHost(host)}:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${authority}${parts.endpoint}`,
    webSocketUrl: `ws://${authority}${parts.endpoint}`,
    showsGraphiQL: parts.showsGraphiQL,
    get watched() {
      return parts.watched;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

type PortOptions = Required<Pick<ServerOptions, "host" | "port" | "idle">>;

/** Starts an HTTP server. Also rejects if Node.js does not accept an option. */
async function openPort(parts: AppParts, { host, port, idle }: PortOptions) {
  const server = createHttpServer(
    {
      highWaterMark: limits.unsentBytes,
      keepAliveTimeout: idle,
      // These also bound how long a connection may stay open before its first request.
      headersTimeout: Math.max(60_000, idle + 1000),
      requestTimeout: Math.max(300_000, idle + 1000),
      // Other upgrades are ignored, and their requests answered, as Java's HTTP client expects that asks for `h2c`.
      shouldUpgradeCallback: (request) => parts.isWebSocket(request),
    },
    parts.answer,
  );
  server.on("upgrade", (request, stream, head) => parts.upgrade(request, stream, head));
  const drain = createDrain(server);
  server.listen({ port, host, backlog: limits.backlog });
  await once(server, "listening");
  return { server, drain };
}

/** Returns the host to show in an address: `localhost` for loopback addresses, which is easier to read. */
function shownHost(host: string): string {
  if (host === "127.0.0.1" || host === "::1" || host === "0.0.0.0") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
