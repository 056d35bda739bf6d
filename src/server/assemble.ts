import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { assertValidSchema } from "graphql";
import { connect, watchSchema, withOrders } from "../cassandra/index.ts";
import { createLanes } from "../lane/index.ts";
import { createLive, loadRelay, POLL_INTERVAL } from "../live/index.ts";
import { requireTables } from "../pothos/index.ts";
import { createAddressOf, LOOPBACK_PROXIES } from "./address.ts";
import { limitsOf } from "./adjustable-limits.ts";
import { createAdmission } from "./admission.ts";
import type { AppOptions } from "./app-options.ts";
import { createIdentify } from "./context.ts";
import { readDocumentList } from "./document-list.ts";
import type { Disclosure } from "./disclosure.ts";
import { createEventStreams } from "./event-stream.ts";
import { exposureOf, hostsOf } from "./exposure.ts";
import { createFollowed } from "./followed.ts";
import { createGate } from "./gate.ts";
import { createGraphiQL } from "./graphiql.ts";
import { createGraphQL } from "./graphql.ts";
import { createHealth } from "./health.ts";
import { createIsOperator } from "./is-operator.ts";
import { createKeepAlive } from "./keep-alive.ts";
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
  const { isPublic, isOnlyLocal } = exposureOf({
    listensOn,
    hosts,
    origins,
    signIn: signsIn,
    hasContext,
    allowAnonymous,
  });
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
  if (checked?.anonymous) warnOfUnknownScopes(schema, { anonymous: checked.anonymous, log });
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
  const identification = { signIn: signIn?.signIn, identify, addressOf };
  const transport = { pipeline, ...identification, admission, unsent, openSockets, mask };
  const { health, ready } = createHealth(watch, {
    tables: withOrders(tables),
    isOperator: createIsOperator({ gate, isPublic, signIn: signIn?.signIn, addressOf }),
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
