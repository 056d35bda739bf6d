import { assignments, writtenNames, usingTtl } from "./assignment.ts";
import { isStatic } from "./column.ts";
import { type Condition, condition, rowCondition } from "./condition.ts";
import { identifier } from "./identifier.ts";
import { partitionKeyOf, storedPartition, whereRow } from "./key.ts";
import { presenceColumn } from "./lane-columns.ts";
import { writeMembers, type WriteOf } from "./write-result.ts";
import { decodeColumns, decodeRow, inserted, insertedEntry } from "./row.ts";
import { type WriteInput, shaped, type Take } from "./shape.ts";
import { join, withParam, type RawRow, cqlText, type Statement } from "./statement.ts";
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
import {
  type AnyWriteOptions,
  type LwtTtl,
  refuseCounters,
  refuseOneRow,
  refuseTtlInLanes,
  requireCondition,
  type WriteOptions,
} from "./write-options.ts";

/** The options of an insert on a table of lightweight transactions. */
export interface InsertOptions<T extends Table> {
  readonly if: "not exists";
  /** After how many seconds the written values expire. Default: never. */
  readonly ttl?: LwtTtl<T>;
}

/**
 * Writes a row, with the defaults of omitted columns. On a table with lanes and partitions of one row, use
 * `lanes.create` instead.
 *
 * @example
 * insert(SeatTable, { theatre: "Odeon", name: "A1" }, { if: "not exists" });
 * // INSERT INTO seat (theatre, id, name, taken, date) VALUES (?, ?, ?, ?, ?) IF NOT EXISTS
 * insert(Reading, { device, day, at, value: 1 }, { ttl: 60 });
 * // INSERT INTO reading (device, day, at, value) VALUES (?, ?, ?, ?) USING TTL ?
 */
export function insert<T extends Table>(
  table: T,
  values: Insert<T> & NoCounters<T> & NoOneRow<T, "lanes.create(…) creates its rows">,
  ...options: WriteOptions<T, InsertOptions<T>>
): WriteOf<T, Row<T>>;
export function insert(table: Table, values: RawRow, given: object = {}): Statement<unknown> {
  const options = given as AnyWriteOptions;
  refuseOneRow(table, { verb: "insert", instead: "lanes.create(…) creates" });
  const { if: holds, ttl } = options;
  const changes = inserted(table, values);
  return {
    ...buildInsert(table, { changes, if: holds, ttl }),
    ...writeMembers(table, {
      decode: (current) => decodeRow(table, current),
      partition: () => partitionKeyOf(table, changes),
      options,
    }),
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
  const partition = () => partitionKeyOf(order, changes);
  return { ...buildInsert(order, { changes }), ...writeMembers(order, { partition }) };
}

/** Builds an insert from checked values. */
export const buildInsert = shaped((table, given) => {
  const { changes = {}, if: holds } = given;
  requireCondition(table, { verb: "insert", condition: holds });
  refuseCounters(table, "insert");
  refuseTtlInLanes(table, given);
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

/** The condition of a write to a row of a table of lightweight transactions. */
export interface RowCondition<
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

/** The options of an update on a table of lightweight transactions. */
export interface UpdateOptions<
  T extends Table,
  C extends Condition<T>,
  Null extends DataName<T> | HiddenName<T> = never,
> extends RowCondition<T, C, Null> {
  /** After how many seconds the written values expire. Default: never. */
  readonly ttl?: LwtTtl<T>;
}

/** The actual values of the columns of a condition. */
export type Actual<T extends Table, C, Null extends string = never> = C extends "exists"
  ? Record<never, never>
  : { readonly [Name in (keyof C | Null) & DataName<T>]: ValueOf<T, Name> | null };

/**
 * Changes a row. On a table of lightweight transactions, the change is applied only if the condition holds; otherwise
 * the result has the actual values.
 *
 * A value of a column is set as a whole, and null removes it. Of a collection that is not frozen, elements can be added
 * and removed, or one {@link element} can be set. Cassandra cannot detect that an `append` or `prepend` is repeated, so
 * after an unknown outcome the list may have the items or not.
 *
 * @example
 * update(SeatTable, { theatre: "Odeon", id }, { taken: 6 }, { if: { taken: 5 } });
 * // UPDATE seat SET taken = ? WHERE theatre = ? AND id = ? IF taken = ?
 * update(SeatTable, { theatre: "Odeon", id }, { taken: 6 }, { if: { taken: { gte: 1, lt: 6 }, zone: { in: ["A", "B"] } } });
 * // UPDATE seat SET taken = ? WHERE theatre = ? AND id = ? IF zone IN ? AND taken >= ? AND taken < ?
 * update(Shelf, { id }, { log: { append: ["x"] }, roles: { add: new Set(["a"]) }, stock: element("apple", 3) }, { ttl: 60 });
 * // UPDATE shelf USING TTL ? SET log = log + ?, roles = roles + ?, stock[?] = ? WHERE id = ?
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
): WriteOf<T, Actual<T, C, Null>>;
export function update(
  table: Table,
  key: RawRow,
  changes: RawRow,
  given: object = {},
): Statement<unknown> {
  const options = given as AnyWriteOptions;
  return {
    ...buildUpdate(table, { key, changes, ...options }),
    ...writeMembers(table, {
      decode: (current) =>
        decodeColumns(table, { key, raw: withoutPresence(table, current, options) }),
      partition: () => storedPartition(table, key, "check"),
      options,
    }),
  };
}

const buildUpdate = shaped((table, given) => {
  requireCondition(table, { verb: "update", condition: given.if });
  refuseCounters(table, "update");
  refuseTtlInLanes(table, given);
  const once = writtenNames(given.changes!).find((name) => isStatic(columnOf(table, name)));
  if (once !== undefined)
    throw badStatement(table, `has "${once}" once per partition: updatePartition(…) writes it`);
  return join<Take>([
    cqlText(`UPDATE ${identifier(table.name)}`),
    ...usingTtl(table, given),
    cqlText("SET"),
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
  { if: holds, isNotNull = [] }: AnyWriteOptions,
): RawRow {
  const presence = presenceColumn(table);
  if (presence === undefined) return current;
  if ((typeof holds === "object" && Object.hasOwn(holds, presence)) || isNotNull.includes(presence))
    return current;
  const { [presence]: _, ...others } = current;
  return others;
}
