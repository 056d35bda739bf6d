import { InvalidValue } from "../error.ts";
import { type ColumnType, lookupOf, unreadable } from "../type.ts";

/** Compares two values: below 0 if the first one comes first, 0 if they are equal. */
export type Compare<Value> = (one: Value, other: Value) => number;

/** Returns the order of a type that is made of others, if all of these have an order. */
export function composedOrder<Value>(
  parts: readonly ColumnType[],
  compare: Compare<Value>,
): { readonly compare?: Compare<Value> } {
  return parts.every((part) => part.compare) ? { compare } : {};
}

/** Compares lists element by element. If one list is the beginning of the other, the shorter one comes first. */
export function listCompare<Element>(element: ColumnType<Element>): Compare<readonly Element[]> {
  const compare = compareOf(element);
  return (one, other) => {
    for (const [at, each] of one.entries()) {
      if (at === other.length) return 1;
      const difference = compare(each, other[at]!);
      if (difference !== 0) return difference;
    }
    return one.length - other.length;
  };
}

/**
 * Returns a type's comparison. Of a type without an order, no two values are equal; no table has a set of such values,
 * or a map with such keys.
 */
export function compareOf<Value>({ compare }: ColumnType<Value>): Compare<Value> {
  return compare ?? (() => -1);
}

/** A part of a value: its type, its name for messages, and the rule by which it is checked. */
interface PartRule<Value> {
  readonly type: ColumnType<Value>;
  readonly name: string;
  readonly rule: ValueRule;
}

/** A method of a {@link ColumnType} that returns a value in its stored form. */
export type ValueRule = "check" | "match" | "lookup";

/** Returns the rules of a type that is made of others. It has `lookup` if one of its parts has. */
export function composedRules<Value>(
  parts: readonly ColumnType[],
  ruleOf: (rule: ValueRule) => (value: unknown) => Value,
): Pick<ColumnType<Value>, "check" | "match" | "lookup"> {
  return {
    check: ruleOf("check"),
    match: ruleOf("match"),
    ...(parts.some((part) => part.lookup) && { lookup: ruleOf("lookup") }),
  };
}

/** Returns a part of a value in its stored form. @throws InvalidValue whose message names the part */
export function requirePart<Value>(value: unknown, { type, name, rule }: PartRule<Value>): Value {
  try {
    return rule === "lookup" ? lookupOf(type)(value) : type[rule](value);
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    throw new InvalidValue(error.code, `has an invalid ${name}: it ${error.message}`);
  }
}

export function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** Parses a JSON array of strings. @throws InvalidValue */
export function parseTexts(text: string, expects: string): readonly string[] {
  const texts = parseArray(text);
  if (texts?.every((each) => typeof each === "string")) return texts;
  throw unreadable(expects);
}

/** Parses a JSON array. Returns undefined if the text is not one. */
export function parseArray(text: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
