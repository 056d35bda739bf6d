import { InvalidValue } from "./error.ts";
import {
  bytesOrder,
  dateOrder,
  numberOrder,
  textOrder,
  uuidOrder,
  type ValueOrder,
} from "./value-order.ts";

export { compareUuids } from "./value-order.ts";

/** The GraphQL scalars that column types map to. */
export type ScalarName = "String" | "Int" | "UUID" | "DateTime";

/** The whole truth about one CQL type: everything that differs between types is answered here and nowhere else. */
export interface ColumnType<Value = unknown> {
  /** Its name in CQL, e.g. `timestamp`. */
  readonly cql: string;
  /** The GraphQL scalar whose JavaScript value is `Value`; undefined: there is none. */
  readonly scalar: ScalarName | undefined;
  /** What a value must be, as a person reads it, e.g. `1 to 200 characters`. */
  readonly expects: string;
  /** Gives the value in its one stored form, or throws {@link InvalidValue}. */
  check(value: unknown): Value;
  /**
   * A value that may stand in the database, whoever wrote it: what conditions compare with. Wider than `check`
   * where the model has bounds of its own.
   */
  match(value: unknown): Value;
  /** The driver's value as ours. @throws InvalidValue if it has none, as one out of this type's bounds */
  decode(raw: unknown): Value;
  /** An exact text of a value, for cursors and topics. */
  toText(value: Value): string;
  /** The value of such a text. @throws InvalidValue as `match` does */
  fromText(text: string): Value;
  /** Where its values stand among each other; absent if no clustering column can have it, or nothing here knows it. */
  readonly order?: ValueOrder<Value>;
  /** The types of a map's keys and values; of other types absent. */
  readonly element?: { readonly key: ColumnType; readonly value: ColumnType };
}

/**
 * A column of a table: a type, and what is known of its presence.
 * `Nullable`: a row may lack it. `Optional`: an insert may leave it out.
 */
export interface Column<
  Value = unknown,
  Nullable extends boolean = boolean,
  Optional extends boolean = boolean,
> {
  readonly type: ColumnType<Value>;
  readonly nullable: Nullable;
  readonly optional: Optional;
  /** Whether the partition has one value of it, which all its rows share. Default: false. */
  readonly static?: boolean;
  /** What an insert writes when the value is left out. */
  readonly initial?: () => Value;
  /** What a null of another program's row reads as, and in a page what cannot be represented. */
  readonly ifNull?: Value;
  readonly description?: string;
}

/** A column being defined: each method gives a new one. */
export interface ColumnBuilder<
  Value = unknown,
  Nullable extends boolean = boolean,
  Optional extends boolean = boolean,
> extends Column<Value, Nullable, Optional> {
  /** Every insert gives it; a row without it is an error when read. */
  required(): ColumnBuilder<Value, false, false>;
  /**
   * An insert may leave it out. A constant is also what a stored null reads as;
   * a function runs once an insert, and a stored null is an error when read.
   */
  default(value: Value | (() => Value)): ColumnBuilder<Value, false, true>;
  /**
   * What a null reads as, that another program has left, and in a page also a value that cannot be represented: so that
   * one row of it does not fail a whole page.
   */
  nullAs(value: Value): ColumnBuilder<Value, false, Optional>;
  /** The partition has one value of it, which all its rows share. */
  ofPartition(): ColumnBuilder<Value, Nullable, Optional>;
  /** Shown to the readers of the GraphQL schema. */
  describe(description: string): ColumnBuilder<Value, Nullable, Optional>;
}

/** The largest value of CQL's `int`. */
export const INT_MAX = 2 ** 31 - 1;
/** The smallest value of CQL's `int`. */
export const INT_MIN = -(2 ** 31);

export interface TextOptions {
  /** Remove white space at both ends. Default: false. */
  readonly trim?: boolean;
  /** Fewest characters (Unicode code points). Default: 0. */
  readonly min?: number;
  /** Most characters (Unicode code points). Default: no bound. */
  readonly max?: number;
}

/**
 * CQL `text`: a string of whole Unicode characters, without U+0000.
 *
 * @example text({ trim: true, min: 1, max: 200 })
 */
