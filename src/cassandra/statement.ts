import type { Table } from "./table.ts";
import type { ColumnType } from "./type.ts";

/** A row as the driver returns it: the bytes of each value by column name, or null. */
export type RawRow = Readonly<Record<string, unknown>>;

/** A piece of CQL with its parameters and their types. */
export interface Fragment<Param = unknown> {
  readonly cql: string;
  /**
   * Values in stored form, nulls, or `Unreadable`s, whose bytes are sent unchanged. In templates, functions of a write.
   */
  readonly params: readonly Param[];
  readonly types: readonly ColumnType[];
}

/** How many replicas must answer a read, or acknowledge a write. */
export type ConsistencyLevel = "LOCAL_ONE" | "LOCAL_QUORUM" | "QUORUM" | "ALL";

/** A CQL statement. Its text depends on the shape of the statement, never on a value. */
export interface Statement<Result> extends Fragment {
  /**
   * How the statement is executed. The driver retries `read` and `serial` on another node, but never `write`, `counter`
   * and `lwt`. A serial read sees every lightweight transaction that may still be applied. All kinds are prepared except
   * `system`: reads of system tables without parameters.
   */
  readonly kind: "read" | "serial" | "system" | "write" | "counter" | "lwt";
  /** The consistency with which it is executed. Absent for that of the session. Never set for `serial` and `lwt`. */
  readonly consistency?: ConsistencyLevel;
  /** The table that it reads or writes. Absent if the table has no model. */
  readonly table?: Table;
  /** Returns the typed result for the returned rows, including those of `rest`. */
  readonly decode: (rows: readonly RawRow[]) => Result;
  /** The range that it reads, if it reads a range of rows of one partition. */
  readonly range?: RangeRead;
  /**
   * Returns the next statement of a read that needs several, or undefined if the read is complete. `found` is the
   * number of rows that the previous statements have returned.
   */
  readonly rest?: (found: number) => Statement<Result> | undefined;
}

/** A statement whose rows are not decoded: `decode` is not called. */
export interface PackedStatement<Result> extends Statement<Result> {
  /** Returns the result for the pages of returned rows. */
  readonly decodePacked: (pages: readonly PackedPage[]) => Result;
}

/**
 * The rows of one page as Cassandra sent them, which others may read as well: nobody may change the bytes.
 *
 * They hold the cells row by row, and in each row in the order of the columns. A cell is a length of 4 bytes (big endian;
 * negative for null), followed by that many bytes. All cells lie within the bytes. Their columns have the types that the
 * model says, but their values may be any bytes.
 */
export interface PackedPage {
  readonly bytes: Buffer;
  /** The position of the first row in the bytes. */
  readonly start: number;
  /** The number of rows. */
  readonly length: number;
}

/** A statement that writes to a table. */
export interface Write<T extends Table, Result> extends Statement<Result> {
  readonly table: T;
  /** The partition that it writes to, in stored form. Absent for lightweight transactions. */
  readonly partition?: RawRow;
}

/** A write that is no lightweight transaction, to a table without counters. */
export type PlainWrite<T extends Table = Table> = Write<T, void> & { readonly kind: "write" };

/** A write to a table of counters. */
export type CounterWrite<T extends Table = Table> = Write<T, void> & { readonly kind: "counter" };

/** A read of a range of rows of one partition. */
export interface RangeRead {
  readonly table: Table;
  /** The partition key, and the other restrictions of the read. */
  readonly key: RawRow;
  /** The row after which the read starts. */
  readonly after?: RawRow | undefined;
}

/** The result of a lightweight transaction. */
export type Lwt<Current> =
  | { readonly applied: true }
  | {
      readonly applied: false;
      /** The current values of the row, or undefined if it does not exist. */
      readonly current: Current | undefined;
    };

/** The result of a batch of lightweight transactions. */
export type LwtBatch<Stored> =
  | { readonly applied: true }
  | {
      readonly applied: false;
      /**
       * The existing rows of the batch. Each has its key and all columns that occur in a condition of the batch. Check
       * with `isThere` whether a row exists: in a partition with static columns but none of the rows, one row has null
       * as clustering key; in a partition of one row with lanes, the row may consist of cells only.
       */
      readonly rows: readonly Stored[];
    };

/** Returns a piece of CQL without parameters. */
export function cqlText(cql: string): Fragment<never> {
  return { cql, params: [], types: [] };
}

/** Returns a piece of CQL with one parameter. */
export function withParam<Param>(
  cql: string,
  { type, param }: { readonly type: ColumnType; readonly param: Param },
): Fragment<Param> {
  return { cql, params: [param], types: [type] };
}

/** Joins pieces of CQL. */
export function join<Param>(
  fragments: readonly Fragment<Param>[],
  separator = " ",
): Fragment<Param> {
  const params: Param[] = [];
  const types: ColumnType[] = [];
  for (const fragment of fragments) {
    params.push(...fragment.params);
    types.push(...fragment.types);
  }
  return { cql: fragments.map(({ cql }) => cql).join(separator), params, types };
}
