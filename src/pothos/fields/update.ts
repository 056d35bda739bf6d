import { PothosSchemaError } from "@pothos/core";
import { dataNames, type RawRow, type Table } from "../../cassandra/index.ts";
import type { Laned } from "../../lane/index.ts";
import { createOrdered, loadAdmitted } from "../../order/index.ts";
import { admitOf } from "../admit.ts";
import { fieldNamesOf } from "../columns.ts";
import type { Outcome } from "../options/field.ts";
import { columnsInput, inputOfField } from "../inputs.ts";
import { withArticle, wordsOf } from "../names.ts";
import { lanesOf, optionsOf } from "../builder-options.ts";
import { fieldUnion } from "../outcomes/result.ts";
import { notFound, updated } from "../outcomes/row.ts";
import { invalidInput, orUnknown, outcomeUnknown } from "../outcomes/shared.ts";
import { tableObjectOf } from "../refs.ts";
import { type FieldBuilder, generatedField, RESULT } from "./generated.ts";
import { type FromFunctions, rowKey } from "./key.ts";
import { checkLanes } from "./lanes.ts";

interface UpdateFieldOptions {
  readonly from?: FromFunctions;
}

/** `t.update`. */
export function updateField(
  t: FieldBuilder,
  table: Table,
  names: readonly string[],
  options: UpdateFieldOptions = {},
) {
  const { from, ...passedOn } = options;
  const { builder } = t;
  const { session } = optionsOf(builder);
  const lanes = lanesOf(builder, "t.update");
  checkLanes(table, "t.update");
  checkColumns(table, names);
  const object = tableObjectOf(builder, table);
  const words = wordsOf(object.name);
  const key = rowKey(t, table, from);
  const fields = fieldNamesOf(table, names);
  const input = columnsInput(builder, table, {
    names,
    presence: "change",
    nameOf: inputOfField,
    description: `What is to change of ${withArticle(words)}. What is absent stays as it is.`,
  });
  const admit = admitOf(builder);
  const [isUpdated, isMissing] = [updated(object), notFound(object)];
  const [invalid, unknown] = [invalidInput(builder), outcomeUnknown(builder)];
  const result = fieldUnion(
    builder,
    [isUpdated.ref, isMissing.ref, invalid.ref, unknown.ref],
    RESULT,
  );

  async function update(context: object, row: RawRow, changes: RawRow): Promise<Outcome> {
    const place = { session: session(context), lanes: lanes(context) };
    const told = await createOrdered({ ...place, admit }).update(table as Laned, row, changes);
    if (told.outcome === "missing") return isMissing.of(row);
    // It was updated, whether it can be read now or not.
    const now = await loadAdmitted(place.session, table, { key: row, admit }).catch(
      () => undefined,
    );
    return isUpdated.of(now ?? told.row);
  }

  return generatedField(
    t,
    {
      method: "t.update",
      table,
      type: result,
      nullable: true,
      description: `Changes ${listOf(
        fields.map((field) => `\`${field}\``),
        "conjunction",
      )} of ${withArticle(words)}, as far as they are given.`,
      keyArguments: key.args,
      args: {
        input: t.arg({ type: input.ref, required: true, description: "What is to change." }),
      },
      extension: { writes: true },
      onName: input.define,
      async run(parent, args, context) {
        const row = key.read(parent, args, context);
        const { values, problems } = input.read(args["input"] as RawRow);
        if (problems) return invalid.of(problems);
        if (Object.keys(values).length === 0)
          return invalid.whole("EMPTY", `Give ${listOf(fields, "disjunction")}.`);
        return orUnknown(object, update(context, row, values));
      },
    },
    passedOn,
  );
}

/** @throws PothosSchemaError for columns that cannot be changed */
function checkColumns(table: Table, names: readonly string[]): void {
  const stray = names.find((name) => !dataNames(table).includes(name));
  if (stray === undefined && names.length > 0) return;
  const why = stray === undefined ? "needs a column" : `cannot change "${stray}"`;
  throw new PothosSchemaError(
    `Table "${table.name}": t.update ${why}: it can change ${dataNames(table).join(", ")}.`,
  );
}

/** Names as a person lists them, e.g. `name, date or place`. */
function listOf(names: readonly string[], type: "conjunction" | "disjunction"): string {
  return new Intl.ListFormat("en-GB", { type }).format(names);
}
