import { column } from "../column.ts";
import { InvalidValue } from "../error.ts";
import { defineCqlType, unreadable, wrongType } from "../type.ts";
import { asciiOrder, textOrder } from "../word-order.ts";
import { strayCharacter } from "./line.ts";

/** The rules of a text. */
export interface TextOptions {
  /** Remove white space at both ends before the text is stored. Default: false. */
  readonly trim?: boolean;
  /**
   * Store the text in this normalization form of Unicode, so that spellings of a text that look the same are the same:
   * `u` with a combining diaeresis becomes `ü`. Refuses more than 30 combining characters in a row, as Unicode's
   * Stream-Safe Text Format does (UAX #15). Default: the text is stored as it is written.
   */
  readonly normalize?: TextForm;
  /**
   * Refuse characters that a reader cannot see, or that reorder others: line breaks, tabs and other controls, zero-width
   * characters, and bidirectional formatting. Allowed are those that make a visible difference where they are: joiners
   * and variation selectors within emoji, the non-joiner between joining letters of the Arabic script, and joiners after
   * the virama of an Indian script. Default: false.
   */
  readonly line?: boolean;
  /** The fewest characters (Unicode code points) of the stored text. Default: 0. */
  readonly min?: number;
  /** The most characters (Unicode code points) of the stored text. Default: no bound. */
  readonly max?: number;
}

/** A normalization form of Unicode (UAX #15). */
export type TextForm = "NFC";

/**
 * CQL `text`, also called `varchar`: a string of whole Unicode characters, without U+0000.
 *
 * The rules hold for new values. A key of a read or a delete may name a stored text that is not normalized or is not a
 * line: see {@link ColumnType.lookup}.
 *
 * @example text({ trim: true, min: 1, max: 200 })
 * @example text({ trim: true, normalize: "NFC", line: true, min: 1, max: 200 })
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
  { trim = false, normalize, line = false, min = 0, max = Infinity }: TextOptions,
) {
  const isValid = min >= 0 && min <= max;
  const expects = expectedText(cql, { min, max, line });
  const trimmed = (value: string) => (trim ? value.trim() : value);

  /** Returns the text if it has neither U+0000 nor too few or too many characters. */
  function bounded(value: string): string {
    if (value.includes("\0")) throw new InvalidValue("NUL", "must not contain U+0000");
    const length = countCharacters(value, max);
    if (length < min) {
      throw new InvalidValue("TOO_SHORT", `must be ${expects}, but got ${length}`);
    }
    if (length > max) {
      throw new InvalidValue("TOO_LONG", `must be ${expects}, but got more`);
    }
    return value;
  }

  /** Returns the text in its normalization form. */
  function normalized(value: string): string {
    if (normalize === undefined || isAscii(value)) return value;
    // No text of at most `max` characters has a longer spelling. This keeps long texts from being normalized.
    if (countCharacters(value, max * MOST_DECOMPOSED) > max * MOST_DECOMPOSED) {
      throw new InvalidValue("TOO_LONG", `must be ${expects}, but got more`);
    }
    if (hasManyMarks(value)) throw new InvalidValue("TOO_LONG", MANY_MARKS);
    return value.normalize(normalize);
  }

  function check(value: unknown): string {
    const whole = match(value);
    const stored = bounded(normalized(trimmed(whole)));
    // The result of normalization has the same stray characters, but other positions.
    if (line) requireLine(trimmed(whole), whole);
    return stored;
  }

  /** Returns the text as another program may have stored it. */
  function lookup(value: unknown): string {
    const named = trimmed(match(value));
    bounded(hasManyMarks(named) ? named : normalized(named));
    return named;
  }

  return defineCqlType<string>({
    kind: cql,
    cql,
    expects,
    ...(!isValid && { invalid: `${cql} cannot have the bounds ${min} to ${max} characters` }),
    match,
    check,
    ...((normalize !== undefined || line) && { lookup }),
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
  { min, max, line }: Required<Pick<TextOptions, "min" | "max" | "line">>,
): string {
  if (line) return `one line of ${expectedText(cql, { min, max, line: false })}`;
  if (min === max) return characters(min);
  if (max !== Infinity) return `${min} to ${max} characters`;
  if (min > 0) return `at least ${characters(min)}`;
  return cql === "text" ? "Unicode text" : "ASCII text";
}

function characters(count: number): string {
  return count === 1 ? "1 character" : `${count} characters`;
}

/** @param whole the text as it was given, in which the error counts */
function requireLine(value: string, whole: string): void {
  if (/^[ -~]*$/.test(value)) return;
  const stray = strayCharacter(value);
  if (!stray) return;
  const { name, position } = stray;
  const start = countCharacters(whole.slice(0, whole.indexOf(value)), Infinity);
  throw new InvalidValue(
    "NOT_A_LINE",
    `must be one line without control, zero-width or bidirectional characters, but has ${name} at position ${start + position}`,
  );
}

/** The most characters that are one character in NFC. */
const MOST_DECOMPOSED = 4;

const MANY_MARKS = "must have at most 30 combining characters in a row";

/** Whether a text has combining characters that take long to sort: the time grows with the square of their number. */
function hasManyMarks(value: string): boolean {
  return /\p{M}{31}/u.test(value);
}

function isAscii(value: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are part of ASCII
  return /^[\0-\x7f]*$/.test(value);
}

function requireUnicode(value: unknown): string {
  if (typeof value !== "string") throw wrongType("a string", value);
  if (value.isWellFormed()) return value;
  // A lone surrogate cannot be encoded in UTF-8: U+FFFD would be stored instead.
  throw new InvalidValue("NOT_UNICODE", "must be Unicode text, but got half a surrogate pair");
}

function requireAscii(value: unknown): string {
  if (typeof value !== "string") throw wrongType("a string", value);
  if (isAscii(value)) return value;
  throw new InvalidValue("OUT_OF_RANGE", "must be ASCII text, but got other characters");
}

/** Counts code points, but stops at `most` + 1, since the text may have megabytes. */
function countCharacters(value: string, most: number): number {
  let count = 0;
  for (const _ of value) if (++count > most) break;
  return count;
}
