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
 * Returns columns by their names, each once and in the table's order, so that a set of columns has one text and one prepared
 * statement.
 *
 * @throws CassandraError `BAD_STATEMENT` for a name that is no column, or is in the key
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

/** Returns every column outside the key. */
export function allDataColumns(table: Table): readonly string[] {
  return Object.keys(table.columns).filter((name) => !keyNames(table).includes(name));
}

/** Whether Cassandra stores a value of the column in one cell, with one write time. */
export function isOneCell(table: Table, name: string): boolean {
  return !columnOf(table, name).type.isMulticell;
}

/** Returns the write time that was read with a column. */
export function columnWritetime(row: RawRow, name: string): bigint | null {
  return (row[`writetime(${name})`] as bigint | null | undefined) ?? null;
}

/** Returns a function that makes a text of a row's columns: short, and equal only for equal values. */
export function valuesText(table: Table, names: readonly string[]): (row: RawRow) => string {
  const columns = names.map((name) => ({ name, type: columnOf(table, name).type }));
  return (row) =>
    oneText(
      columns.map(({ name, type }) => {
        const value = row[name] ?? null;
        if (value !== null) return `=${type.toText(value)}`;
        return unreadableColumns(row).has(name) ? "unreadable" : "null";
      }),
    );
}

/** Joins texts into one that is short enough to be kept for each row, and equal only for equal texts, as far as SHA-1 is. */
function oneText(texts: readonly string[]): string {
  const text = texts.map((each) => `${each.length}:${each}`).join();
  return text.length <= SHORT ? text : hash("sha1", text, "base64");
}

/** Shorter than a SHA-1 in base 64, so that a text never equals a hash. */
const SHORT = 27;
