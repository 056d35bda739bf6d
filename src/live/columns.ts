import { hash } from "node:crypto";
import {
  badStatement,
  columnOf,
  keyNames,
  type RawRow,
  type Table,
  unreadableColumns,
} from "../cassandra/index.ts";

/**
 * Columns by their names, each once and in the table's order: so that one set of columns is one text and one prepared
 * statement.
 *
 * @throws CassandraError `BAD_STATEMENT` for a name that is none, or is in the key
 */
export function dataColumns(table: Table, names: readonly string[]): readonly string[] {
  const wanted = new Set(names);
  for (const name of wanted) {
    if (!Object.hasOwn(table.columns, name)) throw badStatement(table, `has no column "${name}"`);
    if (keyNames(table).includes(name))
      throw badStatement(table, `has "${name}" in its key, which never changes`);
  }
  return Object.keys(table.columns).filter((name) => wanted.has(name));
}

/** Every column that is not in the key. */
export function allDataColumns(table: Table): readonly string[] {
  return Object.keys(table.columns).filter((name) => !keyNames(table).includes(name));
}

/** Whether the database keeps a value in one cell, with one write time. */
export function isOneCell(table: Table, name: string): boolean {
  return !columnOf(table, name).type.isMulticell;
}

/** The write time of a column that was read beside it. */
export function writetimeOf(row: RawRow, name: string): bigint | null {
  return (row[`writetime(${name})`] as bigint | null | undefined) ?? null;
}

/** A text of a column's value: equal for equal ones only. */
export function valueText(table: Table, row: RawRow, name: string): string {
  const value = row[name] ?? null;
  if (value !== null) return `=${columnOf(table, name).type.toText(value)}`;
  return unreadableColumns(row).has(name) ? "unreadable" : "null";
}

/** A text for several: short enough to be kept for each row, and equal for equal ones only, as far as SHA-1 tells them apart. */
export function oneText(texts: readonly string[]): string {
  const text = texts.length === 1 ? texts[0]! : JSON.stringify(texts);
  return text.length <= SHORT ? text : hash("sha1", text, "base64");
}

/** As long as a SHA-1 in base 64. */
const SHORT = 28;
