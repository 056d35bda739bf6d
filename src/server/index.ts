import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate } from "node:timers/promises";
import { type Session, watchSchema } from "../cassandra/index.ts";
import { createLanes } from "../lane/index.ts";
import { createLive, loadRelay, POLL_INTERVAL, type RedisOptions } from "../live/index.ts";
import { tables } from "../party/index.ts";
import { createDrain } from "./drain.ts";
import { createEventStreams } from "./event-stream.ts";
import { createGraphiQL } from "./graphiql.ts";
import { createGraphQL } from "./graphql.ts";
import { createHealth } from "./health.ts";
import { createKeepAlive } from "./keep-alive.ts";
import { limits } from "./limits.ts";
import { createMask, type Log } from "./mask.ts";
import { ASSETS, createPage } from "./page.ts";
import { createPipeline } from "./pipeline.ts";
import { listener } from "./routes.ts";
import { isWebSocket, serveWebSocket } from "./websocket.ts";

export interface AppOptions {
  /** Where the parties are. It need not be reachable, now or later. Stays open when the app closes. */
  readonly session: Session;
  /** The address to listen on. Default: 127.0.0.1. */
  readonly host?: string;
  /** Default: 0, any free one. */
  readonly port?: number;
  /** Where other processes that serve the same parties are told what changes here. Default: nowhere. */
  readonly redis?: RedisOptions | undefined;
  /**
   * How often what is watched is compared with the database, in milliseconds, to find what no hint told of; 0: never.
   * Default: {@link POLL_INTERVAL}.
   */
  readonly pollInterval?: number;
  /**
   * How long a connection without a request stays open for the next one, in milliseconds; 0: as long as its client
   * wants. Default: `limits.idle`, 75 s.
   */
  readonly idle?: number;
  /** Most tokens of a document. To validate one takes time by their square. Default: `limits.tokens`, 1,000. */
  readonly maxTokens?: number;
  /** What GraphiQL opens on, one operation a tab. Default: its own explanation. */
  readonly operations?: readonly string[];
  /** Default: standard error. */
  readonly log?: Log;
}

/** A running server. */
export interface App extends AsyncDisposable {
  /** Where GraphQL and GraphiQL are, e.g. `http://localhost:4000/graphql`. */
  readonly url: string;
  /** Where subscriptions are, e.g. `ws://localhost:4000/graphql`. */
  readonly webSocketUrl: string;
  /** How many rows and partitions are watched by subscriptions just now. */
  readonly watched: number;
  /**
   * Stops listening, completes the subscriptions, answers the requests in flight, and asks their clients to close:
   * after 4 s they are cut. Idempotent.
   */
  close(): Promise<void>;
}

const ENDPOINT = "/graphql";

/**
 * Serves the schema over HTTP, Server-Sent Events and WebSocket, and for browsers the page at `/` and GraphiQL;
 * `/health` tells whether the process lives, `/ready` whether its database answers and has all tables as the models
 * say. While it has not, every operation on it fails with `NOT_SYNCED`.
 *
 * @throws the system's error, e.g. `EADDRINUSE`, if it cannot listen
 */
export async function createApp({
  session,
  host = "127.0.0.1",
  port = 0,
  redis,
  pollInterval = POLL_INTERVAL,
  idle = limits.idle,
  maxTokens = limits.tokens,
  operations = [],
  log = console.error,
}: AppOptions): Promise<App> {
  const relay = redis && (await loadRelay(redis, log));
  const watch = watchSchema(session, tables, { log });
  const live = createLive({ session: watch.session, relay, pollInterval, log });
  const lanes = createLanes(watch.session, {
    onChange: (table, key, change) => live.hint(table, key, change),
  });
  const mask = createMask(log);
  let closed: Promise<void> | undefined;
  const pipeline = createPipeline({
    context: { session: watch.session, lanes, live },
    mask,
    isClosing: () => closed !== undefined,
    maxTokens,
  });
  const { health, ready } = createHealth(watch, tables);
  const keepAlive = createKeepAlive();
  const routes = {
    endpoint: ENDPOINT,
    graphql: createGraphQL(pipeline, createEventStreams(keepAlive), mask),
    graphiql: createGraphiQL(ENDPOINT, operations),
    page: createPage(),
    assets: ASSETS,
    others: { "/health": health, "/ready": ready },
  };
  const server = createServer(
    {
      highWaterMark: limits.unsentBytes,
      keepAliveTimeout: idle,
      // Of a connection on which no request ever came, too.
      headersTimeout: Math.max(60_000, idle + 1000),
      requestTimeout: Math.max(300_000, idle + 1000),
      // Others are answered as if they had not asked, as Java's HTTP client expects it that asks for `h2c`.
      shouldUpgradeCallback: (request) => isWebSocket(request, ENDPOINT),
    },
    listener(routes, log),
  );
  const drain = createDrain(server);
  const closeWebSockets = serveWebSocket({
    server,
    endpoint: ENDPOINT,
    pipeline,
    keepAlive,
    mask,
    log,
  });
  server.listen({ port, host, backlog: limits.backlog });
  await once(server, "listening").catch(async (error: unknown) => {
    watch.close();
    await live.leave();
    throw error;
  });
  // For one, a connection that cannot be accepted because too many files are open.
  server.on("error", (error) => log("The HTTP server has a problem:", error));

  const shutDown = async () => {
    await live.close();
    // The subscriptions' ends become messages in this turn of the event loop: sockets close behind them.
    await setImmediate();
    await Promise.all([closeWebSockets(), drain()]);
    lanes.close();
    watch.close();
    await live.leave();
  };
  const close = () => (closed ??= shutDown());
  const authority = `${shownHost(host)}:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${authority}${ENDPOINT}`,
    webSocketUrl: `ws://${authority}${ENDPOINT}`,
    get watched() {
      return live.size;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A browser may say localhost to a loopback address, and people prefer to read it. */
function shownHost(host: string): string {
  if (host === "127.0.0.1" || host === "::1" || host === "0.0.0.0") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
