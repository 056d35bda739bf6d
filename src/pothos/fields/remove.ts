import { type RawRow, remove, type Statement, type Table } from "../../cassandra/index.ts";
import type { Laned } from "../../lane/index.ts";
import { createOrdered } from "../../order/index.ts";
import { admitOf } from "../admit.ts";
import type { Outcome } from "../options/field.ts";
import { nameInWords, withArticle } from "../names.ts";
import { lanesOf, pluginOptions } from "../builder-options.ts";
import { fieldUnion } from "../outcomes/result.ts";
import { rowDeleted, rowNotFound } from "../outcomes/row.ts";
import { orUnknown, unknownOutcome } from "../outcomes/shared.ts";
import { writeResult } from "../outcomes/written.ts";
import { tableObjectOf } from "../refs.ts";
import { type FieldBuilder, generatedField, RESULT_UNION, orderedWriteCost } from "./generated.ts";
import { rowKey, type UntypedFrom } from "./key.ts";
import { checkLanes } from "./lanes.ts";
import { checkPlain, plainWriter } from "./put.ts";

interface UntypedRemoveOptions {
  readonly from?: UntypedFrom;
}

/** Returns the field of `t.remove`. */
export function removeField(t: FieldBuilder, table: Table, options: UntypedRemoveOptions = {}) {
  const { from, ...passedOn } = options;
  const key = rowKey(t, table, from);
  const { type, run, description } = table.lwt ? removeByLane(t, table) : removePlainly(t, table);
  return generatedField(
    t,
    {
      method: "t.remove",
      table,
      type,
      nullable: true,
      description,
      keyArguments: key.args,
      extension: orderedWriteCost(table),
      run: (call) => run(call.context, key.exact(call)),
    },
    passedOn,
  );
}

function removeByLane(t: FieldBuilder, table: Table) {
  const { builder } = t;
  const { session } = pluginOptions(builder);
  const lanes = lanesOf(builder, "t.remove");
  checkLanes(table, "t.remove");
  const object = tableObjectOf(builder, table);
  const admit = admitOf(builder);
  const [deleted, notFound] = [rowDeleted(object), rowNotFound(object)];
  const members = [deleted.ref, notFound.ref, unknownOutcome(builder).ref];

  async function removeRow(context: object, row: RawRow): Promise<Outcome> {
    const ordered = createOrdered({ session: session(context), lanes: lanes(context), admit });
    const { outcome } = await ordered.remove(table as Laned, row);
    return outcome === "missing" ? notFound.of(row) : deleted.of(row);
  }

  return {
    type: fieldUnion(builder, members, RESULT_UNION),
    description: `Deletes ${withArticle(nameInWords(object.name))}. Its subscriptions complete.`,
    run: (context: object, row: RawRow) => orUnknown(object, removeRow(context, row)),
  };
}

function removePlainly(t: FieldBuilder, table: Table) {
  checkPlain(table, "t.remove");
  const write = plainWriter(t, table);
  return {
    type: writeResult(t.builder),
    description: `Deletes ${withArticle(nameInWords(tableObjectOf(t.builder, table).name))}, whether or not one with this key exists.`,
    run: (context: object, row: RawRow) =>
      write(context, remove(table, row) as Statement<unknown>, { key: row, change: "deleted" }),
  };
}
