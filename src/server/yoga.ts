import { createYoga, type Plugin, type YogaServerInstance } from "graphql-yoga";
import type { Context } from "../context.ts";
import { codedError } from "../error.ts";
import { schema } from "../schema.ts";
import { useDelivery } from "./delivery.ts";
import { useOutcomes } from "./fast-path.ts";
import { limits } from "./limits.ts";
import { useArgumentErrors, useSyntaxErrors } from "./request-error.ts";

/** Yoga as this service makes it. */
export type Yoga = YogaServerInstance<Record<string, unknown>, Context>;

/**
 * Makes what parses, validates and executes operations, and answers over HTTP those that nobody answers faster.
 *
 * @param mask decides what a client is told of an error
 * @param isClosing whether subscriptions are to be refused
 */
export function makeYoga(
  context: Context,
  graphqlEndpoint: string,
  mask: (error: unknown) => Error,
  isClosing: () => boolean,
): Yoga {
  return createYoga<Record<string, unknown>, Context>({
    schema,
    context,
    graphqlEndpoint,
    maskedErrors: { maskError: mask, errorMessage: "Unexpected error." },
    plugins: [
      jsonOnly(),
      refuseSubscriptions(isClosing),
      useArgumentErrors(),
      useSyntaxErrors(),
      useOutcomes(),
      useDelivery(),
    ],
    maxRequestBodySize: limits.bodyBytes,
    // Yoga's own answers every address that ends in it: no address ends in a space.
    healthCheckEndpoint: " ",
    multipart: false,
    graphiql: false,
    landingPage: false,
    cors: false,
    logging: false,
  });
}

/** Refuses the content types that a page of another site can send without being allowed to. */
function jsonOnly(): Plugin {
  return {
    onRequest({ request, fetchAPI, ...hook }) {
      const type = request.headers.get("content-type") ?? "";
      if (request.method !== "POST" || /^application\/json\s*(;|$)/i.test(type)) return;
      const message = `Send application/json, not ${type || "a body without a content type"}.`;
      const errors = [codedError("UNSUPPORTED_MEDIA_TYPE", message)];
      hook.endResponse(fetchAPI.Response.json({ errors }, { status: 415 }));
    },
  };
}

/** Refuses those that come when the others have been completed: nothing would ever end them. */
function refuseSubscriptions(isClosing: () => boolean): Plugin {
  return {
    onSubscribe({ setResultAndStopExecution }) {
      if (!isClosing()) return;
      const error = codedError("UNAVAILABLE", "The service stops: subscribe to the next.");
      // Thrown, it would close a WebSocket as if the service had a defect.
      setResultAndStopExecution({ errors: [error] });
    },
  };
}
