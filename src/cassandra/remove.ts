import { usingTimestamp } from "./assignment.ts";
import { type Condition, rowCondition } from "./condition.ts";
import type { ConsistencyOption } from "./consistency.ts";
import { identifier } from "./identifier.ts";
import { isRange, namesRow, storedPartition, whereKey, whereRow } from "./key.ts";
import { decodeColumns } from "./row.ts";
import { shaped, type Take } from "./shape.ts";
import { cqlText, join, type RawRow, type Statement } from "./statement.ts";
import { badStatement, clusteringNames, columnOf, keyNames } from "./table-columns.ts";
import type { Impossible, Key, NamesRow, NoneOf, Prefix, RowKey } from "./table-keys.ts";
import type {
  ClusteringNames,
  DataName,
  HiddenName,
  NoOneRow,
  PartitionKey,
} from "./table-rows.ts";
import type { Table } from "./table.ts";
import type { Actual, RowCondition } from "./write.ts";
import {
  type AnyWriteOptions,
  type PlainOptions,
  refuseOneRow,
  requireCondition,
  type WriteOptions,
} from "./write-options.ts";
import { type RemovalOf, writeMembers } from "./write-result.ts";

/** The options of a remove on a table of plain writes. */
export interface PlainRemoveOptions extends Omit<PlainOptions, "ttl"> {
  /** Remove only values with this write time or an earlier one, in microseconds. Default: remove all. */
  readonly timestamp?: bigint;
}

/**
 * Removes a row. On a table with lanes and partitions of one row, use `lanes.remove` instead. See also
 * {@link removeRange} and {@link removePartition}; `update` removes the value of a column by null.
 *
 * @example
 * remove(SeatTable, { theatre: "Odeon", id }, { if: "exists" });
 * // DELETE FROM seat WHERE theatre = ? AND id = ? IF EXISTS
 * remove(SeatTable, { theatre: "Odeon", id }, { if: { taken: 0 } });
 * // DELETE FROM seat WHERE theatre = ? AND id = ? IF taken = ?
 * remove(MessageTable, { room, at }, { timestamp: 1795247560962000n });
 * // DELETE FROM message USING TIMESTAMP ? WHERE room = ? AND at = ?
 */
export function remove<
  T extends Table,
  const C extends Condition<T> = "exists",
  const Null extends DataName<T> | HiddenName<T> = never,
>(
  table: T,
  key: RowKey<T> & NoOneRow<T, "lanes.remove(…) removes its rows">,
  ...options: WriteOptions<T, RowCondition<T, C, Null>, [options?: PlainRemoveOptions]>
): RemovalOf<T, C extends "exists" ? never : Actual<T, C, Null>>;
export function remove(table: Table, key: RawRow, given: object = {}): Statement<unknown> {
  const options = given as AnyWriteOptions;
  refuseOneRow(table, { verb: "remove", instead: "lanes.remove(…) removes" });
  return {
    ...buildRemove(table, { key, ...options }),
    ...writeMembers(table, {
      decode: (current) => decodeColumns(table, { key, raw: current }),
      partition: () => storedPartition(table, key, "lookup"),
      options,
    }),
  };
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

/** The key of a range of rows: it names more than a partition, and less than a row. */
export type RangeKey<T extends Table, K> =
  NamesRow<T, K> extends true
    ? Impossible<"the key names one row: remove(…) removes it">
    : Extract<keyof K, ClusteringNames<T>[number]> extends never
      ? Impossible<"the key names a partition: removePartition(…) removes it">
      : unknown;

/**
 * Removes a range of rows of a partition of a table of plain writes: those with a prefix of the clustering key, and
 * optionally a range of the next column. Cassandra stores one marker for all of them. Rows that are written later, or
 * with a later write time, stay.
 *
 * @example
 * removeRange(Reading, { device, day, at: { lt: noon } });
 * // DELETE FROM reading WHERE device = ? AND day = ? AND at < ?
 * @throws CassandraError `BAD_STATEMENT` if the key names a row or a whole partition, which the compiler rejects too, and
 * if a value or bound in it is undefined
 */
export function removeRange<T extends Table & { readonly lwt: false }, const K extends Key<T>>(
  table: T,
  key: K & Prefix<T, K> & RangeKey<T, K>,
  options?: ConsistencyOption<T>,
): RemovalOf<T>;
export function removeRange(
  table: Table,
  key: RawRow,
  options?: ConsistencyOption<Table>,
): Statement<unknown> {
  if (namesRow(table, key))
    throw badStatement(table, "has one row of this key: remove(…) removes it");
  if (clusteringNames(table).every((name) => key[name] === undefined)) {
    throw badStatement(table, "has a partition of this key: removePartition(…) removes it");
  }
  refuseUndefined(table, key);
  return removal(table, key, options);
}

/**
 * A read ignores what is undefined in its key, but a removal would remove more rows than were meant.
 *
 * @throws CassandraError `BAD_STATEMENT`
 */
function refuseUndefined(table: Table, key: RawRow): void {
  for (const [name, value] of Object.entries(key)) {
    const isPart = keyNames(table).includes(name);
    const bounds = isPart && isRange(columnOf(table, name).type, value) ? value : { value };
    if (!Object.values(bounds).includes(undefined)) continue;
    throw badStatement(
      table,
      `has a removal whose key has an undefined value or bound of "${name}"`,
    );
  }
}

/**
 * Removes a partition of a table of plain writes, with its static columns. Rows that are written later, or with a later
 * write time, stay.
 *
 * @example
 * removePartition(Reading, { device, day });
 * // DELETE FROM reading WHERE device = ? AND day = ?
 */
export function removePartition<T extends Table & { readonly lwt: false }>(
  table: T,
  partition: PartitionKey<T> &
    NoneOf<
      ClusteringNames<T>[number],
      "the whole partition would be removed: remove(…) removes a row"
    >,
  options?: ConsistencyOption<T>,
): RemovalOf<T>;
export function removePartition(
  table: Table,
  partition: RawRow,
  options?: ConsistencyOption<Table>,
): Statement<unknown> {
  const stray = Object.keys(partition).find((name) => !table.partition.includes(name));
  if (stray !== undefined) {
    throw badStatement(
      table,
      `has no "${stray}" in its partition key: removeRange(…) and remove(…) remove rows`,
    );
  }
  return removal(table, partition, options);
}

function removal(table: Table, key: RawRow, options: ConsistencyOption<Table> | undefined) {
  if (table.lwt) {
    const why = "takes lightweight transactions, which remove one row each";
    throw badStatement(table, `${why}: remove(…) removes it`);
  }
  return {
    ...join([cqlText(`DELETE FROM ${identifier(table.name)} WHERE`), whereKey(table, key)]),
    ...writeMembers(table, { partition: () => storedPartition(table, key, "lookup"), options }),
  };
}
