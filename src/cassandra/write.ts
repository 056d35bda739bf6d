import { type Column, isStatic } from "./column.ts";
import { type Element, isElement } from "./element.ts";
import { CassandraError } from "./error.ts";
import { identifier } from "./identifier.ts";
import { checked, matched, whereKey, whereRow } from "./key.ts";
import { decodeColumns, decodeRow, decodeStored, inserted } from "./row.ts";
import { isOrdered } from "./slice.ts";
import {
  type Fragment,
  join,
  type Lwt,
  type LwtBatch,
  marked,
  type RawRow,
  type Statement,
  text,
  type Write,
} from "./statement.ts";
import {
  allColumns,
  type Changes,
  clusteringNames,
  columnOf,
  type CounterName,
  type DataName,
  hasCounters,
  type HiddenName,
  type HiddenStaticName,
  type HiddenValues,
  type Insert,
  keyNames,
  type KeyName,
  type NoCounters,
  type NoneOf,
  type PartitionChanges,
  type PartitionKey,
  type Row,
  type RowKey,
  type StaticName,
  type StoredRow,
  type Table,
  type ValueOf,
} from "./table.ts";
import { booleanType } from "./types/boolean.ts";
import { bigintType, intType } from "./types/integers.ts";
import type { Unreadable } from "./unreadable.ts";

/** A condition where the table takes lightweight transactions; elsewhere there is none. */
type Options<
  T extends Table,
  Conditional,
  Plain extends readonly unknown[] = [],
> = T["lwt"] extends true ? [options: Conditional] : Plain;

/** The typed answer of a lightweight transaction; elsewhere nothing is told. */
type Answer<T extends Table, Current> = T["lwt"] extends true ? Lwt<Current> : void;

/**
 * Writes a row, with the defaults of the columns that are left out.
 *
 * @example
 * insert(PartyTable, { city: "Rome", name: "Ferragosto" }, { if: "not exists" });
 * // INSERT INTO party (city, id, name, people, date) VALUES (?, ?, ?, ?, ?) IF NOT EXISTS
 */
export function insert<T extends Table>(
  table: T,
  values: Insert<T> & NoCounters<T>,
  ...options: Options<T, { readonly if: "not exists" }>
): Write<T, Answer<T, Row<T>>>;
export function insert(table: Table, values: RawRow, options?: { readonly if: "not exists" }) {
  requireCondition(table, "insert", options?.if);
  refuseCounters(table, "insert");
  const row = inserted(table, values);
  const names = Object.keys(row);
  const into = `INSERT INTO ${identifier(table.name)} (${names.map(identifier).join(", ")})`;
  const marks = `VALUES (${names.map(() => "?").join(", ")})`;
  return {
    cql: `${into} ${marks}${table.lwt ? " IF NOT EXISTS" : ""}`,
    params: Object.values(row),
    types: names.map((name) => columnOf(table, name).type),
    ...answer(table, (current) => decodeRow(table, current)),
  };
}

/** What must hold for an update: that the row exists, or that columns, hidden ones too, have these values. */
export type Condition<T extends Table> =
  | "exists"
  | ({ readonly [Name in DataName<T>]?: ValueOf<T, Name> | Unreadable } & HiddenValues<T, null> &
      NoneOf<KeyName<T>, "it is in the key">);

/** The condition of an update. */
export interface UpdateOptions<
  T extends Table,
  C extends Condition<T>,
  Null extends DataName<T> | HiddenName<T> = never,
> {
  readonly if: C;
  /**
   * Columns that must be null beside. Alone it would hold where there is no row, and make one: so it needs values
   * of other columns in `if`.
   */
  readonly isNull?: readonly Null[];
  /** Columns that must not be null beside, whatever is in them. */
  readonly isNotNull?: readonly Null[];
}

/** The actual values of a condition's columns, null where the database holds null. */
export type Actual<T extends Table, C, Null extends string = never> = C extends "exists"
  ? Record<never, never>
  : { readonly [Name in (keyof C | Null) & DataName<T>]: ValueOf<T, Name> | null };

/**
 * Changes a row. On a table of lightweight transactions it does so only if the condition holds,
 * else the answer brings the actual values.
 *
 * @example
 * update(PartyTable, { city: "Rome", id }, { people: 6 }, { if: { people: 5 } });
 * // UPDATE party SET people = ? WHERE city = ? AND id = ? IF people = ?
 */
export function update<
  T extends Table,
  const C extends Condition<T> = "exists",
  const Null extends DataName<T> | HiddenName<T> = never,
