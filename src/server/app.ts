import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { assertValidSchema, type GraphQLSchema } from "graphql";
import {
  connect,
  type ConnectOptions,
  type Session,
  type Table,
  watchSchema,
  withOrders,
} from "../cassandra/index.ts";
import { createLanes } from "../lane/index.ts";
import { createLive, loadRelay, POLL_INTERVAL, type RedisOptions } from "../live/index.ts";
import { requireTables } from "../pothos/index.ts";
import { createAddressOf, LOOPBACK_PROXIES } from "./address.ts";
import { type Limits, limitsOf } from "./adjustable-limits.ts";
import { createAdmission } from "./admission.ts";
import { countAnswers } from "./answers.ts";
import { type CallerOptions, createIdentify } from "./context.ts";
import { type DocumentList, readDocumentList } from "./document-list.ts";
import type { Disclosure, Introspection } from "./disclosure.ts";
import { createEventStreams } from "./event-stream.ts";
import { exposureOf, hostsOf } from "./exposure.ts";
import { createFollowed } from "./followed.ts";
import { createGate } from "./gate.ts";
import { createGraphiQL } from "./graphiql.ts";
import { createGraphQL } from "./graphql.ts";
import { createHealth } from "./health.ts";
import { createIsOperator } from "./is-operator.ts";
import { createKeepAlive } from "./keep-alive.ts";
import { limits as fixed } from "./limits.ts";
import { createMask, type Log } from "./mask.ts";
import { createOpenSockets } from "./open-sockets.ts";
import { createPage } from "./page.ts";
import { createSerialize } from "./payload.ts";
import { createPipeline } from "./pipeline.ts";
import { createQuotas } from "./quotas.ts";
import { requirePrefix } from "./prefix.ts";
import { createRouter, type Router } from "./routes.ts";
import { createRun } from "./run.ts";
import { createExpiry } from "./sign-in/expiry.ts";
import { checkSignIn } from "./sign-in/options.ts";
import { openSignIn } from "./sign-in/sign-in.ts";
import { warnOfUnknownScopes } from "./unknown-scopes.ts";
import { targetOf } from "./target.ts";
import { createUnsent } from "./unsent.ts";
import { createWebSockets } from "./websocket.ts";

/** What is served, and how. */
export interface AppOptions<Own extends object = object> extends CallerOptions<Own> {
  /** Built by a Pothos builder with the plugin of `partyfinder/pothos`, whose options take the services of the context. */
  readonly schema: GraphQLSchema;
  /**
   * The tables that the schema reads and writes, with or without those of their orders. `/ready` reads each of them; while
   * the database differs from one, operations fail with `NOT_SYNCED`.
   */
  readonly tables: readonly Table[];
  /**
   * Where the tables are: an open session, which stays open when the app closes, or what to connect with, which is closed
   * with it. Both name a keyspace.
   */
  readonly session: Session | ConnectOptions;
  /**
   * The prefix of all paths, e.g. `/api` for `/api/graphql`, `/api/health`, `/api/ready` and the page at `/api/`.
   * Default: none.
   */
  readonly path?: string;
  /**
   * The only documents that clients may run, by their ids: they send the text or only the id of one. The command
   * `documents` makes such a list. Beside them, `{ __typename }` is allowed; introspection, and so GraphiQL, is not.
   * Default: clients may run any document, and send its text.
   */
  readonly documents?: DocumentList | undefined;
  /** What GraphiQL shows in its tabs, one operation each. Default: its own introduction. */
  readonly operations?: readonly string[];
  /** The title of GraphiQL. Default: `GraphiQL`. */
  readonly title?: string;
  /**
   * The folder of a page to serve at the prefix: `index.html`, `main.ts` or `main.js` with all that it imports, and its
   * style sheets and images. Default: no page.
   */
  readonly page?: URL;
  /** A Redis that carries hints to other processes with the same keyspace. Default: none. */
  readonly redis?: RedisOptions | undefined;
  /**
   * How often watched rows and partitions are compared with the database, in milliseconds, to find what no hint told;
   * 0: never. Default: {@link POLL_INTERVAL}.
   */
  readonly pollInterval?: number;
  /** Other limits than those by default: see {@link adjustableLimits}. */
  readonly limits?: Partial<Limits>;
  /**
   * The names by which the server is called, beside those of this machine (`localhost`, `*.localhost`, `127.0.0.0/8`,
   * `[::1]`): without a port, e.g. `["api.example.com", "192.0.2.7"]`; `.example.com` for a name with all below it; `*`
   * for any. Requests with another `Host` get 421. Default: none.
   */
  readonly hosts?: readonly string[] | undefined;
  /**
   * The pages that may use the server, beside its own: e.g. `["https://app.example.com"]`, or `*` for all. Those of other
   * origins get 403. Default: none.
   */
  readonly origins?: readonly string[] | undefined;
  /**
   * The addresses and networks of proxies in front of the server, whose `X-Forwarded-For` is believed, e.g.
   * `["10.0.0.0/8"]`. If it is given, their `X-Forwarded-Host` and `X-Forwarded-Proto` are believed, too. Default:
   * {@link LOOPBACK_PROXIES} for `X-Forwarded-For`.
   */
  readonly trustedProxies?: readonly string[] | undefined;
  /**
   * Whether everybody who reaches the server is let in without sign-in. Default: false, with which only programs of this
   * machine are, unless there is a `signIn`.
   */
  readonly allowAnonymous?: boolean | undefined;
  /** Whether browsers get GraphiQL. Default: only if no other machine can reach the server. */
  readonly graphiql?: boolean | undefined;
  /**
   * How much of the schema callers may read: `all` of it, what their scopes let them use (`usable`), or `none`; errors
   * suggest names of it only with `all`. With `usable`, introspection must be an operation of its own. Default: `all` if no
   * other machine can reach the server, else `none`.
   */
  readonly introspection?: Introspection | undefined;
  /** Writes a line for operators. Default: to standard error. */
  readonly log?: Log;
}

