import { type InputFieldMap, PothosSchemaError } from "@pothos/core";
import type { GraphQLResolveInfo } from "graphql";
import {
  boundedColumns,
  type RawRow,
  type RowOrder,
  type Session,
  type Table,
} from "../../cassandra/index.ts";
import { readOrder } from "../../order/index.ts";
import { admitOf } from "../admit.ts";
import {
  checkPage,
  checkPart,
  type Connection,
  connectionOf,
  type Page,
  pageArguments,
  readPage,
} from "../connection.ts";
import { type Builder, optionsOf } from "../builder-options.ts";
import { badValueOr } from "../error.ts";
import { connectionRef, isOrder, rowsOf } from "../refs.ts";
import { rowOrderArgument } from "../row-order.ts";
import { selectionOf } from "../selection.ts";
import { showEach } from "../shown.ts";
import { skip } from "../skipped.ts";
import { sliceArgument } from "../slice.ts";
import { describeKey } from "../table-object.ts";
import { type FieldBuilder, type FieldCost, generatedField } from "./generated.ts";
import { type FromFunctions, partitionKey } from "./key.ts";

interface PartitionFieldOptions {
  readonly from?: FromFunctions;
  readonly range?: boolean;
  readonly order?: boolean;
  readonly key?: (parent: never, args: never, context: never) => RawRow;
  readonly args?: InputFieldMap;
  readonly description?: string;
}

/** `t.partition`. */
export function partitionField(t: FieldBuilder, table: Table, options: PartitionFieldOptions = {}) {
  const { from, range = false, order = false, key: part, description, ...passedOn } = options;
  const { builder } = t;
  const { session } = optionsOf(builder);
  checkClustering(table);
  if (range && part) throw twoParts(table);
  const key = partitionKey(t, table, from);
  const slice = range ? sliceArgument(t, table) : undefined;
  const ordered = order ? rowOrderArgument(t) : undefined;
  return generatedField(
    t,
    {
      method: "t.partition",
      table,
      type: connectionRef(builder, rowsOf(table)) as never,
      nullable: false,
      description: describeKey(description, table),
      keyArguments: { ...key.args, ...slice?.keyArguments },
      args: { ...slice?.args, ...ordered?.args, ...pageArguments(t.arg) },
      extension: costOf(table),
      async run(parent, args, context, info) {
        const partition = key.read(parent, args, context);
        const scope = { field: info.fieldName, table, partition: partition as never };
        const read = {
          page: checkPage(scope, args as never),
          part: part?.(parent as never, args as never, context as never) ?? slice?.read(args) ?? {},
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

interface PageRead {
  readonly page: Page<Table>;
  /** The part of the partition that is read. */
  readonly part: RawRow;
  readonly order: RowOrder;
  readonly context: object;
  readonly info: GraphQLResolveInfo;
}

async function readConnection(
  builder: Builder,
  session: Session,
  { page, part, order, context, info }: PageRead,
): Promise<Connection> {
  const { table, partition } = page.scope;
  checkPart(page, part);
  if (isOrder(table)) {
    const { rows, more, unreadable } = await readOrder(session, table, {
      key: { ...partition, ...part } as never,
      limit: page.first,
      after: page.after,
      order,
      admit: admitOf(builder),
    });
    for (const row of unreadable) skip(context, session, row);
    return connectionOf(page, rows as never, more);
  }
  const { columns, shown } = selectionOf(info);
  const { rows, more, skipped, end } = await readPage(session, page, {
    part,
    order,
    columns: boundedColumns(table, columns) as never,
    admit: (row) => showEach(builder, table, row, shown),
  });
  for (const row of skipped) skip(context, session, row);
  return connectionOf(page, rows as never, more, end);
}

/** What a page touches: of an order, also the partitions of its rows. */
function costOf(table: Table): FieldCost {
  if (!isOrder(table)) return { partitions: 1 };
  const { partition } = table.source;
  const isSame =
    partition.length === table.partition.length &&
    partition.every((name, at) => name === table.partition[at]);
  return isSame ? { partitions: 2 } : { partitions: 1, partitionsPerRow: 1 };
}

/** @throws PothosSchemaError for a table whose partitions are rows */
function checkClustering(table: Table): void {
  if (table.clustering.length > 0) return;
  throw new PothosSchemaError(
    `Table "${table.name}" has no clustering key, so each of its partitions is one row: read it by t.row.`,
  );
}

function twoParts({ name }: Table): PothosSchemaError {
  return new PothosSchemaError(
    `Table "${name}": t.partition takes key or range, not both: each of them names the part that is read.`,
  );
}
