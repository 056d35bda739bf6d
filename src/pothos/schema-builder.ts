import SchemaBuilder, { type FieldMap, type SchemaTypes } from "@pothos/core";
import {
  columnOf,
  keyNames,
  primaryKeyText,
  type RawRow,
  type Row,
  type Table,
  unreadableColumns,
} from "../cassandra/index.ts";
import { scalarOf } from "./forms.ts";
import { setRowRef } from "./refs.ts";

const prototype = SchemaBuilder.prototype as PothosSchemaTypes.SchemaBuilder<SchemaTypes>;

type ObjectFields = PothosSchemaTypes.ObjectFieldBuilder<SchemaTypes, unknown>;

prototype.tableObject = function tableObject<T extends Table>(
  this: PothosSchemaTypes.SchemaBuilder<SchemaTypes>,
  name: string,
  table: T,
  options: PothosSchemaTypes.TableObjectOptions<SchemaTypes, T>,
) {
  const ref = this.objectRef<Row<T>>(name);
  setRowRef(this, table, ref);
  this.objectType(ref, {
    description: describeKey(options.description ?? table.description, table),
    extensions: { cassandra: { table: table.name } },
    fields: (t): FieldMap => {
      const column = (columnName: string) => columnField(t, table, columnName);
      const keys = keyNames(table).map((key) => [key, column(key)]);
      // All that Pothos' own builder has, and `column`.
      return {
        ...Object.fromEntries(keys),
        ...options.fields(Object.assign(Object.create(t), { column })),
      };
    },
  });
  return ref;
};

/** A description that ends with the key by which the table is read. */
export function describeKey(description: string | undefined, table: Table): string {
  // One paragraph: lists of fields show only the first.
  const key = `Read by the key of table \`${table.name}\`: \`${primaryKeyText(table)}\`.`;
  return description === undefined ? key : `${description} ${key}`;
}

function columnField(t: ObjectFields, table: Table, name: string) {
  const { type, nullable, description } = columnOf(table, name);
  const isNullable = nullable && !keyNames(table).includes(name);
  const options = {
    // The scalar's name is one that the plugin gave to the builder.
    type: scalarOf(type) as never,
    nullable: isNullable,
    ...(description !== undefined && { description }),
    extensions: { cassandra: { column: name } },
  };
  if (!isNullable) return t.expose(name as never, options as never);
  return t.field({ ...options, resolve: (row: RawRow) => valueOf(row, name) } as never);
}

/** @throws UnreadableRow if the value is null because the stored one cannot be represented */
function valueOf(row: RawRow, name: string): unknown {
  const value = row[name];
  const unreadable = value === null ? unreadableColumns(row).get(name) : undefined;
  if (unreadable) throw unreadable;
  return value;
}
