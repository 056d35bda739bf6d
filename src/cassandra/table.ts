import { checkTable } from "./check-table.ts";
import type { Column } from "./column.ts";
import { type TableLanes, withLaneColumns } from "./lane-columns.ts";
import { checkOrders, type TableOrders } from "./orders.ts";

/** The columns of a table by name, in the order in which CQL and GraphQL list them. */
export type Columns = Readonly<Record<string, Column>>;

/** A clustering column and the direction in which its partition keeps the rows. */
export interface ClusteringColumn<Name extends string = string> {
  readonly name: Name;
  readonly order: "ASC" | "DESC";
}

/** A clustering column whose smallest value comes first. */
export function asc<const Name extends string>(name: Name): ClusteringColumn<Name> {
  return { name, order: "ASC" };
}

/** A clustering column whose largest value comes first. */
export function desc<const Name extends string>(name: Name): ClusteringColumn<Name> {
  return { name, order: "DESC" };
}

/**
 * How nodes put together what they have written to disk of a table. `leveled`: at once, so that a read finds a row in
 * one file, however often it was changed. Else some files gather first, and a read looks into each that has the row.
 */
export type Compaction = "leveled";

/** A table's one definition: CQL, rows, keys, GraphQL object and arguments are all read from it. */
export interface Table<
  C extends Columns = Columns,
  P extends readonly string[] = readonly string[],
  K extends readonly ClusteringColumn[] = readonly ClusteringColumn[],
  L extends boolean = boolean,
  H extends Columns = Columns,
  N extends TableLanes | undefined = TableLanes | undefined,
  O extends TableOrders | undefined = TableOrders | undefined,
> {
  readonly name: string;
  readonly columns: C;
  /** Columns for bookkeeping, those of its lanes too: no row, no insert and no GraphQL object has them. */
  readonly hidden: H;
  /** The partition key's columns: every statement names all of them. */
  readonly partition: P;
  /** The clustering key's columns, in order. */
  readonly clustering: K;
  /** Whether it takes lightweight transactions, and then nothing else: see {@link table}. */
  readonly lwt: L;
  /** The lanes by which its rows are changed; undefined: it has none. See {@link table}. */
  readonly lanes: N;
  /** Other orders of the same rows, each a table of its own; undefined: it has none. See {@link table}. */
  readonly orders: O;
  /** Undefined: as the database does by itself. */
  readonly compaction: Compaction | undefined;
  /** After how many seconds ranges of deleted rows can be swept, of a table of plain writes: see {@link table}. */
  readonly sweepAfter: number | undefined;
  readonly description: string | undefined;
}

/**
 * Defines a table.
 *
 * `lwt: true` makes it a table of lightweight transactions: every insert, update and remove then needs a condition.
 * Without it none takes one. The two never meet on one table: a plain write carries the client's clock, a
 * lightweight transaction its Paxos ballot, and whichever number is larger silently wins.
 *
 * @example
 * const Message = table("message", {
 *   room: text(),
 *   at: timestamp(),
 *   body: text().required(),
 * }, { partition: ["room"], clustering: [desc("at")] });
 * @throws CassandraError `BAD_TABLE`, naming table and column, if Cassandra has no such table: see {@link checkTable}
 */
export function table<
  const C extends Columns,
  const P extends readonly [Names<C>, ...Names<C>[]],
  const K extends readonly ClusteringColumn<Names<C>>[] = readonly [],
  const L extends boolean = false,
  const H extends Columns = Record<never, never>,
  const N extends TableLanes | undefined = undefined,
  const O extends TableOrders<Names<C>> | undefined = undefined,
>(
  name: string,
  columns: C,
  key: {
    readonly partition: P;
    readonly clustering?: K;
    readonly lwt?: L;
    /** Columns for bookkeeping: no row, no insert and no GraphQL object has them. Default: none. */
    readonly hidden?: H;
    /**
     * For a table of lightweight transactions: its rows are changed by lanes, each change exactly once. It gets hidden
     * columns for that: `rounds`, with `remembers` also `recent` and `earlier`. Where a row is a whole partition and no
     * column is required, also `present`: see {@link presenceColumn}. Default: it has none.
     */
    readonly lanes?: L extends true ? N : never;
    /**
     * For a table with lanes: the same rows in other orders, each in a table of the given name, e.g.
     * `{ party_by_date: [asc("date")] }` in the same partitions, or
     * `{ party_by_host: { partition: ["host"], clustering: [asc("date")] } }`. What is missing there of the primary key
     * follows by itself. Columns that an order sorts by are then changed by `ordered.update`. Default: it has none.
     */
    readonly orders?: N extends undefined ? never : O;
    /** For rows that are changed over and over: `leveled`. Default: as the database does by itself. */
    readonly compaction?: Compaction;
    /**
     * For a table of plain writes: ranges of deleted rows are swept when they are in the way of reads, as far as they
     * were written more than so many seconds ago. It says that whoever writes a row does so at the present time, by a
     * clock that differs from others by less than that: a row that is written with an older write time would be lost.
     * Default: it is not swept. Tables of lightweight transactions always are, since their ballots order all writes.
     */
    readonly sweepAfter?: L extends true ? never : number;
    /** Shown to the readers of the GraphQL schema. */
    readonly description?: string;
  },
): Table<C, P, K, L, H, N, O> {
  const { partition, clustering = [] as readonly never[], lwt = false } = key;
  const { hidden = {}, lanes, orders, compaction, sweepAfter, description } = key;
  const options = {
    partition,
    clustering,
    lwt,
    hidden,
    lanes,
    orders,
    compaction,
    sweepAfter,
    description,
  };
  const given = { name, columns, ...options };
  const defined = { ...given, hidden: withLaneColumns(given) };
  checkTable(defined);
  checkOrders(defined);
  return Object.freeze(defined) as Table<C, P, K, L, H, N, O>;
}

export type Names<C extends Columns> = Extract<keyof C, string>;
