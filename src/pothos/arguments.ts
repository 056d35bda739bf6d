import type { ArgBuilder, InputFieldMap, SchemaTypes } from "@pothos/core";
import {
  columnOf,
  InvalidValue,
  lookupOf,
  partitionProblem,
  type RawRow,
  type Table,
} from "../cassandra/index.ts";
import { fieldNameOf, fieldNamesOf, formOf, inputOf, type TableColumn } from "./columns.ts";
import { badArgument, checkArgument } from "./error.ts";
import { readPart } from "./forms/form.ts";
import type { Builder } from "./builder-options.ts";

/** Some columns of a table. */
export interface TableColumns {
  readonly table: Table;
  readonly names: readonly string[];
}

/** Returns required arguments for key columns. Each has the name of its column's field. */
export function keyArguments(
  arg: ArgBuilder<SchemaTypes>,
  { table, names }: TableColumns,
): InputFieldMap {
  const { builder } = arg;
  const argument = (name: string) =>
    arg({
      type: inputOf(builder, { table, name }),
      required: true,
      description: describeArgument(builder, { table, name }),
    });
  const fields = fieldNamesOf(table, names);
  return Object.fromEntries(names.map((name, at) => [fields[at]!, argument(name)]));
}

export function describeArgument(builder: Builder, column: TableColumn): string {
  const { table, name } = column;
  const { type, description } = columnOf(table, name);
  const role = table.partition.includes(name) ? "partition key" : "clustering key";
  // A list or an input object is described by its own GraphQL type.
  const isScalar = typeof formOf(builder, column).input !== "function";
  const part = `Part of the ${role}${isScalar ? `; must be ${type.expects}` : ""}.`;
  return description === undefined ? part : `${description} ${part}`;
}

/** Whether a key is that of a row that may be created, or names a stored row: see `ColumnType.lookup`. */
export type KeyRule = "check" | "lookup";

/**
 * Returns a function that reads key columns from arguments. It throws a GraphQLError `BAD_USER_INPUT` if a value is not
 * valid.
 */
export function createKeyReader(
  builder: Builder,
  { table, names, rule }: TableColumns & { readonly rule: KeyRule },
): (args: RawRow) => Record<string, unknown> {
  const columns = names.map((name) => {
    return {
      name,
      field: fieldNameOf(table, name),
      read: readerOf(builder, { table, name, rule }),
    };
  });
  return (args) => {
    const values: Record<string, unknown> = {};
    for (const { name, field, read } of columns) {
      values[name] = checkArgument([field], () => read(args[field]));
    }
    return values;
  };
}

/**
 * Returns a function that turns the value of a column's GraphQL input type into the column's value. It throws an
 * InvalidValue whose message does not repeat the value.
 */
export function readerOf(
  builder: Builder,
  { rule = "check", ...column }: TableColumn & { readonly rule?: KeyRule },
): (given: unknown) => unknown {
  const { type } = columnOf(column.table, column.name);
  const valueOf = rule === "check" ? type.check : lookupOf(type);
  const form = formOf(builder, column);
  return withoutNumber((given) =>
    // Null has no parts that a form could read.
    valueOf(given === null ? null : readPart(form, given)),
  );
}

/** Removes the value from the errors of a rule. Their messages end with the number, which may be personal. */
export function withoutNumber(rule: (given: unknown) => unknown): (given: unknown) => unknown {
  return (given) => {
    try {
      return rule(given);
    } catch (error) {
      const hasValue = error instanceof InvalidValue && error.code === "OUT_OF_RANGE";
      throw hasValue
        ? new InvalidValue(error.code, error.message.replace(/, but got .*/s, ""))
        : error;
    }
  };
}

/**
 * Checks that Cassandra accepts a partition key as a whole.
 *
 * @param options.asked the columns that are arguments. A client cannot correct the others
 * @throws GraphQLError `BAD_USER_INPUT` for an argument
 * @throws InvalidValue for another column
 */
export function checkPartition(
  table: Table,
  key: RawRow,
  { asked }: { readonly asked: readonly string[] },
): void {
  const refused = partitionProblem(table, key);
  if (!refused) return;
  const { column, problem } = refused;
  if (!asked.includes(column)) throw withColumn(table, refused);
  throw badArgument([fieldNameOf(table, column)], problem.message);
}

/** Adds the column's name to the error of a value that no client gave. */
export function withColumn(
  { name }: Table,
  { column, problem }: { readonly column: string; readonly problem: InvalidValue },
): InvalidValue {
  return new InvalidValue(problem.code, `${name}.${column} ${problem.message}`);
}
