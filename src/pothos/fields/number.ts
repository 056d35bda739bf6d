import { columnOf, InvalidValue, type RawRow, type Table } from "../../cassandra/index.ts";
import { readerOf } from "../arguments.ts";
import { fieldNameOf, formOf, inputOf } from "../columns.ts";
import { checkArgument } from "../error.ts";
import type { Outcome } from "../options/field.ts";
import { withArticle, wordsOf } from "../names.ts";
import { optionsOf } from "../builder-options.ts";
import { columnChanged, columnOutOfRange, columnStale } from "../outcomes/column.ts";
import { fieldUnion } from "../outcomes/result.ts";
import { notFound } from "../outcomes/row.ts";
import { outcomeUnknown } from "../outcomes/shared.ts";
import { tableObjectOf } from "../refs.ts";
import { type AnyChange, rowChanger } from "./change-row.ts";
import { type FieldBuilder, generatedField, RESULT } from "./generated.ts";
import { type FromFunctions, rowKey } from "./key.ts";
import { checkNumber } from "./lanes.ts";
import { operationArgument } from "./operation.ts";
import { timedReader } from "./timed-row.ts";

interface NumberFieldOptions {
  readonly from?: FromFunctions;
}

/** `t.change` of a number: by `delta`, if it is `expected`. */
export function expectedField(
  t: FieldBuilder,
  table: Table,
  column: string,
  options: NumberFieldOptions = {},
) {
  const number = numberOf(t, table, column, "t.change");
  const { object, field, isInRange, outOfRange } = number;
  const stale = columnStale(object, column);
  const expectedArgument = t.arg({
    type: inputOf(t.builder, table, column),
    required: true,
    description: `The value of \`${field}\` that you know of. Must be ${columnOf(table, column).type.expects}.`,
  });
  const read = readerOf(table, column, formOf(t.builder, table, column));
  return numberField(t, number, options, {
    method: "t.change",
    description: `Changes \`${field}\` of ${withArticle(wordsOf(object.name))} by \`delta\` if it is \`expected\`, by a lightweight transaction: of two who saw the same value, one is told that it is stale.`,
    args: { expected: expectedArgument },
    refusals: [stale, outOfRange],
    plan(key, args) {
      const expected = checkArgument(["expected"], () => read(args["expected"]));
      const next = sum(expected, args["delta"]);
      // Judged before anything is sent, so that no statement ever carries such a number.
      if (!isInRange(next)) return outOfRange.of(key);
      return (row) => {
        row.assume(column, expected);
        const actual = row.get(column);
        if (actual !== expected) return row.refuse(stale.of(key, expected, actual));
        row.set({ [column]: next });
        return next;
      };
    },
  });
}

/** `t.add` to a number: by `delta`, whatever it is. */
export function addField(
  t: FieldBuilder,
  table: Table,
  column: string,
  options: NumberFieldOptions = {},
) {
  const number = numberOf(t, table, column, "t.add");
  const { object, field, isInRange, outOfRange } = number;
  return numberField(t, number, options, {
    method: "t.add",
    description: `Changes \`${field}\` of ${withArticle(wordsOf(object.name))} by \`delta\`, whatever it is. It is never refused because others were faster.`,
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

type Number = ReturnType<typeof numberOf>;

/** A column of whole numbers, and what fields that change it have in common. */
function numberOf(t: FieldBuilder, table: Table, column: string, method: string) {
  checkNumber(table, column, method);
  const object = tableObjectOf(t.builder, table);
  const { type } = columnOf(table, column);
  return {
    object,
    column,
    field: fieldNameOf(table, column),
    outOfRange: columnOutOfRange(object, column),
    isInRange(this: void, value: unknown): boolean {
      try {
        type.check(value);
        return true;
      } catch (error) {
        if (error instanceof InvalidValue) return false;
        throw error;
      }
    },
  };
}

interface NumberField {
  readonly method: string;
  readonly description: string;
  /** The arguments beside the key, `delta` and `operationId`. */
  readonly args: Readonly<Record<string, ReturnType<FieldBuilder["arg"]>>>;
  readonly refusals: readonly Pick<ReturnType<typeof columnOutOfRange>, "ref">[];
  /** The change that arguments ask for; it returns the new number, or is refused with an outcome. Or an outcome at once. */
  readonly plan: (key: RawRow, args: RawRow) => AnyChange | Outcome;
}

function numberField(
  t: FieldBuilder,
  { object, column, field }: Number,
  { from, ...passedOn }: NumberFieldOptions,
  { method, description, args: own, refusals, plan }: NumberField,
) {
  const { builder } = t;
  const { table } = object;
  const { session } = optionsOf(builder);
  const key = rowKey(t, table, from);
  const change = rowChanger(t, table, method);
  const operation = operationArgument(t, table, columnOf(table, column));
  const isChanged = columnChanged(object, column);
  const readTimed = timedReader(builder, table, [column]);
  const members = [
    isChanged.ref,
    ...refusals.map(({ ref }) => ref),
    notFound(object).ref,
    outcomeUnknown(builder).ref,
  ];
  return generatedField(
    t,
    {
      method,
      table,
      type: fieldUnion(builder, members, RESULT),
      nullable: true,
      description,
      keyArguments: key.args,
      args: {
        ...own,
        delta: t.arg({
          type: inputOf(builder, table, column),
          required: true,
          description: `What is added to \`${field}\`. A negative number is taken from it.`,
        }),
        ...operation.args,
      },
      extension: { writes: true },
      async run(parent, args, context, info) {
        const row = key.read(parent, args, context);
        const planned = plan(row, args);
        if (typeof planned !== "function") return planned;
        const { expected, delta } = args;
        const once = operation.once(args, info, { expected, delta });
        return change({ context, key: row, change: planned, once }, (told) =>
          told.outcome === "refused"
            ? (told.reason as Outcome)
            : isChanged.of({ ...row, [column]: told.answer }, () =>
                readTimed(session(context), row),
              ),
        );
      },
    },
    passedOn,
  );
}

/** The sum of two whole numbers of one type. */
function sum(one: unknown, other: unknown): unknown {
  return (one as number) + (other as number);
}
