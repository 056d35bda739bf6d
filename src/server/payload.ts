import type { ExecutionResult } from "graphql";
import type { Mask } from "./mask.ts";
import { shownResult } from "./request-error.ts";

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

/**
 * Serialises a result as JSON. If that fails, because a scalar is not a JSON value, returns the error instead.
 *
 * @param mask converts that error
 */
export function resultJson(result: ExecutionResult, mask: Mask): string {
  try {
    return JSON.stringify(shownResult(result));
  } catch (error) {
    return JSON.stringify(shownResult({ errors: [mask(error)] }));
  }
}

/** Serialises a result, as {@link resultJson} does. */
export function createPayload(result: ExecutionResult, mask: Mask): Payload {
  const json = asciiJson(resultJson(result, mask));
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
