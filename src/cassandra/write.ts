import { assignments, namesGiven, usingTimestamp, usingTtl } from "./assignment.ts";
import { isStatic } from "./column.ts";
import {
  type Condition,
  condition,
  type ConditionOptions,
  type Options,
  refuseCounters,
  refuseOneRow,
  requireCondition,
  rowCondition,
} from "./condition.ts";
import { identifier } from "./identifier.ts";
import { whereRow } from "./key.ts";
import { presenceColumn } from "./lane-columns.ts";
import { answer, type Answer } from "./lwt-answer.ts";
import { decodeColumns, decodeRow, inserted } from "./row.ts";
import { type Given, shaped, type Take } from "./shape.ts";
import { join, marked, type RawRow, text, type Write } from "./statement.ts";
import type {
  Changes,
  DataName,
  HiddenName,
  Insert,
  NoCounters,
  NoOneRow,
  Row,
  ValueOf,
} from "./table-rows.ts";
import { badStatement, columnOf } from "./table-columns.ts";
import { type Table } from "./table.ts";
import type { RowKey } from "./table-keys.ts";

/**
 * Writes a row, with the defaults of the columns that are left out. Where a row is a partition with lanes, `lanes.create`
 * creates it.
 *
 * @example
 * insert(PartyTable, { city: "Rome", name: "Ferragosto" }, { if: "not exists" });
 * // INSERT INTO party (city, id, name, people, date) VALUES (?, ?, ?, ?, ?) IF NOT EXISTS
 */
export function insert<T extends Table>(
  table: T,
  values: Insert<T> & NoCounters<T> & NoOneRow<T, "lanes.create(…) creates its rows">,
  ...options: Options<T, { readonly if: "not exists" }>
): Write<T, Answer<T, Row<T>>>;
export function insert(table: Table, values: RawRow, options?: { readonly if: "not exists" }) {
  refuseOneRow(table, "insert", "lanes.create(…) creates");
  return {
    ...insertion(table, { changes: inserted(table, values), if: options?.if }),
    ...answer(table, (current) => decodeRow(table, current)),
  };
}

/** An insert of a whole row, of values that are checked. */
export const insertion = shaped((table, given) => {
  const { changes = {}, if: holds } = given;
  requireCondition(table, "insert", holds);
  refuseCounters(table, "insert");
  const names = Object.keys(changes);
  const marks = names.map((name) =>
    marked("?", columnOf(table, name).type, (given: Given) => given.changes![name]),
  );
  const row = join(marks, ", ");
  const into = `INSERT INTO ${identifier(table.name)} (${names.map(identifier).join(", ")})`;
  return join<Take>([
    { ...row, cql: `${into} VALUES (${row.cql})` },
    ...condition(table, given),
    ...usingTtl(table, given),
  ]);
});

/** The condition of an update. */
export interface UpdateOptions<
  T extends Table,
  C extends Condition<T>,
  Null extends DataName<T> | HiddenName<T> = never,
> {
  readonly if: C;
  /**
   * Columns that must be null beside. Alone it would hold where there is no row, and make one: so it needs values
   * of other columns in `if`, or columns that are not null.
   */
  readonly isNull?: readonly Null[];
  /** Columns that must not be null, whatever is in them: beside `if`, or alone where that is empty. */
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
  const decode = (current: RawRow) => decodeColumns(table, key, asked(table, current, options));
  return { ...updating(table, { key, changes, ...options }), ...answer(table, decode) };
}

const updating = shaped((table, given) => {
  requireCondition(table, "update", given.if);
  refuseCounters(table, "update");
  const once = namesGiven(given.changes!).find((name) => isStatic(columnOf(table, name)));
  if (once !== undefined)
    throw badStatement(table, `has "${once}" once per partition: updatePartition(…) writes it`);
  return join<Take>([
    text(`UPDATE ${identifier(table.name)} SET`),
    assignments(table, given),
    text("WHERE"),
    whereRow(table, given),
    ...rowCondition(table, given),
  ]);
});

/** Without what the condition has by itself. */
function asked(table: Table, current: RawRow, options: ConditionOptions | undefined): RawRow {
  const presence = presenceColumn(table);
  if (presence === undefined || !options) return current;
  const { if: holds, isNotNull = [] } = options;
  if ((holds !== "exists" && Object.hasOwn(holds, presence)) || isNotNull.includes(presence))
    return current;
  const { [presence]: _, ...others } = current;
  return others;
}

/** How a plain remove can be kept from taking what was written since. */
export interface PlainRemoveOptions {
  /** Remove only what was written up to this write time, in microseconds. Default: all that is there. */
  readonly timestamp?: bigint;
}

/**
 * Removes a row. Where a row is a partition with lanes, `lanes.remove` removes it.
 *
 * @example
 * remove(PartyTable, { city: "Rome", id }, { if: "exists" });
 * // DELETE FROM party WHERE city = ? AND id = ? IF EXISTS
 * remove(MessageTable, { room, at }, { timestamp: 1795247560962000n });
 * // DELETE FROM message USING TIMESTAMP ? WHERE room = ? AND at = ?
 */
export function remove<T extends Table>(
  table: T,
  key: RowKey<T> & NoOneRow<T, "lanes.remove(…) removes its rows">,
  ...options: Options<T, { readonly if: "exists" }, [options?: PlainRemoveOptions]>
): Write<T, Answer<T, never>>;
export function remove(
  table: Table,
  key: RawRow,
  options?: { readonly if?: "exists" } & PlainRemoveOptions,
) {
  refuseOneRow(table, "remove", "lanes.remove(…) removes");
  return { ...removal(table, { key, ...options }), ...answer(table, () => undefined) };
}

/** A removal of a whole row. */
export const removal = shaped((table, given) => {
  requireCondition(table, "remove", given.if);
  return join<Take>([
    text(`DELETE FROM ${identifier(table.name)}`),
    ...usingTimestamp(table, given),
    text("WHERE"),
    whereRow(table, given),
    ...condition(table, given),
  ]);
});
