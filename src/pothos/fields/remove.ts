import { type RawRow, remove, type Statement, type Table } from "../../cassandra/index.ts";
import type { Laned } from "../../lane/index.ts";
import { createOrdered } from "../../order/index.ts";
import { admitOf } from "../admit.ts";
import type { Outcome } from "../options/field.ts";
import { withArticle, wordsOf } from "../names.ts";
import { lanesOf, optionsOf } from "../builder-options.ts";
import { fieldUnion } from "../outcomes/result.ts";
import { deleted, notFound } from "../outcomes/row.ts";
import { orUnknown, outcomeUnknown } from "../outcomes/shared.ts";
import { writeResult } from "../outcomes/written.ts";
import { tableObjectOf } from "../refs.ts";
import { type FieldBuilder, generatedField, RESULT } from "./generated.ts";
import { type FromFunctions, rowKey } from "./key.ts";
import { checkLanes } from "./lanes.ts";
import { checkPlain, plainWriter } from "./put.ts";

interface RemoveFieldOptions {
  readonly from?: FromFunctions;
}

/** `t.remove`. */
export function removeField(t: FieldBuilder, table: Table, options: RemoveFieldOptions = {}) {
  const { from, ...passedOn } = options;
  const key = rowKey(t, table, from);
  const { type, run, words } = table.lwt ? removeByLane(t, table) : removePlainly(t, table);
  return generatedField(
    t,
    {
      method: "t.remove",
      table,
      type,
      nullable: true,
      description: words,
      keyArguments: key.args,
      extension: { writes: true },
      run: (parent, args, context) => run(context, key.read(parent, args, context)),
    },
    passedOn,
  );
}

function removeByLane(t: FieldBuilder, table: Table) {
  const { builder } = t;
  const { session } = optionsOf(builder);
  const lanes = lanesOf(builder, "t.remove");
  checkLanes(table, "t.remove");
  const object = tableObjectOf(builder, table);
  const admit = admitOf(builder);
  const [isDeleted, isMissing] = [deleted(object), notFound(object)];
  const members = [isDeleted.ref, isMissing.ref, outcomeUnknown(builder).ref];

  async function removed(context: object, row: RawRow): Promise<Outcome> {
    const ordered = createOrdered({ session: session(context), lanes: lanes(context), admit });
    const { outcome } = await ordered.remove(table as Laned, row);
    return outcome === "missing" ? isMissing.of(row) : isDeleted.of(row);
  }

  return {
    type: fieldUnion(builder, members, RESULT),
    words: `Deletes ${withArticle(wordsOf(object.name))}. Subscriptions to it complete.`,
    run: (context: object, row: RawRow) => orUnknown(object, removed(context, row)),
  };
}

function removePlainly(t: FieldBuilder, table: Table) {
  checkPlain(table, "t.remove");
  const write = plainWriter(t, table);
  return {
    type: writeResult(t.builder),
    words: `Deletes ${withArticle(wordsOf(tableObjectOf(t.builder, table).name))}, whether there is one of this key or not.`,
    run: (context: object, row: RawRow) =>
      write(context, remove(table, row) as Statement<unknown>, { key: row, change: "deleted" }),
  };
}
