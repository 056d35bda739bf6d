import { type InputFieldMap, PothosSchemaError } from "@pothos/core";
import type { GraphQLResolveInfo } from "graphql";
import { boundedColumns, type RawRow, type Session, type Table } from "../../cassandra/index.ts";
import { readOrder } from "../../order/index.ts";
import { admitOf } from "../admit.ts";
import {
  checkPage,
  checkPart,
  connectionOf,
  pageArguments,
  type PageToRead,
  readPage,
  type RowConnection,
} from "../connection.ts";
import { type Builder, pluginOptions } from "../builder-options.ts";
import { badValueOr } from "../error.ts";
import { plannedReadOf, type PlannedValue } from "../plan/planned-read.ts";
import { connectionRef, isOrder, rowTableOf } from "../refs.ts";
import { rowOrderArgument } from "../row-order.ts";
import { selectionOf } from "../selection.ts";
import { showEach } from "../shown.ts";
import { skip } from "../skipped.ts";
import { sliceArgument } from "../slice.ts";
import { describeKey } from "../table-object.ts";
import { whereArgument } from "../where.ts";
import { type FieldBuilder, type FieldCost, generatedField } from "./generated.ts";
import { partitionKey, type UntypedFrom } from "./key.ts";

interface UntypedPartitionOptions {
  readonly from?: UntypedFrom;
  readonly range?: boolean;
  readonly order?: boolean;
  readonly where?: readonly string[];
  readonly key?: (parent: never, args: never, context: never) => RawRow;
  readonly args?: InputFieldMap;
  readonly description?: string;
}

/** Returns the field of `t.partition`. */
export function partitionField(
  t: FieldBuilder,
  table: Table,
  options: UntypedPartitionOptions = {},
) {
  const { from, range = false, order = false, where: indexed, key: part, ...others } = options;
  const { description, ...passedOn } = others;
  const { builder } = t;
  const { session } = pluginOptions(builder);
  checkClustering(table, "t.row");
  if (range && part) throw twoParts(table);
  if (order && indexed) throw unsorted(table);
  const key = partitionKey(t, table, from);
  const slice = range ? sliceArgument(t, table) : undefined;
  const ordered = order ? rowOrderArgument(t) : undefined;
  const where = indexed && whereArgument(t, table, indexed);
  return generatedField(
    t,
    {
      method: "t.partition",
      table,
      type: connectionRef(builder, rowTableOf(table)) as never,
      nullable: false,
      description: describeKey(description, table),
      keyArguments: { ...key.args, ...slice?.keyArguments },
      args: { ...where?.args, ...slice?.args, ...ordered?.args, ...pageArguments(t.arg) },
      extension: costOf(table),
      byViewer: from !== undefined || part !== undefined,
      inputs: where?.inputs ?? [],
      ...(!isOrder(table) && !where && { reads: "page" }),
      async run(call) {
        const { parent, args, context, info } = call;
        const { partition, slice: found } = splitKey(
          table,
          await key.find(call, slice?.read(args)),
        );
        const scope = { field: info.fieldName, table, partition: partition as never };
        const read = {
          where: where?.read(args),
          page: checkPage(scope, args as never),
          part: part?.(parent as never, args as never, context as never) ?? found,
          order: ordered?.read(args) ?? "stored",
          context,
          info,
        };
        return readConnection(builder, session(context), read).catch((error: unknown) => {
          throw part ? badValueOr(error) : error;
        });
      },
    },
    passedOn,
  );
}

/** Splits a key into that of the partition and the rest. */
function splitKey(
  table: Table,
  key: RawRow,
): { readonly partition: RawRow; readonly slice: RawRow } {
  const isOfPartition = ([name]: readonly [string, unknown]) => table.partition.includes(name);
  const columns = Object.entries(key);
  return {
    partition: Object.fromEntries(columns.filter(isOfPartition)),
    slice: Object.fromEntries(columns.filter((column) => !isOfPartition(column))),
  };
}

interface PageRead extends PageToRead {
  /** Restrictions by indexes. */
  readonly where: RawRow | undefined;
  readonly context: object;
  readonly info: GraphQLResolveInfo;
}

/** Reads a page. Returns what a plan returns, if the field is planned. */
async function readConnection(
  builder: Builder,
  session: Session,
  { page, part, order, where, context, info }: PageRead,
): Promise<RowConnection | PlannedValue> {
  const { table, partition } = page.scope;
  checkPart(page, part);
  const planned = plannedReadOf(info);
  if (planned) return planned.page(session, { page, part, order });
  if (isOrder(table)) {
    const { rows, more, unreadable } = await readOrder(session, table, {
      key: { ...partition, ...part } as never,
      limit: page.first,
      after: page.after,
      order,
      admit: admitOf(builder),
    });
    for (const row of unreadable) skip(row, { context, session });
    return connectionOf(page, { rows: rows as never, more });
  }
  const { columns, shown } = selectionOf(info);
  const { rows, more, skipped, end } = await readPage(session, page, {
    part,
    ...(where ? { where } : { order }),
    columns: boundedColumns(table, columns) as never,
    admit: (row) => showEach(builder, { table, row, columns: shown }),
  });
  for (const row of skipped) skip(row, { context, session });
  return connectionOf(page, { rows: rows as never, more, end });
}

/** Returns what a page costs. A page of an order also reads the partitions of its rows. */
function costOf(table: Table): FieldCost {
  if (!isOrder(table)) return { partitions: 1, page: "first" };
  const { partition } = table.source;
  const isSame =
    partition.length === table.partition.length &&
    partition.every((name, at) => name === table.partition[at]);
  return isSame
    ? { partitions: 2, page: "first" }
    : { partitions: 1, partitionsPerRow: 1, page: "first" };
}

/** @throws PothosSchemaError for a table without a clustering key */
export function checkClustering(table: Table, instead: string): void {
  if (table.clustering.length > 0) return;
  throw new PothosSchemaError(
    `Table "${table.name}" has no clustering key, so each of its partitions has one row: use ${instead}.`,
  );
}

function unsorted({ name }: Table): PothosSchemaError {
  return new PothosSchemaError(
    `Table "${name}": t.partition takes where or order, not both: Cassandra does not sort what it finds by an index.`,
  );
}

function twoParts({ name }: Table): PothosSchemaError {
  return new PothosSchemaError(
    `Table "${name}": t.partition takes key or range, not both: each of them defines the part to read.`,
  );
}
