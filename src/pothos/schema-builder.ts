import SchemaBuilder, { type FieldMap, type SchemaTypes } from "@pothos/core";
import { columnOf, keyNames, primaryKeyText, type Row, type Table } from "../cassandra/index.ts";
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
  const inKey = keyNames(table).includes(name);
  return t.expose(
    name as never,
    {
      // The scalar's name is one that the plugin gave to the builder.
      type: type.scalar as never,
      nullable: nullable && !inKey,
      ...(description !== undefined && { description }),
      extensions: { cassandra: { column: name } },
    } as never,
  );
}
