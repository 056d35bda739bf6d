import type { IncomingMessage, ServerResponse } from "node:http";
import { type DocumentNode, type ExecutionResult } from "graphql";
import type { GraphQLParams, Plugin } from "graphql-yoga";
import { isSubscription } from "./delivery.ts";
import type { EventStreams } from "./event-stream.ts";
import { limits } from "./limits.ts";
import type { Answer } from "./routes.ts";
import type { Yoga } from "./yoga.ts";

interface ReadRequest extends IncomingMessage {
  /** Where Yoga looks for a body that has been read already. */
  body?: Buffer;
  /** What became of the operation, if it was run. */
  outcome?: Outcome | undefined;
}

type Outcome = { readonly result: ExecutionResult } | { readonly thrown: unknown };

/**
 * Answers operations that are posted as JSON, and subscriptions to an event stream, past the fetch API's requests,
 * responses and streams, which cost more than GraphQL itself does. They get what Yoga's own handler would answer: only a
 * result without errors is written here. One with errors, and any request that is not in order, is handed on to it.
 *
 * Plugins' hooks on requests and responses are not called, those on operations are.
 *
 * @param yoga has the plugins {@link useOutcomes} and `useDelivery`
 */
export function createFastPath(yoga: Yoga, eventStreams: EventStreams): Answer {
  const { graphqlEndpoint: endpoint } = yoga;
  return async (request: ReadRequest, response) => {
    const accepted = answerType(request.headers.accept);
    const asked = accepted && (await askedFor(request, endpoint, accepted));
    if (asked === GONE) return;
    if (asked) {
      const answered = await answer(yoga, eventStreams, { ...asked, request, response, accepted });
      if (answered === true) return;
      request.outcome = answered;
    }
    return yoga(request, response);
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

interface Asked {
  readonly method: string;
  readonly params: GraphQLParams;
}

interface Exchange extends Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly accepted: string;
}

/** The client went away before it had asked. */
const GONE = "gone";

/** What a request asks for, if it is one of those that clients send. Its body is read then. */
async function askedFor(
  request: ReadRequest,
  endpoint: string,
  accepted: string,
): Promise<Asked | typeof GONE | undefined> {
  if (accepted === EVENT_STREAM && request.method === "GET") {
    const params = paramsInAddress(request.url!, endpoint);
    return params && { method: "GET", params };
  }
  if (!isOrdinary(request, endpoint)) return undefined;
  const body = await read(request);
  if (!body) return GONE;
  request.body = body;
  const params = paramsIn(parsed(body.toString()));
  return params && { method: "POST", params };
}

/** Answers as Yoga does. True: it did; else what became of the operation, if it was run. */
async function answer(
  yoga: Yoga,
  eventStreams: EventStreams,
  { method, params, request: req, response: res, accepted }: Exchange,
): Promise<true | Outcome | undefined> {
  const enveloped = yoga.getEnveloped({ req, res, request: { method }, params } as never);
  const { schema, contextFactory, execute, subscribe } = enveloped;
  const document = documentOf(enveloped, params.query!);
  if (!document) return undefined;
  const { operationName, variables: variableValues } = params;
  const isEvents = isSubscription({ document, operationName });
  if (isEvents !== (accepted === EVENT_STREAM)) return undefined;
  try {
    const contextValue = await contextFactory();
    const args = { schema, document, contextValue, variableValues, operationName };
    const result: ExecutionResult | undefined = isEvents
      ? await eventStreams.answer(res, params, subscribe, args)
      : await execute(args);
    if (!result) return true;
    if (!isData(result)) return { result };
    send(res, accepted, JSON.stringify(result));
    return true;
  } catch (thrown) {
    return { thrown };
  }
}

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
const EVENT_STREAM = "text/event-stream";
const RESPONSE_TYPE = "application/graphql-response+json; charset=utf-8";
const answerTypes = new Map([
  ["*/*", JSON_TYPE],
  ["application/*", JSON_TYPE],
  ["application/json", JSON_TYPE],
  ["application/json;charset=utf-8", JSON_TYPE],
  ["application/graphql-response+json", RESPONSE_TYPE],
  ["application/graphql-response+json;charset=utf-8", RESPONSE_TYPE],
  [EVENT_STREAM, EVENT_STREAM],
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
function paramsIn(body: unknown): GraphQLParams | undefined {
  if (!isObject(body) || typeof body["query"] !== "string") return undefined;
  const { variables, extensions } = body;
  const isRight = [variables, extensions].every((part) => part == null || isObject(part));
  return isRight && Object.keys(body).every((name) => names.has(name)) ? body : undefined;
}

/** Those in an address, as an EventSource asks for them. */
function paramsInAddress(url: string, endpoint: string): GraphQLParams | undefined {
  if (!url.startsWith(`${endpoint}?`)) return undefined;
  const { variables, extensions, ...others } = Object.fromEntries(
    new URLSearchParams(url.slice(endpoint.length)),
  );
  return paramsIn({
    ...others,
    ...(variables && { variables: parsed(variables) }),
    ...(extensions && { extensions: parsed(extensions) }),
  });
}

/** The value of JSON; of what is none a text. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
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
