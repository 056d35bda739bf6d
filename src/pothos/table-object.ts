import SchemaBuilder, {
  type FieldMap,
  type FieldRef,
  PothosSchemaError,
  type SchemaTypes,
} from "@pothos/core";
import { columnOf, keyNames, type RawRow, type Row, type Table } from "../cassandra/index.ts";
import { fieldNamesOf, formOf, outputOf, type TableColumn } from "./columns.ts";
import { addPlannableColumn } from "./plan/plannable.ts";
import type { TableObjectOptions } from "./options/table-object.ts";
import { camelCase } from "./names.ts";
import type { ScopeName, TableScopes } from "./options/scope.ts";
import { addTableObject, columnNeedsOf, type TableObject } from "./refs.ts";
import { type Need, needOf, tableNeeds, type TableNeeds } from "./scopes.ts";
import { valueShown } from "./shown.ts";

const prototype = SchemaBuilder.prototype as PothosSchemaTypes.SchemaBuilder<SchemaTypes>;

type ObjectFields = PothosSchemaTypes.ObjectFieldBuilder<SchemaTypes, unknown>;

prototype.tableObject = function tableObject<T extends Table>(
  this: PothosSchemaTypes.SchemaBuilder<SchemaTypes>,
  name: string,
  table: T,
  options: TableObjectOptions<SchemaTypes, T> = {},
) {
  const {
    description = table.description,
    plural = name,
    rowField = camelCase(name),
    ...own
  } = options;
  const { names = {}, fields, scopes: given, ...rest } = own;
  // The compiler has checked which columns these are; here only their names matter.
  const { columns = {}, ...passedOn } = rest as typeof rest & {
    readonly columns?: OptionsByColumn;
  };
  for (const column of [...Object.keys(columns), ...Object.keys(names)]) checkColumn(table, column);
  const ref = this.objectRef<Row<T>>(name);
  const isHidden = (column: string) => optionsIn(columns, column) === false;
  const hidden = new Set(Object.keys(table.columns).filter(isHidden));
  const scopes = tableNeeds(table, given as true | TableScopes | undefined);
  const columnNeeds = needsOfColumns(columns, { table, scopes });
  const object: TableObject = {
    builder: this,
    table,
    ref,
    name,
    rowField,
    plural,
    names,
    hidden,
    hasOthers: fields !== undefined,
    scopes,
    columnNeeds,
    columnAuth: authOfColumns(columns),
  };
  addTableObject(object);
  this.objectType(ref, {
    ...(passedOn as object),
    description: describeKey(description, table),
    extensions: {
      cassandra: { table: table.name, ...(hasFunction(passedOn) && { needsRow: true }) },
    },
    fields: (t: ObjectFields): FieldMap => {
      const shown = [...keyNames(table), ...Object.keys(table.columns)].filter(
        (column, at, all) => all.indexOf(column) === at && !hidden.has(column),
      );
      const fieldNames = fieldNamesOf(table, shown);
      const needs = columnNeedsOf(object);
      const own = fieldNames.map((field, at) => {
        const column = shown[at]!;
        const { scope: _, ...passedOn } = (optionsIn(columns, column) ?? {}) as ScopedOptions;
        const need = needs.get(column);
        const columnOptions = { passedOn, needs: need ? [need] : [] };
        return [field, columnField(t, { table, name: column }, columnOptions)] as const;
      });
      const added = fields?.(t as never) ?? {};
      const both = fieldNames.findIndex((field) => Object.hasOwn(added, field));
      if (both !== -1) {
        throw fieldConflict(name, { table, column: shown[both]!, field: fieldNames[both]! });
      }
      return { ...Object.fromEntries(own), ...added };
    },
  } as never);
  return ref;
};

type OptionsByColumn = Readonly<Record<string, object | false | undefined>>;

/** Returns the options of a column. A column may have the name of an inherited property, e.g. `constructor`. */
function optionsIn(columns: OptionsByColumn, name: string): object | false | undefined {
  return Object.hasOwn(columns, name) ? columns[name] : undefined;
}

/** Options of a column, with or without a scope. */
interface ScopedOptions {
  readonly scope?: ScopeName;
}

