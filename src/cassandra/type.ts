import { InvalidValue } from "./error.ts";
import type { ValueOrder } from "./value-order.ts";

/**
 * Everything that differs between CQL types, answered for one of them: nothing else in the model layer asks which type
 * a column has. A type is pure: it knows neither the driver nor GraphQL.
 */
export interface ColumnType<Value = unknown> {
  /**
   * The word by which others know its form, e.g. `int` or `list`: the bridge has one GraphQL form per kind. A type of
   * your own has the kind of the type that it is made of, or one that you give the bridge a form for.
   */
  readonly kind: string;
  /** The type as the database spells it, e.g. `map<text, frozen<list<int>>>`. */
  readonly cql: string;
  /** What a value must be, as a person reads it, e.g. `1 to 200 characters`. */
  readonly expects: string;
  /** Returns the value in its one stored form. @throws InvalidValue if the column cannot hold it */
  check(this: void, value: unknown): Value;
  /**
   * Returns a value that may be in the database, whoever wrote it, e.g. for a condition. Wider than `check` where the
   * model sets bounds of its own. @throws InvalidValue
   */
  match(this: void, value: unknown): Value;
  /** Returns the bytes of a value that `check` or `match` returned, as in Cassandra's native protocol, version 4. */
  encode(value: Value): Buffer;
  /** Returns the value of bytes, which may be any. Never keeps a reference to them. @throws InvalidValue if they have none */
  decode(bytes: Buffer): Value;
  /** Returns an exact text of a value, for cursors and topics: equal for equal values only. */
  toText(value: Value): string;
  /** Returns the value of such a text. @throws InvalidValue as `match` does */
  fromText(text: string): Value;
  /**
   * Returns a text that is equal where Cassandra takes two values of a clustering column for the same. Absent: `toText`.
   * Cassandra compares the decimals 1.0 and 1.00 as equal (DecimalType.java).
   */
  identity?(value: Value): string;
  /**
   * Compares two values as Cassandra orders them: below 0 if the first one comes first, 0 if it takes them for the same.
   * Absent: its values have no order, so no key, set or map's key can have it.
   */
  compare?(this: void, one: Value, other: Value): number;
  /** How a clustering column of it can be divided; absent if it is not known here. */
  readonly order?: ValueOrder<Value>;
  /** The least and the largest value of a column of whole numbers; absent: it has none. */
  readonly whole?: { readonly min: Value | undefined; readonly max: Value | undefined };
  /**
   * The number of bytes of each value, where Cassandra knows that all have as many (`AbstractType.valueLengthIfFixed`;
   * tinyint, smallint, date and time have none for historical reasons). In a vector of others a length stands before each.
   */
  readonly length?: number;
  /** The types that it is made of, by name: `element`; `key` and `value`; `item0` …; the fields of a UDT. */
  readonly parts?: readonly Part[];
  /** Whether the database keeps each element in a cell of its own: a collection or UDT that is not frozen. Default: false. */
  readonly isMulticell?: boolean;
  /** The name of a user-defined type. */
  readonly udt?: string;
  /** Returns the same type, frozen with all that is in it. Absent: it is frozen, or it has no parts. */
  freeze?(): ColumnType<Value>;
}

/** One of the types that a type is made of. */
export interface Part {
  readonly name: string;
  readonly type: ColumnType;
  /** The name of its GraphQL field, if that is another one, and its description. */
  readonly field?: string;
  readonly description?: string;
}

/** A type as it is defined: `match` is `check` and `compare` is its order's, unless it says otherwise. */
export type TypeDefinition<Value> = Omit<ColumnType<Value>, "match"> &
  Partial<Pick<ColumnType<Value>, "match">>;

/**
 * Completes a definition. What `fromText` returns has passed `match`, so it can be given any text; `decode` may read beyond
 * the end of its bytes.
 */
export function defineType<Value>(definition: TypeDefinition<Value>): ColumnType<Value> {
  const { check, match = check, expects } = definition;
  const fromText = (text: string) => match(definition.fromText(text));
  const decode = (bytes: Buffer) => {
    try {
      return definition.decode(bytes);
    } catch (error) {
      // A read beyond the end.
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

/** Only how the database keeps and spells a frozen type differs: so a type of your own is checked frozen as it is otherwise. */
function frozenOf<Value>(definition: TypeDefinition<Value>): ColumnType<Value> {
  const { freeze, isMulticell: _, ...same } = definition;
  const { cql, parts } = freeze!();
  return defineType({ ...same, cql, ...(parts && { parts }) });
}

/** Returns a text that is equal where Cassandra takes two values for the same: see {@link ColumnType.identity}. */
export function identityOf<Value>(type: ColumnType<Value>, value: Value): string {
  return type.identity?.(value) ?? type.toText(value);
}

/** The error for a value of another JavaScript type. */
export function wrongType(needed: string, value: unknown): InvalidValue {
  return new InvalidValue("WRONG_TYPE", `must be ${needed}, but got ${kindOf(value)}`);
}

/** The error for a value beyond the bounds of its type. */
export function outOfRange(needed: string, got?: number | bigint): InvalidValue {
  const came = got === undefined ? "" : `, but got ${got}`;
  return new InvalidValue("OUT_OF_RANGE", `must be ${needed}${came}`);
}

/** The error for bytes that are no value of a type. */
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

/** Names what came without repeating it: values may be personal. */
function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "an invalid date" : "a Date";
  if (typeof value === "string") return "other text";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
