import type { Table } from "./table.ts";

/** A row as the driver gives it. */
export type RawRow = Readonly<Record<string, unknown>>;

/** CQL and its values, made without a database. The text depends on the statement's shape, never on a value. */
export interface Statement<Result> {
  readonly cql: string;
  readonly params: readonly unknown[];
  /**
   * A read is repeated by the driver when a node fails, a serial one too, which sees every lightweight transaction
   * that it can still come to know of; a write and a lightweight transaction never are. Each text is prepared, but for
   * a read of the system's own tables, which has no parameters.
   */
  readonly kind: "read" | "serial" | "system" | "write" | "lwt";
  /** Gives the rows that came back their types. */
  readonly decode: (rows: readonly RawRow[]) => Result;
  /** What it reads, if that is a range of rows of one partition. */
  readonly range?: RangeRead;
}

/** A read of rows of one partition that it does not name one by one. */
export interface RangeRead {
  readonly table: Table;
  /** The partition key, and what else the read is restricted to. */
  readonly key: RawRow;
  /** The row behind which it begins. */
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
       * Those rows of the batch that there are, each with all columns of which some row has a condition, and the static
       * ones. If there are none but the partition has static columns, one whose clustering key is null.
       */
      readonly rows: readonly Stored[];
    };

/** A piece of CQL with the values of its marks. */
export interface Fragment {
  readonly cql: string;
  readonly params: readonly unknown[];
}

/** Puts pieces side by side. */
export function join(fragments: readonly Fragment[], separator = " "): Fragment {
  const params: unknown[] = [];
  for (const fragment of fragments) params.push(...fragment.params);
  return { cql: fragments.map(({ cql }) => cql).join(separator), params };
}
