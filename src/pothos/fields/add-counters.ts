import { PothosSchemaError } from "@pothos/core";
import { add, hasCounters, type RawRow, regularNames, type Table } from "../../cassandra/index.ts";
import { columnsInput } from "../inputs.ts";
import { withArticle, wordsOf } from "../names.ts";
import { optionsOf } from "../builder-options.ts";
import { fieldUnion } from "../outcomes/result.ts";
import { added } from "../outcomes/row.ts";
import { invalidInput, outcomeUnknown, unknownOr } from "../outcomes/shared.ts";
import { tableObjectOf } from "../refs.ts";
import { type FieldBuilder, generatedField, RESULT } from "./generated.ts";
import { type FromFunctions, rowKey } from "./key.ts";

interface AddCountersOptions {
  readonly from?: FromFunctions;
}

/** `t.add` to counters. */
export function addCountersField(t: FieldBuilder, table: Table, options: AddCountersOptions = {}) {
  const { from, ...passedOn } = options;
  const { builder } = t;
  const { session, live } = optionsOf(builder);
  checkCounters(table);
  const object = tableObjectOf(builder, table);
  const words = wordsOf(object.name);
  const key = rowKey(t, table, from);
  const input = columnsInput(builder, table, {
    names: regularNames(table).filter((name) => !object.hidden.has(name)),
    presence: "change",
    nameOf: () => `${object.name}Addition`,
    description: "What is added to each counter. A negative number is taken from it.",
  });
  const isAdded = added(object);
  const [invalid, unknown] = [invalidInput(builder), outcomeUnknown(builder)];
  return generatedField(
    t,
    {
      method: "t.add",
      table,
      type: fieldUnion(builder, [isAdded.ref, invalid.ref, unknown.ref], RESULT),
      nullable: true,
      description: `Adds to the counters of ${withArticle(words)}. It is sent once and never repeated by itself, since counters that are told twice count twice.`,
      keyArguments: key.args,
      args: {
        add: t.arg({ type: input.ref, required: true, description: "What is added." } as never),
      },
      extension: { writes: true },
      onName: input.define,
      async run(parent, args, context) {
        const row = key.read(parent, args, context);
        const { values, problems } = input.read(withoutNulls(args["add"] as RawRow));
        if (problems) return invalid.of(problems);
        if (Object.keys(values).length === 0) {
          return invalid.whole("EMPTY", "Give what is to be added.");
        }
        try {
          await session(context).run(add(table, row as never, values as never));
          return isAdded.of(row);
        } catch (error) {
          return unknownOr(object, error);
        } finally {
          // It may have been added, whatever was answered.
          live?.(context).hint(table, row as never, Object.keys(values));
        }
      },
    },
    passedOn,
  );
}

/** Of a counter nothing can be removed: null is as if it were left out. */
function withoutNulls(given: RawRow): RawRow {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
}

/** @throws PothosSchemaError for a table whose rows have no counters */
function checkCounters(table: Table): void {
  if (hasCounters(table) && regularNames(table).length > 0) return;
  throw new PothosSchemaError(
    `Table "${table.name}" has no counters in its rows, which t.add needs: name the column that is added to.`,
  );
}
