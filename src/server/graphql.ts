import type { IncomingMessage, ServerResponse } from "node:http";
import type { ExecutionResult, GraphQLError, OperationTypeNode } from "graphql";
import type { EventStreams } from "./event-stream.ts";
import type { Identify } from "./context.ts";
import type { Mask } from "./mask.ts";
import { acceptedTypes, type MediaType, mediaTypes } from "./media-type.ts";
import { readParams } from "./params.ts";
import { resultJson } from "./payload.ts";
import type { Pipeline } from "./pipeline.ts";
import { errorHeaders, requestError, statusOf } from "./request-error.ts";
import type { Answer } from "./routes.ts";

export interface GraphQLOptions {
  readonly pipeline: Pipeline;
  readonly identify: Identify;
  readonly eventStreams: EventStreams;
  /** Converts an error into the one that the client gets. */
  readonly mask: Mask;
}

/**
 * Answers operations by GraphQL over HTTP (https://graphql.github.io/graphql-over-http), as JSON or as an event stream.
 * It uses Node's own requests and responses: converting them to those of the fetch API costs more than GraphQL itself.
 */
export function createGraphQL({ pipeline, identify, eventStreams, mask }: GraphQLOptions): Answer {
  /** Answers with JSON, or with one event if the client accepts nothing else. */
  function send(response: ServerResponse, { type, result }: Sent) {
    // The client may have gone.
    if (response.destroyed) return;
    const json = resultJson(result, mask);
    const status = statusOf(result, type);
    const headers = errorHeaders(result);
    // With another status, clients of event streams do not read the body as events.
    if (type === "events" && status === 200) {
      eventStreams.send(response, { headers, json });
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
    // The client has gone away.
    if (!params) return;
    const prepared = pipeline.prepare(params);
    if ("errors" in prepared) return send(response, { type: types.first, result: prepared });
    requireFit(request, { accepted: types.accepted, kind: prepared.kind });
    const identified = identify(request);
    const identity = identified instanceof Promise ? await identified : identified;
    if (prepared.kind !== "subscription") {
      return send(response, { type: types.first, result: await prepared.execute(identity) });
    }
    const result = await eventStreams.begin(response, (outlet) =>
      prepared.subscribe(identity, outlet),
    );
    if (result) send(response, { type: types.first, result });
  }

  return async (request, response) => {
    const accepted = acceptedTypes(request.headers.accept).filter((type) => type !== "page");
    const types: Types = { first: accepted[0] ?? "json", accepted };
    try {
      await answer(request, response, types);
    } catch (error) {
      send(response, { type: types.first, result: { errors: [mask(error)] } });
    }
  };
}

/** A result, and the media type that it is sent in. */
interface Sent {
  readonly type: MediaType;
  readonly result: ExecutionResult;
}

/** The media types that a client accepts. */
interface Types {
  readonly first: MediaType;
  readonly accepted: readonly MediaType[];
}

/** What a request must fit. */
interface Fit {
  readonly accepted: readonly MediaType[];
  readonly kind: OperationTypeNode;
}

/** @throws GraphQLError `NOT_ACCEPTABLE` or `METHOD_NOT_ALLOWED`, before anything is executed */
function requireFit({ method }: IncomingMessage, { accepted, kind }: Fit): void {
  if (kind === "mutation" && method === "GET") {
    throw requestError("METHOD_NOT_ALLOWED", "A mutation takes POST, not GET.", {
      headers: { allow: "POST" },
    });
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
