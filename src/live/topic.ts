import { keyNames, keyText, type RawRow, type Table } from "../cassandra/index.ts";

/** The topic of those who watch a row. */
export function rowTopic(table: Table, row: RawRow): string {
  return `${table.name}${keyText(table, keyNames(table), row)}`;
}

/** The topic of those who follow a partition; also a row of it names it. */
export function partitionTopic(table: Table, row: RawRow): string {
  return `${table.name}${keyText(table, table.partition, row)}`;
}
