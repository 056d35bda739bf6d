import type { ExecutionResult } from "graphql";
import type { Mask } from "./mask.ts";
import { shownResult } from "./request-error.ts";

/** A result as text, once for all who get it. All of it is ASCII: so a character is a byte. */
export interface Payload {
  /** As an event of Server-Sent Events, as Yoga writes it. */
  readonly event: string;
  /**
   * As a message of the graphql-transport-ws protocol in a WebSocket frame (RFC 6455, 5.2), in latin1.
   *
   * @param id the subscription's, as JSON
   */
  frame(id: string): string;
}

/**
 * A result as JSON. One that cannot be written, as a scalar of it is no value of JSON, is told as an error.
 *
 * @param mask decides what is told of that
 */
export function resultJson(result: ExecutionResult, mask: Mask): string {
  try {
    return JSON.stringify(shownResult(result));
  } catch (error) {
    return JSON.stringify(shownResult({ errors: [mask(error)] }));
  }
}

/** Makes the texts of a result, as {@link resultJson} does. */
export function createPayload(result: ExecutionResult, mask: Mask): Payload {
  const json = ascii(resultJson(result, mask));
  // The id comes last, so that what is before it is the same for all of them whose ids are equally long.
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

/** The frame that ends a subscription. @param id as JSON */
export function completeFrame(id: string): string {
  const message = `{"type":"complete","id":${id}}`;
  return frameHeader(message.length) + message;
}

/** JSON with all characters beyond ASCII escaped. */
export function ascii(json: string): string {
  // oxlint-disable-next-line no-control-regex
  return json.replace(/[^\0-\x7f]/g, escaped);
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** The header of an unmasked text frame that is a whole message. */
function frameHeader(length: number): string {
  const bytes = (count: number) =>
    Array.from({ length: count }, (_, at) => Math.floor(length / 256 ** (count - 1 - at)) % 256);
  const sizes =
    length < 126 ? [length] : length < 2 ** 16 ? [126, ...bytes(2)] : [127, ...bytes(8)];
  return String.fromCharCode(0x81, ...sizes);
}
