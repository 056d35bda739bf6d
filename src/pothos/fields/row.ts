import { type RawRow, type Table } from "../../cassandra/index.ts";
import { pluginOptions } from "../builder-options.ts";
import { plannedReadOf } from "../plan/planned-read.ts";
import { tableObjectOf } from "../refs.ts";
import { selectionOf } from "../selection.ts";
import { showRow } from "../shown.ts";
import { describeKey } from "../table-object.ts";
import { fieldNameOf } from "../columns.ts";
import { type FieldBuilder, type FieldCost, generatedField } from "./generated.ts";
import { rowKey, type UntypedFrom } from "./key.ts";

interface UntypedRowOptions {
  readonly from?: UntypedFrom;
  readonly description?: string;
}

/** Returns the field of `t.row`. */
export function rowField(t: FieldBuilder, table: Table, options: UntypedRowOptions = {}) {
  const { from, description, ...passedOn } = options;
  const { builder } = t;
  const { session } = pluginOptions(builder);
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
      extension: loadOf(table, from),
      byViewer: from !== undefined,
      reads: "row",
      async run(call) {
        const found = await key.find(call);
        const planned = plannedReadOf(call.info);
        if (planned) return planned.row(session(call.context), found);
        const { columns, shown } = selectionOf(call.info);
        const row: RawRow | undefined = await session(call.context).load(table, found as never, {
          columns: columns as never,
        });
        return row ? showRow(builder, { table, row, columns: shown }) : null;
      },
    },
    passedOn,
  );
}

/** Returns what a row costs. If its partition depends on the parent or the caller, arguments alone do not tell which it is. */
function loadOf(table: Table, from: UntypedFrom = {}): FieldCost {
  if (table.partition.some((name) => Object.hasOwn(from, name))) return {};
  return { loadedBy: table.partition.map((name) => fieldNameOf(table, name)) };
}
