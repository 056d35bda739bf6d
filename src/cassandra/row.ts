import { type Column, isStatic } from "./column.ts";
import { CassandraError, InvalidValue, UnreadableRow } from "./error.ts";
import { columnCheck, columnLookup } from "./key.ts";
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
 * Decodes a row of the database as a row of its model. A null reads as the value that the column defines for it
 * (`nullAs`, a constant default).
 *
 * @throws UnreadableRow for the first value that is missing or cannot be represented. If its column is nullable, the
 * value becomes null instead: see {@link unreadableColumns}
 */
export function decodeRow<T extends Table>(
  table: T,
  raw: RawRow,
  options?: DecodeRowOptions,
): Row<T>;
export function decodeRow(table: Table, raw: RawRow, options?: DecodeRowOptions): RawRow {
  return modelRow(table, storedValues(table, raw), { ...options, isLenient: false });
}

/** Which columns of a row are decoded. */
export interface DecodeRowOptions {
  /** The names of the columns. Default: all. */
  readonly columns?: readonly string[];
}

/** Decodes the key of a row of the database. */
export function decodeKey(table: Table, raw: RawRow): RawRow {
  const valueOf = storedValues(table, raw);
  return Object.fromEntries(keyNames(table).map((name) => [name, valueOf(name)]));
}

/**
 * Decodes one of several rows, so that it does not fail the others. A value that cannot be represented reads as a null
 * would. If the column does not define a value for null, returns an {@link UnreadableRow}.
 */
export function decodeEach<T extends Table>(
  table: T,
  raw: RawRow,
  options?: DecodeRowOptions,
): Row<T> | UnreadableRow;
export function decodeEach(
  table: Table,
  raw: RawRow,
  options?: DecodeRowOptions,
): RawRow | UnreadableRow {
  return modelRowOrError(table, storedValues(table, raw), options);
}

/** Converts a row in stored form to a row of its model. Returns an {@link UnreadableRow} like {@link decodeEach}. */
export function rowOfStored<T extends Table>(table: T, row: StoredRow<T>): Row<T> | UnreadableRow;
export function rowOfStored(table: Table, row: RawRow): RawRow | UnreadableRow {
  return modelRowOrError(table, (name) => row[name] ?? null);
}

function modelRowOrError(
  table: Table,
  valueOf: ValueByName,
  options?: DecodeRowOptions,
): RawRow | UnreadableRow {
  try {
    return modelRow(table, valueOf, { ...options, isLenient: true });
  } catch (error) {
    if (error instanceof UnreadableRow) return error;
    throw error;
  }
}

/** Returns the columns of a row that are null because their values cannot be represented, each with its error. */
export function unreadableColumns(row: object): ReadonlyMap<string, UnreadableRow> {
  return (
    (row as { readonly [UNREADABLE_COLUMNS]?: ReadonlyMap<string, UnreadableRow> })[
      UNREADABLE_COLUMNS
    ] ?? NONE_UNREADABLE
  );
}

/** Returns the error for an unreadable column of a row in stored form. */
export function unreadableColumn(
  table: Table,
  row: RawRow,
  column: UnreadableColumn,
): UnreadableRow {
  return unreadableRow(table, (each) => own(row, each) ?? null, column);
}

/** A column that cannot be read, and the reason. */
export interface UnreadableColumn {
  readonly name: string;
  /** What the value should be. Default: the `expects` of the column's type. */
  readonly expects?: string;
  /** The reason, as a clause about the column. Default: the value is null, or not what is expected. */
  readonly why?: string;
}

/** Returns a row in which unreadable columns are null: see {@link unreadableColumns}. */
export function withUnreadable<R extends object>(
  row: R,
  columns: ReadonlyMap<string, UnreadableRow>,
): R {
  const nulls = Object.fromEntries(Array.from(columns.keys(), (name) => [name, null]));
  return {
    ...row,
    ...nulls,
    [UNREADABLE_COLUMNS]: new Map([...unreadableColumns(row), ...columns]),
  };
}

/** A symbol, so that the row has no additional column; enumerable, so that copies of the row have it. */
const UNREADABLE_COLUMNS = Symbol("unreadable columns");
const NONE_UNREADABLE: ReadonlyMap<string, UnreadableRow> = new Map();

