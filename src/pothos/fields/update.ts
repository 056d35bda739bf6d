import { PothosSchemaError } from "@pothos/core";
import { dataNames, InvalidValue, type RawRow, type Table } from "../../cassandra/index.ts";
import type { Laned } from "../../lane/index.ts";
import { createOrdered, loadAdmitted } from "../../order/index.ts";
import { admitOf } from "../admit.ts";
import type { ColumnEdit } from "../changes.ts";
import { fieldNamesOf } from "../columns.ts";
import { type ExpectationCheck, expectationArgument } from "../expectations.ts";
import type { Outcome } from "../options/field.ts";
import { columnsInput, inputOfField } from "../inputs.ts";
import { nameInWords, withArticle } from "../names.ts";
import { lanesOf, pluginOptions } from "../builder-options.ts";
import { fieldUnion } from "../outcomes/result.ts";
import { rowNotFound, rowUpdated } from "../outcomes/row.ts";
import { type FieldProblem, invalidInput, orUnknown, unknownOutcome } from "../outcomes/shared.ts";
import { tableObjectOf } from "../refs.ts";
import type { UntypedDraft } from "./change-row.ts";
import { type FieldBuilder, generatedField, RESULT_UNION, orderedWriteCost } from "./generated.ts";
import { rowKey, type UntypedFrom } from "./key.ts";
import { checkLanes } from "./lanes.ts";

interface UntypedUpdateOptions {
  readonly from?: UntypedFrom;
  readonly if?: readonly string[];
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
  const { from, if: expected, ...passedOn } = options;
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
  const expectations = expectationArgument(t, { table, names: expected, method: "t.update" });
  const admit = admitOf(builder);
  const [updated, notFound] = [rowUpdated(object), rowNotFound(object)];
  const [invalid, unknown] = [invalidInput(builder), unknownOutcome(builder)];
  const result = fieldUnion(
    builder,
    [updated.ref, notFound.ref, ...expectations.members, invalid.ref, unknown.ref],
    RESULT_UNION,
  );

  async function update(context: object, { key, changes }: RowUpdate): Promise<Outcome> {
    const place = { session: session(context), lanes: lanes(context) };
    const ordered = createOrdered({ ...place, admit });
    const result = await ordered.update(table as Laned, key, changes as never);
    if (result.outcome === "missing") return notFound.of(key);
    if (result.outcome === "refused") return result.reason as Outcome;
    // The row was updated, whether it can be read now or not.
    const read = loadAdmitted(place.session, table, { key, admit });
    const now = await read.catch(() => undefined);
    return updated.of(now ?? result.row);
  }

  /** Returns a function of the row that returns its changes, or refuses with an outcome. */
  function changesBy({ values, edits, check }: DependentChanges) {
    return (row: ReadableRow): unknown => {
      const refused = check?.(row);
      if (refused) return refused;
      const changes: Record<string, unknown> = { ...values };
      const problems: FieldProblem[] = [];
      for (const { name, path, apply } of edits) {
        const stored = row.get(name);
        try {
          changes[name] = apply(stored);
        } catch (error) {
          if (!(error instanceof InvalidValue)) throw error;
          problems.push([path, error]);
        }
      }
      return problems.length > 0 ? row.refuse(invalid.of(problems)) : changes;
    };
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
        ...expectations.args,
      },
      extension: orderedWriteCost(table),
      inputs: [{ argument: "input", scopes: input.scopes }, ...expectations.inputs],
      onName: input.define,
      async run(call) {
        const { args, context } = call;
        const row = await key.find(call);
        const check = expectations.checkOf(args, row);
        const { values, edits, problems } = input.read(args["input"] as RawRow);
        if (problems) return invalid.of(problems);
        if (Object.keys(values).length + edits.length === 0)
          return invalid.whole("EMPTY", `Give ${formatList(fields, "disjunction")}.`);
        const isOfValues = edits.length === 0 && !check;
        const changes = isOfValues ? values : changesBy({ values, edits, check });
        return orUnknown(object, update(context, { key: row, changes }));
      },
    },
    passedOn,
  );
}

interface RowUpdate {
  readonly key: RawRow;
  /** New values of columns, or a function of the row: see `ordered.update`. */
  readonly changes: RawRow | ((row: ReadableRow) => unknown);
}

type ReadableRow = Pick<UntypedDraft, "get" | "refuse">;

/** Changes that depend on the row. */
interface DependentChanges {
  readonly values: RawRow;
  readonly edits: readonly ColumnEdit[];
  readonly check: ExpectationCheck | undefined;
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