>(
  table: T,
  key: RowKey<T>,
  changes: Changes<T> & NoCounters<T>,
  ...options: Options<T, UpdateOptions<T, C, Null>>
): Write<T, Answer<T, Actual<T, C, Null>>>;
export function update(table: Table, key: RawRow, changes: RawRow, options?: ConditionOptions) {
  requireCondition(table, "update", options?.if);
  refuseCounters(table, "update");
  const staticName = namesGiven(changes).find((name) => isStatic(columnOf(table, name)));
  if (staticName !== undefined) {
    throw refused(table, `has "${staticName}" once per partition: updatePartition(…) writes it`);
  }
  const pieces = [
    text(`UPDATE ${identifier(table.name)} SET`),
    join(assignments(table, changes), ", "),
    text("WHERE"),
    whereRow(table, key),
    ...(options ? [condition(table, options)] : []),
  ];
  return { ...join(pieces), ...answer(table, (current) => decodeColumns(table, key, current)) };
}

/** How a plain remove can be kept from taking what was written since. */
export interface PlainRemoveOptions {
  /** Remove only what was written up to this write time, in microseconds. Default: all that is there. */
  readonly timestamp?: bigint;
}

/**
 * Removes a row.
 *
 * @example
 * remove(PartyTable, { city: "Rome", id }, { if: "exists" });
 * // DELETE FROM party WHERE city = ? AND id = ? IF EXISTS
 * remove(MessageTable, { room, at }, { timestamp: 1795247560962000n });
 * // DELETE FROM message USING TIMESTAMP ? WHERE room = ? AND at = ?
 */
export function remove<T extends Table>(
  table: T,
  key: RowKey<T>,
  ...options: Options<T, { readonly if: "exists" }, [options?: PlainRemoveOptions]>
): Write<T, Answer<T, never>>;
export function remove(
  table: Table,
  key: RawRow,
  options: { readonly if?: "exists" } & PlainRemoveOptions = {},
) {
  requireCondition(table, "remove", options.if);
  const { timestamp } = options;
  const pieces = [
    text(`DELETE FROM ${identifier(table.name)}`),
    ...(timestamp === undefined ? [] : [marked("USING TIMESTAMP ?", bigintType, timestamp)]),
    text("WHERE"),
    whereRow(table, key),
    ...(options.if ? [condition(table, { if: options.if })] : []),
  ];
  return { ...join(pieces), ...answer(table, () => undefined) };
}

/** What must hold for an update of a partition: its static columns, hidden ones too, have these values. */
export type PartitionCondition<T extends Table> = {
  readonly [Name in StaticName<T>]?: ValueOf<T, Name> | Unreadable;
} & HiddenValues<T, null, HiddenStaticName<T>>;

/** How the columns of a partition are changed. */
export interface StaticOptions<T extends Table> {
  readonly if: PartitionCondition<T>;
  /** After how many seconds what is written here is gone. Default: never. */
  readonly ttl?: number;
  /**
   * Also name a row that hardly ever exists, and change nothing in it. For a statement that is sent alone: without any
   * row, Cassandra looks for the first one that the partition has, and fails if there are too many deleted ones before
   * it. If that row exists after all, the condition may not hold because of it: `current` then has a value of
   * {@link unlikelyColumn}. Default: false.
   */
  readonly byName?: boolean;
}

/**
 * Changes what is kept once a partition, if the condition holds; it makes no row.
 *
 * @example
 * updatePartition(PartyTable, { city }, { rounds: element(process, round) }, { if: { rounds: element(process, last) }, ttl: 3600 });
 * // UPDATE party USING TTL ? SET rounds[?] = ? WHERE city = ? IF rounds[?] = ?
 */
export function updatePartition<T extends Table>(
  table: T,
  partition: PartitionKey<T>,
  changes: PartitionChanges<T>,
  ...options: Options<T, StaticOptions<T>>
): Write<T, Answer<T, StoredRow<T>>>;
export function updatePartition(
  table: Table,
  partition: RawRow,
  changes: RawRow,
  options?: { readonly if: RawRow; readonly ttl?: number; readonly byName?: boolean },
) {
  requireCondition(table, "update", options?.if);
  refuseCounters(table, "update");
  const row = Object.keys(changes).find((name) => !isStatic(columnOf(table, name)));
  if (row !== undefined) throw refused(table, `has "${row}" once per row, not once per partition`);
  const ttl = options?.ttl;
  const beside = options?.byName ? nothingIn(table) : undefined;
  const set = [...assignments(table, changes), ...(beside ? [beside.isNull] : [])];
  const where = [whereKey(table, partition), ...(beside ? [beside.where] : [])];
  const holds = options ? [condition(table, options), ...(beside ? [beside.isNull] : [])] : [];
  const pieces = [
    text(`UPDATE ${identifier(table.name)}`),
    ...(ttl === undefined ? [] : [marked("USING TTL ?", intType, ttl)]),
    text("SET"),
    join(set, ", "),
    text("WHERE"),
    join(where, " AND "),
    ...(holds.length > 0 ? [join(holds, " AND ")] : []),
  ];
  return { ...join(pieces), ...answer(table, (current) => decodeStored(table, current)) };
}

