import { type FieldKind, RootFieldBuilder, type SchemaTypes } from "@pothos/core";
import type { GraphQLResolveInfo } from "graphql";
import { boundedColumns, type RawRow, type Table } from "../cassandra/index.ts";
import { partitionArguments, partitionOf, rowArguments, rowOf } from "./arguments.ts";
import { checkArgumentNames } from "./columns.ts";
import {
  checkPage,
  connectionOf,
  type PageArguments,
  pageArguments,
  readPage,
} from "./connection.ts";
import { optionsOf } from "./options.ts";
import { connectionRef, rowRef } from "./refs.ts";
import { describeKey } from "./schema-builder.ts";
import { selectionOf } from "./selection.ts";
import { showEach, showRow } from "./shown.ts";
import { skip } from "./skipped.ts";

const prototype = RootFieldBuilder.prototype as PothosSchemaTypes.RootFieldBuilder<
  SchemaTypes,
  unknown,
  FieldKind
>;

/** What Pothos cannot infer here: the key's columns differ from table to table. */
type Args = RawRow & PageArguments;

prototype.partition = function partition(table, { description } = {}) {
  const { builder } = this;
  const { session } = optionsOf(builder);
  const paging = pageArguments(this.arg);
  checkArgumentNames(table, paging);
  return this.field({
    type: connectionRef(builder, table),
    nullable: false,
    description: describeKey(description, table),
    extensions: onePartition(table),
    args: { ...partitionArguments(this.arg, table), ...paging },
    resolve: async (_: unknown, args: Args, context: object, info: GraphQLResolveInfo) => {
      const partition = partitionOf(builder, table, args);
      const page = checkPage({ field: info.fieldName, table, partition }, args);
      const { columns, shown } = selectionOf(info);
      const { rows, more, skipped, end } = await readPage(session(context), page, {
        columns: boundedColumns(table, columns) as never,
        admit: (row) => showEach(builder, table, row, shown),
      });
      for (const row of skipped) skip(context, session(context), row);
      return connectionOf(page, rows, more, end);
    },
  } as never) as never;
};

prototype.row = function row(table, { description } = {}) {
  const { builder } = this;
  const { session } = optionsOf(builder);
  return this.field({
    type: rowRef(builder, table),
    nullable: true,
    description: describeKey(description, table),
    extensions: onePartition(table),
    args: rowArguments(this.arg, table),
    resolve: async (_: unknown, args: RawRow, context: object, info: GraphQLResolveInfo) => {
      const { columns, shown } = selectionOf(info);
      const key = rowOf(builder, table, args);
      const row = await session(context).load(table, key, { columns: columns as never });
      return row && showRow(builder, table, row, shown);
    },
  } as never) as never;
};

/** What a generated field costs: tools that price a query read it from the field's extensions. */
function onePartition(table: Table) {
  return { cassandra: { table: table.name, partitions: 1 } };
}
