import { type ExecutionResult, GraphQLError, type GraphQLErrorOptions } from "graphql";
import { type Code, codedError } from "./error.ts";
import { limits } from "./limits.ts";
import { withoutStack } from "../support/without-stack.ts";
import type { MediaType } from "./media-type.ts";

/** What `extensions.http` of an error says about the HTTP response, as in Yoga. It is not sent to clients. */
export interface Http {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the status applies to `application/graphql-response+json` only; `application/json` gets 200. */
  readonly spec?: boolean;
}

/** The responses to requests that are refused before they are executed. */
const httpRefusals = {
  UNAUTHENTICATED: { status: 401 },
  TOKEN_EXPIRED: { status: 401 },
  UNAVAILABLE: { status: 503 },
  BAD_REQUEST: { status: 400 },
  METHOD_NOT_ALLOWED: { status: 405 },
  NOT_ACCEPTABLE: { status: 406 },
  REQUEST_ENTITY_TOO_LARGE: { status: 413 },
  UNSUPPORTED_MEDIA_TYPE: { status: 415 },
  DOCUMENT_NOT_ALLOWED: { status: 403 },
  OPERATION_RESOLUTION_FAILURE: { status: 400 },
  TOO_MANY_PARTITIONS: { status: 400, spec: true },
  ANSWER_TOO_LARGE: { status: 400, spec: true },
  QUOTA_EXCEEDED: { status: 429 },
  TOO_MANY_IN_FLIGHT: { status: 429, headers: { connection: "close" } },
  OVERLOADED: { status: 503 },
  TIMED_OUT: { status: 504 },
  OUTCOME_UNKNOWN: { status: 504 },
  // Apollo's clients expect these headers on an answer that must not be cached.
  PERSISTED_QUERY_NOT_SUPPORTED: {
    status: 200,
    headers: { "cache-control": "private, no-cache, must-revalidate" },
  },
} as const satisfies Partial<Record<Code, Http>>;

interface RequestErrorOptions extends Pick<Http, "headers"> {
  /** What the error has beside its code. */
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** Creates the error that refuses a request, with the status of its code. @param options.headers sent beside the status */
export function requestError(
  code: keyof typeof httpRefusals,
  message: string,
  { headers, extensions }: RequestErrorOptions = {},
): GraphQLError {
  const http: Http = { ...httpRefusals[code], ...(headers && { headers }) };
  return codedError(code, message, { extensions: { ...extensions, http } });
}

/** Creates an error about a document, with status 400 for clients that accept a status for it. */
export function documentError(
  code: Code,
  message: string,
  options: GraphQLErrorOptions = {},
): GraphQLError {
  const http: Http = { status: 400, spec: true };
  return codedError(code, message, { ...options, extensions: { http } });
}

/** Returns the status of a result: the highest that its errors state, else that of GraphQL over HTTP (6.4). */
export function statusOf(result: ExecutionResult, type: MediaType): number {
  const errors = result.errors ?? [];
  const stated = errors.flatMap((error) => {
    const { status, spec } = httpOf(error);
    return status === undefined || (spec && type !== "response") ? [] : [status];
  });
  if (stated.length > 0) return Math.max(...stated);
  if ("data" in result) return 200;
  if (errors.some(({ extensions }) => extensions["code"] === "INTERNAL_SERVER_ERROR")) return 500;
  return type === "response" ? 400 : 200;
}

/** Returns the headers that a result's errors state. */
export function errorHeaders({ errors = [] }: ExecutionResult): Readonly<Record<string, string>> {
  return Object.assign({}, ...errors.map((error) => httpOf(error).headers));
}

/** Returns a result as clients get it, without `extensions.http` of its errors. */
export function shownResult(result: ExecutionResult): ExecutionResult {
  return result.errors ? { ...result, errors: shownErrors(result.errors) } : result;
}

/** Returns errors as clients get them. Long messages are cut: they may repeat what the client has sent. */
export function shownErrors(errors: readonly GraphQLError[]): GraphQLError[] {
  return errors.map((error) => {
    const { http, ...extensions } = error.extensions;
    if (http === undefined && error.message.length <= limits.message) return error;
    const { nodes = null, source, positions = null, path = null } = error;
    const message = shortened(error.message);
    return withoutStack(
      () => new GraphQLError(message, { nodes, source, positions, path, extensions }),
    );
  });
}

function shortened(message: string): string {
  return message.length <= limits.message ? message : `${message.slice(0, limits.message)}…`;
}

function httpOf({ extensions }: GraphQLError): Http {
  return (extensions["http"] ?? {}) as Http;
}
