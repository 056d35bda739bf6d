import { PothosSchemaError } from "@pothos/core";
import { dataNames, type RawRow, type Table } from "../../cassandra/index.ts";
import type { FollowEvent } from "../../live/index.ts";
import { showEachOf } from "../admit.ts";
import type { Outcome } from "../options/field.ts";
import { nameInWords, withArticle } from "../names.ts";
import { liveOf } from "../builder-options.ts";
import { columnChanged } from "../outcomes/column.ts";
import { fieldUnion } from "../outcomes/result.ts";
import { partitionReset, rowCreated, rowDeleted, rowUpdated } from "../outcomes/row.ts";
import { neededColumns, type TableObject, tableObjectOf } from "../refs.ts";
import { type FieldBuilder, generatedField } from "./generated.ts";
import { partitionKey, type UntypedFrom } from "./key.ts";

interface UntypedFollowOptions {
  readonly from?: UntypedFrom;
  readonly apart?: readonly string[];
}

/** What it costs to follow a partition: its first thousand rows are read at the beginning, and some of them again and again. */
const BEGIN_COST = 10;

/** Returns the field of `t.follow`. */
export function followField(t: FieldBuilder, table: Table, options: UntypedFollowOptions = {}) {
  const { from, apart = [], ...passedOn } = options;
  const { builder } = t;
  const live = liveOf(builder, "t.follow");
  checkApart(table, apart);
  const object = tableObjectOf(builder, table);
  const key = partitionKey(t, table, from);
  const followOptions = {
    columns: neededColumns(object),
    apart,
    admit: showEachOf(builder, table),
  };
  const { members, toOutcome } = followOutcomes(object, apart);
  const words = nameInWords(object.name);
  const reset = partitionReset(object).ref.name;
  return generatedField(
    t,
    {
      method: "t.follow",
      table,
      type: fieldUnion(builder, members, {
        suffix: "",
        describe: () => `A change of ${withArticle(words)} in a partition.`,
      }),
      nullable: false,
      description: `Sends the changes of a partition's rows from now on. Each event has the ${words} as it is when the event is sent. \`${reset}\` means that events were missed: read the partition again.`,
      keyArguments: key.args,
      extension: { partitions: BEGIN_COST },
      run: async (call) =>
        live(call.context).follow(table, (await key.find(call)) as never, followOptions as never),
      resolve: toOutcome,
    },
    passedOn,
  );
}

/** Returns the event types of a followed partition, and the function that turns an event into its type. */
function followOutcomes(object: TableObject, apart: readonly string[]) {
  const columns = new Map(apart.map((name) => [name, columnChanged(object, name)]));
  const [created, updated] = [rowCreated(object), rowUpdated(object)];
  const [deleted, reset] = [rowDeleted(object), partitionReset(object)];
  const columnRefs = [...columns.values()].map(({ ref }) => ref);
  return {
    members: [created.ref, updated.ref, ...columnRefs, deleted.ref, reset.ref],
    toOutcome(this: void, event: FollowEvent<RawRow, RawRow>): Outcome {
      if (event.kind === "reset") return reset.of(event.partition);
      if (event.kind === "deleted") return deleted.of(event.key);
      const { row } = event;
      if (event.kind === "created") return created.of(row);
      const [changed, ...more] = event.changed;
      const only = !event.others && more.length === 0 ? columns.get(changed!) : undefined;
      return only ? only.of(row, () => Promise.resolve(row)) : updated.of(row);
    },
  };
}

/** @throws PothosSchemaError for a column that cannot have its own event type */
function checkApart(table: Table, apart: readonly string[]): void {
  const stray = apart.find((name) => !dataNames(table).includes(name));
  if (stray === undefined) return;
  throw new PothosSchemaError(
    `Table "${table.name}": the option apart of t.follow cannot have "${stray}". It can have ${dataNames(table).join(", ") || "none"}.`,
  );
}
