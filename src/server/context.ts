import type { IncomingMessage } from "node:http";
import { LRUCache } from "lru-cache";
import { createStranger, isViewer, openViewer, type Viewer } from "../pothos/index.ts";
import {
  type CallerName,
  callerServices,
  type CountedServices,
  type Services,
} from "./caller-services.ts";
import { expiryOf } from "./sign-in/expiry.ts";
import { callerFingerprint, callerOf } from "./sign-in/fingerprint.ts";
import { CLOCK_TOLERANCE, type SignInOptions } from "./sign-in/options.ts";

/** What `context` gets beside the request. */
export interface ContextArguments extends Services {
  /** The payload of `connection_init`. Undefined over HTTP, and if the client sends none. */
  readonly connectionParams?: Readonly<Record<string, unknown>> | undefined;
}

/** How a server identifies its callers. */
export interface CallerOptions<Own extends object> {
  /**
   * How callers sign in: by a token, which is verified before anything of a request is read; or by `context`, if it is
   * `"context"`. Default: nobody signs in, unless there is a `context`.
   */
  readonly signIn?: SignInOptions | "context" | undefined;
  /**
   * Returns what the context of a caller's operations has beside the services: called once per HTTP request, after its
   * operation was validated and before it is executed, and once per WebSocket, when its client sends `connection_init`.
   *
   * It must return a plain object without the names of services. It may have a `viewer` of its own, made by
   * `createViewer`, e.g. one with scopes from a database; subscriptions end at its claim `exp`, or when the token expires
   * with which the caller has signed in. Each operation, and each event of a subscription, gets a shallow copy of the
   * object. What must be fresh for each of them, such as loaders, does not belong there: key it by the context in a WeakMap.
   *
   * If it throws a GraphQLError with `extensions.code`, the client gets that error, with the status
   * `extensions.http.status`; a WebSocket is closed with 4403 and the reason `CODE: message`. Any other error is logged
   * and masked; a WebSocket is closed with 1013, upon which clients try again.
   *
   * Default: nothing beside the services.
   *
   * @param request the HTTP request; for a WebSocket, the one that opened it
   * @example context: async ({ headers }) => ({ user: await userOf(headers.authorization) })
   */
  context?(request: IncomingMessage, given: ContextArguments): Own | PromiseLike<Own>;
  /**
   * Names what a caller may see. Equal subscriptions of one audience share one execution per event, **in the context of
   * any one of them**: return the same text only for callers who get the same answer to every operation, to the last
   * field. Undefined: the caller shares nothing.
   *
   * A subscription that selects a field with `from`, `key` or `authScopes` below its own is shared only by callers whose
   * tokens have the same claims, to the last one, whatever this returns.
   *
   * Default: with `context`, callers share nothing; with sign-in by token, those share whose tokens have the same claims
   * but for `exp`, `iat`, `nbf` and `jti`; else all share.
   *
   * @example audience: ({ user }) => `${user.tenant} ${user.role}`
   */
  audience?(context: Services & Own): string | undefined;
  /**
   * Names the caller, for whom limits and quotas are counted: e.g. a user, or an application with all its servers.
   * Undefined: the address of the client counts.
   *
   * Default: who has signed in (the claims `iss` and `sub`), else the address of the client; of an IPv6 address the first
   * 64 bits.
   *
   * @example caller: ({ user }) => user.id
   */
  caller?(context: Services & Own): string | undefined;
}

/** Who sends an operation, as far as the server needs to know. */
export interface Identity {
  /** What the contexts of the caller's operations have. */
  readonly context: Services;
  /** Undefined: the caller shares nothing. */
  readonly audience: string | undefined;
  /** For whom limits are counted. */
  readonly caller: string;
  /** Until when the caller is signed in, in milliseconds since 1970. Undefined: that never ends. */
  readonly expires: number | undefined;
}

/** Identifies a caller. Fails with what `context` throws. */
export type Identify = (
  request: IncomingMessage,
  origin: RequestOrigin,
) => Identity | Promise<Identity>;

/** What is known of the sender of a request. */
export interface RequestOrigin extends Pick<ContextArguments, "connectionParams"> {
  /** The address of the client, as it is counted. */
  readonly address: string;
  /** Who has signed in by token. Undefined: there is no such sign-in. */
  readonly viewer?: Viewer | undefined;
}

/** For how many addresses the identity is kept. */
const KEPT = 10_000;

