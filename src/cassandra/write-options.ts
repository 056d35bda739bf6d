import type { ConsistencyOption } from "./consistency.ts";
import { presenceColumn } from "./lane-columns.ts";
import type { WriteInput } from "./shape.ts";
import { badStatement, hasCounters } from "./table-columns.ts";
import type { Impossible } from "./table-keys.ts";
import type { Table } from "./table.ts";

/** The options of a write: a condition if the table takes lightweight transactions, or else those of a plain write. */
export type WriteOptions<
  T extends Table,
  Conditional,
  Plain extends readonly unknown[] = [options?: PlainOptions],
> = T["lwt"] extends true ? [options: Conditional] : Plain;

/** The options of a write on a table of plain writes, which cannot have a condition. */
export interface PlainOptions extends ConsistencyOption<Table> {
  /** After how many seconds the written values expire; 0 is never. Default: the `defaultTtl` of the table, or else never. */
  readonly ttl?: number | undefined;
  readonly if?: Impossible<"a table without lwt: true takes no condition">;
}

/** The options of a write on any table. */
export type AnyWriteOptions = Omit<WriteInput, "key" | "changes"> & ConsistencyOption<Table>;

/** The TTL of a lightweight transaction, in seconds. */
export type LwtTtl<T extends Table> = T["lanes"] extends undefined
  ? number
  : Impossible<"lanes remember its values">;

/**
 * Checks that a write has a condition if and only if the table takes lightweight transactions.
 *
 * @throws CassandraError `BAD_STATEMENT`
 */
export function requireCondition(
  table: Table,
  { verb, condition }: { readonly verb: string; readonly condition: unknown },
): void {
  if (table.lwt === (condition !== undefined)) return;
  throw badStatement(
    table,
    table.lwt
      ? `takes lightweight transactions only: this ${verb} needs a condition`
      : `takes plain writes only: this ${verb} cannot have a condition`,
  );
}

/** @throws CassandraError `BAD_STATEMENT` if the table is one of counters */
export function refuseCounters(table: Table, verb: string): void {
  if (!hasCounters(table)) return;
  throw badStatement(table, `is a table of counters, which take add(…): it takes no ${verb}`);
}

/** @throws CassandraError `BAD_STATEMENT` if the table has lanes and partitions of one row, whose cells must be kept */
export function refuseOneRow(
  table: Table,
  { verb, instead }: { readonly verb: string; readonly instead: string },
): void {
  if (presenceColumn(table) === undefined) return;
  throw badStatement(
    table,
    `has lanes and partitions of one row, which ${instead}: it takes no ${verb}`,
  );
}

/** @throws CassandraError `BAD_STATEMENT` for a TTL on a table with lanes, which would not notice that values expire */
export function refuseTtlInLanes(table: Table, { ttl }: WriteInput): void {
  if (ttl === undefined || table.lanes === undefined) return;
  throw badStatement(table, "has lanes, which remember its values: it takes no ttl");
}
