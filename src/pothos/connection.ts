import type { ArgBuilder, SchemaTypes } from "@pothos/core";
import {
  type ClusteringKey,
  columnLookup,
  columnOf,
  identityOf,
  int,
  isRange,
  type RawRow,
  type ReadOptions,
  readRows,
  type Row,
  type RowOrder,
  type Session,
  type Table,
  type UnreadableRow,
} from "../cassandra/index.ts";
import { type CursorScope, cursorEncoder, decodeCursor } from "./cursor.ts";
import { badCursor, checkArgument } from "./error.ts";

/** A page of rows in the form of the Relay connection types. */
export interface RowConnection<Node = unknown> {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/** How many rows a page may have, and how many it has by default. */
export const pageSize = { min: 1, max: 100, default: 20 } as const;

/** The arguments of a page. */
export interface PageArguments {
  readonly first: number;
  readonly after?: string | null | undefined;
}

/** A request for a page, with checked arguments. */
export interface Page<T extends Table> {
  readonly scope: CursorScope<T>;
  readonly first: number;
  /** The page begins after this row; undefined: with the first row. */
  readonly after: ClusteringKey<T> | undefined;
}

/** A page of a part of a partition. */
export interface PageToRead {
  readonly page: Page<Table>;
  /** A prefix of the clustering key, then at most one range. Empty: the whole partition. */
  readonly part: RawRow;
  readonly order: RowOrder;
}

/** Returns the arguments `first` and `after`. */
export function pageArguments<Types extends SchemaTypes>(arg: ArgBuilder<Types>) {
  return {
    first: arg.int({
      required: true,
      // Int is a number in every builder, because it is built into GraphQL.
      defaultValue: pageSize.default as never,
      description: `The maximum number of rows: ${pageSize.min} to ${pageSize.max}.`,
    }),
    after: arg.string({
      required: false,
      description: "Return rows after this cursor. Default: from the first row.",
    }),
  };
}

const firstColumn = int({ min: pageSize.min, max: pageSize.max });

/**
 * Checks the arguments of a page.
 *
 * @throws GraphQLError `BAD_USER_INPUT` if `first` is out of bounds
 * @throws GraphQLError `BAD_CURSOR` if `after` is the cursor of another field or partition
 */
export function checkPage<T extends Table>(
  scope: CursorScope<T>,
  { first, after }: PageArguments,
): Page<T> {
  return {
    scope,
    first: checkArgument(["first"], () => firstColumn.type.check(first)),
    after: typeof after === "string" ? decodeCursor(scope, after) : undefined,
  };
}

/**
 * Checks that the cursor has the part's values in the columns that the part fixes. It may lie outside of the part's range:
 * then the range decides where the page begins.
 *
 * @throws GraphQLError `BAD_CURSOR`
 */
export function checkPart<T extends Table>(
  { scope: { table }, after }: Page<T>,
  part: RawRow,
): void {
  if (!after) return;
  const key: RawRow = after;
  const isWithin = Object.entries(part).every(([name, value]) => {
    if (value === undefined || isRange(columnOf(table, name).type, value)) return true;
    const { type } = columnOf(table, name);
    return identityOf(type, columnLookup(table, name)(value)) === identityOf(type, key[name]);
  });
  if (!isWithin) throw badCursor();
}

/** The rows of a page. */
export interface PageRows<T extends Table> {
  readonly rows: readonly Row<T>[];
  /** Whether there are rows after the page. */
  readonly more: boolean;
  /** The rows of the page that cannot be read. */
  readonly skipped: readonly UnreadableRow[];
  /** The key after which the next page begins, if it is not that of the last row. */
  readonly end?: ClusteringKey<T> | undefined;
}

/** Options of {@link readPage}. */
export interface PageReadOptions<T extends Table> extends Pick<
  ReadOptions<T>,
  "columns" | "admit"
> {
  /** Default: the stored order. */
  readonly order?: RowOrder | undefined;
  /** The part of the partition to read: a prefix of the clustering key, then at most one range. Default: all of it. */
  readonly part?: RawRow;
  /** Restrictions by indexes: see `select`. Then the order is the stored one. Default: none. */
  readonly where?: RawRow;
}

/**
 * Reads a page of a partition with one query. It reads one more row than requested to find out whether there are rows
 * after the page.
 *
 * @throws UnreadableRow if the page consists of so many unreadable rows that there is no key after which the next page
 *   could begin
 */
export async function readPage<T extends Table>(
  session: Session,
  { first, after, scope: { table, partition } }: Page<T>,
  { part = {}, columns, order, where, admit }: PageReadOptions<T> = {},
): Promise<PageRows<T>> {
  const key = { ...partition, ...part } as never;
  const restriction = where ? { where: where as never } : { order };
  const shown = { columns, ...(admit && { admit }) };
  const options = { key, limit: first + 1, after, ...shown, ...restriction };
  const found = await readRows(session, table, options);
  const { rows, unreadable, isEnd, place } = found;
  const more = rows.length > first;
  const skipped = unreadable.filter(({ at }) => !more || at < first).map(({ row }) => row);
  if (more || isEnd) return { rows: rows.slice(0, first), more, skipped };
  if (place === undefined) throw skipped[0]!;
  return { rows, more: true, skipped, end: place };
}

interface ShownRows<T extends Table, Node> extends Pick<PageRows<T>, "more" | "end"> {
  readonly rows: readonly Node[];
}

/**
 * Returns a connection of rows. Each row has at least the scope's clustering key.
 */
export function connectionOf<T extends Table, Node extends object>(
  { scope, after }: Page<T>,
  { rows, more, end }: ShownRows<T, Node>,
): RowConnection<Node> {
  const encode = cursorEncoder(scope);
  const edges = rows.map((node) => ({ node, cursor: encode(node as RawRow) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: more,
      hasPreviousPage: after !== undefined,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: end ? encode(end) : (edges.at(-1)?.cursor ?? null),
    },
  };
}
