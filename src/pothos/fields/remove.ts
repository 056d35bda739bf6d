import { PothosSchemaError } from "@pothos/core";
import { type RawRow, remove, type Statement, type Table } from "../../cassandra/index.ts";
import type { Laned } from "../../lane/index.ts";
import { createOrdered } from "../../order/index.ts";
import { admitOf } from "../admit.ts";
import { expectationArgument } from "../expectations.ts";
import type { Outcome } from "../options/field.ts";
import { nameInWords, withArticle } from "../names.ts";
import { lanesOf, pluginOptions } from "../builder-options.ts";
import { fieldUnion } from "../outcomes/result.ts";
import { rowDeleted, rowNotFound } from "../outcomes/row.ts";
import { orUnknown, unknownOutcome } from "../outcomes/shared.ts";
import { writeResult } from "../outcomes/written.ts";
import { tableObjectOf } from "../refs.ts";
import {
  type FieldBuilder,
  type FieldCall,
  generatedField,
  orderedWriteCost,
  RESULT_UNION,
} from "./generated.ts";
import { rowKey, type UntypedFrom } from "./key.ts";
import { checkLanes } from "./lanes.ts";
import { checkPlain, plainWriter } from "./plain.ts";

interface UntypedRemoveOptions {
  readonly from?: UntypedFrom;
  readonly if?: readonly string[];
}

/** Returns the field of `t.remove`. */
export function removeField(t: FieldBuilder, table: Table, options: UntypedRemoveOptions = {}) {
  const { from, if: expected, ...passedOn } = options;
  const key = rowKey(t, table, from);
  const { run, ...field } = table.lwt
    ? removeByLane(t, table, expected)
    : removePlainly(t, table, expected);
  return generatedField(
    t,
    {
      ...field,
      method: "t.remove",
      table,
      nullable: true,
      keyArguments: key.args,
      extension: orderedWriteCost(table),
      run: (call) => run(call, key.exact(call)),
    },
    passedOn,
  );
}

function removeByLane(t: FieldBuilder, table: Table, expected: readonly string[] | undefined) {
  const { builder } = t;
  const { session } = pluginOptions(builder);
  const lanes = lanesOf(builder, "t.remove");
  checkLanes(table, "t.remove");
  const object = tableObjectOf(builder, table);
  const admit = admitOf(builder);
  const expectations = expectationArgument(t, { table, names: expected, method: "t.remove" });
  const [deleted, notFound] = [rowDeleted(object), rowNotFound(object)];
  const members = [deleted.ref, notFound.ref, ...expectations.members, unknownOutcome(builder).ref];

  async function removeRow({ args, context }: FieldCall, row: RawRow): Promise<Outcome> {
    const ordered = createOrdered({ session: session(context), lanes: lanes(context), admit });
    const check = expectations.checkOf(args, row);
    const result = await ordered.remove(table as Laned, row, { check: check as never });
    if (result.outcome === "refused") return result.reason as Outcome;
    return result.outcome === "missing" ? notFound.of(row) : deleted.of(row);
  }

  return {
    type: fieldUnion(builder, members, RESULT_UNION),
    description: `Deletes ${withArticle(nameInWords(object.name))}. Its subscriptions complete.`,
    args: expectations.args,
    inputs: expectations.inputs,
    run: (call: FieldCall, row: RawRow) => orUnknown(object, removeRow(call, row)),
  };
}

function removePlainly(t: FieldBuilder, table: Table, expected: readonly string[] | undefined) {
  checkPlain(table, "t.remove");
  if (expected !== undefined) throw unconditional(table);
  const write = plainWriter(t, table);
  return {
    type: writeResult(t.builder),
    description: `Deletes ${withArticle(nameInWords(tableObjectOf(t.builder, table).name))}, whether or not one with this key exists.`,
    run: ({ context }: FieldCall, row: RawRow) =>
      write(context, remove(table, row) as Statement<unknown>, [{ key: row, change: "deleted" }]),
  };
}

function unconditional({ name }: Table): PothosSchemaError {
  return new PothosSchemaError(
    `Table "${name}" takes plain writes, which have no condition: t.remove cannot have the option if.`,
  );
}
