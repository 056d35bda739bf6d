import type { InputFieldMap } from "@pothos/core";
import { boolean, columnOf, type Table } from "../../cassandra/index.ts";
import { Refused } from "../../lane/index.ts";
import { nameInWords, withArticle } from "../names.ts";
import { pluginOptions } from "../builder-options.ts";
import { columnChanged } from "../outcomes/column.ts";
import { fieldUnion } from "../outcomes/result.ts";
import { rowChanged, rowNotFound, rowRefused } from "../outcomes/row.ts";
import { unknownOutcome } from "../outcomes/shared.ts";
import { tableObjectOf } from "../refs.ts";
import { rowChanger, type UntypedChange, type UntypedDraft } from "./change-row.ts";
import { type FieldBuilder, generatedField, RESULT_UNION } from "./generated.ts";
import { rowKey, type UntypedFrom } from "./key.ts";
import { checkNumber } from "./lanes.ts";
import { operationArgument } from "./operation.ts";
import { timedReader } from "./timed-row.ts";

export interface UntypedChangeOptions {
  readonly from?: UntypedFrom;
  readonly given?: (parent: never, context: never) => object;
  readonly change: (row: never, args: never) => unknown;
  readonly refusals: Readonly<Record<string, string>>;
  readonly args?: InputFieldMap;
}

interface ChangeFieldRequest {
  /** The number column that the outcome shows, if any. */
  readonly column: string | undefined;
  readonly options: UntypedChangeOptions;
}

/** Returns the field of `t.change` with a `change` function. */
export function changeField(
  t: FieldBuilder,
  table: Table,
  { column, options }: ChangeFieldRequest,
) {
  const { from, given = () => ({}), change, refusals, ...passedOn } = options;
  if (column !== undefined) checkNumber(table, { column, method: "t.change" });
  const { builder } = t;
  const { session } = pluginOptions(builder);
  const object = tableObjectOf(builder, table);
  const key = rowKey(t, table, from);
  const changeRow = rowChanger(t, { table, method: "t.change" });
  const answer = column === undefined ? boolean() : columnOf(table, column);
  const operation = operationArgument(t, { table, answer });
  const refusalTypes = new Map(
    Object.entries(refusals).map(([reason, message]) => {
      return [reason, rowRefused(object, { reason, message })];
    }),
  );
  const readRow = timedReader(builder, table, {
    writetimeOf: column === undefined ? [] : [column],
  });
  const changed =
    column === undefined
      ? { ...rowChanged(object), answerOf: () => true }
      : { ...columnChanged(object, column), answerOf: (row: UntypedDraft) => row.get(column) };
  const members = [
    changed.ref,
    ...[...refusalTypes.values()].map(({ ref }) => ref),
    rowNotFound(object).ref,
    unknownOutcome(builder).ref,
  ];

  function refusalFor(reason: unknown) {
    const found = refusalTypes.get(String(reason));
    if (found) return found;
    throw new TypeError(
      `Table "${table.name}": t.change refused with ${JSON.stringify(reason)}, which is not in refusals.`,
    );
  }

  return generatedField(
    t,
    {
      method: "t.change",
      table,
      type: fieldUnion(builder, members, RESULT_UNION),
      nullable: true,
      description: `Changes ${withArticle(nameInWords(object.name))}, by a lightweight transaction.`,
      keyArguments: key.args,
      args: operation.args,
      extension: { writes: true },
      async run(call) {
        const { parent, args, context } = call;
        const row = await key.find(call);
        const { operationId: _, ...others } = args;
        const input = { ...others, ...given(parent as never, context as never) };
        const once = operation.once(call, input);
        const untyped: UntypedChange = (draft) => {
          const result = change(draft as never, input as never);
          return result instanceof Refused ? result : changed.answerOf(draft);
        };
        return changeRow({ context, key: row, change: untyped, once }, (result) => {
          if (result.outcome === "refused") return refusalFor(result.reason).of(row);
          const value = column === undefined ? {} : { [column]: result.answer };
          return changed.of({ ...row, ...value }, () => readRow(session(context), row));
        });
      },
    },
    passedOn,
  );
}
