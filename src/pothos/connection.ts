import type { ArgBuilder, SchemaTypes } from "@pothos/core";
import {
  checked,
  type ClusteringKey,
  columnOf,
  identityOf,
  int,
  isRangeOf,
  type RawRow,
  type ReadOptions,
  readRows,
  type Row,
  type Session,
  type Table,
  type UnreadableRow,
} from "../cassandra/index.ts";
import { type CursorScope, decodeCursor, encodeCursor } from "./cursor.ts";
import { badCursor, checkArgument } from "./error.ts";

/** A page of rows as the Relay connection types show it. */
export interface Connection<Node = unknown> {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/** How many rows a page may have, and has when nobody says. */
export const pageSize = { min: 1, max: 100, default: 20 } as const;

/** What a page is asked for by. */
export interface PageArguments {
  readonly first: number;
  readonly after?: string | null | undefined;
}

/** A page that was asked for, checked. */
export interface Page<T extends Table> {
  readonly scope: CursorScope<T>;
  readonly first: number;
  /** The row behind which it begins; undefined: at the beginning. */
  readonly after: ClusteringKey<T> | undefined;
}

/** The arguments of a page. */
export function pageArguments<Types extends SchemaTypes>(arg: ArgBuilder<Types>) {
  return {
    first: arg.int({
      required: true,
      // A number in every builder: Int is one of GraphQL's own.
      defaultValue: pageSize.default as never,
      description: `Most rows of this page: ${pageSize.min} to ${pageSize.max}.`,
    }),
    after: arg.string({
      required: false,
      description: "The cursor behind which the page begins. Default: the first row.",
    }),
  };
}

const firstColumn = int({ min: pageSize.min, max: pageSize.max });

/**
 * Checks the arguments of a page.
 *
 * @throws GraphQLError `BAD_USER_INPUT` if `first` is out of bounds, `BAD_CURSOR` if `after` is of elsewhere
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
 * Checks that a page of a part does not begin behind a row of another part. Behind one that is not in the part's range it
 * may: the range says where it begins.
 *
 * @throws GraphQLError `BAD_CURSOR`
 */
export function checkPart<T extends Table>(
  { scope: { table }, after }: Page<T>,
  part: RawRow,
): void {
  if (!after) return;
  const place: RawRow = after;
  const isWithin = Object.entries(part).every(([name, value]) => {
    if (value === undefined || isRangeOf(table, name, value)) return true;
    const { type } = columnOf(table, name);
    return identityOf(type, checked(table, name, value)) === identityOf(type, place[name]);
  });
  if (!isWithin) throw badCursor();
}

/** What a page of a partition has. */
export interface PageRows<T extends Table> {
  readonly rows: readonly Row<T>[];
  /** Whether others follow. */
  readonly more: boolean;
  /** Rows of the page that cannot be read. */
  readonly skipped: readonly UnreadableRow[];
  /** The row behind which the next page begins, if that is not the last one. */
  readonly end?: ClusteringKey<T> | undefined;
}

/** How a page is read. */
export interface PageReadOptions<T extends Table> extends Pick<
  ReadOptions<T>,
  "columns" | "order" | "admit"
> {
  /** The part of the partition that is read: a prefix of the clustering key, then at most one range. Default: all. */
  readonly part?: RawRow;
}

/**
 * Reads a page of a partition by one query: one row more than asked for tells whether others follow.
 *
 * @param options the columns to read, and what is to become of a row: see {@link ReadOptions}
 * @throws UnreadableRow if so many of them follow each other that the page has no end that could be named
 */
export async function readPage<T extends Table>(
  session: Session,
  { first, after, scope: { table, partition } }: Page<T>,
  { part = {}, columns, order, admit }: PageReadOptions<T> = {},
): Promise<PageRows<T>> {
  const key = { ...partition, ...part } as never;
  const options = { key, limit: first + 1, after, columns, order, ...(admit && { admit }) };
  const found = await readRows(session, table, options);
  const { rows, unreadable, isEnd, place } = found;
  const more = rows.length > first;
  const skipped = unreadable.filter(({ at }) => !more || at < first).map(({ row }) => row);
  if (more || isEnd) return { rows: rows.slice(0, first), more, skipped };
  if (place === undefined) throw skipped[0]!;
  return { rows, more: true, skipped, end: place };
}

/**
 * Shows rows as a page; each has at least the scope's clustering key.
 *
 * @param end the row behind which the next page begins; default: the last one
 */
export function connectionOf<T extends Table, Node extends object>(
  { scope, after }: Page<T>,
  rows: readonly Node[],
  hasNextPage: boolean,
  end?: ClusteringKey<T>,
): Connection<Node> {
  const edges = rows.map((node) => ({ node, cursor: encodeCursor(scope, node as RawRow) }));
  return {
    edges,
    pageInfo: {
      hasNextPage,
      hasPreviousPage: after !== undefined,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: end ? encodeCursor(scope, end) : (edges.at(-1)?.cursor ?? null),
    },
  };
}
