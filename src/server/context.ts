import type { IncomingMessage } from "node:http";
import type { Session } from "../cassandra/index.ts";
import type { Lanes } from "../lane/index.ts";
import type { Live } from "../live/index.ts";

/** What a server opens for the resolvers of its schema. */
export interface Services {
  readonly session: Session;
  readonly lanes: Lanes;
  readonly live: Live;
}

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
}

/** Who sends an operation, as far as the server needs to know. */
export interface Identity {
  /** What the contexts of the caller's operations have. */
  readonly context: object;
  /** Undefined: the caller shares nothing. */
  readonly audience: string | undefined;
}

/** Identifies a caller. Fails with what `context` throws. */
export type Identify = (
  request: IncomingMessage,
  connectionParams?: ContextArguments["connectionParams"],
) => Identity | Promise<Identity>;

/** Creates the function that identifies the callers of a server. */
export function createIdentify<Own extends object>(
  services: Services,
  options: CallerOptions<Own>,
): Identify {
  if (!options.context) {
    const everybody: Identity = { context: services, audience: "" };
    return () => everybody;
  }
  return async (request, connectionParams) => {
    const own = await options.context!(request, { ...services, connectionParams });
    requirePlain(own);
    requireApart(own, services);
    const whole = { ...services, ...own };
    const audience: unknown = options.audience?.(whole);
    requireAudience(audience);
    return { context: whole, audience };
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

/** @throws TypeError if it is none: e.g. all promises would be the same audience */
function requireAudience(audience: unknown): asserts audience is string | undefined {
  if (audience === undefined || typeof audience === "string") return;
  const came = typeof audience === "object" && audience ? "an object" : typeOrNull(audience);
  throw new TypeError(`audience must return a string or undefined, but returned ${came}.`);
}

function typeOrNull(value: unknown): string {
  return value === null ? "null" : typeof value;
}
