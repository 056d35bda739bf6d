import { checkTable } from "./check-table.ts";
import type { Column } from "./column.ts";
import { type TableLanes, withLaneColumns } from "./lane-columns.ts";
import type { SaiIndex } from "./indexes.ts";
import { checkOrders, type TableOrders } from "./orders.ts";
import type { ConsistencyLevel } from "./statement.ts";
import type { Impossible } from "./table-keys.ts";
import type { Compaction, ReadRepair, StorageOptions } from "./table-options.ts";

/** The columns of a table by name, in their order in CQL and GraphQL. */
export type Columns = Readonly<Record<string, Column>>;

/** A clustering column and the direction in which it orders the rows of a partition. */
export interface ClusteringColumn<Name extends string = string> {
  readonly name: Name;
  readonly order: "ASC" | "DESC";
}

/** Returns a clustering column in ascending order: the smallest value comes first. */
export function asc<const Name extends string>(name: Name): ClusteringColumn<Name> {
  return { name, order: "ASC" };
}

/** Returns a clustering column in descending order: the largest value comes first. */
export function desc<const Name extends string>(name: Name): ClusteringColumn<Name> {
  return { name, order: "DESC" };
}

/** The definition of a table. Its CQL, rows, keys, GraphQL object and arguments are all derived from it. */
export interface Table<
  C extends Columns = Columns,
  P extends readonly string[] = readonly string[],
  K extends readonly ClusteringColumn[] = readonly ClusteringColumn[],
  L extends boolean = boolean,
  H extends Columns = Columns,
  N extends TableLanes | undefined = TableLanes | undefined,
  O extends TableOrders | undefined = TableOrders | undefined,
  I extends readonly SaiIndex[] = readonly SaiIndex[],
> extends StorageOptions {
  readonly name: string;
  readonly columns: C;
  /** Internal columns, including those of its lanes. They are not in rows, inserts and GraphQL objects. */
  readonly hidden: H;
  /** The columns of the partition key. Every statement names all of them. */
  readonly partition: P;
  /** The columns of the clustering key, in order. */
  readonly clustering: K;
  /** Whether it takes lightweight transactions only, or plain writes only: see {@link table}. */
  readonly lwt: L;
  /** The lanes that change its rows, or undefined if it has none: see {@link table}. */
  readonly lanes: N;
  /** Other orders of the same rows, or undefined if it has none: see {@link table}. */
  readonly orders: O;
  /** The indexes by which its partitions can be read. */
  readonly indexes: I;
  /** The consistency of its statements, or undefined for that of the session. */
  readonly consistency: ConsistencyLevel | undefined;
  /** After how many seconds deleted rows of a table of plain writes can be swept: see {@link table}. */
  readonly sweepAfter: number | undefined;
  readonly description: string | undefined;
}

/**
 * Defines a table.
 *
 * With `lwt: true`, the table takes lightweight transactions only: every insert, update and remove needs a condition.
 * Otherwise the table takes plain writes only. The two are never mixed on one table: a plain write has the timestamp of
 * a clock, a lightweight transaction that of its Paxos ballot, and the larger timestamp silently wins.
 *
 * @example
 * const Message = table("message", {
 *   room: text(),
 *   at: timestamp(),
 *   body: text().required(),
 * }, { partition: ["room"], clustering: [desc("at")] });
 * @throws CassandraError `BAD_TABLE` if the definition is invalid: see {@link checkTable}
 */
export function table<
  const C extends Columns,
  const P extends readonly [Names<C>, ...Names<C>[]],
  const K extends readonly ClusteringColumn<Names<C>>[] = readonly [],
  const L extends boolean = false,
  const H extends Columns = Record<never, never>,
  const N extends TableLanes | undefined = undefined,
  const O extends TableOrders<Names<C>> | undefined = undefined,
  const I extends readonly SaiIndex<Names<C>>[] = readonly [],
