import { type Column, isStatic } from "./column.ts";
import { CassandraError, InvalidValue, UnreadableRow } from "./error.ts";
import { taking } from "./key.ts";
import { own } from "./own.ts";
import type { RawRow } from "./statement.ts";
import {
  allColumns,
  badStatement,
  columnOf,
  keyNames,
  oncePerTable,
  regularNames,
  staticNames,
} from "./table-columns.ts";
import { type Table } from "./table.ts";
import type { ColumnName, Insert, InsertAlone, Row, RowAlone, StoredRow } from "./table-rows.ts";
import { Unreadable } from "./unreadable.ts";

/**
 * A stored row by its model. A null reads as what the column says that it does (`nullAs`, a constant default).
 *
 * @throws UnreadableRow for the first value that cannot be represented, or is missing. Where the column may be null, it is
 * null instead: see {@link unreadableColumns}
 * @param names the columns that were read. Default: all
 */
export function decodeRow<T extends Table>(
  table: T,
  raw: RawRow,
  names?: readonly string[],
): Row<T>;
export function decodeRow(
  table: Table,
  raw: RawRow,
  names: readonly string[] = Object.keys(table.columns),
): RawRow {
  return rowOf(table, stored(table, raw), names, false);
}

/** The key of a stored row. */
export function decodeKey(table: Table, raw: RawRow): RawRow {
  const valueOf = stored(table, raw);
  return Object.fromEntries(keyNames(table).map((name) => [name, valueOf(name)]));
}

/**
 * A stored row by its model, among others that are not to fail with it: what cannot be represented reads as a null does.
 * An {@link UnreadableRow} where the column says nothing about that.
 */
export function decodeEach<T extends Table>(
  table: T,
  raw: RawRow,
  names?: readonly string[],
): Row<T> | UnreadableRow;
export function decodeEach(
  table: Table,
  raw: RawRow,
  names: readonly string[] = Object.keys(table.columns),
): RawRow | UnreadableRow {
  return leniently(table, stored(table, raw), names);
}

/** A row by its model, of the values that the database holds; an {@link UnreadableRow} as {@link decodeEach} has it. */
export function rowOfStored<T extends Table>(table: T, row: StoredRow<T>): Row<T> | UnreadableRow;
export function rowOfStored(table: Table, row: RawRow): RawRow | UnreadableRow {
  return leniently(table, (name) => row[name] ?? null, Object.keys(table.columns));
}

function leniently(
  table: Table,
  valueOf: ValueOf,
  names: readonly string[],
): RawRow | UnreadableRow {
  try {
    return rowOf(table, valueOf, names, true);
  } catch (error) {
    if (error instanceof UnreadableRow) return error;
    throw error;
  }
}

/** Why columns of a row are null, of those that hold a value which cannot be represented. */
export function unreadableColumns(row: object): ReadonlyMap<string, UnreadableRow> {
  return (row as { readonly [COLUMNS]?: ReadonlyMap<string, UnreadableRow> })[COLUMNS] ?? NONE;
}

/**
 * The error of a row because of one of its columns, for a reader that has the row's values and not their bytes.
 *
 * @param reason what the reader has a form for (default: what the type holds), or a whole sentence after the column's name
 */
export function unreadableColumn(
  table: Table,
  row: RawRow,
  name: string,
  reason?: Reason,
): UnreadableRow {
  return unreadableRow(table, (each) => own(row, each) ?? null, name, reason);
}

interface Reason {
  readonly expects?: string;
  readonly why?: string;
}

/** A row with columns that are null since their values cannot be represented: see {@link unreadableColumns}. */
export function withUnreadable<R extends object>(
  row: R,
  columns: ReadonlyMap<string, UnreadableRow>,
): R {
  const nulls = Object.fromEntries(Array.from(columns.keys(), (name) => [name, null]));
  return { ...row, ...nulls, [COLUMNS]: new Map([...unreadableColumns(row), ...columns]) };
}

/** A symbol, so that a row has no more columns than its model; enumerable, so that a copy has it. */
const COLUMNS = Symbol("unreadable columns");
const NONE: ReadonlyMap<string, UnreadableRow> = new Map();

/**
 * Some columns of a row, hidden ones too, as the database holds them: nulls as nulls, and what cannot be represented as
 * an {@link Unreadable}.
 */
export function decodeStored<T extends Table>(table: T, raw: RawRow): StoredRow<T>;
export function decodeStored(table: Table, raw: RawRow): RawRow {
  const columns = allColumns(table);
  const names = Object.keys(raw).filter((name) => Object.hasOwn(columns, name));
  const valueOf = stored(table, raw);
  return Object.fromEntries(names.map((name) => [name, valueOf(name)]));
}

/** @throws UnreadableRow if one of the columns, which are of a row of this key, cannot be represented */
export function decodeColumns(table: Table, key: RawRow, raw: RawRow): RawRow {
  const row = decodeStored(table, raw) as RawRow;
  const unreadable = Object.keys(row).find((name) => row[name] instanceof Unreadable);
  if (unreadable !== undefined)
    throw unreadableRow(table, (name) => ({ ...row, ...key })[name] ?? null, unreadable);
  return row;
}

/**
 * The row that an insert of these values makes: as given, in stored form, with the defaults of what is left out.
 *
 * @throws InvalidValue for the first value that does not fit its column
 */
export function newRow<T extends Table>(table: T, values: Insert<T>): Row<T>;
export function newRow(table: Table, values: RawRow): RawRow {
  return rowOfInserted(table, inserted(table, values), Object.keys(table.columns));
}

