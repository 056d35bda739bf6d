import {
  columnOf,
  isStatic,
  keyNames,
  partitionProblem,
  type RawRow,
  type Session,
  staticNames,
  type Table,
} from "../../cassandra/index.ts";
import type { Laned } from "../../lane/index.ts";
import { type Admit, admitted, createOrdered, loadAdmitted } from "../../order/index.ts";
import { admitOf } from "../admit.ts";
import { withColumn } from "../arguments.ts";
import { fieldNameOf } from "../columns.ts";
import type { Outcome } from "../options/field.ts";
import { columnsInput, inputOfField } from "../inputs.ts";
import { nameInWords, withArticle } from "../names.ts";
import { lanesOf, pluginOptions } from "../builder-options.ts";
import { fieldUnion } from "../outcomes/result.ts";
import { rowCreated, rowExists } from "../outcomes/row.ts";
import { type FieldProblem, invalidInput, orUnknown, unknownOutcome } from "../outcomes/shared.ts";
import { type TableObject, tableObjectOf } from "../refs.ts";
import { type FieldBuilder, generatedField, RESULT_UNION, orderedWriteCost } from "./generated.ts";
import { checkAsked, checkFrom, givenBy, type UntypedFrom } from "./key.ts";
import { checkLanes } from "./lanes.ts";

interface UntypedCreateOptions {
  readonly from?: UntypedFrom;
}

/** Returns the field of `t.create`. */
export function createField(t: FieldBuilder, table: Table, options: UntypedCreateOptions = {}) {
  const { from = {}, ...passedOn } = options;
  const { builder } = t;
  const { session } = pluginOptions(builder);
  const lanes = lanesOf(builder, "t.create");
  checkLanes(table, "t.create");
  const object = tableObjectOf(builder, table);
  const words = nameInWords(object.name);
  const columns = creatableColumns(object);
  checkFrom(table, { columns, from });
  const input = columnsInput(builder, table, {
    names: checkAsked(object, columns, { from, method: "t.create" }),
    presence: "new",
    nameOf: inputOfField,
    description: `The ${words} to create.`,
  });
  const given = givenBy(table, from);
  const admit = admitOf(builder);
  const [created, exists] = [rowCreated(object), rowExists(object)];
  const [invalid, unknown] = [invalidInput(builder), unknownOutcome(builder)];
  const result = fieldUnion(
    builder,
    [created.ref, exists.ref, invalid.ref, unknown.ref],
    RESULT_UNION,
  );
  const hasStatics = staticNames(table).length > 0;

  async function create(context: object, values: RawRow): Promise<Outcome> {
    const place = { session: session(context), lanes: lanes(context) };
    const result = await createOrdered(place).create(table as Laned, values as never);
    const row = result.row as RawRow;
    // The existing row is shown as in a page: a value that cannot be shown counts as absent.
    if (result.outcome === "exists") return exists.of(admitted(row, { table, admit }));
    if (!hasStatics) return created.of(row);
    return created.of(await withStatics(place.session, { table, row, admit }));
  }

  function partitionFieldProblem({ column, problem }: RefusedPartition): FieldProblem {
    if (Object.hasOwn(from, column)) throw withColumn(table, { column, problem });
    return [[fieldNameOf(table, column)], problem];
  }

  return generatedField(
    t,
    {
      method: "t.create",
      table,
      type: result,
      nullable: true,
      description: `Creates ${withArticle(words)}.`,
      keyArguments: {},
      args: {
        input: t.arg({ type: input.ref, required: true, description: `The ${words}.` } as never),
      },
      extension: orderedWriteCost(table),
      inputs: [{ argument: "input", scopes: input.scopes }],
      onName: input.define,
      async run(call) {
        const { args, context } = call;
        const { values, problems } = input.read(args["input"] as RawRow);
        if (problems) return invalid.of(problems);
        const row = { ...values, ...given(call) };
        const refused = refusedPartition(table, row);
        if (refused) return invalid.of([partitionFieldProblem(refused)]);
        return orUnknown(object, create(context, row));
      },
    },
    passedOn,
  );
}

/** Returns the columns that a create writes, key columns first. */
function creatableColumns({ table }: TableObject): readonly string[] {
  const names = [...keyNames(table), ...Object.keys(table.columns)];
  return [...new Set(names)].filter((name) => !isStatic(columnOf(table, name)));
}

type RefusedPartition = NonNullable<ReturnType<typeof partitionProblem>>;

/** Returns why Cassandra refuses the partition key of a new row as a whole, or undefined. */
function refusedPartition(table: Table, row: RawRow): RefusedPartition | undefined {
  const isWhole = table.partition.every((name) => row[name] !== undefined);
  return isWhole ? partitionProblem(table, row) : undefined;
}

interface CreatedRow {
  readonly table: Table;
  readonly row: RawRow;
  readonly admit: Admit;
}

/** Returns a created row with the static columns of its partition, which other writes may have set. */
async function withStatics(session: Session, { table, row, admit }: CreatedRow): Promise<RawRow> {
  const key = Object.fromEntries(keyNames(table).map((name) => [name, row[name]]));
  // The row was created, whether it can be read now or not.
  const read = await loadAdmitted(session, table, { key, admit }).catch(() => undefined);
  if (read) return read;
  const statics = staticNames(table).map((name) => [
    name,
    columnOf(table, name).ifNull?.() ?? null,
  ]);
  return { ...row, ...Object.fromEntries(statics) };
}
