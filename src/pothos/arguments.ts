import type { ArgBuilder, InputFieldMap, SchemaTypes } from "@pothos/core";
import {
  columnOf,
  InvalidValue,
  partitionProblem,
  type RawRow,
  type Table,
} from "../cassandra/index.ts";
import { fieldNameOf, fieldNamesOf, formOf, inputOf } from "./columns.ts";
import { badArgument, checkArgument } from "./error.ts";
import { type Form, readPart } from "./forms/form.ts";
import type { Builder } from "./builder-options.ts";

/** The required arguments for columns of a key. Each has the name of its column's field. */
export function keyArguments(
  arg: ArgBuilder<SchemaTypes>,
  table: Table,
  names: readonly string[],
): InputFieldMap {
  const { builder } = arg;
  const argument = (name: string) =>
    arg({
      type: inputOf(builder, table, name),
      required: true,
      description: describeArgument(builder, table, name),
    });
  const fields = fieldNamesOf(table, names);
  return Object.fromEntries(names.map((name, at) => [fields[at]!, argument(name)]));
}

function describeArgument(builder: Builder, table: Table, name: string): string {
  const { type, description } = columnOf(table, name);
  const role = table.partition.includes(name) ? "partition key" : "clustering key";
  // A list or an input object is described by its own GraphQL type.
  const isScalar = typeof formOf(builder, table, name).input !== "function";
  const part = `Part of the ${role}${isScalar ? `; must be ${type.expects}` : ""}.`;
  return description === undefined ? part : `${description} ${part}`;
}

/**
 * Makes the function that reads columns of a key from arguments.
 *
 * @throws GraphQLError `BAD_USER_INPUT` when a value is wrong
 */
export function readColumns(
  builder: Builder,
  table: Table,
  names: readonly string[],
): (args: RawRow) => Record<string, unknown> {
  const columns = names.map((name) => {
    const form = formOf(builder, table, name);
    return { name, field: fieldNameOf(table, name), read: readerOf(table, name, form) };
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
 * Makes the function that reads the value of a column from what GraphQL's type gives.
 *
 * @throws InvalidValue whose message does not repeat the value
 */
export function readerOf(table: Table, name: string, form: Form): (given: unknown) => unknown {
  const { type } = columnOf(table, name);
  return (given) => {
    try {
      // Null has no parts that a form could read.
      return type.check(given === null ? null : readPart(form, given));
    } catch (error) {
      // The end of its message is the number, which may be personal.
      const hasValue = error instanceof InvalidValue && error.code === "OUT_OF_RANGE";
      throw hasValue
        ? new InvalidValue(error.code, error.message.replace(/, but got .*/s, ""))
        : error;
    }
  };
}

/**
 * Checks that Cassandra takes a partition key as a whole.
 *
 * @param asked the columns that are arguments. What is wrong with another one the client cannot mend
 * @throws GraphQLError `BAD_USER_INPUT` for an argument, InvalidValue for another column
 */
export function checkPartition(table: Table, key: RawRow, asked: readonly string[]): void {
  const refused = partitionProblem(table, key);
  if (!refused) return;
  const { column, problem } = refused;
  if (!asked.includes(column)) throw withColumn(table, column, problem);
  throw badArgument([fieldNameOf(table, column)], problem.message);
}

/** What is wrong with a value that no client gives, with its column. */
export function withColumn(table: Table, column: string, problem: InvalidValue): InvalidValue {
  return new InvalidValue(problem.code, `${table.name}.${column} ${problem.message}`);
}