/**
 * Decodes a row of the database to stored form, hidden columns included. Nulls stay null, and values that cannot be
 * represented become {@link Unreadable}.
 */
export function decodeStored<T extends Table>(table: T, raw: RawRow): StoredRow<T>;
export function decodeStored(table: Table, raw: RawRow): RawRow {
  const columns = allColumns(table);
  const names = Object.keys(raw).filter((name) => Object.hasOwn(columns, name));
  const valueOf = storedValues(table, raw);
  return Object.fromEntries(names.map((name) => [name, valueOf(name)]));
}

/** Decodes columns of the row with a key to stored form. @throws UnreadableRow if a value cannot be represented */
export function decodeColumns(
  table: Table,
  { key, raw }: { readonly key: RawRow; readonly raw: RawRow },
): RawRow {
  const row = decodeStored(table, raw) as RawRow;
  const unreadable = Object.keys(row).find((name) => row[name] instanceof Unreadable);
  if (unreadable !== undefined)
    throw unreadableRow(table, (name) => ({ ...row, ...key })[name] ?? null, { name: unreadable });
  return row;
}

/**
 * Returns the row that an insert of these values creates: the values in stored form, and the defaults of omitted
 * columns.
 *
 * @throws InvalidValue for the first value that is invalid for its column
 */
export function newRow<T extends Table>(table: T, values: Insert<T>): Row<T>;
export function newRow(table: Table, values: RawRow): RawRow {
  return insertedRow(table, Object.keys(table.columns), inserted(table, values));
}

/**
 * Returns a new row like {@link newRow}, but without the static columns of its partition.
 *
 * @throws CassandraError `BAD_STATEMENT` for a static column
 */
export function newRowAlone<T extends Table>(table: T, values: InsertAlone<T>): RowAlone<T>;
export function newRowAlone(table: Table, values: RawRow): RawRow {
  const names = [...keyNames(table), ...regularNames(table)];
  const stray = Object.keys(values).find((name) => staticNames(table).includes(name));
  if (stray !== undefined)
    throw badStatement(table, `has "${stray}" once per partition: a row is created without it`);
  return insertedRow(table, names, insertedAlone(table, values));
}

function insertedRow(table: Table, names: readonly string[], written: RawRow): RawRow {
  const entries = names.map((name) => {
    const value = own(written, name) ?? columnOf(table, name).ifNull?.() ?? null;
    return [name, value] as const;
  });
  return Object.fromEntries(entries);
}

/** Returns the errors of all given values, including nulls, that are invalid for their columns, by column name. */
export function invalidValues<T extends Table>(
  table: T,
  values: { readonly [Name in ColumnName<T>]?: unknown },
): ReadonlyMap<ColumnName<T>, InvalidValue>;
export function invalidValues(table: Table, values: RawRow): ReadonlyMap<string, InvalidValue> {
  const given = Object.keys(values).filter((name) => values[name] !== undefined);
  const problems = given.map(
    (name) => [name, valueProblem(columnOf(table, name), values[name])] as const,
  );
  return new Map(problems.flatMap(([name, error]) => (error ? [[name, error]] : [])));
}

/**
 * Returns the values that an insert writes, in the order of the table. Nulls are omitted, since they would be written
 * as tombstones. Defaults of static columns are omitted too: the partition may have other values.
 */
export function inserted(table: Table, values: RawRow): RawRow {
  for (const name of Object.keys(values)) requireVisible(table, name);
  return checkedValues(insertable(table), values);
}

/** Returns values as {@link inserted} does, for a key that another program may have written. */
export function insertedEntry(table: Table, values: RawRow): RawRow {
  return checkedValues(insertableEntry(table), values);
}

/** Returns the values that the creation of a row writes: an insert without static columns. */
export function insertedAlone(table: Table, values: RawRow): RawRow {
  for (const name of Object.keys(values)) requireVisible(table, name);
  return checkedValues(insertableAlone(table), values);
}

function checkedValues(columns: readonly InsertableColumn[], values: RawRow): RawRow {
  const row: Record<string, unknown> = {};
  for (const { name, initial, mayBeNull, mayBeLeftOut, check } of columns) {
    const value = own(values, name) ?? initial?.();
    if (mayBeNull && value === null) continue;
    if (mayBeLeftOut && value === undefined) continue;
    row[name] = check(value);
  }
  return row;
}

