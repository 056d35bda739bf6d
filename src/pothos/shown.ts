import { PothosSchemaError, type SchemaTypes } from "@pothos/core";
import {
  columnOf,
  type ColumnType,
  keyNames,
  type RawRow,
  type Table,
  unreadableColumn,
  unreadableColumns,
  UnreadableRow,
  withUnreadable,
} from "../cassandra/index.ts";
import { formOf, type TableColumn } from "./columns.ts";
import { canShow, expectsOf, type Form } from "./forms/form.ts";
import { formsOf } from "./forms/builder-forms.ts";

// A column's type may have values that GraphQL cannot show: NaN, or a year with five digits. A schema treats them as the
// model layer treats values that it cannot read: they cost their field or their row, and never the page.

/** A row for {@link showEach} or {@link showRow}. */
export interface RowToShow<R> {
  readonly table: Table;
  readonly row: R;
  /** The columns that are shown. Default: all that the row has. */
  readonly columns?: readonly string[] | undefined;
}

/**
 * Returns one of several rows as a schema shows it; the others do not fail with it. A value that cannot be shown becomes
 * null in a nullable column, whose field then has an error. In another column it becomes the column's `nullAs`. If there is
 * none, or GraphQL cannot show that either, the function returns an {@link UnreadableRow} instead of the row.
 *
 * @example
 * const admit = (row) => showEach(builder, { table: SeatTable, row });
 * readRows(session, SeatTable, { key: { theatre }, limit, admit });
 */
export function showEach<Types extends SchemaTypes, R extends object>(
  builder: PothosSchemaTypes.SchemaBuilder<Types>,
  { table, row, columns }: RowToShow<R | UnreadableRow>,
): R | UnreadableRow {
  if (row instanceof UnreadableRow) return row;
  return replaceUnshown(builder, { table, row, columns, isLenient: true });
}

/**
 * Returns a row that was read by its key as a schema shows it.
 *
 * @throws UnreadableRow for a value that cannot be shown in a column that is not nullable
 */
export function showRow<Types extends SchemaTypes, R extends object>(
  builder: PothosSchemaTypes.SchemaBuilder<Types>,
  { table, row, columns }: RowToShow<R>,
): R {
  const shown = replaceUnshown(builder, { table, row, columns, isLenient: false });
  if (shown instanceof UnreadableRow) throw shown;
  return shown;
}

/** Returns whether a schema can show a value of a column. */
export function canShowColumn<Types extends SchemaTypes>(
  builder: PothosSchemaTypes.SchemaBuilder<Types>,
  { value, ...column }: TableColumn & { readonly value: unknown },
): boolean {
  return canShow(formOf(builder, column), value);
}

/**
 * Returns a function that returns a column of a row as its GraphQL type takes it. It throws an UnreadableRow if the value
 * cannot be read or shown.
 */
export function valueShown({ table, name }: TableColumn, form: Form): (row: RawRow) => unknown {
  return (row) => {
    const value = row[name] ?? null;
    if (value === null) {
      const unreadable = unreadableColumns(row).get(name);
      if (unreadable) throw unreadable;
      return null;
    }
    const unshown = (expects: string) => unreadableColumn(table, row, { name, expects });
    if (!canShow(form, value)) throw unshown(expectsOf(form));
    return form.show ? form.show(value, unshown) : value;
  };
}

interface ReplaceOptions<R> extends RowToShow<R> {
  /** Whether a column's `nullAs` replaces a value that cannot be shown. */
  readonly isLenient: boolean;
}

function replaceUnshown<Types extends SchemaTypes, R extends object>(
  builder: PothosSchemaTypes.SchemaBuilder<Types>,
  { table, row, columns, isLenient }: ReplaceOptions<R>,
): R | UnreadableRow {
  const values = row as RawRow;
  const replacements: Record<string, unknown> = {};
  const unreadable = new Map<string, UnreadableRow>();
  for (const [name, form] of partlyShown(builder, table)) {
    // `hasOwn`, because a column may be called `constructor`.
    const value = (Object.hasOwn(values, name) ? values[name] : undefined) ?? null;
    const isChecked = value !== null && (columns === undefined || columns.includes(name));
    if (!isChecked || canShow(form, value)) continue;
    const error = unreadableColumn(table, values, { name, expects: expectsOf(form) });
    const { nullable, ifUnreadable } = columnOf(table, name);
    const isKey = keyNames(table).includes(name);
    const replacement = isLenient && !isKey ? ifUnreadable?.() : undefined;
    if (nullable && !isKey) unreadable.set(name, error);
    else if (replacement === undefined || !canShow(form, replacement)) return error;
    else replacements[name] = replacement;
  }
  const shown = Object.keys(replacements).length > 0 ? { ...row, ...replacements } : row;
  return unreadable.size > 0 ? withUnreadable(shown, unreadable) : shown;
}

type PartlyShown = readonly (readonly [name: string, form: Form])[];

const partlyShownColumns = new WeakMap<object, WeakMap<Table, PartlyShown>>();

/** Returns the columns that may have values that a schema cannot show. */
function partlyShown<Types extends SchemaTypes>(
  builder: PothosSchemaTypes.SchemaBuilder<Types>,
  table: Table,
): PartlyShown {
  let tables = partlyShownColumns.get(builder);
  if (!tables) partlyShownColumns.set(builder, (tables = new WeakMap()));
  let columns = tables.get(table);
  if (!columns) {
    columns = Object.entries(table.columns).flatMap(([name, { type }]) => {
      const form = findForm(builder, type);
      return form?.shows ? [[name, form] as const] : [];
    });
    tables.set(table, columns);
  }
  return columns;
}

/** Returns the form of a type. Returns undefined if it has none; then no schema shows its columns. */
function findForm<Types extends SchemaTypes>(
  builder: PothosSchemaTypes.SchemaBuilder<Types>,
  type: ColumnType,
): Form | undefined {
  try {
    return formsOf(builder).of(type);
  } catch (error) {
    if (error instanceof PothosSchemaError) return undefined;
    throw error;
  }
}
