import { columnOf, InvalidValue, type RawRow, type Table } from "../../cassandra/index.ts";
import { readerOf } from "../arguments.ts";
import { fieldNameOf, formOf, inputOf } from "../columns.ts";
import { checkArgument } from "../error.ts";
import { canShow } from "../forms/form.ts";
import type { Outcome } from "../options/field.ts";
import { nameInWords, withArticle } from "../names.ts";
import { pluginOptions } from "../builder-options.ts";
import { columnChanged, columnOutOfRange, columnStale } from "../outcomes/column.ts";
import { fieldUnion } from "../outcomes/result.ts";
import { rowNotFound } from "../outcomes/row.ts";
import type { FieldMethod } from "../scopes.ts";
import { unknownOutcome } from "../outcomes/shared.ts";
import { tableObjectOf } from "../refs.ts";
import { rowChanger, type UntypedChange } from "./change-row.ts";
import { type FieldBuilder, generatedField, RESULT_UNION } from "./generated.ts";
import { rowKey, type UntypedFrom } from "./key.ts";
import { checkNumber } from "./lanes.ts";
import { operationArgument } from "./operation.ts";
import { timedReader } from "./timed-row.ts";

interface UntypedNumberOptions {
  readonly from?: UntypedFrom;
}

interface NumberFieldRequest {
  readonly column: string;
  readonly options: UntypedNumberOptions | undefined;
}

/** Returns the field of `t.change` for a number: adds `delta` if the number is `expected`. */
export function changeNumberField(
  t: FieldBuilder,
  table: Table,
  { column, options }: NumberFieldRequest,
) {
  const method = "t.change";
  const number = numberColumn(t, table, { column, method });
  const { object, field, isInRange, outOfRange } = number;
  const stale = columnStale(object, column);
  const expectedArgument = t.arg({
    type: inputOf(t.builder, { table, name: column }),
    required: true,
    description: `The value of \`${field}\` that you expect. Must be ${columnOf(table, column).type.expects}.`,
  });
  const read = readerOf(t.builder, { table, name: column });
  return numberField(t, number, {
    method,
    options,
    description: `Adds \`delta\` to \`${field}\` of ${withArticle(nameInWords(object.name))} if its value is \`expected\`, by a lightweight transaction: of two clients that saw the same value, one gets \`${stale.ref.name}\`.`,
    args: { expected: expectedArgument },
    refusals: [stale, outOfRange],
    plan(key, args) {
      const expected = checkArgument(["expected"], () => read(args["expected"]));
      const next = sum(expected, args["delta"]);
      // Checked before anything is sent, so that no statement ever contains such a number.
      if (!isInRange(next)) return outOfRange.of(key);
      return (row) => {
        row.assume(column, expected);
        const actual = row.get(column);
        if (actual !== expected) return row.refuse(stale.of(key, { expected, actual }));
        row.set({ [column]: next });
        return next;
      };
    },
  });
}

/** Returns the field of `t.add` for a number: adds `delta`, whatever the number is. */
export function addNumberField(
  t: FieldBuilder,
  table: Table,
  { column, options }: NumberFieldRequest,
) {
  const method = "t.add";
  const number = numberColumn(t, table, { column, method });
  const { object, field, isInRange, outOfRange } = number;
  return numberField(t, number, {
    method,
    options,
    description: `Adds \`delta\` to \`${field}\` of ${withArticle(nameInWords(object.name))}, whatever its value is. Never refused because other changes were faster.`,
    args: {},
    refusals: [outOfRange],
    plan:
      (key, { delta }) =>
      (row) => {
        const next = sum(row.get(column), delta);
        if (!isInRange(next)) return row.refuse(outOfRange.of(key));
        row.set({ [column]: next });
        return next;
      },
  });
}

type NumberColumn = ReturnType<typeof numberColumn>;

/** Returns what both fields need to know about their column. */
function numberColumn(
  t: FieldBuilder,
  table: Table,
  { column, method }: { readonly column: string; readonly method: string },
) {
  checkNumber(table, { column, method });
  const object = tableObjectOf(t.builder, table);
  const { type } = columnOf(table, column);
  const form = formOf(t.builder, { table, name: column });
  return {
    object,
    column,
    field: fieldNameOf(table, column),
    outOfRange: columnOutOfRange(object, column),
    isInRange(this: void, value: unknown): boolean {
      try {
        return canShow(form, type.check(value));
      } catch (error) {
        if (error instanceof InvalidValue) return false;
        throw error;
      }
    },
  };
}

interface NumberFieldDefinition {
  readonly method: FieldMethod;
  readonly options: UntypedNumberOptions | undefined;
  readonly description: string;
  /** The arguments besides the key, `delta` and `operationId`. */
  readonly args: Readonly<Record<string, ReturnType<FieldBuilder["arg"]>>>;
  readonly refusals: readonly Pick<ReturnType<typeof columnOutOfRange>, "ref">[];
  /**
   * Returns the change for the arguments, or an outcome that needs no change. The change returns the new number, or refuses
   * with an outcome.
   */
  readonly plan: (key: RawRow, args: RawRow) => UntypedChange | Outcome;
}

function numberField(
  t: FieldBuilder,
  { object, column, field }: NumberColumn,
  { method, options = {}, description, args: own, refusals, plan }: NumberFieldDefinition,
) {
  const { from, ...passedOn } = options;
  const { builder } = t;
  const { table } = object;
  const { session } = pluginOptions(builder);
  const key = rowKey(t, table, from);
  const changeRow = rowChanger(t, { table, method });
  const operation = operationArgument(t, { table, answer: columnOf(table, column) });
  const changed = columnChanged(object, column);
  const readTimed = timedReader(builder, table, { writetimeOf: [column] });
  const members = [
    changed.ref,
    ...refusals.map(({ ref }) => ref),
    rowNotFound(object).ref,
    unknownOutcome(builder).ref,
  ];
  return generatedField(
    t,
    {
      method,
      table,
      type: fieldUnion(builder, members, RESULT_UNION),
      nullable: true,
      description,
      keyArguments: key.args,
      args: {
        ...own,
        delta: t.arg({
          type: inputOf(builder, { table, name: column }),
          required: true,
          description: `The number to add to \`${field}\`; negative to subtract.`,
        }),
        ...operation.args,
      },
      extension: { writes: true },
      columns: [column],
      async run(call) {
        const { args, context } = call;
        const row = await key.find(call);
        const planned = plan(row, args);
        if (typeof planned !== "function") return planned;
        const { expected, delta } = args;
        const once = operation.once(call, { expected, delta });
        return changeRow({ context, key: row, change: planned, once }, (result) => {
          if (result.outcome === "refused") return result.reason as Outcome;
          const value = { ...row, [column]: result.answer };
          return changed.of(value, () => readTimed(session(context), row));
        });
      },
    },
    passedOn,
  );
}

/** Returns the sum of two whole numbers of the same type. */
function sum(one: unknown, other: unknown): unknown {
  return (one as number) + (other as number);
}