/** GraphQL for a `node:http` server of your own. */
export interface App extends AsyncDisposable {
  /**
   * Answers a request if its path is one of the app's; else returns false, and does nothing. For HTTP/1.1; the body must
   * not have been read. Below a router that strips a prefix, `path` is the whole prefix, and `originalUrl` is used.
   */
  answer(request: IncomingMessage, response: ServerResponse): boolean;
  /** Accepts or refuses a WebSocket if its path is the app's; else returns false, and does nothing. */
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): boolean;
  /** How many rows and partitions subscriptions watch at present. */
  readonly watched: number;
  /**
   * Completes the subscriptions, closes the WebSockets, waits for the answers in flight, at most `limits.drain` (4 s), and
   * closes all that the app has opened. Idempotent.
   */
  close(): Promise<void>;
}

/**
 * Creates an app to mount on a server of your own: GraphQL over HTTP, Server-Sent Events and WebSocket, and GraphiQL for
 * browsers, at `/graphql`; `/health` is 200 while the process runs, `/ready` while the database answers and has all
 * tables.
 *
 * @example
 * const app = await createApp({ schema, tables, session, path: "/api" });
 * const server = createServer((request, response) => {
 *   if (!app.answer(request, response)) response.writeHead(404).end();
 * });
 * server.on("upgrade", (request, stream, head) => {
 *   if (!app.upgrade(request, stream, head)) stream.destroy();
 * });
 * // Later: no new connections, then the app.
 * server.close();
 * await app.close();
 *
 * @throws CassandraError if it cannot connect; TypeError or RangeError if an option is wrong, e.g. if the schema
 * shows a table that is not among `tables`
 */