/**
 * Changes nothing, as a lightweight transaction: it names a row that hardly ever exists, and sets a column of it to null
 * if it is null. Undefined: the table has no such row or column.
 *
 * @example
 * writeNothing(PartyTable, { city: "Rome" });
 * // UPDATE party SET recent = null WHERE city = ? AND id = ? IF recent = null
 */
export function writeNothing(table: Table, partition: RawRow): Statement<Lwt<unknown>> | undefined {
  const nothing = table.lwt ? nothingIn(table) : undefined;
  if (!nothing) return undefined;
  const { where, isNull } = nothing;
  const pieces = [
    text(`UPDATE ${identifier(table.name)} SET`),
    isNull,
    text("WHERE"),
    join([whereKey(table, partition), where], " AND "),
    text("IF"),
    isNull,
  ];
  return {
    ...join(pieces),
    kind: "lwt",
    decode: ([row]) => decodeLwt(row, () => undefined),
  };
}

/** What to add to counters: of the row, or of the partition where they are static. */
export type Additions<T extends Table> = { readonly [Name in CounterName<T>]?: bigint };

/**
 * Adds to counters of a row; a negative number subtracts. Cassandra counts at once whatever it is sent, and cannot tell
 * whether it has before: so it is sent once, and an unknown outcome stays unknown.
 *
 * @example
 * add(PageHits, { page: "home", day: "2027-08-15" }, { views: 1n });
 * // UPDATE page_hits SET views = views + ? WHERE page = ? AND day = ?
 */
export function add<T extends Table>(
  table: T,
  key: RowKey<T>,
  additions: Additions<T>,
): Write<T, void>;
export function add(table: Table, key: RawRow, additions: RawRow) {
  const names = inTableOrder(table, namesGiven(additions));
  const other = names.find((name) => columnOf(table, name).role !== "counter");
  if (other !== undefined) throw refused(table, `has no counter "${other}" in its rows`);
  if (names.length === 0) throw refused(table, "has nothing to add");
  const set = names.map((name) => {
    const column = identifier(name);
    return marked(
      `${column} = ${column} + ?`,
      columnOf(table, name).type,
      checked(table, name, additions[name]),
    );
  });
  const pieces = [
    text(`UPDATE ${identifier(table.name)} SET`),
    join(set, ", "),
    text("WHERE"),
    whereRow(table, key),
  ];
  return { ...join(pieces), ...answer(table, () => undefined) };
}

/** The column that a statement by name sets to null, in a row that hardly ever exists; undefined: the table has none. */
export function unlikelyColumn(table: Table): string | undefined {
  const { hidden, columns } = table;
  const isOfRow = ([name, column]: readonly [string, Column]) =>
    !isStatic(column) && !keyNames(table).includes(name);
  return [...Object.entries(hidden), ...Object.entries(columns)].find(isOfRow)?.[0];
}

/** How to name a row that hardly ever exists, and a column of it that is null. */
function nothingIn(
  table: Table,
): { readonly where: Fragment; readonly isNull: Fragment } | undefined {
  const column = unlikelyColumn(table);
  const names = clusteringNames(table);
  if (column === undefined || !isOrdered(table)) return undefined;
  const where = names.map((name) => {
    const { type } = columnOf(table, name);
    return marked(`${identifier(name)} = ?`, type, type.order!.unlikely);
  });
  return { where: join(where, " AND "), isNull: text(`${identifier(column)} = null`) };
}

function assignments(table: Table, changes: RawRow): readonly Fragment[] {
  const names = namesGiven(changes);
  const inKey = names.find((name) => keyNames(table).includes(name));
  if (inKey !== undefined) throw refused(table, `cannot set "${inKey}": it is in the key`);
  if (names.length === 0) throw refused(table, "has nothing to set");
  return inTableOrder(table, names).map((name) => {
    const given = changes[name];
    if (isElement(given)) return elementIs(table, name, given);
    const { type, nullable } = columnOf(table, name);
    const value = given === null && nullable ? null : checked(table, name, given);
    return marked(`${identifier(name)} = ?`, type, value);
  });
}

