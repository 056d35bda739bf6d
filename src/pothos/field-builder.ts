import { type FieldKind, RootFieldBuilder, type SchemaTypes } from "@pothos/core";
import type { GraphQLResolveInfo } from "graphql";
import type { RawRow, Table } from "../cassandra/index.ts";
import { partitionArguments, partitionOf, rowArguments, rowOf } from "./arguments.ts";
import {
  checkPage,
  connectionOf,
  type PageArguments,
  pageArguments,
  readPage,
} from "./connection.ts";
import { connectionRef, rowRef } from "./refs.ts";
import { describeKey } from "./schema-builder.ts";
import { skip } from "./skipped.ts";

const prototype = RootFieldBuilder.prototype as PothosSchemaTypes.RootFieldBuilder<
  SchemaTypes,
  unknown,
  FieldKind
>;

/** What Pothos cannot infer here: the key's columns differ from table to table. */
type Args = RawRow & PageArguments;

prototype.partition = function partition(table, { description } = {}) {
  const { session } = this.builder.options.cassandra;
  return this.field({
    type: connectionRef(this.builder, table),
    nullable: false,
    description: describeKey(description, table),
    extensions: onePartition(table),
    args: {
      ...partitionArguments(this.arg, table),
      ...pageArguments(this.arg),
    },
    resolve: async (_: unknown, args: Args, context: object, { fieldName }: GraphQLResolveInfo) => {
      const page = checkPage(
        { field: fieldName, table, partition: partitionOf(table, args) },
        args,
      );
      const { rows, more, skipped, end } = await readPage(session(context), page);
      for (const row of skipped) skip(context, session(context), row);
      return connectionOf(page, rows, more, end);
    },
  } as never) as never;
};

prototype.row = function row(table, { description } = {}) {
  const { session } = this.builder.options.cassandra;
  return this.field({
    type: rowRef(this.builder, table),
    nullable: true,
    description: describeKey(description, table),
    extensions: onePartition(table),
    args: rowArguments(this.arg, table),
    resolve: (_: unknown, args: RawRow, context: object) =>
      session(context).load(table, rowOf(table, args)),
  } as never) as never;
};

/** What a generated field costs: tools that price a query read it from the field's extensions. */
function onePartition(table: Table) {
  return { cassandra: { table: table.name, partitions: 1 } };
}
