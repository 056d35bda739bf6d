import { assignments, writtenNames, usingTimestamp, usingTtl } from "./assignment.ts";
import { isStatic } from "./column.ts";
import {
  type Condition,
  condition,
  type ConditionOptions,
  type PlainOptions,
  type WriteOptions,
  refuseCounters,
  refuseOneRow,
  requireCondition,
  rowCondition,
} from "./condition.ts";
import { identifier } from "./identifier.ts";
import { whereRow } from "./key.ts";
import { presenceColumn } from "./lane-columns.ts";
import { writeResultOf, type WriteResult } from "./write-result.ts";
import { decodeColumns, decodeRow, inserted, insertedEntry } from "./row.ts";
import { type WriteInput, shaped, type Take } from "./shape.ts";
import { join, withParam, type RawRow, cqlText, type Statement, type Write } from "./statement.ts";
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
import type { Order } from "./orders.ts";
import { type Table } from "./table.ts";
import type { RowKey } from "./table-keys.ts";

/**
 * Writes a row, with the defaults of omitted columns. On a table with lanes and partitions of one row, use
 * `lanes.create` instead.
 *
 * @example
 * insert(SeatTable, { theatre: "Odeon", name: "A1" }, { if: "not exists" });
 * // INSERT INTO seat (theatre, id, name, taken, date) VALUES (?, ?, ?, ?, ?) IF NOT EXISTS
 */
export function insert<T extends Table>(
  table: T,
  values: Insert<T> & NoCounters<T> & NoOneRow<T, "lanes.create(…) creates its rows">,
  ...options: WriteOptions<T, { readonly if: "not exists" }>
): Write<T, WriteResult<T, Row<T>>>;
export function insert(
  table: Table,
  values: RawRow,
  options?: { readonly if: "not exists" } | PlainOptions,
) {
  refuseOneRow(table, { verb: "insert", instead: "lanes.create(…) creates" });
  const { if: holds } = (options ?? {}) as { readonly if?: "not exists" };
  return {
    ...buildInsert(table, { changes: inserted(table, values), if: holds }),
    ...writeResultOf(table, (current) => decodeRow(table, current)),
  };
}

/**
 * Writes an entry of an order. Its key is that of a stored row, which another program may have written: see
 * {@link ColumnType.lookup}.
 *
 * @example
 * insertEntry(SeatByDate, { theatre: "Odeon", date, id });
 * // INSERT INTO seat_by_date (theatre, date, id, entered) VALUES (?, ?, ?, ?)
 */
export function insertEntry(order: Order, entry: RawRow): Statement<unknown> {
  const changes = insertedEntry(order, entry);
  return { ...buildInsert(order, { changes }), ...writeResultOf(order, () => undefined) };
}

/** Builds an insert from checked values. */
export const buildInsert = shaped((table, given) => {
  const { changes = {}, if: holds } = given;
  requireCondition(table, { verb: "insert", condition: holds });
  refuseCounters(table, "insert");
  const names = Object.keys(changes);
  const marks = names.map((name) =>
    withParam("?", {
      type: columnOf(table, name).type,
      param: (given: WriteInput) => given.changes![name],
    }),
  );
  const row = join(marks, ", ");
  const into = `INSERT INTO ${identifier(table.name)} (${names.map(identifier).join(", ")})`;
  return join<Take>([
    { ...row, cql: `${into} VALUES (${row.cql})` },
    ...condition(table, given),
    ...usingTtl(table, given),
  ]);
});

/** The options of an update on a table of lightweight transactions. */
export interface UpdateOptions<
  T extends Table,
  C extends Condition<T>,
  Null extends DataName<T> | HiddenName<T> = never,
> {
  readonly if: C;
  /**
   * Columns that must also be null. A missing row would satisfy this and be created, so a value in `if` or a column in
   * `isNotNull` is required too.
   */
  readonly isNull?: readonly Null[];
  /** Columns that must also not be null. If `if` is empty, this is the whole condition. */
  readonly isNotNull?: readonly Null[];
}

/** The actual values of the columns of a condition. */
export type Actual<T extends Table, C, Null extends string = never> = C extends "exists"
  ? Record<never, never>
  : { readonly [Name in (keyof C | Null) & DataName<T>]: ValueOf<T, Name> | null };

