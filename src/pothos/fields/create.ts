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
import { capital, withArticle, wordsOf } from "../names.ts";
import { lanesOf, optionsOf } from "../builder-options.ts";
import { fieldUnion } from "../outcomes/result.ts";
import { created, exists } from "../outcomes/row.ts";
import { type FieldProblem, invalidInput, orUnknown, outcomeUnknown } from "../outcomes/shared.ts";
import { type TableObject, tableObjectOf } from "../refs.ts";
import { type FieldBuilder, generatedField, RESULT } from "./generated.ts";
import { checkAsked, checkFrom, type FromFunctions, givenBy } from "./key.ts";
import { checkLanes } from "./lanes.ts";

interface CreateFieldOptions {
  readonly from?: FromFunctions;
}

/** `t.create`. */
export function createField(t: FieldBuilder, table: Table, options: CreateFieldOptions = {}) {
  const { from = {}, ...passedOn } = options;
  const { builder } = t;
  const { session } = optionsOf(builder);
  const lanes = lanesOf(builder, "t.create");
  checkLanes(table, "t.create");
  const object = tableObjectOf(builder, table);
  const words = wordsOf(object.name);
  const columns = creatableColumns(object);
  checkFrom(table, columns, from);
  const input = columnsInput(builder, table, {
    names: checkAsked(object, columns, { from, method: "t.create" }),
    presence: "new",
    nameOf: inputOfField,
    description: `${capital(withArticle(words))} to be created.`,
  });
  const given = givenBy(table, from);
  const admit = admitOf(builder);
  const [isCreated, isThere] = [created(object), exists(object)];
  const [invalid, unknown] = [invalidInput(builder), outcomeUnknown(builder)];
  const result = fieldUnion(
    builder,
    [isCreated.ref, isThere.ref, invalid.ref, unknown.ref],
    RESULT,
  );
  const hasStatics = staticNames(table).length > 0;

  async function create(context: object, values: RawRow): Promise<Outcome> {
    const place = { session: session(context), lanes: lanes(context) };
    const made = await createOrdered(place).create(table as Laned, values as never);
    // It is what a page would show: what cannot be shown is as if it were not there.
    if (made.outcome === "exists")
      return isThere.of(admitted(made.row as RawRow, { table, admit }));
    const row = made.row as RawRow;
    return isCreated.of(hasStatics ? await withStatics(place.session, table, row, admit) : row);
  }

  function blamed({ column, problem }: Refused): FieldProblem {
    if (Object.hasOwn(from, column)) throw withColumn(table, column, problem);
    return [fieldNameOf(table, column), problem];
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
      extension: { writes: true },
      onName: input.define,
      async run(parent, args, context) {
        const { values, problems } = input.read(args["input"] as RawRow);
        if (problems) return invalid.of(problems);
        const row = { ...values, ...given(parent, context) };
        const refused = whyNoPartition(table, row);
        if (refused) return invalid.of([blamed(refused)]);
        return orUnknown(object, create(context, row));
      },
    },
    passedOn,
  );
}

/** The columns that the creation of a row writes, the key's first. */
function creatableColumns({ table }: TableObject): readonly string[] {
  const names = [...keyNames(table), ...Object.keys(table.columns)];
  return [...new Set(names)].filter((name) => !isStatic(columnOf(table, name)));
}

type Refused = NonNullable<ReturnType<typeof partitionProblem>>;

/** Why Cassandra refuses the partition key of a new row as a whole. */
function whyNoPartition(table: Table, row: RawRow): Refused | undefined {
  const isWhole = table.partition.every((name) => row[name] !== undefined);
  return isWhole ? partitionProblem(table, row) : undefined;
}

/** A new row with the static columns of its partition, which others may have written. */
async function withStatics(
  session: Session,
  table: Table,
  row: RawRow,
  admit: Admit,
): Promise<RawRow> {
  const key = Object.fromEntries(keyNames(table).map((name) => [name, row[name]]));
  // It was created, whether it can be read now or not.
  const read = await loadAdmitted(session, table, { key, admit }).catch(() => undefined);
  if (read) return read;
  const statics = staticNames(table).map((name) => [
    name,
    columnOf(table, name).ifNull?.() ?? null,
  ]);
  return { ...row, ...Object.fromEntries(statics) };
}
