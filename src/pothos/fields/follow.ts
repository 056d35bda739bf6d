import { PothosSchemaError } from "@pothos/core";
import { dataNames, type RawRow, type Table } from "../../cassandra/index.ts";
import type { FollowEvent } from "../../live/index.ts";
import { showEachOf } from "../admit.ts";
import type { Outcome } from "../options/field.ts";
import { withArticle, wordsOf } from "../names.ts";
import { liveOf } from "../builder-options.ts";
import { columnChanged } from "../outcomes/column.ts";
import { fieldUnion } from "../outcomes/result.ts";
import { created, deleted, reset, updated } from "../outcomes/row.ts";
import { neededColumns, type TableObject, tableObjectOf } from "../refs.ts";
import { type FieldBuilder, generatedField } from "./generated.ts";
import { type FromFunctions, partitionKey } from "./key.ts";

interface FollowFieldOptions {
  readonly from?: FromFunctions;
  readonly apart?: readonly string[];
}

/** `t.follow`. */
export function followField(t: FieldBuilder, table: Table, options: FollowFieldOptions = {}) {
  const { from, apart = [], ...passedOn } = options;
  const { builder } = t;
  const live = liveOf(builder, "t.follow");
  checkApart(table, apart);
  const object = tableObjectOf(builder, table);
  const key = partitionKey(t, table, from);
  const followed = {
    columns: neededColumns(object),
    apart,
    admit: showEachOf(builder, table),
  };
  const { members, tell } = toldBy(object, apart);
  const words = wordsOf(object.name);
  const isReset = reset(object).ref.name;
  return generatedField(
    t,
    {
      method: "t.follow",
      table,
      type: fieldUnion(builder, members, {
        suffix: "",
        describe: () => `What happened to ${withArticle(words)} of a partition.`,
      }),
      nullable: false,
      description: `What happens to the rows of a partition from now on: each event has the ${words} as it is when the event is sent. \`${isReset}\` says that something was missed: read the partition again.`,
      keyArguments: key.args,
      run: async (parent, args, context) =>
        live(context).follow(table, key.read(parent, args, context) as never, followed as never),
      resolve: tell,
    },
    passedOn,
  );
}

function toldBy(object: TableObject, apart: readonly string[]) {
  const columns = new Map(apart.map((name) => [name, columnChanged(object, name)]));
  const [isCreated, isUpdated] = [created(object), updated(object)];
  const [isDeleted, isReset] = [deleted(object), reset(object)];
  const refs = [...columns.values()].map(({ ref }) => ref);
  return {
    members: [isCreated.ref, isUpdated.ref, ...refs, isDeleted.ref, isReset.ref],
    tell(this: void, event: FollowEvent<RawRow, RawRow>): Outcome {
      if (event.kind === "reset") return isReset.of(event.partition);
      if (event.kind === "deleted") return isDeleted.of(event.key);
      const { row } = event;
      if (event.kind === "created") return isCreated.of(row);
      const [changed, ...more] = event.changed;
      const alone = !event.others && more.length === 0 ? columns.get(changed!) : undefined;
      return alone ? alone.of(row, () => Promise.resolve(row)) : isUpdated.of(row);
    },
  };
}

/** @throws PothosSchemaError for a column that cannot be told apart */
function checkApart(table: Table, apart: readonly string[]): void {
  const stray = apart.find((name) => !dataNames(table).includes(name));
  if (stray === undefined) return;
  throw new PothosSchemaError(
    `Table "${table.name}": t.follow cannot tell "${stray}" apart. It can tell ${dataNames(table).join(", ") || "none"}.`,
  );
}
