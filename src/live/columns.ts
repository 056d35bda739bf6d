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

/** Makes the function that gives a text of some columns of a row: short, and equal for equal values only. */
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

/** Returns a text for several: short enough to be kept for each row, and equal for equal ones only, as SHA-1 tells them apart. */
function oneText(texts: readonly string[]): string {
  const text = texts.map((each) => `${each.length}:${each}`).join();
  return text.length <= SHORT ? text : hash("sha1", text, "base64");
}

/** Less than a SHA-1 in base 64, so that none of the two is the other. */
const SHORT = 27;
