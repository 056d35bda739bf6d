import { PothosSchemaError } from "@pothos/core";
import { dataNames, type RawRow, type Table } from "../../cassandra/index.ts";
import type { Laned } from "../../lane/index.ts";
import { createOrdered, loadAdmitted } from "../../order/index.ts";
import { admitOf } from "../admit.ts";
import { fieldNamesOf } from "../columns.ts";
import type { Outcome } from "../options/field.ts";
import { columnsInput, inputOfField } from "../inputs.ts";
import { nameInWords, withArticle } from "../names.ts";
import { lanesOf, pluginOptions } from "../builder-options.ts";
import { fieldUnion } from "../outcomes/result.ts";
import { rowNotFound, rowUpdated } from "../outcomes/row.ts";
import { invalidInput, orUnknown, unknownOutcome } from "../outcomes/shared.ts";
import { tableObjectOf } from "../refs.ts";
import { type FieldBuilder, generatedField, RESULT_UNION, orderedWriteCost } from "./generated.ts";
import { rowKey, type UntypedFrom } from "./key.ts";
import { checkLanes } from "./lanes.ts";

interface UntypedUpdateOptions {
  readonly from?: UntypedFrom;
}

interface UpdateFieldRequest {
  readonly columns: readonly string[];
  readonly options: UntypedUpdateOptions | undefined;
}

/** Returns the field of `t.update`. */
export function updateField(
  t: FieldBuilder,
  table: Table,
  { columns, options = {} }: UpdateFieldRequest,
) {
  const { from, ...passedOn } = options;
  const { builder } = t;
  const { session } = pluginOptions(builder);
  const lanes = lanesOf(builder, "t.update");
  checkLanes(table, "t.update");
  checkUpdatable(table, columns);
  const object = tableObjectOf(builder, table);
  const words = nameInWords(object.name);
  const key = rowKey(t, table, from);
  const fields = fieldNamesOf(table, columns);
  const input = columnsInput(builder, table, {
    names: columns,
    presence: "change",
    nameOf: inputOfField,
    description: `The new values of ${withArticle(words)}. An absent field stays unchanged.`,
  });
  const admit = admitOf(builder);
  const [updated, notFound] = [rowUpdated(object), rowNotFound(object)];
  const [invalid, unknown] = [invalidInput(builder), unknownOutcome(builder)];
  const result = fieldUnion(
    builder,
    [updated.ref, notFound.ref, invalid.ref, unknown.ref],
    RESULT_UNION,
  );

  async function update(context: object, { key, changes }: RowUpdate): Promise<Outcome> {
    const place = { session: session(context), lanes: lanes(context) };
    const ordered = createOrdered({ ...place, admit });
    const result = await ordered.update(table as Laned, key, changes);
    if (result.outcome === "missing") return notFound.of(key);
    // The row was updated, whether it can be read now or not.
    const read = loadAdmitted(place.session, table, { key, admit });
    const now = await read.catch(() => undefined);
    return updated.of(now ?? result.row);
  }

  return generatedField(
    t,
    {
      method: "t.update",
      table,
      type: result,
      nullable: true,
      description: `Changes ${formatList(
        fields.map((field) => `\`${field}\``),
        "conjunction",
      )} of ${withArticle(words)}. Absent fields stay unchanged.`,
      keyArguments: key.args,
      args: {
        input: t.arg({ type: input.ref, required: true, description: "The new values." }),
      },
      extension: orderedWriteCost(table),
      input: { argument: "input", scopes: input.scopes },
      onName: input.define,
      async run(call) {
        const { args, context } = call;
        const row = await key.find(call);
        const { values, problems } = input.read(args["input"] as RawRow);
        if (problems) return invalid.of(problems);
        if (Object.keys(values).length === 0)
          return invalid.whole("EMPTY", `Give ${formatList(fields, "disjunction")}.`);
        return orUnknown(object, update(context, { key: row, changes: values }));
      },
    },
    passedOn,
  );
}

interface RowUpdate {
  readonly key: RawRow;
  readonly changes: RawRow;
}

/** @throws PothosSchemaError for columns that cannot be changed */
function checkUpdatable(table: Table, names: readonly string[]): void {
  const stray = names.find((name) => !dataNames(table).includes(name));
  if (stray === undefined && names.length > 0) return;
  const why = stray === undefined ? "needs a column" : `cannot change "${stray}"`;
  throw new PothosSchemaError(
    `Table "${table.name}": t.update ${why}: it can change ${dataNames(table).join(", ")}.`,
  );
}

/** Returns names as a list in English, e.g. `name, date or place`. */
function formatList(names: readonly string[], type: "conjunction" | "disjunction"): string {
  return new Intl.ListFormat("en-GB", { type }).format(names);
}
