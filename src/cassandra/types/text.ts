import { column } from "../column.ts";
import { InvalidValue } from "../error.ts";
import { defineType, unreadable, wrongType } from "../type.ts";
import { asciiOrder, textOrder } from "../word-order.ts";

/** The bounds of a text. */
export interface TextOptions {
  /** Remove white space at both ends before the text is stored. Default: false. */
  readonly trim?: boolean;
  /** The fewest characters (Unicode code points). Default: 0. */
  readonly min?: number;
  /** The most characters (Unicode code points). Default: no bound. */
  readonly max?: number;
}

/**
 * CQL `text`, also called `varchar`: a string of whole Unicode characters, without U+0000.
 *
 * @example text({ trim: true, min: 1, max: 200 })
 */
export function text(options: TextOptions = {}) {
  return column(textType("text", requireUnicode, options));
}

/** CQL `varchar`: another name of {@link text}. */
export const varchar = text;

/** CQL `ascii`: a string of the characters U+0001 to U+007F. */
export function ascii(options: TextOptions = {}) {
  return column(textType("ascii", requireAscii, options));
}

function textType(
  cql: "text" | "ascii",
  match: (value: unknown) => string,
  { trim = false, min = 0, max = Infinity }: TextOptions,
) {
  const isValid = min >= 0 && min <= max;
  const expects = expectedText(cql, { min, max });
  return defineType<string>({
    kind: cql,
    cql,
    expects,
    ...(!isValid && { invalid: `${cql} cannot have the bounds ${min} to ${max} characters` }),
    match,
    check(value) {
      const whole = match(value);
      const stored = trim ? whole.trim() : whole;
      if (stored.includes("\0")) throw new InvalidValue("NUL", "must not contain U+0000");
      const length = countCharacters(stored, max);
      if (length < min) {
        throw new InvalidValue("TOO_SHORT", `must be ${expects}, but got ${length}`);
      }
      if (length > max) {
        throw new InvalidValue("TOO_LONG", `must be ${expects}, but got more`);
      }
      return stored;
    },
    encode: (value) => Buffer.from(value),
    decode(bytes) {
      const value = bytes.toString();
      // Cassandra stores valid UTF-8 only, so the bytes are compared only for the rare texts that contain U+FFFD.
      if (value.includes("\uFFFD") && !Buffer.from(value).equals(bytes)) throw unreadable(expects);
      return cql === "ascii" ? match(value) : value;
    },
    toText: (value) => value,
    fromText: (value) => value,
    order: cql === "ascii" ? asciiOrder : textOrder,
  });
}

function expectedText(
  cql: "text" | "ascii",
  { min, max }: Required<Pick<TextOptions, "min" | "max">>,
): string {
  if (min === max) return characters(min);
  if (max !== Infinity) return `${min} to ${max} characters`;
  if (min > 0) return `at least ${characters(min)}`;
  return cql === "text" ? "Unicode text" : "ASCII text";
}

function characters(count: number): string {
  return count === 1 ? "1 character" : `${count} characters`;
}

function requireUnicode(value: unknown): string {
  if (typeof value !== "string") throw wrongType("a string", value);
  if (value.isWellFormed()) return value;
  // A lone surrogate cannot be encoded in UTF-8: U+FFFD would be stored instead.
  throw new InvalidValue("NOT_UNICODE", "must be Unicode text, but got half a surrogate pair");
}

function requireAscii(value: unknown): string {
  if (typeof value !== "string") throw wrongType("a string", value);
  // oxlint-disable-next-line no-control-regex -- control characters are part of ASCII
  if (/^[\0-\x7f]*$/.test(value)) return value;
  throw new InvalidValue("OUT_OF_RANGE", "must be ASCII text, but got other characters");
}

/** Counts code points, but stops at `most` + 1, since the text may have megabytes. */
function countCharacters(value: string, most: number): number {
  let count = 0;
  for (const _ of value) if (++count > most) break;
  return count;
}
