import { presenceColumn } from "./lane-columns.ts";
import { clusteringNames, oncePerTable } from "./table-columns.ts";
import type { Table } from "./table.ts";

/**
 * Whether a row exists that was read with its clustering key and its presence column, as `selectStored` reads it and a
 * refused batch brings it. Two kinds of rows that Cassandra shows do not exist: a partition that has static columns and no
 * row shows as one whose clustering key is null; and where a row is a partition, the cells of lanes outlive it (see
 * {@link presenceColumn}).
 */
export function isThere(table: Table, row: object): boolean {
  return witnesses(table).every((name) => hasValue(row, name));
}

/** Whether a refused transaction tells that there is no such row, though it brings columns of one. */
export function isGone(table: Table, row: object): boolean {
  const presence = presenceColumn(table);
  return presence !== undefined && Object.hasOwn(row, presence) && !hasValue(row, presence);
}

/** The columns of which none is null where a row exists. */
const witnesses = oncePerTable((table): readonly string[] => {
  const presence = presenceColumn(table);
  return presence === undefined ? clusteringNames(table) : [presence];
});

function hasValue(row: object, name: string): boolean {
  const value = (row as Readonly<Record<string, unknown>>)[name];
  return value !== null && value !== undefined;
}
