import { keyNames, keyOfText, keyText, type RawRow, type Table } from "../cassandra/index.ts";

/** The topic of those who watch a row. */
export function rowTopic(table: Table, row: RawRow): string {
  return `${table.name}${keyText(table, keyNames(table), row)}`;
}

/** The topic of those who follow a partition; also a row of it names it. */
export function partitionTopic(table: Table, row: RawRow): string {
  return `${table.name}${keyText(table, table.partition, row)}`;
}

/**
 * The columns of a key in their stored form, and nothing else of what was given, which its owner may change in place.
 *
 * @throws InvalidValue for a value that its column cannot have
 */
export function ownKey(table: Table, names: readonly string[], given: RawRow): RawRow {
  // What was made by the other.
  return keyOfText(table, names, keyText(table, names, given))!;
}
