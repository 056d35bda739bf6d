import type { IncomingMessage, ServerResponse } from "node:http";
import { type DocumentNode, type ExecutionResult, getOperationAST } from "graphql";
import type { GraphQLParams, Plugin } from "graphql-yoga";
import { limits } from "./limits.ts";
import type { Answer } from "./routes.ts";
import type { Yoga } from "./yoga.ts";

interface ReadRequest extends IncomingMessage {
  /** Where Yoga looks for a body that has been read already. */
  body?: Buffer;
  /** What became of the operation, if it was run. */
  outcome?: Outcome | undefined;
}

type Outcome =
  | { readonly json: string }
  | { readonly result: ExecutionResult }
  | { readonly thrown: unknown };

/**
 * Answers operations that are posted as JSON past the fetch API's requests, responses and streams, which cost more than
 * GraphQL itself does. They get what Yoga's own handler would answer: only a result without errors is written here. One
 * with errors, and any request that is not in order, is handed on to it.
 *
 * Plugins' hooks on requests and responses are not called, those on operations are.
 *
 * @param yoga has the plugin {@link useOutcomes}
 */
export function createFastPath(yoga: Yoga): Answer {
  const run = createRun(yoga);
  const { graphqlEndpoint: endpoint } = yoga;
  return async (request: ReadRequest, response) => {
    const type = isOrdinary(request, endpoint) && answerType(request.headers.accept);
    if (!type) return yoga(request, response);
    const body = await read(request);
    if (!body) return;
    const params = paramsIn(body);
    const outcome = params && (await run(request, response, params));
    if (outcome && "json" in outcome) return send(response, type, outcome.json);
    return yoga(Object.assign(request, { body, outcome }), response);
  };
}

/** Lets Yoga's own handler answer with what became of an operation, instead of running it again. */
export function useOutcomes(): Plugin<object, { readonly req?: ReadRequest }> {
  return {
    onParams({ context: { req }, setResult }) {
      const outcome = req?.outcome;
      if (!outcome) return;
      if ("thrown" in outcome) throw outcome.thrown;
      if ("result" in outcome) setResult(outcome.result);
    },
  };
}

/** Makes what runs an operation as Yoga does. Undefined: it is wrong, or a subscription, and was not run. */
function createRun({ getEnveloped }: Yoga) {
  return async (
    req: IncomingMessage,
    res: ServerResponse,
    params: GraphQLParams,
  ): Promise<Outcome | undefined> => {
    const enveloped = getEnveloped({ req, res, request: POST, params } as never);
    const { schema, contextFactory, execute } = enveloped;
    const document = documentOf(enveloped, params.query!);
    if (!document) return undefined;
    const { operationName, variables: variableValues } = params;
    if (getOperationAST(document, operationName)?.operation === "subscription") return undefined;
    try {
      const contextValue = await contextFactory();
      const args = { schema, document, contextValue, variableValues, operationName };
      const result: ExecutionResult = await execute(args);
      return isData(result) ? { json: JSON.stringify(result) } : { result };
    } catch (thrown) {
      return { thrown };
    }
  };
}

/** What Yoga's plugins ask of the fetch API's request while they parse. */
const POST = { method: "POST" };

/** The document if it is right. What is wrong with it Yoga's own handler finds out, and tells. */
function documentOf(
  { schema, parse, validate }: ReturnType<Yoga["getEnveloped"]>,
  query: string,
): DocumentNode | undefined {
  try {
    const document = parse(query);
    return validate(schema, document).length === 0 ? document : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a request is one of those that clients send; its length bounds what is read. */
function isOrdinary({ method, url, headers }: IncomingMessage, endpoint: string): boolean {
  const { "content-type": type, "content-length": length } = headers;
  return (
    method === "POST" &&
    url === endpoint &&
    (type === "application/json" || type?.startsWith("application/json;") === true) &&
    Number(length) > 0 &&
    Number(length) <= limits.bodyBytes
  );
}

const JSON_TYPE = "application/json; charset=utf-8";
const RESPONSE_TYPE = "application/graphql-response+json; charset=utf-8";
const answerTypes = new Map([
  ["*/*", JSON_TYPE],
  ["application/*", JSON_TYPE],
  ["application/json", JSON_TYPE],
  ["application/json;charset=utf-8", JSON_TYPE],
  ["application/graphql-response+json", RESPONSE_TYPE],
  ["application/graphql-response+json;charset=utf-8", RESPONSE_TYPE],
]);

/** The content type that Yoga gives a result: that of the first range, if it is one of these. It knows no weights. */
function answerType(accept: string | undefined): string | undefined {
  if (!accept) return JSON_TYPE;
  const end = accept.indexOf(",");
  const first = end < 0 ? accept : accept.slice(0, end);
  return answerTypes.get(first) ?? answerTypes.get(first.replace(/\s/g, "").toLowerCase());
}

/** The body; undefined if the client went away before it had sent it. */
function read(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
    request.on("close", () => resolve(undefined));
  });
}

const names: ReadonlySet<string> = new Set(["query", "operationName", "variables", "extensions"]);

/** The parameters of an operation, if a body has them and nothing else. */
function paramsIn(body: Buffer): GraphQLParams | undefined {
  const params = parsed(body);
  if (!isObject(params) || typeof params["query"] !== "string") return undefined;
  const { variables, extensions } = params;
  const isRight = [variables, extensions].every((part) => part == null || isObject(part));
  return isRight && Object.keys(params).every((name) => names.has(name)) ? params : undefined;
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether there is nothing beside the data that Yoga would look at. */
function isData(result: ExecutionResult): boolean {
  return "data" in result && Object.keys(result).length === 1;
}

function send(response: ServerResponse, type: string, json: string): void {
  // The client may have gone.
  if (response.destroyed) return;
  const length = Buffer.byteLength(json);
  response.writeHead(200, { "Content-Type": type, "content-length": length }).end(json);
}
