import { limits } from "./limits.ts";

/** The most that parsing costs: that of the largest operation, so that no document is too long for every quota. */
const MOST_FOR_DOCUMENT = 200;

/** How many characters of a document are looked at to estimate its tokens. More of them cost the most anyway. */
const MOST_CHARACTERS = MOST_FOR_DOCUMENT * limits.charactersAPoint;

/**
 * Returns how many points it costs to parse and validate a document that is not known. The time to validate one grows with
 * the square of its tokens at worst.
 */
export function pointsOfDocument(text: string): number {
  const tokens = text.slice(0, MOST_CHARACTERS).match(/\w+|[^\s\w,]/g)?.length ?? 0;
  const points = Math.max(text.length / limits.charactersAPoint, tokens ** 2 / 10_000);
  return Math.min(MOST_FOR_DOCUMENT, Math.ceil(points));
}
