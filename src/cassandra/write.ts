import { CassandraError } from "./error.ts";
import { identifier } from "./identifier.ts";
import { checked, matched, whereRow } from "./key.ts";
import { decodeRow, decodeStored, inserted } from "./row.ts";
import { type Fragment, join, type Lwt, type RawRow, type Statement } from "./statement.ts";
import {
  type Changes,
  columnOf,
  type DataName,
  type Insert,
  keyNames,
  type KeyName,
  type Row,
  type RowKey,
  type Table,
  type ValueOf,
  type Without,
} from "./table.ts";

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
  values: Insert<T>,
  ...options: Options<T, { readonly if: "not exists" }>
): Statement<Answer<T, Row<T>>>;
export function insert(table: Table, values: RawRow, options?: { readonly if: "not exists" }) {
  requireCondition(table, "insert", options?.if);
  const row = inserted(table, values);
  const names = Object.keys(row).map(identifier);
  const into = `INSERT INTO ${identifier(table.name)} (${names.join(", ")})`;
  const marks = `VALUES (${names.map(() => "?").join(", ")})`;
  return {
    cql: `${into} ${marks}${table.lwt ? " IF NOT EXISTS" : ""}`,
    params: Object.values(row),
    ...answer(table, (current) => decodeRow(table, current)),
  };
}

/** What must hold for an update: that the row exists, or that columns have these values. */
export type Condition<T extends Table> =
  | "exists"
  | ({ readonly [Name in DataName<T>]?: ValueOf<T, Name> } & Without<KeyName<T>>);

/** The condition of an update. */
export interface UpdateOptions<
  T extends Table,
  C extends Condition<T>,
  Null extends DataName<T> = never,
> {
  readonly if: C;
  /**
   * Columns that must be null beside. Alone it would hold where there is no row, and make one: so it needs values
   * of other columns in `if`.
   */
  readonly isNull?: readonly Null[];
}

/** The actual values of a condition's columns, null where the database holds null. */
export type Actual<T extends Table, C, Null extends string = never> = C extends "exists"
  ? Record<never, never>
  : { readonly [Name in (keyof C & DataName<T>) | Null]: ValueOf<T, Name> | null };

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
  const Null extends DataName<T> = never,
>(
  table: T,
  key: RowKey<T>,
  changes: Changes<T>,
  ...options: Options<T, UpdateOptions<T, C, Null>>
): Statement<Answer<T, Actual<T, C, Null>>>;
export function update(
  table: Table,
  key: RawRow,
  changes: RawRow,
  options?: { readonly if: "exists" | RawRow; readonly isNull?: readonly string[] },
) {
  requireCondition(table, "update", options?.if);
  const set = join(assignments(table, changes), ", ");
  const pieces = [
    { cql: `UPDATE ${identifier(table.name)} SET ${set.cql} WHERE`, params: set.params },
    whereRow(table, key),
    ...(options ? [condition(table, options.if, options.isNull)] : []),
  ];
  return { ...join(pieces), ...answer(table, (current) => decodeStored(table, current)) };
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
): Statement<Answer<T, never>>;
export function remove(
  table: Table,
  key: RawRow,
  options: { readonly if?: "exists" } & PlainRemoveOptions = {},
) {
  requireCondition(table, "remove", options.if);
  const { timestamp } = options;
  const using = timestamp === undefined ? "" : " USING TIMESTAMP ?";
  const pieces = [
    {
      cql: `DELETE FROM ${identifier(table.name)}${using} WHERE`,
      params: timestamp === undefined ? [] : [timestamp],
    },
    whereRow(table, key),
    ...(options.if ? [condition(table, options.if)] : []),
  ];
  return { ...join(pieces), ...answer(table, () => undefined) };
}

function assignments(table: Table, changes: RawRow): readonly Fragment[] {
  const names = Object.keys(changes).filter((name) => changes[name] !== undefined);
  const inKey = names.find((name) => keyNames(table).includes(name));
  if (inKey !== undefined) throw refused(table, `cannot set "${inKey}": it is in the key`);
  if (names.length === 0) throw refused(table, "has nothing to set");
  return inTableOrder(table, names).map((name) => {
    const clears = changes[name] === null && columnOf(table, name).nullable;
    const value = clears ? null : checked(table, name, changes[name]);
    return { cql: `${identifier(name)} = ?`, params: [value] };
  });
}

function condition(
  table: Table,
  holds: "exists" | RawRow,
  isNull: readonly string[] = [],
): Fragment {
  if (holds === "exists") return { cql: "IF EXISTS", params: [] };
  const names = Object.keys(holds);
  const inKey = names.find((name) => keyNames(table).includes(name));
  if (inKey !== undefined)
    throw refused(table, `cannot have a condition on "${inKey}": it is in the key`);
  if (names.length === 0) throw refused(table, "has an empty condition");
  const equal = inTableOrder(table, names).map((name) => ({
    cql: `${identifier(name)} = ?`,
    params: [matched(table, name, holds[name])],
  }));
  const nulls = inTableOrder(table, isNull).map((name) => ({
    cql: `${identifier(name)} = null`,
    params: [],
  }));
  const { cql, params } = join([...equal, ...nulls], " AND ");
  return { cql: `IF ${cql}`, params };
}

/** One order for one set of columns, so that it is one prepared statement. */
function inTableOrder(table: Table, names: readonly string[]): readonly string[] {
  for (const name of names) columnOf(table, name);
  return Object.keys(table.columns).filter((name) => names.includes(name));
}

function answer<Current>(table: Table, decode: (row: RawRow) => Current) {
  return table.lwt
    ? ({ kind: "lwt", decode: ([row]: readonly RawRow[]) => decodeLwt(row, decode) } as const)
    : ({ kind: "write", decode: () => undefined } as const);
}

/** A refused transaction on a missing row brings `[applied]` and nothing else. */
function decodeLwt<Current>(
  row: RawRow | undefined,
  decode: (row: RawRow) => Current,
): Lwt<Current> {
  if (row?.["[applied]"] === true) return { applied: true };
  const { "[applied]": _, ...current } = row ?? {};
  const exists = Object.keys(current).length > 0;
  return { applied: false, current: exists ? decode(current) : undefined };
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
