import {
  type InputFieldMap,
  type InputObjectRef,
  PothosSchemaError,
  type SchemaTypes,
} from "@pothos/core";
import {
  batch,
  clusteringIdentity,
  clusteringNames,
  InvalidValue,
  put,
  type RawRow,
  regularNames,
  type Table,
} from "../../cassandra/index.ts";
import type { Untyped } from "../../support/untyped.ts";
import { describeArgument, readerOf } from "../arguments.ts";
import { fieldNamesOf, inputOf } from "../columns.ts";
import { type ColumnsInput, columnsInput } from "../inputs.ts";
import { capital, nameInWords, withArticle } from "../names.ts";
import { type FieldProblem, invalidInput } from "../outcomes/shared.ts";
import { writeResult } from "../outcomes/written.ts";
import { type TableObject, tableObjectOf } from "../refs.ts";
import { typeOnce } from "../type-once.ts";
import { type FieldBuilder, generatedField } from "./generated.ts";
import { checkAsked, givenBy, partitionKey, splitFrom, type UntypedFrom } from "./key.ts";
import { checkClustering } from "./partition.ts";
import { checkPlain, plainWriter, ttlArgument } from "./plain.ts";

interface UntypedPutRowsOptions {
  readonly from?: UntypedFrom;
  readonly ttl?: boolean;
}

/** The most rows that one call puts. */
const MOST_ROWS = 100;

/** Cassandra applies a batch of one partition at once, but it has many times the work of one write. */
const BATCH_POINTS = 4;

/** Returns the field of `t.putRows`. */
export function putRowsField(t: FieldBuilder, table: Table, options: UntypedPutRowsOptions = {}) {
  const { from = {}, ttl = false, ...passedOn } = options;
  const { builder } = t;
  const method = "t.putRows";
  checkPlain(table, method);
  checkClustering(table, "t.put");
  const object = tableObjectOf(builder, table);
  const words = nameInWords(object.name);
  const [keyFrom, rowFrom] = splitFrom(table, { columns: regularNames(table), from });
  const key = partitionKey(t, table, keyFrom);
  const input = columnsInput(builder, table, {
    names: checkAsked(object, regularNames(table), { from: rowFrom, method }),
    presence: "put",
    nameOf: () => `${object.name}Input`,
    description: `The columns of ${withArticle(words)}. An absent column is not written; null removes its value.`,
  });
  const given = givenBy(table, rowFrom);
  const time = ttlArgument(t, table);
  const rows = rowsReader(object, input);
  const invalid = invalidInput(builder);
  const write = plainWriter(t, table);
  return generatedField(
    t,
    {
      method,
      table,
      type: writeResult(builder),
      nullable: true,
      description: `Writes rows of one partition, whether or not they exist: all of them or none. Readers see all of them at once.`,
      keyArguments: key.args,
      args: {
        rows: t.arg({
          type: [rowRef(object, input)],
          required: true,
          description: `The rows, each with another key: 1 to ${MOST_ROWS}.`,
        } as never),
        ...(ttl && time.args),
      },
      extension: { writes: true, points: BATCH_POINTS },
      inputs: [{ argument: "rows.row", scopes: input.scopes }],
      onName: input.define,
      async run(call) {
        const { args, context } = call;
        const partition = key.ofNew(call);
        const ttl = time.read(args);
        const list = args["rows"] as readonly RawRow[];
        if (list.length === 0) return invalid.whole("EMPTY", "Give at least one row.");
        if (list.length > MOST_ROWS)
          return invalid.whole("TOO_MANY", `Give at most ${MOST_ROWS} rows.`);
        const { read, problems } = rows(list);
        if (problems.length > 0) return invalid.of(problems);
        const own = given(call);
        const wholes = read.map((row) => ({ ...partition, ...row, ...own }));
        const writes = wholes.map((row) => (put as Untyped)(table, row, { ttl }));
        const statement = (batch as Untyped)(table, writes) as ReturnType<typeof batch>;
        const changes = wholes.map((row) => ({ key: row, change: Object.keys(row) }));
        return time.outcome(args, write(context, statement, changes));
      },
    },
    passedOn,
  );
}

/** Returns an input such as `ReadingRowInput`: the clustering key of a row, and its other columns. */
function rowRef(
  { builder, table, name: object }: TableObject,
  input: ColumnsInput,
): InputObjectRef<SchemaTypes, RawRow> {
  const name = `${object}RowInput`;
  const names = clusteringNames(table);
  const fields = fieldNamesOf(table, names);
  if (fields.includes("row")) throw rowConflict(table, names[fields.indexOf("row")]!);
  const described = { name, meaning: `the rows of "${object}" that t.putRows writes` };
  return typeOnce(builder, described, () =>
    builder.inputType(name, {
      description: `${capital(withArticle(nameInWords(object)))} of a partition.`,
      fields: (t): InputFieldMap => ({
        ...Object.fromEntries(
          names.map((column, at) => [
            fields[at]!,
            t.field({
              type: inputOf(builder, { table, name: column }),
              required: true,
              description: describeArgument(builder, { table, name: column }),
            }),
          ]),
        ),
        row: t.field({ type: input.ref, required: true, description: "Its columns." } as never),
      }),
    }),
  ) as InputObjectRef<SchemaTypes, RawRow>;
}

interface RowsOfArgument {
  /** The values of each row, with its clustering key. */
  readonly read: readonly RawRow[];
  readonly problems: readonly FieldProblem[];
}

/** Returns a function that reads the rows of the argument. */
function rowsReader({ builder, table }: TableObject, input: ColumnsInput) {
  const names = clusteringNames(table);
  const fields = fieldNamesOf(table, names);
  const columns = names.map((name, at) => {
    return { name, field: fields[at]!, read: readerOf(builder, { table, name }) };
  });
  /** Returns undefined for a key that is not valid. */
  function readKey(
    given: RawRow,
    refuse: (field: string, problem: InvalidValue) => void,
  ): RawRow | undefined {
    const key: Record<string, unknown> = {};
    for (const { name, field, read } of columns) {
      try {
        key[name] = read(given[field]);
      } catch (error) {
        if (!(error instanceof InvalidValue)) throw error;
        refuse(field, error);
      }
    }
    return Object.keys(key).length === columns.length ? key : undefined;
  }

  return (list: readonly RawRow[]): RowsOfArgument => {
    const problems: FieldProblem[] = [];
    const keys = new Set<string>();
    const read = list.map((given, at): RawRow => {
      const place = String(at);
      const key = readKey(given, (field, problem) => problems.push([[place, field], problem]));
      const row = input.read(given["row"] as RawRow);
      for (const [path, problem] of row.problems ?? [])
        problems.push([[place, "row", ...path], problem]);
      if (!key) return {};
      const identity = clusteringIdentity(table, key);
      if (keys.has(identity)) problems.push([[place, fields.at(-1)!], SAME_KEY]);
      keys.add(identity);
      return { ...key, ...row.values };
    });
    return { read, problems };
  };
}

const SAME_KEY = { code: "TWICE", message: "has the key of another row" } as const;

function rowConflict({ name }: Table, column: string): PothosSchemaError {
  return new PothosSchemaError(
    `Table "${name}": column "${column}" and the other columns of a row are both called "row" in the input of t.putRows: rename the column by .as("name").`,
  );
}