/** How an insert treats a column. */
interface InsertableColumn {
  readonly name: string;
  readonly initial: (() => unknown) | undefined;
  readonly mayBeNull: boolean;
  readonly mayBeLeftOut: boolean;
  readonly check: (value: unknown) => unknown;
}

const insertable = oncePerTable((table): readonly InsertableColumn[] =>
  Object.entries(table.columns).map(([name, column]) => ({
    name,
    initial: isStatic(column) ? undefined : column.initial,
    mayBeNull: column.nullable && !isKey(table, name),
    mayBeLeftOut: (column.nullable || column.optional) && !isKey(table, name),
    check: columnCheck(table, name),
  })),
);

const insertableEntry = oncePerTable((table) =>
  insertable(table).map((column) =>
    isKey(table, column.name) ? { ...column, check: columnLookup(table, column.name) } : column,
  ),
);

const insertableAlone = oncePerTable((table) =>
  insertable(table).filter(({ name }) => !staticNames(table).includes(name)),
);

/** @throws CassandraError `BAD_STATEMENT` if rows have no column of this name */
function requireVisible(table: Table, name: string): void {
  if (Object.hasOwn(table.columns, name)) return;
  throw new CassandraError("BAD_STATEMENT", `A row of "${table.name}" has no column "${name}".`);
}

function valueProblem({ type }: Column, value: unknown): InvalidValue | undefined {
  try {
    type.check(value);
    return undefined;
  } catch (error) {
    if (error instanceof InvalidValue) return error;
    throw error;
  }
}

/** Returns the stored value of a column: null if it has none, an {@link Unreadable} if it cannot be represented. */
type ValueByName = (name: string) => unknown;

interface ModelRowOptions extends DecodeRowOptions {
  /** Whether values that cannot be represented read as nulls would. */
  readonly isLenient: boolean;
}

function modelRow(
  table: Table,
  valueOf: ValueByName,
  { columns: names = Object.keys(table.columns), isLenient }: ModelRowOptions,
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
    const error = unreadableRow(table, valueOf, { name });
    if (!nullable || isKey(table, name)) throw error;
    (unreadable ??= new Map()).set(name, error);
  }
  return unreadable ? { ...row, [UNREADABLE_COLUMNS]: unreadable } : row;
}

/**
 * Returns the value that a stored value reads as in one of several rows. For null and for a value that cannot be
 * represented, this is the value that the column defines, or null if it defines none.
 */
export function readAs({ ifNull, ifUnreadable }: Column, value: unknown): unknown {
  if (value instanceof Unreadable) return ifUnreadable?.() ?? null;
  return value ?? ifNull?.() ?? null;
}

function unreadableRow(
  table: Table,
  valueOf: ValueByName,
  { name, expects = columnOf(table, name).type.expects, why: given }: UnreadableColumn,
): UnreadableRow {
  const why =
    given ??
    (valueOf(name) === null
      ? "is null, which its model does not allow"
      : `holds a value that is not ${expects}`);
  const entriesOf = (entry: ValueByName) =>
    Object.fromEntries(keyNames(table).map((each) => [each, entry(each)]));
  return new UnreadableRow({
    table: table.name,
    column: name,
    key: entriesOf((each) => keyValueText(columnOf(table, each), valueOf(each))) as Record<
      string,
      string
    >,
    storedKey: entriesOf(valueOf),
    why,
  });
}

/** Returns the text of a value of a key for messages. */
function keyValueText({ type }: Column, value: unknown): string {
  if (value instanceof Unreadable) return `0x${value.bytes.toString("hex")}`;
  return value === null ? "null" : type.toText(value);
}

function storedValues(table: Table, raw: RawRow): ValueByName {
  return (name) => {
    const bytes = raw[name];
    if (!Buffer.isBuffer(bytes)) return null;
    try {
      return columnOf(table, name).type.decode(bytes);
    } catch (error) {
      // A copy, since the bytes are part of a larger buffer of the driver.
      if (error instanceof InvalidValue) return new Unreadable(Buffer.from(bytes));
      throw error;
    }
  };
}

function isKey(table: Table, name: string): boolean {
  return keyNames(table).includes(name);
}
