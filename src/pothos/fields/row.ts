import { type RawRow, type Table } from "../../cassandra/index.ts";
import { optionsOf } from "../builder-options.ts";
import { tableObjectOf } from "../refs.ts";
import { selectionOf } from "../selection.ts";
import { showRow } from "../shown.ts";
import { describeKey } from "../table-object.ts";
import { type FieldBuilder, generatedField } from "./generated.ts";
import { type FromFunctions, rowKey } from "./key.ts";

interface RowFieldOptions {
  readonly from?: FromFunctions;
  readonly description?: string;
}

/** `t.row`. */
export function rowField(t: FieldBuilder, table: Table, options: RowFieldOptions = {}) {
  const { from, description, ...passedOn } = options;
  const { builder } = t;
  const { session } = optionsOf(builder);
  const key = rowKey(t, table, from);
  return generatedField(
    t,
    {
      method: "t.row",
      table,
      type: tableObjectOf(builder, table).ref,
      nullable: true,
      description: describeKey(description, table),
      keyArguments: key.args,
      async run(parent, args, context, info) {
        const { columns, shown } = selectionOf(info);
        const of = key.read(parent, args, context) as never;
        const row: RawRow | undefined = await session(context).load(table, of, {
          columns: columns as never,
        });
        return row ? showRow(builder, table, row, shown) : null;
      },
    },
    passedOn,
  );
}