function namesGiven(changes: RawRow): readonly string[] {
  return Object.keys(changes).filter((name) => changes[name] !== undefined);
}

/** The condition of any table. */
interface ConditionOptions {
  readonly if: "exists" | RawRow;
  readonly isNull?: readonly string[];
  readonly isNotNull?: readonly string[];
}

function condition(
  table: Table,
  { if: holds, isNull = [], isNotNull = [] }: ConditionOptions,
): Fragment {
  if (holds === "exists") return text("IF EXISTS");
  const names = Object.keys(holds);
  const inKey = names.find((name) => keyNames(table).includes(name));
  if (inKey !== undefined)
    throw refused(table, `cannot have a condition on "${inKey}": it is in the key`);
  if (names.length === 0) throw refused(table, "has an empty condition");
  const equal = inTableOrder(table, names).map((name) => {
    const given = holds[name];
    if (isElement(given)) return elementIs(table, name, given);
    return marked(
      `${identifier(name)} = ?`,
      columnOf(table, name).type,
      matched(table, name, given),
    );
  });
  const isOrNot = (names: readonly string[], sign: "=" | "!=") =>
    inTableOrder(table, names).map((name) => text(`${identifier(name)} ${sign} null`));
  const all = [...equal, ...isOrNot(isNull, "="), ...isOrNot(isNotNull, "!=")];
  return join([text("IF"), join(all, " AND ")]);
}

function elementIs(table: Table, name: string, { key, value }: Element): Fragment {
  const { kind, isMulticell, parts = [] } = columnOf(table, name).type;
  const [keyType, valueType] = parts;
  if (kind !== "map" || !isMulticell) throw refused(table, `has no elements in "${name}"`);
  const at = marked(`${identifier(name)}[?]`, keyType!.type, keyType!.type.check(key));
  return value === null
    ? join([at, text("= null")])
    : join([at, marked("= ?", valueType!.type, valueType!.type.check(value))]);
}

/** One order for one set of columns, so that it is one prepared statement. */
function inTableOrder(table: Table, names: readonly string[]): readonly string[] {
  for (const name of names) columnOf(table, name);
  return Object.keys(allColumns(table)).filter((name) => names.includes(name));
}

function answer<Current>(table: Table, decode: (row: RawRow) => Current) {
  return table.lwt
    ? ({
        table,
        kind: "lwt",
        decode: ([row]: readonly RawRow[]) => decodeLwt(row, decode),
      } as const)
    : ({ table, kind: "write", decode: () => undefined } as const);
}

/** A refused transaction on a missing row brings `[applied]` and nothing else. */
function decodeLwt<Current>(
  row: RawRow | undefined,
  decode: (row: RawRow) => Current,
): Lwt<Current> {
  if (isApplied(row)) return { applied: true };
  const { "[applied]": _, ...current } = row ?? {};
  const exists = Object.keys(current).length > 0;
  return { applied: false, current: exists ? decode(current) : undefined };
}

function isApplied(row: RawRow | undefined): boolean {
  const applied = row?.["[applied]"];
  return Buffer.isBuffer(applied) && booleanType.decode(applied);
}

/** The rows that a batch of lightweight transactions brought. */
export function decodeBatch<T extends Table>(
  table: T,
  rows: readonly RawRow[],
): LwtBatch<StoredRow<T>> {
  if (isApplied(rows[0])) return { applied: true };
  // Its `[applied]` is no column of the table.
  const found = rows.map((row) => decodeStored(table, row));
  return { applied: false, rows: found.filter((row) => Object.keys(row).length > 0) };
}

/** @throws CassandraError `BAD_STATEMENT` if a table's columns can only be added to */
function refuseCounters(table: Table, verb: string): void {
  if (!hasCounters(table)) return;
  throw refused(table, `is a table of counters, which take add(…): it takes no ${verb}`);
}

function requireCondition(table: Table, verb: string, condition: unknown): void {
  if (table.lwt === (condition !== undefined)) return;
  throw refused(
    table,
    table.lwt
      ? `takes lightweight transactions only: this ${verb} needs a condition`
      : `takes plain writes only: this ${verb} cannot have a condition`,
  );
}

function refused(table: Table, why: string): CassandraError {
  return new CassandraError("BAD_STATEMENT", `Table "${table.name}" ${why}.`);
}
