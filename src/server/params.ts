import type { IncomingMessage } from "node:http";
import type { GraphQLError } from "graphql";
import { codedError } from "./error.ts";
import { readBody } from "./body.ts";
import { limits } from "./limits.ts";
import { requestError } from "./request-error.ts";
import { isDeeper } from "../support/depth.ts";
import { queryOf, targetOf } from "./target.ts";

/** The parameters of an operation, on every transport. */
export interface Params {
  /** The text of the document. */
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/** The parameters of an operation as a client sends them: with the text of the document, or only with its id. */
export interface SentParams extends Omit<Params, "query"> {
  /** Undefined if only the id was sent. */
  readonly query: string | undefined;
  readonly documentId?: string | undefined;
}

/**
 * Reads the parameters of a request: those of a POST from its body, those of a GET from its URL.
 *
 * @returns undefined if the client went away before it had sent them
 * @throws GraphQLError with its status
 */
export async function readParams(request: IncomingMessage): Promise<SentParams | undefined> {
  if (request.method === "POST") {
    const body = await readBody(request);
    return body === undefined ? undefined : checkParams(parseJson(body, "The body"));
  }
  if (request.method === "GET") return checkParams(urlParams(request));
  const message = `The endpoint takes GET and POST, not ${request.method}.`;
  throw requestError("METHOD_NOT_ALLOWED", message, { headers: { allow: "GET, POST" } });
}

/** Reads the parameters from a URL. Its variables and extensions are JSON; an empty parameter counts as absent. */
function urlParams(request: IncomingMessage): object {
  const query = queryOf(targetOf(request).query);
  if (!query) throw badRequest("The URL is not UTF-8 in percent-encoding.");
  const twice = [...paramNames].find((name) => query.getAll(name).length > 1);
  if (twice !== undefined) throw badRequest(`The URL has "${twice}" twice.`);
  const given = [...query].filter(([name, text]) => paramNames.has(name) && text !== "");
  return Object.fromEntries(
    given.map(([name, text]) => [
      name,
      name === "variables" || name === "extensions" ? parseJson(text, `"${name}"`) : text,
    ]),
  );
}

function parseJson(json: string, place: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw badRequest(`${place} is not JSON.`);
  }
}

const paramNames: ReadonlySet<string> = new Set([
  "query",
  "documentId",
  "operationName",
  "variables",
  "extensions",
]);

function checkParams(given: unknown): SentParams {
  if (Array.isArray(given)) throw badRequest("Batching is not supported: send one operation.");
  if (!isObject(given)) throw badRequest(`The body must be a JSON object, not ${kindOf(given)}.`);
  const unknown = Object.keys(given).find((name) => given[name] != null && !paramNames.has(name));
  if (unknown !== undefined) {
    throw badRequest(`There is no parameter ${JSON.stringify(unknown.slice(0, 100))}.`);
  }
  const { query, documentId, operationName, variables, extensions } = given;
  if (documentId != null && typeof documentId !== "string") {
    throw needed("documentId", { type: "a string", given: documentId });
  }
  const id = documentId ?? persistedId(extensions);
  const text = query ?? (id === undefined ? undefined : "");
  if (typeof text !== "string") throw needed("query", { type: "a string", given: query });
  if (operationName != null && typeof operationName !== "string") {
    throw needed("operationName", { type: "a string", given: operationName });
  }
  if (variables != null && !isObject(variables))
    throw needed("variables", { type: "an object", given: variables });
  if (extensions != null && !isObject(extensions)) {
    throw needed("extensions", { type: "an object", given: extensions });
  }
  return { ...documentSent(text, id), operationName, variables };
}

/** Returns the text and the id of a document that was sent. A text that is empty counts as absent if there is an id. */
export function documentSent(
  query: string,
  id: string | undefined,
): Pick<SentParams, "query" | "documentId"> {
  return id === undefined ? { query } : { query: query === "" ? undefined : query, documentId: id };
}

/** Returns the id that Apollo's protocol has for a document, empty if it has another type; undefined if there is none. */
export function persistedId(extensions: unknown): string | undefined {
  const persisted = isObject(extensions) ? extensions["persistedQuery"] : undefined;
  if (persisted == null) return undefined;
  const id = isObject(persisted) ? persisted["sha256Hash"] : undefined;
  return typeof id === "string" ? id : "";
}

/**
 * Returns the error of variables that are nested too deeply, for any transport: later steps, such as the comparison of
 * subscriptions, would overflow the stack.
 */
export function tooDeepVariables({ variables }: Params): GraphQLError | undefined {
  if (!isDeeper(variables, limits.variableDepth)) return undefined;
  const message = `Variables may be nested ${limits.variableDepth} deep.`;
  return codedError("TOO_DEEP", message);
}

function needed(name: string, { type, given }: { type: string; given: unknown }): GraphQLError {
  return badRequest(`"${name}" must be ${type}, not ${kindOf(given)}.`);
}

function badRequest(message: string): GraphQLError {
  return requestError("BAD_REQUEST", message);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value == null) return "nothing";
  if (Array.isArray(value)) return "an array";
  return isObject(value) ? "an object" : `a ${typeof value}`;
}
