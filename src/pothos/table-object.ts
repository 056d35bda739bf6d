import SchemaBuilder, {
  type FieldMap,
  type FieldRef,
  PothosSchemaError,
  type SchemaTypes,
} from "@pothos/core";
import { columnOf, keyNames, type RawRow, type Row, type Table } from "../cassandra/index.ts";
import { fieldNamesOf, formOf, outputOf } from "./columns.ts";
import type { TableObjectOptions } from "./options/table-object.ts";
import { camelCase } from "./names.ts";
import type { Builder } from "./builder-options.ts";
import { addTableObject } from "./refs.ts";
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
  const { names = {}, fields, ...rest } = own;
  // By their names alone: which they are the compiler has seen.
  const { columns = {}, ...passedOn } = rest as typeof rest & { readonly columns?: ColumnOptions };
  for (const column of [...Object.keys(columns), ...Object.keys(names)]) checkColumn(table, column);
  const ref = this.objectRef<Row<T>>(name);
  const isHidden = (column: string) => optionsIn(columns, column) === false;
  const hidden = new Set(Object.keys(table.columns).filter(isHidden));
  addTableObject({
    builder: this,
    table,
    ref,
    name,
    rowField,
    plural,
    names,
    hidden,
    hasOthers: fields !== undefined,
  });
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
      const own = fieldNames.map(
        (field, at) =>
          [
            field,
            columnField(this, t, table, shown[at]!, {
              passedOn: optionsIn(columns, shown[at]!),
            }),
          ] as const,
      );
      const added = fields?.(t as never) ?? {};
      const both = fieldNames.findIndex((field) => Object.hasOwn(added, field));
      if (both !== -1) throw sameName(name, table, shown[both]!, fieldNames[both]!);
      return { ...Object.fromEntries(own), ...added };
    },
  } as never);
  return ref;
};

type ColumnOptions = Readonly<Record<string, object | false | undefined>>;

/** A column may be called as what every object inherits. */
function optionsIn(columns: ColumnOptions, name: string): object | false | undefined {
  return Object.hasOwn(columns, name) ? columns[name] : undefined;
}

/** A description that ends with the key by which the table is read. */
export function describeKey(description: string | undefined, table: Table): string {
  // One paragraph: lists of fields show only the first.
  const key = `Read by the key of table \`${table.name}\`: \`${keyText(table)}\`.`;
  return description === undefined ? key : `${description} ${key}`;
}

/** A primary key by the names of its fields, e.g. `((device, day), at DESC)`. */
function keyText({ partition, clustering, columns }: Table): string {
  const field = (name: string) => columns[name]?.field ?? name;
  const rows = clustering.map(
    ({ name, order }) => `${field(name)}${order === "DESC" ? " DESC" : ""}`,
  );
  return `(${[`(${partition.map(field).join(", ")})`, ...rows].join(", ")})`;
}

/** A field that shows a column of its parent. */
export function columnField(
  builder: Builder,
  t: ObjectFields,
  table: Table,
  name: string,
  { passedOn = {}, rowOf }: ColumnFieldOptions = {},
): FieldRef<SchemaTypes> {
  const { nullable, description } = columnOf(table, name);
  const isNullable = nullable && !keyNames(table).includes(name);
  const form = formOf(builder, table, name);
  const options = {
    type: outputOf(builder, table, name),
    nullable: isNullable,
    ...(description !== undefined && { description }),
    ...passedOn,
    extensions: {
      cassandra: { column: name, ...(hasFunction(passedOn) && { needsRow: true }) },
    },
  };
  const isPlain = !isNullable && !form.shows && !form.show;
  if (isPlain && !rowOf) return t.expose(name as never, options as never);
  const shown = isPlain
    ? (row: RawRow) => row[name]
    : (row: RawRow) => valueShown(table, row, name, form);
  const resolve = rowOf ? (parent: object) => shown(rowOf(parent)) : shown;
  return t.field({ ...options, resolve } as never);
}

/** Whether options have a function: of a plugin that judges by rows, e.g. `authScopes`. */
function hasFunction(options: object | false): boolean {
  return Object.values(options).some((option) => typeof option === "function");
}

/** How a column is shown. */
export interface ColumnFieldOptions {
  /** Pothos' options for the field. */
  readonly passedOn?: object | false | undefined;
  /** Where the column is. Default: the parent is the row. */
  readonly rowOf?: (parent: object) => RawRow;
}

/** @throws PothosSchemaError */
function checkColumn(table: Table, name: string): void {
  if (Object.hasOwn(table.columns, name)) return;
  throw new PothosSchemaError(`Table "${table.name}" has no column "${name}".`);
}

function sameName(object: string, { name }: Table, column: string, field: string) {
  return new PothosSchemaError(
    `Object "${object}" would have two fields "${field}": the column "${column}" of table "${name}", and one that is added. Hide the column by columns: { ${JSON.stringify(column)}: false }.`,
  );
}
