import { PothosSchemaError } from "@pothos/core";
import { add, hasCounters, type RawRow, regularNames, type Table } from "../../cassandra/index.ts";
import { columnsInput } from "../inputs.ts";
import { nameInWords, withArticle } from "../names.ts";
import { pluginOptions } from "../builder-options.ts";
import { fieldUnion } from "../outcomes/result.ts";
import { countersAdded } from "../outcomes/row.ts";
import { invalidInput, unknownOr, unknownOutcome } from "../outcomes/shared.ts";
import { tableObjectOf } from "../refs.ts";
import { type FieldBuilder, generatedField, RESULT_UNION } from "./generated.ts";
import { rowKey, type UntypedFrom } from "./key.ts";

interface UntypedAddCountersOptions {
  readonly from?: UntypedFrom;
}

/** Returns the field of `t.add` for counters. */
export function addCountersField(
  t: FieldBuilder,
  table: Table,
  options: UntypedAddCountersOptions = {},
) {
  const { from, ...passedOn } = options;
  const { builder } = t;
  const { session, live } = pluginOptions(builder);
  checkHasCounters(table);
  const object = tableObjectOf(builder, table);
  const words = nameInWords(object.name);
  const key = rowKey(t, table, from);
  const input = columnsInput(builder, table, {
    names: regularNames(table).filter((name) => !object.hidden.has(name)),
    presence: "change",
    nameOf: () => `${object.name}Addition`,
    description: "The number to add to each counter; negative to subtract.",
  });
  const added = countersAdded(object);
  const [invalid, unknown] = [invalidInput(builder), unknownOutcome(builder)];
  return generatedField(
    t,
    {
      method: "t.add",
      table,
      type: fieldUnion(builder, [added.ref, invalid.ref, unknown.ref], RESULT_UNION),
      nullable: true,
      description: `Adds to the counters of ${withArticle(words)}. The addition is sent once and never repeated automatically, because a repeated one counts twice.`,
      keyArguments: key.args,
      args: {
        add: t.arg({
          type: input.ref,
          required: true,
          description: "The numbers to add.",
        } as never),
      },
      extension: { writes: true },
      inputs: [{ argument: "add", scopes: input.scopes }],
      onName: input.define,
      async run(call) {
        const { args, context } = call;
        const row = key.ofNew(call);
        const { values, problems } = input.read(withoutNulls(args["add"] as RawRow));
        if (problems) return invalid.of(problems);
        if (Object.keys(values).length === 0) {
          return invalid.whole("EMPTY", "Give at least one number to add.");
        }
        try {
          await session(context).run(add(table, row as never, values as never));
          return added.of(row);
        } catch (error) {
          return unknownOr(object, error);
        } finally {
          // The numbers may have been added, whatever the answer was.
          live?.(context).hint(table, row as never, Object.keys(values));
        }
      },
    },
    passedOn,
  );
}

/** Removes nulls: a counter cannot be removed, so null means the same as absent. */
function withoutNulls(given: RawRow): RawRow {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
}

/** @throws PothosSchemaError for a table whose rows have no counters */
function checkHasCounters(table: Table): void {
  if (hasCounters(table) && regularNames(table).length > 0) return;
  throw new PothosSchemaError(
    `Table "${table.name}" has no counters in its rows, which t.add needs: name the column to add to.`,
  );
}
