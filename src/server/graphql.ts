import type { IncomingMessage, ServerResponse } from "node:http";
import type { ExecutionResult, GraphQLError, OperationTypeNode } from "graphql";
import type { EventStreams } from "./event-stream.ts";
import type { Mask } from "./mask.ts";
import { acceptedTypes, type MediaType, mediaTypes } from "./media-type.ts";
import { readParams } from "./params.ts";
import { resultJson } from "./payload.ts";
import type { Pipeline } from "./pipeline.ts";
import { headersOf, requestError, statusOf } from "./request-error.ts";
import type { Answer } from "./routes.ts";

/**
 * Answers operations as GraphQL over HTTP has it (https://graphql.github.io/graphql-over-http), by JSON or as an event
 * stream. Node's own requests and responses are used: to make the fetch API's of them cost more than GraphQL itself.
 *
 * @param mask decides what a client is told of an error
 */
export function createGraphQL(pipeline: Pipeline, eventStreams: EventStreams, mask: Mask): Answer {
  /** Answers by JSON, or by one event where the client takes nothing else. */
  function send(response: ServerResponse, type: MediaType, result: ExecutionResult) {
    // The client may have gone.
    if (response.destroyed) return;
    const json = resultJson(result, mask);
    const status = statusOf(result, type);
    const headers = headersOf(result);
    // A client of event streams learns nothing of an answer with another status but that.
    if (type === "events" && status === 200) {
      eventStreams.send(response, headers, json);
      return;
    }
    const shown = type === "events" ? "json" : type;
    const length = Buffer.byteLength(json);
    response
      .writeHead(status, {
        ...headers,
        "Content-Type": `${mediaTypes[shown]}; charset=utf-8`,
        "content-length": length,
      })
      .end(json);
  }

  async function answer(request: IncomingMessage, response: ServerResponse, types: Types) {
    if (types.accepted.length === 0) throw notAcceptable(offeredTypes, "an operation");
    const params = await readParams(request);
    // The client went away before it had asked.
    if (!params) return;
    const prepared = pipeline.prepare(params);
    if ("errors" in prepared) return send(response, types.first, prepared);
    requireFit(request, types, prepared.kind);
    if (prepared.kind !== "subscription") {
      return send(response, types.first, await prepared.execute());
    }
    const result = await eventStreams.begin(response, prepared);
    if (result) send(response, types.first, result);
  }

  return async (request, response) => {
    const accepted = acceptedTypes(request.headers.accept).filter((type) => type !== "page");
    const types: Types = { first: accepted[0] ?? "json", accepted };
    try {
      await answer(request, response, types);
    } catch (error) {
      send(response, types.first, { errors: [mask(error)] });
    }
  };
}

/** In what a client takes its answer. */
interface Types {
  readonly first: MediaType;
  readonly accepted: readonly MediaType[];
}

/** @throws GraphQLError `NOT_ACCEPTABLE` or `METHOD_NOT_ALLOWED`, before anything is run */
function requireFit(
  { method }: IncomingMessage,
  { accepted }: Types,
  kind: OperationTypeNode,
): void {
  if (kind === "mutation" && method === "GET") {
    throw requestError("METHOD_NOT_ALLOWED", "A mutation takes POST, not GET.", { allow: "POST" });
  }
  const offered = kind === "subscription" ? (["events"] as const) : offeredTypes;
  if (offered.some((type) => accepted.includes(type))) return;
  throw notAcceptable(offered, `a ${kind}`);
}

function notAcceptable(offered: readonly MediaType[], what: string): GraphQLError {
  const names = offered.map((type) => mediaTypes[type]);
  return requestError("NOT_ACCEPTABLE", `For ${what} accept ${names.join(" or ")}.`);
}

const offeredTypes = ["json", "response", "events"] as const;