/**
 * Changes a row. On a table of lightweight transactions, the change is applied only if the condition holds; otherwise
 * the result has the actual values.
 *
 * @example
 * update(SeatTable, { theatre: "Odeon", id }, { taken: 6 }, { if: { taken: 5 } });
 * // UPDATE seat SET taken = ? WHERE theatre = ? AND id = ? IF taken = ?
 */
export function update<
  T extends Table,
  const C extends Condition<T> = "exists",
  const Null extends DataName<T> | HiddenName<T> = never,
>(
  table: T,
  key: RowKey<T>,
  changes: Changes<T> & NoCounters<T>,
  ...options: WriteOptions<T, UpdateOptions<T, C, Null>>
): Write<T, WriteResult<T, Actual<T, C, Null>>>;
export function update(
  table: Table,
  key: RawRow,
  changes: RawRow,
  given?: ConditionOptions | PlainOptions,
) {
  const options = given as ConditionOptions | undefined;
  const decode = (current: RawRow) =>
    decodeColumns(table, { key, raw: withoutPresence(table, current, options) });
  return { ...buildUpdate(table, { key, changes, ...options }), ...writeResultOf(table, decode) };
}

const buildUpdate = shaped((table, given) => {
  requireCondition(table, { verb: "update", condition: given.if });
  refuseCounters(table, "update");
  const once = writtenNames(given.changes!).find((name) => isStatic(columnOf(table, name)));
  if (once !== undefined)
    throw badStatement(table, `has "${once}" once per partition: updatePartition(…) writes it`);
  return join<Take>([
    cqlText(`UPDATE ${identifier(table.name)} SET`),
    assignments(table, given),
    cqlText("WHERE"),
    whereRow(table, given),
    ...rowCondition(table, given),
  ]);
});

/** Removes the presence column from the current values, unless the condition of the caller has it. */
function withoutPresence(
  table: Table,
  current: RawRow,
  options: ConditionOptions | undefined,
): RawRow {
  const presence = presenceColumn(table);
  if (presence === undefined || !options) return current;
  const { if: holds, isNotNull = [] } = options;
  if ((holds !== "exists" && Object.hasOwn(holds, presence)) || isNotNull.includes(presence))
    return current;
  const { [presence]: _, ...others } = current;
  return others;
}

/** The options of a remove on a table of plain writes. */
export interface PlainRemoveOptions extends PlainOptions {
  /** Remove only values with this write time or an earlier one, in microseconds. Default: remove all. */
  readonly timestamp?: bigint;
}

/**
 * Removes a row. On a table with lanes and partitions of one row, use `lanes.remove` instead.
 *
 * @example
 * remove(SeatTable, { theatre: "Odeon", id }, { if: "exists" });
 * // DELETE FROM seat WHERE theatre = ? AND id = ? IF EXISTS
 * remove(MessageTable, { room, at }, { timestamp: 1795247560962000n });
 * // DELETE FROM message USING TIMESTAMP ? WHERE room = ? AND at = ?
 */
export function remove<T extends Table>(
  table: T,
  key: RowKey<T> & NoOneRow<T, "lanes.remove(…) removes its rows">,
  ...options: WriteOptions<T, { readonly if: "exists" }, [options?: PlainRemoveOptions]>
): Write<T, WriteResult<T, never>>;
export function remove(
  table: Table,
  key: RawRow,
  given?: { readonly if: "exists" } | PlainRemoveOptions,
) {
  const options = given as Pick<WriteInput, "if" | "timestamp"> | undefined;
  refuseOneRow(table, { verb: "remove", instead: "lanes.remove(…) removes" });
  return { ...buildRemove(table, { key, ...options }), ...writeResultOf(table, () => undefined) };
}

/** Builds a removal of a row. */
export const buildRemove = shaped((table, given) => {
  requireCondition(table, { verb: "remove", condition: given.if });
  return join<Take>([
    cqlText(`DELETE FROM ${identifier(table.name)}`),
    ...usingTimestamp(table, given),
    cqlText("WHERE"),
    whereRow(table, given),
    ...rowCondition(table, given),
  ]);
});
