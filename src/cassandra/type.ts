import { InvalidValue } from "./error.ts";
import type { ValueOrder } from "./value-order.ts";

/**
 * A CQL type: everything in which CQL types differ. No other code of the model layer depends on which type a column
 * has. A type is pure: it knows neither the driver nor GraphQL.
 */
export interface ColumnType<Value = unknown> {
  /**
   * The kind of its values, e.g. `int` or `list`: the Pothos plugin has one GraphQL form per kind. A custom type has
   * the kind of the type that it is based on, or one for which you give the plugin a form.
   */
  readonly kind: string;
  /** The type as the database spells it, e.g. `map<text, frozen<list<int>>>`. */
  readonly cql: string;
  /** A description of valid values for messages, e.g. `1 to 200 characters`. */
  readonly expects: string;
  /** Why no table can have the type, e.g. bounds that no value is within, as a clause. Absent if tables can have it. */
  readonly invalid?: string;
  /** Returns a value in its canonical stored form. @throws InvalidValue if the column cannot hold it */
  check(this: void, value: unknown): Value;
  /**
   * Returns a value that the database may contain, e.g. for a condition. Accepts more than `check` if the model has
   * bounds of its own: other programs may have written the value.
   *
   * @throws InvalidValue
   */
  match(this: void, value: unknown): Value;
  /**
   * Returns the value of a stored row's key that a caller names, e.g. for a read or a delete. Accepts more than `check`
   * if the model has rules that only concern new values, such as the normalization of texts: other programs may have
   * written the value. Unlike `match`, it returns the canonical form where no rule of this kind concerns it. Absent if it
   * is `check`.
   *
   * @throws InvalidValue
   */
  lookup?(this: void, value: unknown): Value;
  /** Encodes a value that `check` or `match` returned for version 4 of Cassandra's native protocol. */
  encode(value: Value): Buffer;
  /** Decodes any bytes. Keeps no reference to them. @throws InvalidValue if they are no value of the type */
  decode(bytes: Buffer): Value;
  /** Returns an exact text of a value for cursors and topics. Different values have different texts. */
  toText(value: Value): string;
  /** Parses a text that `toText` returned. @throws InvalidValue as `match` does */
  fromText(text: string): Value;
  /**
   * Returns a text that is equal for values that Cassandra takes for equal in a clustering column, e.g. the decimals
   * 1.0 and 1.00 (DecimalType.java). Default: `toText`.
   */
  identity?(value: Value): string;
  /**
   * Compares two values as Cassandra orders them: below 0 if the first one comes first, 0 if Cassandra takes them for
   * equal. Absent if the values have no order: then the type cannot be in a key, in a set or the key of a map.
   */
  compare?(this: void, one: Value, other: Value): number;
  /**
   * Returns the exact sum of two values. The type may not be able to hold it, so `check` it. Absent if the type is not one
   * of exact numbers.
   *
   * @throws InvalidValue if the sum has too many digits
   */
  add?(this: void, one: Value, other: Value): Value;
  /** The order by which the values of a clustering column can be divided. Absent if it is not implemented. */
  readonly order?: ValueOrder<Value>;
  /** The smallest and the largest value. Absent if the type is not one of whole numbers. */
  readonly whole?: { readonly min: Value | undefined; readonly max: Value | undefined };
  /**
   * The number of bytes of every value, if the length is fixed for Cassandra (`AbstractType.valueLengthIfFixed`; it is
   * not for tinyint, smallint, date and time, for historical reasons). In a vector, values of other types follow their
   * length.
   */
  readonly length?: number;
  /** The types that it is made of, by name: `element`; `key` and `value`; `item0`, `item1`, …; the fields of a UDT. */
  readonly parts?: readonly Part[];
  /** Whether the database stores each element separately: in a collection or UDT that is not frozen. Default: false. */
  readonly isMulticell?: boolean;
  /** The name of a user-defined type. */
  readonly udt?: string;
  /** Returns the same type, frozen with all its parts. Absent if the type is frozen or has no parts. */
  freeze?(): ColumnType<Value>;
}

