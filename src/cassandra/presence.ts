import { presenceColumn } from "./lane-columns.ts";
import { clusteringNames, oncePerTable } from "./table-columns.ts";
import type { Table } from "./table.ts";

/**
 * Returns whether a row exists. The row must have its clustering key and its presence column, as in the result of
 * `selectStored` and of a refused batch. Cassandra also returns two kinds of rows that do not exist: for a partition
 * with static columns but without rows, one whose clustering key is null; and in partitions of one row, what is left of
 * a removed row, which are the cells of lanes (see {@link presenceColumn}).
 */
export function isThere(table: Table, row: object): boolean {
  return existenceColumns(table).every((name) => hasValue(row, name));
}

/** Returns whether the columns that a refused transaction returned belong to a row that does not exist. */
export function isGone(table: Table, row: object): boolean {
  const presence = presenceColumn(table);
  return presence !== undefined && Object.hasOwn(row, presence) && !hasValue(row, presence);
}

/** Returns the columns that are not null if the row exists. */
export const existenceColumns = oncePerTable((table): readonly string[] => {
  const presence = presenceColumn(table);
  return presence === undefined ? clusteringNames(table) : [presence];
});

function hasValue(row: object, name: string): boolean {
  const value = (row as Readonly<Record<string, unknown>>)[name];
  return value !== null && value !== undefined;
}
