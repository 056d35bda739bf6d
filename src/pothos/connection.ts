import type { ArgBuilder, SchemaTypes } from "@pothos/core";
import {
  type ClusteringKey,
  int,
  type RawRow,
  type Row,
  select,
  type Session,
  type Table,
} from "../cassandra/index.ts";
import { type CursorScope, decodeCursor, encodeCursor } from "./cursor.ts";
import { checkArgument } from "./error.ts";

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

/** Reads a page of a partition by one query: one row more than asked for tells whether others follow. */
export async function readPage<T extends Table>(
  session: Session,
  page: Page<T>,
): Promise<Connection<Row<T>>> {
  const { first, after, scope } = page;
  const { table, partition } = scope;
  const options = { limit: first + 1, after };
  const rows = await session.run(select(table, partition as never, options));
  return connectionOf(page, rows.slice(0, first), rows.length > first);
}

/** Shows rows as a page; each has at least the scope's clustering key. */
export function connectionOf<T extends Table, Node extends object>(
  { scope, after }: Page<T>,
  rows: readonly Node[],
  hasNextPage: boolean,
): Connection<Node> {
  const edges = rows.map((node) => ({ node, cursor: encodeCursor(scope, node as RawRow) }));
  return {
    edges,
    pageInfo: {
      hasNextPage,
      hasPreviousPage: after !== undefined,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