/**
 * A new row without the static columns, which are its partition's: as {@link newRow}.
 *
 * @throws CassandraError `BAD_STATEMENT` for a static column
 */
export function newRowAlone<T extends Table>(table: T, values: InsertAlone<T>): RowAlone<T>;
export function newRowAlone(table: Table, values: RawRow): RawRow {
  const names = [...keyNames(table), ...regularNames(table)];
  const stray = Object.keys(values).find((name) => staticNames(table).includes(name));
  if (stray !== undefined)
    throw badStatement(table, `has "${stray}" once per partition: a row is created without it`);
  return rowOfInserted(table, insertedAlone(table, values), names);
}

function rowOfInserted(table: Table, written: RawRow, names: readonly string[]): RawRow {
  const entries = names.map((name) => {
    const value = own(written, name) ?? columnOf(table, name).ifNull?.() ?? null;
    return [name, value] as const;
  });
  return Object.fromEntries(entries);
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

/**
 * What an insert writes, in the table's order. Nulls are left out: written, they would be tombstones. So are the defaults of
 * static columns: they are not the row's, and its partition may have other values.
 */
export function inserted(table: Table, values: RawRow): RawRow {
  return taken(table, values, insertable(table));
}

/** What the creation of a row writes: nothing of its partition. */
export function insertedAlone(table: Table, values: RawRow): RawRow {
  return taken(table, values, insertableAlone(table));
}

function taken(table: Table, values: RawRow, columns: ReturnType<typeof insertable>): RawRow {
  for (const name of Object.keys(values)) visible(table, name);
  const row: Record<string, unknown> = {};
  for (const { name, initial, mayBeNull, mayBeLeftOut, check } of columns) {
    const value = own(values, name) ?? initial?.();
    if (mayBeNull && value === null) continue;
    if (mayBeLeftOut && value === undefined) continue;
    row[name] = check(value);
  }
  return row;
}

/** What an insert has to know of each column. */
const insertable = oncePerTable((table) =>
  Object.entries(table.columns).map(([name, column]) => ({
    name,
    initial: isStatic(column) ? undefined : column.initial,
    mayBeNull: column.nullable && !isKey(table, name),
    mayBeLeftOut: (column.nullable || column.optional) && !isKey(table, name),
    check: taking(table, name, "check"),
  })),
);

/** The same without the static columns. */
const insertableAlone = oncePerTable((table) =>
  insertable(table).filter(({ name }) => !staticNames(table).includes(name)),
);

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

/** The stored value of a column: null for none, an {@link Unreadable} for one that cannot be represented. */
type ValueOf = (name: string) => unknown;

/** @param isLenient whether what cannot be represented reads as a null does */
function rowOf(
  table: Table,
  valueOf: ValueOf,
  names: readonly string[],
  isLenient: boolean,
): RawRow {
  const row: Record<string, unknown> = {};
  let unreadable: Map<string, UnreadableRow> | undefined;
  for (const name of names) {
    const column = columnOf(table, name);
    const { nullable } = column;
    const value = valueOf(name);
    const isReadable = !(value instanceof Unreadable);
    const known = isReadable || isLenient ? readAs(column, value) : null;
    row[name] = known;
    if (known !== null || (isReadable && nullable && !isKey(table, name))) continue;
    const error = unreadableRow(table, valueOf, name);
    if (!nullable || isKey(table, name)) throw error;
    (unreadable ??= new Map()).set(name, error);
  }
  return unreadable ? { ...row, [COLUMNS]: unreadable } : row;
}

/**
 * What a stored value reads as in a row among others: itself, or what its column says of a null or of a value that cannot
 * be represented. Null: it says nothing.
 */
export function readAs({ ifNull, ifUnreadable }: Column, value: unknown): unknown {
  if (value instanceof Unreadable) return ifUnreadable?.() ?? null;
  return value ?? ifNull?.() ?? null;
}

function unreadableRow(
  table: Table,
  valueOf: ValueOf,
  name: string,
  { expects = columnOf(table, name).type.expects, why: given }: Reason = {},
): UnreadableRow {
  const why =
    given ??
    (valueOf(name) === null
      ? "is null, which its model does not allow"
      : `holds a value that is not ${expects}`);
  const entriesOf = (entry: ValueOf) =>
    Object.fromEntries(keyNames(table).map((each) => [each, entry(each)]));
  return new UnreadableRow({
    table: table.name,
    column: name,
    key: entriesOf((each) => keyValueText(table, each, valueOf(each))) as Record<string, string>,
    storedKey: entriesOf(valueOf),
    why,
  });
}

/** A value of the key for a person to read. */
function keyValueText(table: Table, name: string, value: unknown): string {
  if (value instanceof Unreadable) return `0x${value.bytes.toString("hex")}`;
  return value === null ? "null" : columnOf(table, name).type.toText(value);
}

function stored(table: Table, raw: RawRow): ValueOf {
  return (name) => {
    const bytes = raw[name];
    if (!Buffer.isBuffer(bytes)) return null;
    try {
      return columnOf(table, name).type.decode(bytes);
    } catch (error) {
      // A copy: the bytes are a part of what the driver has received.
      if (error instanceof InvalidValue) return new Unreadable(Buffer.from(bytes));
      throw error;
    }
  };
}

function isKey(table: Table, name: string): boolean {
  return keyNames(table).includes(name);
}