/** Returns what the columns with a scope need. @throws PothosSchemaError for a scope that is not valid, or of a key column */
function needsOfColumns(
  columns: OptionsByColumn,
  { table, scopes }: { readonly table: Table; readonly scopes: TableNeeds | undefined },
): ReadonlyMap<string, Need> {
  const needs = new Map<string, Need>();
  for (const [name, options] of Object.entries(columns)) {
    const { scope } = (options || {}) as ScopedOptions;
    if (scope === undefined) continue;
    if (keyNames(table).includes(name)) throw scopedKey(table, name);
    needs.set(name, needOf(scope, { table, scopes, place: `column "${name}"` }));
  }
  return needs;
}

/** Returns the option `authScopes` of the columns that have it. */
function authOfColumns(columns: OptionsByColumn): ReadonlyMap<string, unknown> {
  return new Map(
    Object.entries(columns).flatMap(([name, options]) => {
      const { authScopes } = (options || {}) as { readonly authScopes?: unknown };
      return authScopes === undefined ? [] : [[name, authScopes] as const];
    }),
  );
}

/** Returns a description that ends with the key by which the table is read. */
export function describeKey(description: string | undefined, table: Table): string {
  // One paragraph, because lists of fields show only the first.
  const key = `Read by the key of table \`${table.name}\`: \`${keyDescription(table)}\`.`;
  return description === undefined ? key : `${description} ${key}`;
}

/** Returns a primary key with the names of its fields, e.g. `((device, day), at DESC)`. */
function keyDescription({ partition, clustering, columns }: Table): string {
  const field = (name: string) => columns[name]?.field ?? name;
  const rows = clustering.map(
    ({ name, order }) => `${field(name)}${order === "DESC" ? " DESC" : ""}`,
  );
  return `(${[`(${partition.map(field).join(", ")})`, ...rows].join(", ")})`;
}

/** Returns a field that shows a column of its parent. */
export function columnField(
  t: ObjectFields,
  column: TableColumn,
  { passedOn = {}, rowOf, needs = [] }: ColumnFieldOptions = {},
): FieldRef<SchemaTypes> {
  const { table, name } = column;
  const { builder } = t;
  const { nullable, description } = columnOf(table, name);
  const isNullable = nullable && !keyNames(table).includes(name);
  const form = formOf(builder, column);
  const options = {
    type: outputOf(builder, column),
    nullable: isNullable,
    ...(description !== undefined && { description }),
    ...passedOn,
    extensions: {
      cassandra: {
        column: name,
        ...(hasFunction(passedOn) && { needsRow: true }),
        ...(needs.length > 0 && { scopes: needs }),
      },
    },
  };
  const isPlain = !isNullable && !form.shows && !form.show;
  const shown = isPlain ? (row: RawRow) => row[name] : valueShown(column, form);
  if (!rowOf) addPlannableColumn(shown, column);
  const resolve = rowOf ? (parent: object) => shown(rowOf(parent)) : shown;
  return t.field({ ...options, resolve } as never);
}

/** Returns whether options contain a function of a plugin that reads the row, e.g. `authScopes`. */
function hasFunction(options: object | false): boolean {
  return Object.values(options).some((option) => typeof option === "function");
}

/** Options of {@link columnField}. */
export interface ColumnFieldOptions {
  /** Pothos' options of the field. */
  readonly passedOn?: object | false | undefined;
  /** Which scopes a caller needs to see the column: all of these. Default: none. */
  readonly needs?: readonly Need[];
  /** Returns the row from the parent. Default: the parent is the row. */
  readonly rowOf?: (parent: object) => RawRow;
}

/** @throws PothosSchemaError if the table does not have the column */
function checkColumn(table: Table, name: string): void {
  if (Object.hasOwn(table.columns, name)) return;
  throw new PothosSchemaError(`Table "${table.name}" has no column "${name}".`);
}

function scopedKey({ name }: Table, column: string): PothosSchemaError {
  return new PothosSchemaError(
    `Table "${name}": column "${column}" cannot need a scope, because it is part of the key, which cursors and errors contain: let the fields need it.`,
  );
}

interface FieldConflict {
  readonly table: Table;
  readonly column: string;
  readonly field: string;
}

function fieldConflict(object: string, { table, column, field }: FieldConflict) {
  return new PothosSchemaError(
    `Object "${object}" would have two fields "${field}": the column "${column}" of table "${table.name}", and one of the option fields. Hide the column by columns: { ${JSON.stringify(column)}: false }.`,
  );
}
