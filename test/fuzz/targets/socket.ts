import type { World } from "../case.ts";
import { leaksIn, objectOf, problemsOfResult } from "../check.ts";
import type { RawWebSocket } from "../raw-web-socket.ts";

/** The codes that mean an internal error, in RFC 6455 and in graphql-ws. A server repeats the code of a client that closes. */
const internalErrors = [1011, 4500];

/** Returns what is wrong with what a socket has received. */
export function problemsOfSocket({ texts, closing, violations }: RawWebSocket): readonly string[] {
  const problems = [...violations, ...texts.flatMap(problemsOfMessage)];
  if (!closing) return problems;
  const { code, reason } = closing;
  if (internalErrors.includes(code)) problems.push(`closed with ${code} ${reason}`);
  return [...problems, ...leaksIn(reason)];
}

function problemsOfMessage(text: string): readonly string[] {
  const message = objectOf(text);
  if (typeof message === "string") return [message];
  const { type, payload } = message as { readonly type?: string; readonly payload?: object };
  const leaks = leaksIn(text);
  switch (type) {
    case "next":
      return [...problemsOfResult(payload ?? {}), ...leaks];
    case "error":
      return [...problemsOfResult({ errors: payload }), ...leaks];
    case "connection_ack":
    case "ping":
    case "pong":
    case "complete":
      return leaks;
    default:
      return [`a message of type ${type}`];
  }
}

/** Returns how a socket was answered, for the counts of the report. */
export function answerOf({ closing, status, texts }: RawWebSocket): string {
  if (closing) return `closed ${closing.code}`;
  if (status !== 101) return status === undefined ? "none" : String(status);
  return texts.length > 1 ? "messages" : "nothing";
}

/** The first message of a client. */
export const INIT = '{"type":"connection_init"}';

/** Writes a message that begins an operation. @param payload as JSON */
export function writeSubscribe(id: string, payload: string): string {
  return `{"type":"subscribe","id":${JSON.stringify(id)},"payload":${payload}}`;
}

/** Returns an operation that follows a partition, as JSON. */
export function followJson({ keys }: World): string {
  const query = `subscription ($city: String!) { partiesChanged(city: $city) { __typename } }`;
  return JSON.stringify({ query, variables: { city: keys[0]!.city } });
}
