import type { IncomingMessage } from "node:http";
import { LRUCache } from "lru-cache";
import { openViewer } from "../pothos/index.ts";
import { callerServices, type CountedServices, type Services } from "./caller-services.ts";

/** What `context` gets beside the request. */
export interface ContextArguments extends Services {
  /** The payload of `connection_init`. Undefined over HTTP, and if the client sends none. */
  readonly connectionParams?: Readonly<Record<string, unknown>> | undefined;
}

/** How a server identifies its callers. */
export interface CallerOptions<Own extends object> {
  /**
   * Returns what the context of a caller's operations has beside the services: called once per HTTP request, after its
   * operation was validated and before it is executed, and once per WebSocket, when its client sends `connection_init`.
   *
   * It must return a plain object without the names of services. Each operation, and each event of a subscription, gets a
   * shallow copy of it. What must be fresh for each of them, such as loaders, does not belong there: key it by the context
   * in a WeakMap.
   *
   * If it throws a GraphQLError with `extensions.code`, the client gets that error, with the status
   * `extensions.http.status`; a WebSocket is closed with 4403 and the reason `CODE: message`. Any other error is logged
   * and masked; a WebSocket is closed with 1013, upon which clients try again.
   *
   * Default: nothing beside the services.
   *
   * @param request the HTTP request; for a WebSocket, the one that opened it
   * @example context: async ({ headers }) => ({ user: await userOf(headers.cookie) })
   */
  context?(request: IncomingMessage, given: ContextArguments): Own | PromiseLike<Own>;
  /**
   * Names what a caller may see. Equal subscriptions of one audience share one execution per event, **in the context of
   * any one of them**: return the same text only for callers who get the same answer to every operation, to the last
   * field. Undefined: the caller shares nothing.
   *
   * Default: callers share nothing; without `context`, all share.
   *
   * @example audience: ({ user }) => `${user.tenant} ${user.role}`
   */
  audience?(context: Services & Own): string | undefined;
  /**
   * Names the caller, for whom limits and quotas are counted: e.g. a user, or an application with all its servers.
   * Undefined: the address of the client counts.
   *
   * Default: the address of the client; of an IPv6 address the first 64 bits.
   *
   * @example caller: ({ user }) => user.id
   */
  caller?(context: Services & Own): string | undefined;
}

/** Who sends an operation, as far as the server needs to know. */
export interface Identity {
  /** What the contexts of the caller's operations have. */
  readonly context: object;
  /** Undefined: the caller shares nothing. */
  readonly audience: string | undefined;
  /** For whom limits are counted. */
  readonly caller: string;
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
}

/** For how many addresses the identity is kept. */
const KEPT = 10_000;

/** Creates the function that identifies the callers of a server. */
export function createIdentify<Own extends object>(
  services: CountedServices,
  options: CallerOptions<Own>,
): Identify {
  if (!options.context) return identifyByAddress(services);
  return async (request, { address, connectionParams }) => {
    const name = { caller: address };
    const own: Services = { ...callerServices(services, name), viewer: openViewer };
    const given = await options.context!(request, { ...own, connectionParams });
    requirePlain(given);
    requireApart(given, own);
    const whole = { ...own, ...given };
    const audience: unknown = options.audience?.(whole);
    requireText("audience", audience);
    const caller: unknown = options.caller?.(whole);
    requireText("caller", caller);
    // No address has a space.
    if (caller !== undefined) name.caller = `caller ${caller}`;
    return { context: whole, audience, caller: name.caller };
  };
}

function identifyByAddress(services: CountedServices): Identify {
  const known = new LRUCache<string, Identity>({ max: KEPT });
  return (_, { address: caller }) => {
    let identity = known.get(caller);
    if (!identity) {
      const context: Services = { ...callerServices(services, { caller }), viewer: openViewer };
      identity = { context, audience: "", caller };
      known.set(caller, identity);
    }
    return identity;
  };
}

/** @throws TypeError if copies of the object would lose something */
function requirePlain(own: unknown): void {
  const isObject = typeof own === "object" && own !== null;
  const prototype: unknown = isObject ? Object.getPrototypeOf(own) : undefined;
  if (prototype === Object.prototype || prototype === null) return;
  const came = isObject ? "an instance of a class" : typeOrNull(own);
  throw new TypeError(`context must return a plain object, but returned ${came}.`);
}

/** @throws TypeError if a service would be replaced, e.g. the database's session by a user's */
function requireApart(own: object, services: Services): void {
  const taken = Object.keys(services).find((name) => Object.hasOwn(own, name));
  if (taken === undefined) return;
  throw new TypeError(
    `context must not return "${taken}", which is the name of a service: name it otherwise.`,
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
