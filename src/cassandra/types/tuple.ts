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
import {
  composedRules,
  requirePart,
  type Compare,
  composedOrder,
  int32,
  parseArray,
  type ValueRule,
} from "./parts.ts";

/** The values of the columns of a tuple, each of which may be null. */
type Items<Columns extends readonly Column[]> = {
  readonly [At in keyof Columns]: (Columns[At] extends Column<infer Value> ? Value : never) | null;
};

/**
 * CQL `tuple`: a fixed number of values, each of its own type and possibly null, as an array. A tuple is always frozen
 * with all its parts.
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
  const items = (rule: ValueRule) => (value: unknown) => {
    if (!Array.isArray(value) || value.length !== parts.length) throw wrongType(expects, value);
    return parts.map(({ name, type }, at) =>
      orNull(value[at], (it) => requirePart(it, { type, name, rule })),
    );
  };
  const list = (value: readonly unknown[]) =>
    parts.map(({ type }, at) => [type, value[at]] as const);
  return defineType<readonly unknown[]>({
    kind: "tuple",
    cql: `frozen<tuple<${parts.map(({ type }) => type.cql).join(", ")}>>`,
    expects,
    ...composedRules(
      parts.map(({ type }) => type),
      items,
    ),
    encode: (value) => encodeParts(parts, value),
    decode: (bytes) => decodeParts(bytes, { parts, expects }),
    toText: (value) =>
      JSON.stringify(list(value).map(([type, it]) => orNull(it, (one) => type.toText(one)))),
    fromText: (text) => parseParts(text, { parts, expects }),
    identity: (value) =>
      JSON.stringify(list(value).map(([type, it]) => orNull(it, (one) => identityOf(type, one)))),
    ...composedOrder(
      parts.map(({ type }) => type),
      partsCompare(parts),
    ),
    parts,
  });
}

/** Compares values part by part. Null comes before every value. */
export function partsCompare(parts: readonly Part[]): Compare<readonly unknown[]> {
  return (one, other) => {
    for (const [at, { type }] of parts.entries()) {
      const [a, b] = [one[at] ?? null, other[at] ?? null];
      if (a === null && b === null) continue;
      if (a === null) return -1;
      if (b === null) return 1;
      const difference = type.compare!(a, b);
      if (difference !== 0) return difference;
    }
    return 0;
  };
}

/** Converts a value. Returns null for null and undefined. */
export function orNull<Value, Result>(
  value: Value | null | undefined,
  convert: (value: Value) => Result,
): Result | null {
  return value === null || value === undefined ? null : convert(value);
}

/** Encodes a tuple or UDT for the native protocol: each part after its length, which is -1 for null. */
export function encodeParts(parts: readonly Part[], values: readonly unknown[]): Buffer {
  return Buffer.concat(
    parts.flatMap(({ type }, at) => {
      const bytes = orNull(values[at], (value) => type.encode(value));
      return bytes === null ? [int32(-1)] : [int32(bytes.length), bytes];
    }),
  );
}

/** The parts of a type, and what its values must be. */
interface PartsOptions {
  readonly parts: readonly Part[];
  readonly expects: string;
}

/**
 * Decodes the parts of a tuple or UDT. Missing parts at the end are null: the value was written before the type had
 * them. Extra parts are ignored.
 */
export function decodeParts(bytes: Buffer, { parts, expects }: PartsOptions): readonly unknown[] {
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

/** Parses a JSON array of the parts' texts. @throws InvalidValue */
export function parseParts(text: string, { parts, expects }: PartsOptions): readonly unknown[] {
  const texts = parseArray(text);
  if (texts?.length !== parts.length) throw unreadable(expects);
  return parts.map(({ type }, at) =>
    orNull(texts[at], (given) => {
      if (typeof given !== "string") throw unreadable(expects);
      return type.fromText(given);
    }),
  );
}
