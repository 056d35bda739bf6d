import type { Table } from "./table.ts";
import type { ColumnType } from "./type.ts";

/** A row as the driver gives it: each cell's bytes by the column's name, null where there is none. */
export type RawRow = Readonly<Record<string, unknown>>;

/** A piece of CQL with what stands for its marks, and the types by which the values become bytes. */
export interface Fragment<Param = unknown> {
  readonly cql: string;
  /** Values in stored form, nulls, and `Unreadable`s, whose bytes are sent as they are; or what takes them. */
  readonly params: readonly Param[];
  readonly types: readonly ColumnType[];
}

/** CQL and its values, made without a database. The text depends on the statement's shape, never on a value. */
export interface Statement<Result> extends Fragment {
  /**
   * A read is repeated by the driver when a node fails, a serial one too, which sees every lightweight transaction
   * that it can still come to know of; a write and a lightweight transaction never are. Each text is prepared, but for
   * a read of the system's own tables, which has no parameters.
   */
  readonly kind: "read" | "serial" | "system" | "write" | "lwt";
  /** The table whose columns it reads or writes; undefined: it is of no model's. */
  readonly table?: Table;
  /** Returns the typed result of the rows that came back, those of `rest` too. */
  readonly decode: (rows: readonly RawRow[]) => Result;
  /** What it reads, if that is a range of rows of one partition. */
  readonly range?: RangeRead;
  /**
   * Returns the next statement of a read that takes several, for the rows that are still wanted when this one and those
   * before it have found so many. Undefined: there is none, or no more rows are wanted.
   */
  readonly rest?: (found: number) => Statement<Result> | undefined;
}

/** A statement that writes to a table. */
export interface Write<T extends Table, Result> extends Statement<Result> {
  readonly table: T;
}

/** A read of rows of one partition that it does not name one by one. */
export interface RangeRead {
  readonly table: Table;
  /** The partition key, and what else the read is restricted to. */
  readonly key: RawRow;
  /** The row after which it begins. */
  readonly after?: RawRow | undefined;
}

/** What a lightweight transaction answers. */
export type Lwt<Current> =
  | { readonly applied: true }
  | {
      readonly applied: false;
      /** What stands there instead; undefined: there is no such row. */
      readonly current: Current | undefined;
    };

/** What lightweight transactions in a batch answer. */
export type LwtBatch<Stored> =
  | { readonly applied: true }
  | {
      readonly applied: false;
      /**
       * Those rows of the batch that there are, each with its key, all columns of which some row has a condition, and the
       * static ones of these. `isThere` tells of each whether it exists: if there are none but the partition has static
       * columns, one has a clustering key of null; and where a row is a partition with lanes, it may be nothing but cells.
       */
      readonly rows: readonly Stored[];
    };

/** A piece of CQL without marks. */
export function text(cql: string): Fragment<never> {
  return { cql, params: [], types: [] };
}

/** A piece of CQL with one mark. */
export function marked<Param>(cql: string, type: ColumnType, param: Param): Fragment<Param> {
  return { cql, params: [param], types: [type] };
}

/** Puts pieces side by side. */
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
