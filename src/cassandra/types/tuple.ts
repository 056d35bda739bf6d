import {
  type ColumnType,
  defineType,
  identityOf,
  type Part,
  unreadable,
  wrongType,
} from "../type.ts";
import { type Column, column, partOf } from "../column.ts";
import { frozenType } from "./frozen.ts";
import { int32, orderOf, partBy, listIn } from "./parts.ts";

/** The values of some columns, each of which may be null. */
type Items<Columns extends readonly Column[]> = {
  readonly [At in keyof Columns]: (Columns[At] extends Column<infer Value> ? Value : never) | null;
};

/**
 * CQL `tuple`: a fixed number of values, each of its own type and each possibly null, as an array. It is always in one
 * piece, so what is in it is frozen.
 *
 * @example tuple(double(), double()) // frozen<tuple<double, double>>
 */
export function tuple<const Columns extends readonly [Column, ...Column[]]>(...columns: Columns) {
  const parts = columns.map((each, at) => ({ name: `item${at}`, type: frozenType(partOf(each)) }));
  return column(tupleType(parts) as ColumnType<Items<Columns>>);
}

/** The type of a {@link tuple}. */
export function tupleType(parts: readonly Part[]): ColumnType<readonly unknown[]> {
  const expects = `a list of ${parts.length} values, of ${parts.map(({ type }) => type.cql).join(", ")}`;
  const items = (rule: "check" | "match") => (value: unknown) => {
    if (!Array.isArray(value) || value.length !== parts.length) throw wrongType(expects, value);
    return parts.map(({ name, type }, at) =>
      orNull(value[at], (it) => partBy(rule, type, name, it)),
    );
  };
  const list = (value: readonly unknown[]) =>
    parts.map(({ type }, at) => [type, value[at]] as const);
  return defineType<readonly unknown[]>({
    kind: "tuple",
    cql: `frozen<tuple<${parts.map(({ type }) => type.cql).join(", ")}>>`,
    expects,
    check: items("check"),
    match: items("match"),
    encode: (value) => encodeParts(parts, value),
    decode: (bytes) => decodeParts(parts, bytes, expects),
    toText: (value) =>
      JSON.stringify(list(value).map(([type, it]) => orNull(it, (one) => type.toText(one)))),
    fromText: (text) => partTexts(parts, text, expects),
    identity: (value) =>
      JSON.stringify(list(value).map(([type, it]) => orNull(it, (one) => identityOf(type, one)))),
    ...orderOf(
      parts.map(({ type }) => type),
      (one, other) => compareParts(parts, one, other),
    ),
    parts,
  });
}

/** Compares part by part; null comes before every value. */
export function compareParts(
  parts: readonly Part[],
  one: readonly unknown[],
  other: readonly unknown[],
): number {
  for (const [at, { type }] of parts.entries()) {
    const [a, b] = [one[at] ?? null, other[at] ?? null];
    if (a === null && b === null) continue;
    if (a === null) return -1;
    if (b === null) return 1;
    const difference = type.compare!(a, b);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Returns null for null and undefined, else what becomes of a value. */
export function orNull<Value, Result>(
  value: Value | null | undefined,
  become: (value: Value) => Result,
): Result | null {
  return value === null || value === undefined ? null : become(value);
}

/** The parts of a tuple or UDT in the native protocol: each with its length, -1 for null. */
export function encodeParts(parts: readonly Part[], values: readonly unknown[]): Buffer {
  return Buffer.concat(
    parts.flatMap(({ type }, at) => {
      const bytes = orNull(values[at], (value) => type.encode(value));
      return bytes === null ? [int32(-1)] : [int32(bytes.length), bytes];
    }),
  );
}

/** Fewer parts than the type has are followed by nulls: the type has got more since. More are not looked at. */
export function decodeParts(
  parts: readonly Part[],
  bytes: Buffer,
  expects: string,
): readonly unknown[] {
  let at = 0;
  return parts.map(({ type }) => {
    if (at === bytes.length) return null;
    const length = bytes.readInt32BE(at);
    const start = at + 4;
    at = start + Math.max(0, length);
    if (at > bytes.length) throw unreadable(expects);
    return length < 0 ? null : type.decode(bytes.subarray(start, at));
  });
}

/** The values of parts of which a text lists the texts. @throws InvalidValue */
export function partTexts(
  parts: readonly Part[],
  text: string,
  expects: string,
): readonly unknown[] {
  const texts = listIn(text);
  if (texts?.length !== parts.length) throw unreadable(expects);
  return parts.map(({ type }, at) =>
    orNull(texts[at], (given) => {
      if (typeof given !== "string") throw unreadable(expects);
      return type.fromText(given);
    }),
  );
}