/** One of the types that a type is made of. */
export interface Part {
  readonly name: string;
  readonly type: ColumnType;
  /** The name of its GraphQL field, if it differs from `name`. */
  readonly field?: string;
  /** The description of its GraphQL field. */
  readonly description?: string;
}

/** The definition of a type. Defaults: `match` is `check`, and `compare` is `order.compare`. */
export type TypeDefinition<Value> = Omit<ColumnType<Value>, "match"> &
  Partial<Pick<ColumnType<Value>, "match">>;

/**
 * Completes the definition of a type. The result of the definition's `fromText` is passed to `match`, so it need not
 * check the value. The definition's `decode` may read beyond the end of its bytes.
 */
export function defineType<Value>(definition: TypeDefinition<Value>): ColumnType<Value> {
  const { check, match = check, expects } = definition;
  const fromText = (text: string) => match(definition.fromText(text));
  const decode = (bytes: Buffer) => {
    try {
      return definition.decode(bytes);
    } catch (error) {
      // `decode` has read beyond the end.
      throw error instanceof RangeError ? unreadable(expects) : error;
    }
  };
  const { compare = definition.order?.compare } = definition;
  return Object.freeze({
    ...definition,
    match,
    fromText,
    decode,
    ...(compare && { compare }),
    ...(definition.freeze && { freeze: () => frozenOf(definition) }),
  });
}

/**
 * Defines a type of CQL itself: the bytes of its values are known, so they may be converted without its functions. A type
 * based on it that decodes otherwise is another one.
 */
export function defineCqlType<Value>(definition: TypeDefinition<Value>): ColumnType<Value> {
  const type = defineType(definition);
  ofCql.add(type);
  return type;
}

/** Whether a type is one of CQL itself, with all its functions: see {@link defineCqlType}. */
export function isCqlType(type: object): boolean {
  return ofCql.has(type);
}

const ofCql = new WeakSet<object>();

/** Freezes a type. Only its storage and its CQL change, so a custom type keeps its check. */
function frozenOf<Value>(definition: TypeDefinition<Value>): ColumnType<Value> {
  const { freeze, isMulticell: _, ...same } = definition;
  const { cql, parts } = freeze!();
  return defineType({ ...same, cql, ...(parts && { parts }) });
}

/** Returns the function that reads a value of a key: see {@link ColumnType.lookup}. */
export function lookupOf<Value>({ lookup, check }: ColumnType<Value>): (value: unknown) => Value {
  return lookup ?? check;
}

/** Returns a text that is equal for values that Cassandra takes for equal: see {@link ColumnType.identity}. */
export function identityOf<Value>(type: ColumnType<Value>, value: Value): string {
  return type.identity?.(value) ?? type.toText(value);
}

/** Returns the error for a value of the wrong JavaScript type. */
export function wrongType(needed: string, value: unknown): InvalidValue {
  return new InvalidValue("WRONG_TYPE", `must be ${needed}, but got ${describeKind(value)}`);
}

/** Returns the error for a value outside the bounds of its type. */
export function outOfRange(needed: string, got?: number | bigint): InvalidValue {
  const came = got === undefined ? "" : `, but got ${got}`;
  return new InvalidValue("OUT_OF_RANGE", `must be ${needed}${came}`);
}

/** Returns the error for bytes that are no value of a type. */
export function unreadable(expects: string): InvalidValue {
  return new InvalidValue("WRONG_TYPE", `must be ${expects}, but the stored bytes are not`);
}

/** Returns bytes if they have the length of their type. @throws InvalidValue */
export function ofLength(
  bytes: Buffer,
  { length, expects }: { readonly length: number; readonly expects: string },
): Buffer {
  if (bytes.length !== length) throw unreadable(expects);
  return bytes;
}

/** Describes a value without repeating it, since values may be personal. */
function describeKind(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "an invalid date" : "a Date";
  if (typeof value === "string") return "other text";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
