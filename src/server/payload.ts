import type { ExecutionResult, GraphQLError } from "graphql";
import { JsonText, PlannedResult } from "../pothos/index.ts";
import type { Mask } from "./mask.ts";
import { requestError, shownResult } from "./request-error.ts";
import { hasMoreText } from "./text-length.ts";

/** A serialised result, shared by all who get it. It is ASCII, so that a character is a byte. */
export interface Payload {
  /** An event of Server-Sent Events, in the form of graphql-sse. */
  readonly event: string;
  /**
   * Returns a WebSocket frame (RFC 6455, 5.2) with a message of the graphql-transport-ws protocol, in latin1.
   *
   * @param id the subscription's, as JSON
   */
  frame(id: string): string;
}

/** A result as it is sent. */
export interface SentResult {
  readonly result: ExecutionResult;
  readonly json: JsonText;
}

/**
 * Serialises a result as JSON. If that fails, because a scalar is not a JSON value, or if the result is too large, the error
 * is sent instead.
 */
export type Serialize = (result: ExecutionResult) => SentResult;

export interface SerializeOptions {
  /** Converts an error into the one that clients get. */
  readonly mask: Mask;
  /** The maximum size of an answer, in bytes. */
  readonly answerBytes: number;
}

/** Creates the function that serialises the results of a server. */
export function createSerialize({ mask, answerBytes }: SerializeOptions): Serialize {
  const failed = (error: unknown): SentResult => {
    const result = { errors: [mask(error)] };
    return { result, json: new JsonText(JSON.stringify(shownResult(result))) };
  };
  const tooLarge = () => failed(answerTooLarge(answerBytes));
  return (result) => {
    if (result instanceof PlannedResult) return { result, json: result.json };
    try {
      const shown = shownResult(result);
      // Aliases can repeat one long text so often that its JSON would fill the memory.
      if (hasMoreText(shown, answerBytes)) return tooLarge();
      const json = new JsonText(JSON.stringify(shown));
      return json.length > answerBytes ? tooLarge() : { result, json };
    } catch (error) {
      return failed(error);
    }
  };
}

/** Returns the error of an answer that is too large. @param answerBytes how large it may be */
export function answerTooLarge(answerBytes: number): GraphQLError {
  const message = `An answer may have ${answerBytes} bytes. The operation was executed.`;
  return requestError("ANSWER_TOO_LARGE", message);
}

/** Serialises a result for all who get it. */
export function createPayload(
  result: ExecutionResult,
  serialize: (result: ExecutionResult) => { readonly json: Pick<JsonText, "text"> },
): Payload {
  return payloadOf(serialize(result).json.text);
}

/** Returns the payload of a result's JSON. */
export function payloadOf(resultJson: string): Payload {
  const json = asciiJson(resultJson);
  // The id comes last, so that all subscribers with ids of the same length share what is before it.
  const start = `{"type":"next","payload":${json},"id":`;
  const end = "}";
  let head = "";
  let headFor = -1;
  return {
    event: `event: next\ndata: ${json}\n\n`,
    frame(id) {
      if (id.length !== headFor) {
        headFor = id.length;
        head = frameHeader(start.length + id.length + end.length) + start;
      }
      return head + id + end;
    },
  };
}

/** Returns the frame that completes a subscription. @param id as JSON */
export function completeFrame(id: string): string {
  const message = `{"type":"complete","id":${id}}`;
  return frameHeader(message.length) + message;
}

/** Escapes all characters of JSON that are not ASCII. */
export function asciiJson(json: string): string {
  // oxlint-disable-next-line no-control-regex
  return json.replace(/[^\0-\x7f]/g, escapeUnit);
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** Returns the header of an unmasked text frame that is a whole message. */
function frameHeader(length: number): string {
  const bytes = (count: number) =>
    Array.from({ length: count }, (_, at) => Math.floor(length / 256 ** (count - 1 - at)) % 256);
  const sizes =
    length < 126 ? [length] : length < 2 ** 16 ? [126, ...bytes(2)] : [127, ...bytes(8)];
  return String.fromCharCode(0x81, ...sizes);
}
