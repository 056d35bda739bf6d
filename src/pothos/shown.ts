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
import { formOf } from "./columns.ts";
import { canShow, expectsOf, type Form } from "./forms/form.ts";
import { formsOf } from "./forms/index.ts";

// A column's type may hold values that GraphQL cannot show: NaN, or a year with five digits. A schema treats them as the
// model layer treats values that it cannot read: they cost their field or their row, and never the page.

/**
 * Returns one of several rows as a schema shows it; the others do not fail with it. A value that cannot be shown becomes
 * null in a nullable column, whose field then has an error. In another column it becomes the column's `nullAs`. If there is
 * none, or GraphQL cannot show that either, the function returns an {@link UnreadableRow} instead of the row.
 *
 * @param names the columns to be shown. Default: all that the row has
 * @example
 * readRows(session, Message, { key: { room }, limit, admit: (row) => showEach(builder, Message, row) });
 */
export function showEach<Types extends SchemaTypes, R extends object>(
  builder: PothosSchemaTypes.SchemaBuilder<Types>,
  table: Table,
  row: R | UnreadableRow,
  names?: readonly string[],
): R | UnreadableRow {
  return row instanceof UnreadableRow ? row : show(builder, table, row, names, true);
}

/**
 * Returns a row that was read by its key as a schema shows it.
 *
 * @throws UnreadableRow for a value that cannot be shown, in a column that may not be null
 */
export function showRow<Types extends SchemaTypes, R extends object>(
  builder: PothosSchemaTypes.SchemaBuilder<Types>,
  table: Table,
  row: R,
  names?: readonly string[],
): R {
  const shown = show(builder, table, row, names, false);
  if (shown instanceof UnreadableRow) throw shown;
  return shown;
}

/** Whether a schema can show a value of a column. */
export function canShowColumn<Types extends SchemaTypes>(
  builder: PothosSchemaTypes.SchemaBuilder<Types>,
  table: Table,
  name: string,
  value: unknown,
): boolean {
  return canShow(formOf(builder, table, name), value);
}

/**
 * What GraphQL's type takes for a column of a row.
 *
 * @throws UnreadableRow if the value cannot be read or shown
 */
export function valueShown(table: Table, row: RawRow, name: string, form: Form): unknown {
  const value = row[name] ?? null;
  if (value === null) {
    const unreadable = unreadableColumns(row).get(name);
    if (unreadable) throw unreadable;
    return null;
  }
  if (!canShow(form, value)) throw unreadableColumn(table, row, name, { expects: expectsOf(form) });
  if (!form.show) return value;
  return form.show(value, (expects) => unreadableColumn(table, row, name, { expects }));
}

function show<Types extends SchemaTypes, R extends object>(
  builder: PothosSchemaTypes.SchemaBuilder<Types>,
  table: Table,
  row: R,
  names: readonly string[] | undefined,
  isLenient: boolean,
): R | UnreadableRow {
  const values = row as RawRow;
  const instead: Record<string, unknown> = {};
  const unreadable = new Map<string, UnreadableRow>();
  for (const [name, form] of partlyShown(builder, table)) {
    // An own one: a column may be called `constructor`.
    const value = (Object.hasOwn(values, name) ? values[name] : undefined) ?? null;
    const isLooked = value !== null && (names === undefined || names.includes(name));
    if (!isLooked || canShow(form, value)) continue;
    const error = unreadableColumn(table, values, name, { expects: expectsOf(form) });
    const { nullable, ifUnreadable } = columnOf(table, name);
    const isKey = keyNames(table).includes(name);
    const other = isLenient && !isKey ? ifUnreadable?.() : undefined;
    if (nullable && !isKey) unreadable.set(name, error);
    else if (other === undefined || !canShow(form, other)) return error;
    else instead[name] = other;
  }
  const shown = Object.keys(instead).length > 0 ? { ...row, ...instead } : row;
  return unreadable.size > 0 ? withUnreadable(shown, unreadable) : shown;
}

type PartlyShown = readonly (readonly [name: string, form: Form])[];

const found = new WeakMap<object, WeakMap<Table, PartlyShown>>();

/** The columns that may hold what a schema cannot show. */
function partlyShown<Types extends SchemaTypes>(
  builder: PothosSchemaTypes.SchemaBuilder<Types>,
  table: Table,
): PartlyShown {
  let tables = found.get(builder);
  if (!tables) found.set(builder, (tables = new WeakMap()));
  let columns = tables.get(table);
  if (!columns) {
    columns = Object.entries(table.columns).flatMap(([name, { type }]) => {
      const form = formIn(builder, type);
      return form?.shows ? [[name, form] as const] : [];
    });
    tables.set(table, columns);
  }
  return columns;
}

/** The form of a type; undefined: it has none, so that no schema has its columns. */
function formIn<Types extends SchemaTypes>(
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
