import type { ObjectRef, SchemaTypes } from "@pothos/core";
import {
  type PartitionKey,
  type RawRow,
  selectPartition,
  type Session,
  staticNames,
  type Statement,
  type Table,
} from "../cassandra/index.ts";
import { type Builder, pluginOptions } from "../pothos/builder-options.ts";
import { fieldNamesOf } from "../pothos/columns.ts";
import { type FieldBuilder, generatedField } from "../pothos/fields/generated.ts";
import { partitionKey } from "../pothos/fields/key.ts";
import { showRow } from "../pothos/shown.ts";
import { columnField } from "../pothos/table-object.ts";

/** Returns a field that reads the static columns of a partition, also of one that has no rows. */
export function staticsField(
  t: FieldBuilder,
  table: Table,
  { type }: { readonly type: string },
): never {
  const { builder } = t;
  const session = pluginOptions(builder).session as (context: object) => Session;
  const key = partitionKey(t, table);
  return generatedField(
    t,
    {
      method: "t.row",
      table,
      type: staticsRef(builder, table, type) as never,
      nullable: true,
      description:
        "What the rows of a partition share. Null if it has neither rows nor values of these columns.",
      keyArguments: key.args,
      async run(call) {
        const partition = (await key.find(call)) as PartitionKey<Table>;
        const read = selectPartition(table, partition) as Statement<RawRow | undefined>;
        const row = await session(call.context).run(read);
        return row ? showRow(builder, { table, row }) : null;
      },
    },
    {},
  );
}

function staticsRef(builder: Builder, table: Table, name: string): ObjectRef<SchemaTypes, RawRow> {
  const columns = [...table.partition, ...staticNames(table)];
  const fields = fieldNamesOf(table, columns);
  return builder.objectRef<RawRow>(name).implement({
    description: `The static columns of a partition of table \`${table.name}\`, with its key.`,
    fields: (t) =>
      Object.fromEntries(
        columns.map((column, at) => {
          const options = { rowOf: (row: object) => row as RawRow };
          return [fields[at]!, columnField(t as never, { table, name: column }, options)];
        }),
      ),
  });
}
