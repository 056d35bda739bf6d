import SchemaBuilder, { type FieldMap, type SchemaTypes } from "@pothos/core";
import {
  columnOf,
  keyNames,
  primaryKeyText,
  type RawRow,
  type Row,
  type Table,
} from "../cassandra/index.ts";
import { fieldNamesOf, formOf, outputOf, sameField } from "./columns.ts";
import type { Builder } from "./options.ts";
import { addRowRef } from "./refs.ts";
import { valueShown } from "./shown.ts";

const prototype = SchemaBuilder.prototype as PothosSchemaTypes.SchemaBuilder<SchemaTypes>;

type ObjectFields = PothosSchemaTypes.ObjectFieldBuilder<SchemaTypes, unknown>;

prototype.tableObject = function tableObject<T extends Table>(
  this: PothosSchemaTypes.SchemaBuilder<SchemaTypes>,
  name: string,
  table: T,
  options: PothosSchemaTypes.TableObjectOptions<SchemaTypes, T>,
) {
  const ref = this.objectRef<Row<T>>(name);
  addRowRef(this, table, ref);
  this.objectType(ref, {
    description: describeKey(options.description ?? table.description, table),
    extensions: { cassandra: { table: table.name } },
    fields: (t): FieldMap => {
      const columns = new Map<unknown, string>();
      const column = (columnName: string) => {
        const field = columnField(this, t, table, columnName);
        columns.set(field, columnName);
        return field;
      };
      const names = keyNames(table);
      const keys = fieldNamesOf(table, names).map(
        (field, at) => [field, column(names[at]!)] as const,
      );
      // All that Pothos' own builder has, and `column`.
      const fields = options.fields(Object.assign(Object.create(t), { column }));
      for (const [field, key] of keys) {
        const other = Object.hasOwn(fields, field) ? columns.get(fields[field]) : undefined;
        if (other !== undefined) throw sameField(table, columns.get(key)!, other, field);
      }
      return { ...Object.fromEntries(keys), ...fields };
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

function columnField(builder: Builder, t: ObjectFields, table: Table, name: string) {
  const { nullable, description } = columnOf(table, name);
  const isNullable = nullable && !keyNames(table).includes(name);
  const form = formOf(builder, table, name);
  const options = {
    type: outputOf(builder, table, name),
    nullable: isNullable,
    ...(description !== undefined && { description }),
    extensions: { cassandra: { column: name } },
  };
  const isPlain = !isNullable && !form.shows && !form.show;
  if (isPlain) return t.expose(name as never, options as never);
  const resolve = (row: RawRow) => valueShown(table, row, name, form);
  return t.field({ ...options, resolve } as never);
}
