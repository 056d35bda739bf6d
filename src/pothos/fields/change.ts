import type { InputFieldMap } from "@pothos/core";
import { boolean, columnOf, type Table } from "../../cassandra/index.ts";
import { Refused } from "../../lane/index.ts";
import { withArticle, wordsOf } from "../names.ts";
import { optionsOf } from "../builder-options.ts";
import { columnChanged } from "../outcomes/column.ts";
import { fieldUnion } from "../outcomes/result.ts";
import { changed, notFound, refused } from "../outcomes/row.ts";
import { outcomeUnknown } from "../outcomes/shared.ts";
import { tableObjectOf } from "../refs.ts";
import { type AnyChange, type AnyDraft, rowChanger } from "./change-row.ts";
import { type FieldBuilder, generatedField, RESULT } from "./generated.ts";
import { type FromFunctions, rowKey } from "./key.ts";
import { checkNumber } from "./lanes.ts";
import { operationArgument } from "./operation.ts";
import { timedReader } from "./timed-row.ts";

export interface ChangeFieldOptions {
  readonly from?: FromFunctions;
  readonly given?: (parent: never, context: never) => object;
  readonly change: (row: never, args: never) => unknown;
  readonly refusals: Readonly<Record<string, string>>;
  readonly args?: InputFieldMap;
}

/**
 * `t.change` by a function of its user's.
 *
 * @param column the number that is told in the answer; undefined: none is
 */
export function changeField(
  t: FieldBuilder,
  table: Table,
  column: string | undefined,
  options: ChangeFieldOptions,
) {
  const { from, given = () => ({}), change: judge, refusals, ...passedOn } = options;
  if (column !== undefined) checkNumber(table, column, "t.change");
  const { builder } = t;
  const { session } = optionsOf(builder);
  const object = tableObjectOf(builder, table);
  const key = rowKey(t, table, from);
  const change = rowChanger(t, table, "t.change");
  const operation = operationArgument(
    t,
    table,
    column === undefined ? boolean() : columnOf(table, column),
  );
  const reasons = new Map(
    Object.entries(refusals).map(([reason, text]) => [reason, refused(object, reason, text)]),
  );
  const readRow = timedReader(builder, table, column === undefined ? [] : [column]);
  const isChanged =
    column === undefined
      ? { ...changed(object), valueOf: () => true }
      : { ...columnChanged(object, column), valueOf: (row: AnyDraft) => row.get(column) };
  const members = [
    isChanged.ref,
    ...[...reasons.values()].map(({ ref }) => ref),
    notFound(object).ref,
    outcomeUnknown(builder).ref,
  ];

  return generatedField(
    t,
    {
      method: "t.change",
      table,
      type: fieldUnion(builder, members, RESULT),
      nullable: true,
      description: `Changes ${withArticle(wordsOf(object.name))}, by a lightweight transaction.`,
      keyArguments: key.args,
      args: operation.args,
      extension: { writes: true },
      run(parent, args, context, info) {
        const row = key.read(parent, args, context);
        const { operationId: _, ...others } = args;
        const asked = { ...others, ...given(parent as never, context as never) };
        const once = operation.once(args, info, asked);
        const changing: AnyChange = (draft) => {
          const answer = judge(draft as never, asked as never);
          return answer instanceof Refused ? answer : isChanged.valueOf(draft);
        };
        return change({ context, key: row, change: changing, once }, (told) => {
          if (told.outcome === "refused") return reasonOf(reasons, table, told.reason).of(row);
          const value = column === undefined ? {} : { [column]: told.answer };
          return isChanged.of({ ...row, ...value }, () => readRow(session(context), row));
        });
      },
    },
    passedOn,
  );
}

/** @throws TypeError for a reason that the compiler was not asked about */
function reasonOf(
  reasons: ReadonlyMap<string, ReturnType<typeof refused>>,
  table: Table,
  reason: unknown,
) {
  const found = reasons.get(String(reason));
  if (found) return found;
  throw new TypeError(
    `Table "${table.name}": t.change was refused for ${JSON.stringify(reason)}, which refusals does not have.`,
  );
}
