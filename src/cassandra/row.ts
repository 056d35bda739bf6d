import { CassandraError, InvalidValue } from "./error.ts";
import { checked } from "./key.ts";
import type { RawRow } from "./statement.ts";
import {
  allColumns,
  type ColumnName,
  columnOf,
  type Insert,
  keyNames,
  type Row,
  type StoredRow,
  type Table,
} from "./table.ts";

/** A stored row by its model: a null reads as the column's constant default where it has one. */
export function decodeRow<T extends Table>(table: T, raw: RawRow): Row<T>;
export function decodeRow(table: Table, raw: RawRow): RawRow {
  const entries = Object.keys(table.columns).map((name) => [name, required(table, name, raw)]);
  return Object.fromEntries(entries);
}

/** The key of a stored row. */
export function decodeKey(table: Table, raw: RawRow): RawRow {
  return Object.fromEntries(keyNames(table).map((name) => [name, stored(table, name, raw)]));
}

/** Some columns of a row, hidden ones too, as the database holds them, nulls as nulls. */
export function decodeStored<T extends Table>(table: T, raw: RawRow): StoredRow<T>;
export function decodeStored(table: Table, raw: RawRow): RawRow {
  const columns = allColumns(table);
  const names = Object.keys(raw).filter((name) => Object.hasOwn(columns, name));
  return Object.fromEntries(names.map((name) => [name, stored(table, name, raw)]));
}

/**
 * The row that an insert of these values makes: as given, in stored form, with the defaults of what is left out.
 *
 * @throws InvalidValue for the first value that does not fit its column
 */
export function newRow<T extends Table>(table: T, values: Insert<T>): Row<T>;
export function newRow(table: Table, values: RawRow): RawRow {
  const written = inserted(table, values);
  return Object.fromEntries(
    Object.keys(table.columns).map((name) => [name, written[name] ?? null]),
  );
}

/** Every value that is given, null too, and does not fit its column, by the column's name. */
export function invalidValues<T extends Table>(
  table: T,
  values: { readonly [Name in ColumnName<T>]?: unknown },
): ReadonlyMap<ColumnName<T>, InvalidValue>;
export function invalidValues(table: Table, values: RawRow): ReadonlyMap<string, InvalidValue> {
  const given = Object.keys(values).filter((name) => values[name] !== undefined);
  const problems = given.map((name) => [name, problemOf(table, name, values[name])] as const);
  return new Map(problems.flatMap(([name, error]) => (error ? [[name, error]] : [])));
}

/** What an insert writes, in the table's order. Nulls are left out: written, they would be tombstones. */
export function inserted(table: Table, values: RawRow): RawRow {
  for (const name of Object.keys(values)) visible(table, name);
  const entries = Object.keys(table.columns).flatMap((name) => {
    const { initial, nullable } = columnOf(table, name);
    const value = values[name] ?? initial?.();
    const present = (value !== undefined && value !== null) || !nullable || isKey(table, name);
    return present ? [[name, checked(table, name, value)]] : [];
  });
  return Object.fromEntries(entries);
}

/** @throws CassandraError `BAD_STATEMENT` if rows have no column of that name */
function visible(table: Table, name: string): void {
  if (Object.hasOwn(table.columns, name)) return;
  throw new CassandraError("BAD_STATEMENT", `A row of "${table.name}" has no column "${name}".`);
}

function problemOf(table: Table, name: string, value: unknown): InvalidValue | undefined {
  try {
    columnOf(table, name).type.check(value);
    return undefined;
  } catch (error) {
    if (error instanceof InvalidValue) return error;
    throw error;
  }
}

function required(table: Table, name: string, raw: RawRow): unknown {
  const { ifNull, nullable } = columnOf(table, name);
  const value = stored(table, name, raw) ?? ifNull ?? null;
  if (value !== null || (nullable && !isKey(table, name))) return value;
  const message = `A row of "${table.name}" has no "${name}", which its model requires.`;
  throw new CassandraError("NULL_VALUE", message);
}

function stored(table: Table, name: string, raw: RawRow): unknown {
  const value = raw[name];
  return value === null || value === undefined ? null : columnOf(table, name).type.decode(value);
}

function isKey(table: Table, name: string): boolean {
  return keyNames(table).includes(name);
}
