import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { ExecutionResult, GraphQLError, OperationTypeNode } from "graphql";
import type { AddressOf } from "./address.ts";
import type { Admission } from "./admission.ts";
import type { Identify } from "./context.ts";
import { Delivery } from "./delivery.ts";
import type { EventStreams } from "./event-stream.ts";
import { limits } from "./limits.ts";
import type { Mask } from "./mask.ts";
import { acceptedTypes, type MediaType, mediaTypes } from "./media-type.ts";
import type { OpenSockets } from "./open-sockets.ts";
import { readParams } from "./params.ts";
import type { Payer, Pipeline } from "./pipeline.ts";
import { errorHeaders, requestError, statusOf } from "./request-error.ts";
import type { Answer } from "./routes.ts";
import type { Requester } from "./run.ts";
import { callerOf } from "./sign-in/fingerprint.ts";
import type { SignIn } from "./sign-in/sign-in.ts";
import type { Unsent } from "./unsent.ts";

export interface GraphQLOptions {
  readonly pipeline: Pipeline;
  /** Undefined: nobody signs in by token. */
  readonly signIn: SignIn | undefined;
  readonly identify: Identify;
  readonly addressOf: AddressOf;
  readonly admission: Admission;
  readonly unsent: Unsent;
  readonly openSockets: OpenSockets;
  readonly eventStreams: EventStreams;
  /** Converts an error into the one that the client gets. */
  readonly mask: Mask;
}

/**
 * Answers operations by GraphQL over HTTP (https://graphql.github.io/graphql-over-http), as JSON or as an event stream.
 * It uses Node's own requests and responses: converting them to those of the fetch API costs more than GraphQL itself.
 */
export function createGraphQL(options: GraphQLOptions): Answer {
  const { pipeline, signIn, identify, addressOf, admission, unsent } = options;
  const { openSockets, eventStreams, mask } = options;
  const inFlight = createInFlight();

  /** Answers with JSON, or with one event if the client accepts nothing else. */
  function send(response: ServerResponse, { type, result: executed, to, kind }: Sendable) {
    // The client may have gone.
    if (response.destroyed) return;
    const { result, json, sent } = unsent.serialize(executed, { to, kind });
    response.once("close", sent);
    if (json.length > limits.unsentBytes) cutIfUnread(response);
    const status = statusOf(result, type);
    const headers = errorHeaders(result);
    // With another status, clients of event streams do not read the body as events.
    if (type === "events" && status === 200) {
      eventStreams.send(response, { headers, json: json.text });
      return;
    }
    const shown = type === "events" ? "json" : type;
    response
      .writeHead(status, {
        ...headers,
        "Content-Type": `${mediaTypes[shown]}; charset=utf-8`,
        "content-length": json.length,
      })
      .end(json.body, json.encoding);
  }

  /** Counts an event stream until it is closed. @throws GraphQLError `QUOTA_EXCEEDED` */
  async function countStream(response: ServerResponse, { client, begun }: BegunStream) {
    const { caller } = await client.identity;
    try {
      openSockets.open(caller);
    } catch (error) {
      void begun.return();
      throw error;
    }
    if (response.closed) openSockets.close(caller);
    else response.once("close", () => openSockets.close(caller));
  }

  /** Lets a request that is no operation be paid, too: a flood of them would otherwise cost its sender nothing. */
  async function readPaid(request: IncomingMessage, payer: Payer) {
    try {
      return await readParams(request);
    } catch (error) {
      await admission.enter({ ...payer, points: 1 });
      throw error;
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse, to: Asked) {
    const { types, address } = to;
    if (inFlight.add(request, response) > limits.pipelined) throw tooManyInFlight();
    // Strangers learn nothing of the schema.
    const signedIn = signIn?.(request, { address });
    const viewer = signedIn instanceof Promise ? await signedIn : signedIn;
    const payer = viewer?.isSignedIn ? callerOf(viewer) : address;
    const isGone = () => response.destroyed;
    // Before the body is read, so that refusals cost next to nothing.
    const refusal = admission.refusal(payer);
    if (refusal) await refusal;
    if (types.accepted.length === 0) throw notAcceptable(offeredTypes, "an operation");
    const params = await readPaid(request, { caller: payer, isGone });
    // The client has gone away.
    if (!params) return;
    const preparing = pipeline.prepare(params, { caller: payer, isGone });
    const prepared = preparing instanceof Promise ? await preparing : preparing;
    if ("errors" in prepared) {
      return send(response, { type: types.first, result: prepared, to: payer });
    }
    requireFit(request, { accepted: types.accepted, kind: prepared.kind });
    const client = { identity: identify(request, { address, viewer }), isGone };
    if (prepared.kind !== "subscription") {
      const result = await prepared.execute(client);
      return send(response, { type: types.first, result, to: payer, kind: prepared.kind });
    }
    const result = await eventStreams.begin(response, {
      identity: client.identity,
      async subscribe(outlet) {
        const begun = await prepared.subscribe(client, outlet);
        if (begun instanceof Delivery) await countStream(response, { client, begun });
        return begun;
      },
    });
    if (result) send(response, { type: types.first, result, to: payer });
  }

  return async (request, response) => {
    const accepted = acceptedTypes(request.headers.accept).filter((type) => type !== "page");
    const types: Types = { first: accepted[0] ?? "json", accepted };
    const address = addressOf(request);
    try {
      await answer(request, response, { types, address });
    } catch (error) {
      send(response, { type: types.first, result: { errors: [mask(error)] }, to: address });
    }
  };
}

interface BegunStream {
  readonly client: Requester;
  readonly begun: Delivery;
}

/** Who asks, and what it accepts. */
interface Asked {
  readonly types: Types;
  readonly address: string;
}

/** A result, the media type that it is sent in, and the caller or address for which it counts until it is read. */
interface Sendable {
  readonly type: MediaType;
  readonly result: ExecutionResult;
  readonly to: string;
  readonly kind?: OperationTypeNode;
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

function tooManyInFlight(): GraphQLError {
  const message = `A connection may have ${limits.pipelined} requests without an answer.`;
  return requestError("TOO_MANY_IN_FLIGHT", message);
}

/** Cuts a client off that reads nothing of an answer for too long. */
function cutIfUnread(response: ServerResponse): void {
  response.setTimeout(limits.unread, () => response.destroy());
  // Before Node.js sets the time for which the connection may be idle, if it has one.
  response.prependOnceListener("finish", () => response.setTimeout(0));
}

/** Counts the requests of each connection that have no answer yet. */
function createInFlight() {
  const counts = new WeakMap<Socket, number>();
  return {
    /** Counts a request until its answer is sent. Returns how many there are. */
    add({ socket }: IncomingMessage, response: ServerResponse): number {
      const count = (counts.get(socket) ?? 0) + 1;
      counts.set(socket, count);
      response.once("close", () => counts.set(socket, counts.get(socket)! - 1));
      return count;
    },
  };
}

const offeredTypes = ["json", "response", "events"] as const;
