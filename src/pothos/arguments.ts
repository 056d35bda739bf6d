import type { ArgBuilder, InputFieldsFromShape, SchemaTypes } from "@pothos/core";
import {
  columnOf,
  InvalidValue,
  keyNames,
  partitionProblem,
  type PartitionKey,
  type PrimaryKey,
  type Table,
} from "../cassandra/index.ts";
import { fieldNameOf, fieldNamesOf, formOf, inputOf } from "./columns.ts";
import { badArgument, checkArgument } from "./error.ts";
import { readPart } from "./forms/form.ts";
import type { Builder } from "./options.ts";

type Args = Readonly<Record<string, unknown>>;

/** Returns the required arguments that name a partition of a table. Each has the name of its column's field. */
export function partitionArguments<Types extends SchemaTypes, T extends Table>(
  arg: ArgBuilder<Types>,
  table: T,
): InputFieldsFromShape<Types, PartitionKey<T>, "Arg"> {
  return columnArguments(arg, table, table.partition) as never;
}

/** Returns the required arguments that name a row of a table. Each has the name of its column's field. */
export function rowArguments<Types extends SchemaTypes, T extends Table>(
  arg: ArgBuilder<Types>,
  table: T,
): InputFieldsFromShape<Types, PrimaryKey<T>, "Arg"> {
  return columnArguments(arg, table, keyNames(table)) as never;
}

/** Returns the partition that arguments name. @throws GraphQLError `BAD_USER_INPUT` */
export function partitionOf<Types extends SchemaTypes, T extends Table>(
  builder: PothosSchemaTypes.SchemaBuilder<Types>,
  table: T,
  args: Args,
): PartitionKey<T> {
  const partition = columnsOf(builder, table, table.partition, args) as PartitionKey<T>;
  checkPartition(table, partition);
  return partition;
}

/** Returns the row that arguments name. @throws GraphQLError `BAD_USER_INPUT` */
export function rowOf<Types extends SchemaTypes, T extends Table>(
  builder: PothosSchemaTypes.SchemaBuilder<Types>,
  table: T,
  args: Args,
): PrimaryKey<T> {
  const key = columnsOf(builder, table, keyNames(table), args) as PrimaryKey<T>;
  checkPartition(table, key);
  return key;
}

function columnArguments<Types extends SchemaTypes>(
  arg: ArgBuilder<Types>,
  table: Table,
  names: readonly string[],
) {
  const builder = arg.builder as unknown as Builder;
  const argument = (name: string) =>
    arg({
      type: inputOf(builder, table, name) as never,
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

function columnsOf<Types extends SchemaTypes>(
  builder: PothosSchemaTypes.SchemaBuilder<Types>,
  table: Table,
  names: readonly string[],
  args: Args,
): Args {
  return Object.fromEntries(
    names.map((name) => {
      const field = fieldNameOf(table, name);
      const read = () => valueOf(builder, table, name, args[field]);
      return [name, checkArgument([field], read)];
    }),
  );
}

/** Returns the value of a column that an argument gives. @throws InvalidValue whose message does not repeat the value */
function valueOf<Types extends SchemaTypes>(
  builder: PothosSchemaTypes.SchemaBuilder<Types>,
  table: Table,
  name: string,
  given: unknown,
): unknown {
  const form = formOf(builder, table, name);
  try {
    return columnOf(table, name).type.check(readPart(form, given));
  } catch (error) {
    // The end of its message is the number, which may be personal.
    const hasValue = error instanceof InvalidValue && error.code === "OUT_OF_RANGE";
    throw hasValue
      ? new InvalidValue(error.code, error.message.replace(/, but got .*/s, ""))
      : error;
  }
}

/** @throws GraphQLError `BAD_USER_INPUT` for a key that Cassandra refuses as a whole */
function checkPartition<T extends Table>(table: T, key: PartitionKey<T>): void {
  const refused = partitionProblem(table, key);
  if (refused) throw badArgument([fieldNameOf(table, refused.column)], refused.problem.message);
}