export async function createApp<Own extends object = object>(
  options: AppOptions<Own>,
): Promise<App> {
  const parts = await assemble(options);
  const answers = countAnswers(fixed.drain);
  let isClosing = false;
  const closeOnce = closing(parts, () => answers.finished());
  const close = () => {
    isClosing = true;
    return closeOnce();
  };
  return {
    answer(request, response) {
      if (!parts.owns(request)) return false;
      if (isClosing) refuseRequest(response, { status: 503, line: "The service is stopping." });
      else if (request.httpVersionMajor !== 1)
        refuseRequest(response, { status: 505, line: "Use HTTP/1.1." });
      // Otherwise its client has gone while other code of the host was working.
      else if (!response.closed) {
        answers.count(response);
        parts.answer(request, response);
      }
      return true;
    },
    upgrade(request, stream, head) {
      if (!parts.isWebSocket(request)) return false;
      parts.upgrade(request, stream, head);
      return true;
    },
    get watched() {
      return parts.watched;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface RequestRefusal {
  readonly status: number;
  readonly line: string;
}

function refuseRequest(response: ServerResponse, { status, line }: RequestRefusal): void {
  const type = { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" };
  response.writeHead(status, type).end(`${line}\n`);
}

/** An app, for the server that it is a part of. */
export interface AppParts extends Router {
  /** Whether a request is to become a WebSocket of the app. */
  isWebSocket(request: IncomingMessage): boolean;
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void;
  readonly watched: number;
  /** The path of GraphQL. */
  readonly endpoint: string;
  readonly showsGraphiQL: boolean;
  /** Completes the subscriptions, and refuses new ones. */
  endSubscriptions(): Promise<void>;
  closeWebSockets(): Promise<void>;
  /** Closes what answers in flight still need. */
  release(): Promise<void>;
}

/** What an app knows of the server that it is a part of. */
interface Surroundings {
  /** The address that the server listens on; undefined: unknown. */
  readonly listensOn?: string | undefined;
}

/** Opens all that an app needs. Nothing stays open if it throws. */
export async function assemble<Own extends object>(
  {
    schema,
    tables,
    session: database,
    path = "",
    documents,
    operations = [],
    title = "GraphiQL",
    page,
    redis,
    pollInterval = POLL_INTERVAL,
    limits: given = {},
    hosts = [],
    origins = [],
    trustedProxies,
    allowAnonymous = false,
    graphiql,
    introspection,
    log = console.error,
    ...callers
  }: AppOptions<Own>,
  { listensOn }: Surroundings = {},
): Promise<AppParts> {
  requirePrefix(path);
  const hasContext = callers.context !== undefined;
  const { signIn: signsIn } = callers;
  const exposure = exposureOf({
    listensOn,
    hosts,
    origins,
    signIn: signsIn,
    hasContext,
    allowAnonymous,
  });
  const { isPublic, isOnlyLocal } = exposure;
  const showsGraphiQL = graphiql ?? !isPublic;
  const disclosure: Disclosure = {
    introspection: introspection ?? (isPublic ? "none" : "all"),
    syntax: isPublic ? "place" : "whole",
  };
  const gate = createGate({
    hosts: [...hosts, ...hostsOf(listensOn)],
    origins,
    trustedProxies,
    isOnlyLocal,
  });
  // A duplicate of graphql fails here, too.
  assertValidSchema(schema);
  requireTables(schema, tables);
  const limits = limitsOf(given);
  const listed = documents && readDocumentList(documents);
  const checked = typeof signsIn === "object" ? checkSignIn(signsIn) : undefined;
  warnOfUnknownScopes(schema, { anonymous: checked?.anonymous ?? [], log });
  const addressOf = createAddressOf(trustedProxies ?? LOOPBACK_PROXIES, {
    onUntrusted: warnOfProxy(log),
  });
  const relay = redis && (await loadRelay(redis, log));
  await using opened = new AsyncDisposableStack();
  const session = "run" in database ? database : opened.use(await connect({ log, ...database }));
  const watch = opened.use(watchSchema(session, tables, { log }));
  const live = createLive({ session: watch.session, relay, pollInterval, log });
  opened.defer(() => live.leave());
  const lanes = createLanes(watch.session, {
    onChange: (table, key, change) => live.hint(table, key, change),
  });
  const mask = createMask(log);
  const quotas = createQuotas(limits);
  const admission = createAdmission(limits);
  opened.defer(() => admission.close());
  const signIn = checked && opened.use(await openSignIn(checked, { admission, log }));
  const run = createRun({ admission, limits });
  const serialize = createSerialize({ mask, answerBytes: limits.answerBytes });
  const pipeline = createPipeline({
    schema,
    listed,
    mask,
    limits,
    run,
    admission,
    serialize,
    disclosure,
  });
  const followed = createFollowed(limits.followedPerCaller);
  const services = { session: watch.session, lanes, live, quotas, followed };
  const identify = createIdentify(services, callers);
  const keepAlive = createKeepAlive();
  const endpoint = `${path}/graphql`;
  const expiry = createExpiry();
  const eventStreams = createEventStreams({ keepAlive, expiry });
  const unsent = createUnsent(serialize);
  const openSockets = createOpenSockets(limits.socketsPerCaller);
  const callersOf = { signIn: signIn?.signIn, identify, addressOf };
  const transport = { pipeline, ...callersOf, admission, unsent, openSockets, mask };
  const { health, ready } = createHealth(watch, {
    tables: withOrders(tables),
    isOperator: createIsOperator({ gate, isPublic, ...callersOf }),
    log,
  });
  const router = createRouter({
    path,
    graphql: createGraphQL({ ...transport, eventStreams }),
    graphiql: showsGraphiQL ? createGraphiQL({ path: endpoint, operations, title }) : undefined,
    page: page && (await createPage(page, { path, showsGraphiQL })),
    health,
    ready,
    gate,
    log,
  });
  const sockets = createWebSockets({ ...transport, gate, keepAlive, expiry, limits, log });
  const kept = opened.move();
  return {
    ...router,
    isWebSocket: (request) =>
      request.headers.upgrade?.toLowerCase() === "websocket" && targetOf(request).path === endpoint,
    upgrade: (request, stream, head) => sockets.upgrade(request, stream, head),
    get watched() {
      return live.size;
    },
    endpoint,
    showsGraphiQL,
    async endSubscriptions() {
      pipeline.close();
      await live.close();
      // The ends of subscriptions become messages in this turn of the event loop; sockets must close after it.
      await setImmediate();
    },
    closeWebSockets: () => sockets.close(),
    async release() {
      lanes.close();
      await kept.disposeAsync();
    },
  };
}

/** Returns a function that warns once of a peer that seems to be a proxy, whose clients all count as one caller. */
function warnOfProxy(log: Log): (peer: string) => void {
  let isWarned = false;
  return (peer) => {
    if (isWarned) return;
    isWarned = true;
    log(
      `${peer} sends X-Forwarded-For without being a trusted proxy. If it is one, trust it (TRUSTED_PROXIES, trustedProxies); else all its clients count as one caller.`,
    );
  };
}

/**
 * Returns a function that closes an app, once: subscriptions first, so that their clients learn of it; then the sockets
 * and the answers in flight, whose changes the lanes still write; then the lanes, the session and the relay.
 *
 * @param drain waits for the answers in flight, for a bounded time
 */
export function closing(parts: AppParts, drain: () => Promise<void>): () => Promise<void> {
  let closed: Promise<void> | undefined;
  const shutDown = async () => {
    await parts.endSubscriptions();
    await Promise.all([parts.closeWebSockets(), drain()]);
    await parts.release();
  };
  return () => (closed ??= shutDown());
}