export function text({ trim = false, min = 0, max = Infinity }: TextOptions = {}) {
  const expects = max === Infinity ? `at least ${min} characters` : `${min} to ${max} characters`;
  return column<string>({
    cql: "text",
    scalar: "String",
    expects,
    match: unicode,
    check(value) {
      const whole = unicode(value);
      const stored = trim ? whole.trim() : whole;
      if (stored.includes("\0")) throw new InvalidValue("NUL", "must not contain U+0000");
      const length = characters(stored, max);
      if (length < min) {
        throw new InvalidValue("TOO_SHORT", `must be ${expects}, but got ${length}`);
      }
      if (length > max) {
        throw new InvalidValue("TOO_LONG", `must be ${expects}, but got more`);
      }
      return stored;
    },
    decode: (raw) => raw as string,
    toText: (value) => value,
    fromText: (value) => value,
    order: textOrder,
  });
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** CQL `uuid`: a string in lower case with its four hyphens. */
export function uuid() {
  return column<string>({
    cql: "uuid",
    scalar: "UUID",
    expects: "a UUID",
    check(value) {
      if (typeof value === "string" && UUID.test(value)) return value.toLowerCase();
      throw wrongType("a UUID such as 6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51", value);
    },
    decode: String,
    toText: (value) => value,
    fromText: (value) => value,
    order: uuidOrder,
  });
}

export interface IntOptions {
  /** Default: {@link INT_MIN}. */
  readonly min?: number;
  /** Default: {@link INT_MAX}. */
  readonly max?: number;
}

/** CQL `int`: a whole number of 32 bits. */
export function int({ min = INT_MIN, max = INT_MAX }: IntOptions = {}) {
  return column<number>({
    cql: "int",
    scalar: "Int",
    expects: range(min, max),
    match: (value) => wholeNumber(value, INT_MIN, INT_MAX),
    check: (value) => wholeNumber(value, min, max),
    decode: (raw) => raw as number,
    toText: String,
    fromText: (value) => (/^-?\d{1,10}$/.test(value) ? Number(value) : NaN),
    order: numberOrder(INT_MIN, INT_MAX),
  });
}

/** The first and the last millisecond that RFC 3339 can write, and so GraphQL's `DateTime`: the years 0 to 9999. */
const [DATE_MIN, DATE_MAX] = [-62_167_219_200_000, 253_402_300_799_999];

/** CQL `timestamp`: a `Date` of the years 0 to 9999, exact to the millisecond. */
export function timestamp() {
  return column<Date>({
    cql: "timestamp",
    scalar: "DateTime",
    expects: "a date and time",
    check: dateOfRfc3339,
    decode: dateOfRfc3339,
    toText: (value) => value.toISOString(),
    fromText: (value) => new Date(value),
    order: dateOrder,
  });
}

/** CQL `blob`: bytes. */
export function blob() {
  return column<Buffer>({
    cql: "blob",
    scalar: undefined,
    expects: "a Buffer",
    check(value) {
      if (Buffer.isBuffer(value)) return value;
      throw wrongType("a Buffer", value);
    },
    decode: (raw) => raw as Buffer,
    toText: (value) => value.toString("base64"),
    fromText: (value) => Buffer.from(value, "base64"),
    order: bytesOrder,
  });
}

/**
 * CQL `map`: values by key, each an element that can be written and compared by itself: see {@link element}.
 *
 * Where a table has one that is not of the partition, Cassandra looks for a row in all its files, since an old one may
 * have elements that newer ones have not; else it begins with the newest and stops when it has all that was asked for
 * (`SinglePartitionReadCommand.queriesMulticellType`). Reading a row that is changed over and over took 1.2 × that of one
 * without, whether the map was selected or not.
 *
 * @example map(uuid(), int())
 */
export function map<K, V>({ type: key }: Column<K>, { type: value }: Column<V>) {
  return column<ReadonlyMap<K, V>>({
    cql: `map<${key.cql}, ${value.cql}>`,
    scalar: undefined,
    expects: `a Map of ${key.cql} to ${value.cql}`,
    check(given) {
      if (!(given instanceof Map)) throw wrongType("a Map", given);
      return new Map([...given].map(([k, v]) => [key.check(k), value.check(v)]));
    },
    // The driver gives an object, whose keys are texts.
    decode: (raw) =>
      new Map(
        Object.entries(raw as object).map(([k, v]) => [key.fromText(k), value.decode(v)] as const),
      ),
    toText: (given) => JSON.stringify([...given].map(([k, v]) => [key.toText(k), value.toText(v)])),
    fromText: (text) =>
      new Map(
        (JSON.parse(text) as [string, string][]).map(([k, v]) => [
          key.fromText(k),
          value.fromText(v),
        ]),
      ),
    element: { key, value },
  });
}

/** One element of a map, to be written, or in a condition compared; null: that there is none of this key. */
export interface Element<K = unknown, V = unknown> {
  readonly key: K;
  readonly value: V;
  readonly [ELEMENT]: true;
}

const ELEMENT = Symbol("element");

/** @example update(PartyTable, key, { seats: element("balcony", 12) }, { if: { seats: element("balcony", null) } }) */
export function element<K, V>(key: K, value: V): Element<K, V> {
  return { key, value, [ELEMENT]: true };
}

/** Whether it is a map's element. */
export function isElement(value: unknown): value is Element {
  return typeof value === "object" && value !== null && ELEMENT in value;
}

/** A type as it is defined: `match` is `check` unless it says otherwise. */
export type ColumnTypeDefinition<Value> = Omit<ColumnType<Value>, "match"> &
  Partial<Pick<ColumnType<Value>, "match">>;

/** Makes the builder of a column of a type; for types that are not in this file. */
export function column<Value>(type: ColumnTypeDefinition<Value>): ColumnBuilder<Value, true, true> {
  const { check, match = check } = type;
  const fromText = (value: string) => match(type.fromText(value));
  const complete = Object.freeze({ ...type, match, fromText });
  return build({ type: complete, nullable: true, optional: true });
}

function build<Value, Nullable extends boolean, Optional extends boolean>(
  state: Column<Value, Nullable, Optional>,
): ColumnBuilder<Value, Nullable, Optional> {
  return Object.freeze({
    ...state,
    required: () => build<Value, false, false>({ ...state, nullable: false, optional: false }),
    default(value: Value | (() => Value)) {
      const present = { ...state, nullable: false, optional: true } as const;
      return value instanceof Function
        ? build<Value, false, true>({ ...present, initial: value })
        : build<Value, false, true>({ ...present, initial: () => value, ifNull: value });
    },
    nullAs: (value: Value) => build({ ...state, nullable: false, ifNull: value }),
    ofPartition: () => build({ ...state, static: true }),
    describe: (description: string) => build({ ...state, description }),
  });
}

function unicode(value: unknown): string {
  if (typeof value !== "string") throw wrongType("a string", value);
  if (value.isWellFormed()) return value;
  // A lone surrogate has no UTF-8 form: the driver would store U+FFFD in its place.
  throw new InvalidValue("NOT_UNICODE", "must be Unicode text, but got half a surrogate pair");
}

function wholeNumber(value: unknown, min: number, max: number): number {
  if (typeof value !== "number" || !Number.isInteger(value)) {
    throw wrongType("a whole number", value);
  }
  if (value >= min && value <= max) return value;
  throw new InvalidValue("OUT_OF_RANGE", `must be ${range(min, max)}, but got ${value}`);
}

function dateOfRfc3339(value: unknown): Date {
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) {
    throw wrongType("a date and time", value);
  }
  if (value.getTime() >= DATE_MIN && value.getTime() <= DATE_MAX) return value;
  throw new InvalidValue("OUT_OF_RANGE", "must be a date and time of the years 0 to 9999");
}

function range(min: number, max: number): string {
  return `a whole number from ${min} to ${max}`;
}

/** Counts code points, but never more than one past `most`: the text may be megabytes. */
function characters(value: string, most: number): number {
  let count = 0;
  for (const _ of value) if (++count > most) break;
  return count;
}

function wrongType(needed: string, value: unknown): InvalidValue {
  return new InvalidValue("WRONG_TYPE", `must be ${needed}, but got ${kindOf(value)}`);
}

/** Names what came without repeating it: values may be personal. */
function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (value instanceof Date) return "an invalid date";
  if (typeof value === "string") return "other text";
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}
