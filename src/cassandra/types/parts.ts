import { InvalidValue } from "../error.ts";
import { type ColumnType, unreadable } from "../type.ts";

/** The order of a type that is made of others, if all of them have one. */
export function orderOf<Value>(
  parts: readonly ColumnType[],
  compare: (one: Value, other: Value) => number,
): { readonly compare?: (one: Value, other: Value) => number } {
  return parts.every((part) => part.compare) ? { compare } : {};
}

/** Compares value by value; where one ends, the shorter one comes first. */
export function compareAll<Element>(
  element: ColumnType<Element>,
  one: readonly Element[],
  other: readonly Element[],
): number {
  for (const [at, each] of one.entries()) {
    if (at === other.length) return 1;
    const difference = compareBy(element, each, other[at]!);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

/** Values without an order are not compared: no table has a set of them, or a map with such keys. */
export function compareBy<Value>(type: ColumnType<Value>, one: Value, other: Value): number {
  return type.compare?.(one, other) ?? -1;
}

/** A part of a value as its type stores it. @throws InvalidValue with the part's name before the reason */
export function partBy<Value>(
  rule: "check" | "match",
  type: ColumnType<Value>,
  name: string,
  value: unknown,
): Value {
  try {
    return type[rule](value);
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    throw new InvalidValue(error.code, `must have in ${name} a value that ${error.message}`);
  }
}

export function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** The texts that a text lists. @throws InvalidValue */
export function textsOf(text: string, expects: string): readonly string[] {
  const texts = listIn(text);
  if (texts?.every((each) => typeof each === "string")) return texts;
  throw unreadable(expects);
}

/** The JSON array that a text is; undefined: it is none. */
export function listIn(text: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