>(
  name: string,
  columns: C,
  key: {
    readonly partition: P;
    readonly clustering?: K;
    readonly lwt?: L;
    /** Internal columns. They are not in rows, inserts and GraphQL objects. Default: none. */
    readonly hidden?: H;
    /**
     * For a table of lightweight transactions: lanes change its rows, and apply each change exactly once. The table
     * gets hidden columns for this: `rounds`, and with `remembers` also `recent` and `earlier`. A table without
     * clustering and required columns also gets `present`: see {@link presenceColumn}. Default: no lanes.
     */
    readonly lanes?: L extends true ? N : Impossible<"lanes need lwt: true">;
    /**
     * For a table with lanes: the same rows in other orders, each in a table of the given name. For example, `{
     * seat_by_date: [asc("date")] }` has the same partitions, and `{ seat_by_name: { partition: ["name"], clustering:
     * [asc("date")] } }` has its own. The missing columns of the primary key are appended. Columns that an order sorts
     * by are changed by `ordered.update`. Default: no orders.
     */
    readonly orders?: N extends undefined ? Impossible<"orders need lanes: true"> : O;
    /** Indexes by which its partitions can be read: see {@link sai}. Not for counters. Default: none. */
    readonly indexes?: I;
    /** Use `leveled` for rows that change often. Default: the default of Cassandra. */
    readonly compaction?: Compaction;
    /**
     * For a table of plain writes: after how many seconds a written value expires, unless the write has a `ttl` of its
     * own. Default: 0, never.
     */
    readonly defaultTtl?: L extends true
      ? Impossible<"it would expire the rows of lightweight transactions">
      : number;
    /**
     * How many seconds deletions are kept, so that each replica learns of them: repair must run more often. Default: that
     * of Cassandra, 864,000 (10 days).
     */
    readonly gcGrace?: number;
    /** The comment of the table in the database. Default: none. */
    readonly comment?: string;
    /** Live values need `blocking`: see {@link ReadRepair}. Default: that of Cassandra, `blocking`. */
    readonly readRepair?: ReadRepair;
    /**
     * For a table of plain writes: the consistency of its reads and writes. `LOCAL_ONE` returns as soon as one replica has
     * answered: a read may then lack what was written before, and a write is lost with its only replica. Default: that of
     * the session. Lightweight transactions always have that of the session.
     */
    readonly consistency?: L extends true
      ? Impossible<"lightweight transactions need a quorum">
      : ConsistencyLevel;
    /**
     * For a table of plain writes: after how many seconds deleted rows can be swept. They are swept when reads meet too
     * many of them. Set this only if every write has the current time, by a clock that differs from other clocks by
     * less: a row with an older write time would be lost. Default: deleted rows are not swept. Tables of lightweight
     * transactions are always swept, since their ballots order all writes.
     */
    readonly sweepAfter?: L extends true
      ? Impossible<"tables with lwt: true are swept without it">
      : number;
    /** The description of its GraphQL object. */
    readonly description?: string;
  },
): Table<C, P, K, L, H, N, O, I> {
  const { partition, clustering = [] as readonly never[], lwt = false, hidden = {} } = key;
  const { indexes = [], compaction, gcGrace, comment, readRepair, description } = key;
  const { lanes, orders, sweepAfter, defaultTtl, consistency } = key as PossibleOptions;
  const storage = { compaction, defaultTtl, gcGrace, comment, readRepair };
  const options = {
    partition,
    clustering,
    lwt,
    hidden,
    lanes,
    orders,
    indexes,
    consistency,
    ...storage,
    sweepAfter,
    description,
  };
  const given = { name, columns, ...options };
  const defined = { ...given, hidden: withLaneColumns(given) };
  checkTable(defined);
  checkOrders(defined);
  return Object.freeze(defined) as Table<C, P, K, L, H, N, O, I>;
}

/** Returns whether a value is a {@link Table}. */
export function isTable(value: unknown): value is Table {
  const parts = ["name", "columns", "hidden", "partition", "clustering", "indexes"];
  return typeof value === "object" && value !== null && parts.every((part) => part in value);
}

/** The options that are {@link Impossible} for some tables. */
type PossibleOptions = Partial<
  Pick<Table, "lanes" | "orders" | "sweepAfter" | "defaultTtl" | "consistency">
>;

/** The names of columns. */
export type Names<C extends Columns> = Extract<keyof C, string>;