/** Creates the function that identifies the callers of a server. */
export function createIdentify<Own extends object>(
  services: CountedServices,
  options: CallerOptions<Own>,
): Identify {
  const { signIn } = options;
  if (signIn === "context" && !options.context)
    throw new TypeError('signIn is "context", but there is no context that identifies callers.');
  const identityOf = createIdentityOf(options);
  if (!options.context) {
    if (signIn === undefined) return identifyByAddress(services);
    return (_, { address, viewer = stranger }) => {
      const name = { caller: address };
      const own = { ...callerServices(services, name), viewer };
      return identityOf(own as Services & Own, { name, viewer });
    };
  }
  return async (request, { address, connectionParams, viewer = stranger }) => {
    const name = { caller: address };
    const own: Services = { ...callerServices(services, name), viewer };
    const given = await options.context!(request, { ...own, connectionParams });
    return identityOf(withOwn(own, given), { name, viewer });
  };
}

/** Whom `context` says nothing of. */
const stranger = createStranger({ scopes: [] });

/** Creates the function that makes an identity of a whole context, and sets the name for which its services are counted. */
function createIdentityOf<Own extends object>(options: CallerOptions<Own>) {
  const tolerance = typeof options.signIn === "object" ? options.signIn.clockTolerance : undefined;
  function audienceOf(context: Services & Own): string | undefined {
    if (options.audience) return options.audience(context);
    return options.context ? undefined : callerFingerprint(context.viewer);
  }

  return (context: Services & Own, { name, viewer: signedIn }: CallerKnown): Identity => {
    const { viewer } = context;
    const audience: unknown = audienceOf(context);
    requireText("audience", audience);
    const caller: unknown = options.caller?.(context);
    requireText("caller", caller);
    // No address has a space.
    if (caller !== undefined) name.caller = `caller ${caller}`;
    else if (viewer.isSignedIn) name.caller = callerOf(viewer);
    const ends = [signedIn, viewer].map((each) => expiryOf(each, tolerance ?? CLOCK_TOLERANCE));
    const expires = ends.reduce(earlier);
    return { context, audience, caller: name.caller, expires };
  };
}

/** What is known of a caller before `context` was asked. */
interface CallerKnown {
  /** For whom the services are counted. */
  readonly name: CallerName;
  readonly viewer: Viewer;
}

function earlier(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

function identifyByAddress(services: CountedServices): Identify {
  const known = new LRUCache<string, Identity>({ max: KEPT });
  return (_, { address: caller }) => {
    let identity = known.get(caller);
    if (!identity) {
      const context: Services = { ...callerServices(services, { caller }), viewer: openViewer };
      identity = { context, audience: "", caller, expires: undefined };
      known.set(caller, identity);
    }
    return identity;
  };
}

/** Adds what `context` has returned to the services. @throws TypeError if it is something that it must not return */
function withOwn<Own extends object>(services: Services, given: Own): Services & Own {
  requirePlain(given);
  requireApart(given);
  const { viewer = services.viewer }: { readonly viewer?: unknown } = given as object;
  requireViewer(viewer);
  // Pothos would share its caches between all copies of the context: what one operation may do, later ones might.
  const { [contextCache]: _, ...own } = given as Own & { readonly [contextCache]?: unknown };
  return { ...services, ...(own as Own), viewer } as Services & Own;
}

/** By this, Pothos shares what is cached for a context between the copies of it. */
const contextCache = Symbol.for("Pothos.contextCache");

/** @throws TypeError if copies of the object would lose something */
function requirePlain(own: unknown): void {
  const isObject = typeof own === "object" && own !== null;
  const prototype: unknown = isObject ? Object.getPrototypeOf(own) : undefined;
  if (prototype === Object.prototype || prototype === null) return;
  const came = isObject ? "an instance of a class" : typeOrNull(own);
  throw new TypeError(`context must return a plain object, but returned ${came}.`);
}

/** @throws TypeError if a service would be replaced, e.g. the database's session by a user's */
function requireApart(own: object): void {
  const taken = serviceNames.find((name) => Object.hasOwn(own, name));
  if (taken === undefined) return;
  throw new TypeError(
    `context must not return "${taken}", which is the name of a service: name it otherwise.`,
  );
}

const serviceNames = ["session", "lanes", "live"] as const satisfies readonly (keyof Services)[];

/** @throws TypeError if it was not made by `createViewer`, whose checks would be missing */
function requireViewer(viewer: unknown): void {
  if (isViewer(viewer)) return;
  const came = typeof viewer === "object" && viewer ? "another object" : typeOrNull(viewer);
  throw new TypeError(
    `context must return a viewer that createViewer has made, but returned ${came}.`,
  );
}

/** @throws TypeError if it is none: e.g. all promises would be the same text */
function requireText(name: string, text: unknown): asserts text is string | undefined {
  if (text === undefined || typeof text === "string") return;
  const came = typeof text === "object" && text ? "an object" : typeOrNull(text);
  throw new TypeError(`${name} must return a string or undefined, but returned ${came}.`);
}

function typeOrNull(value: unknown): string {
  return value === null ? "null" : typeof value;
}
