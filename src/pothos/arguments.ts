import type { ArgBuilder, InputFieldsFromShape, SchemaTypes } from "@pothos/core";
import {
  columnOf,
  keyNames,
  type PartitionKey,
  type PrimaryKey,
  type Table,
} from "../cassandra/index.ts";
import { scalarOf } from "./forms.ts";
import { checkArgument } from "./error.ts";

type Args = Readonly<Record<string, unknown>>;

/** The required arguments by which a partition of a table is named. */
export function partitionArguments<Types extends SchemaTypes, T extends Table>(
  arg: ArgBuilder<Types>,
  table: T,
): InputFieldsFromShape<Types, PartitionKey<T>, "Arg"> {
  return columnArguments(arg, table, table.partition) as never;
}

/** The required arguments by which a row of a table is named. */
export function rowArguments<Types extends SchemaTypes, T extends Table>(
  arg: ArgBuilder<Types>,
  table: T,
): InputFieldsFromShape<Types, PrimaryKey<T>, "Arg"> {
  return columnArguments(arg, table, keyNames(table)) as never;
}

/** The partition that arguments name. @throws GraphQLError `BAD_USER_INPUT` */
export function partitionOf<T extends Table>(table: T, args: Args): PartitionKey<T> {
  return columnsOf(table, table.partition, args) as PartitionKey<T>;
}

/** The row that arguments name. @throws GraphQLError `BAD_USER_INPUT` */
export function rowOf<T extends Table>(table: T, args: Args): PrimaryKey<T> {
  return columnsOf(table, keyNames(table), args) as PrimaryKey<T>;
}

function columnArguments<Types extends SchemaTypes>(
  arg: ArgBuilder<Types>,
  table: Table,
  names: readonly string[],
) {
  const argument = (name: string) => {
    const { type, description } = columnOf(table, name);
    const role = table.partition.includes(name) ? "partition key" : "clustering key";
    // The scalar's name is one that the builder of this schema has: index.ts adds them all.
    return arg({
      type: scalarOf(type) as never,
      required: true,
      description: [description, `Part of the ${role}; must be ${type.expects}.`]
        .filter(Boolean)
        .join(" "),
    });
  };
  return Object.fromEntries(names.map((name) => [name, argument(name)]));
}

function columnsOf(table: Table, names: readonly string[], args: Args): Args {
  return Object.fromEntries(
    names.map((name) => [
      name,
      checkArgument([name], () => columnOf(table, name).type.check(args[name])),
    ]),
  );
}
