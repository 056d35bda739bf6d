import type { ConsistencyLevel } from "./statement.ts";
import { badStatement } from "./table-columns.ts";
import type { Impossible } from "./table-keys.ts";
import type { Table } from "./table.ts";

/** The consistency of one statement. */
export interface ConsistencyOption<T extends Table> {
  /** Default: that of the table, or else of the session. */
  readonly consistency?:
    | (T["lwt"] extends true
        ? Impossible<"lightweight transactions need that of the session">
        : ConsistencyLevel)
    | undefined;
}

const consistencyLevels: readonly ConsistencyLevel[] = [
  "LOCAL_ONE",
  "LOCAL_QUORUM",
  "QUORUM",
  "ALL",
];

/**
 * Returns the member `consistency` of a statement: the given one, or else that of the table. Without either, the
 * statement has that of the session.
 *
 * @throws CassandraError `BAD_STATEMENT` if one is given for a table of lightweight transactions, and for an unknown one,
 * in whose place the driver would use its own
 */
export function consistencyOf(
  table: Table,
  given: ConsistencyLevel | undefined,
): { readonly consistency?: ConsistencyLevel } {
  if (table.lwt && given !== undefined) {
    throw badStatement(
      table,
      `takes lightweight transactions, which need the consistency of the session, but got ${given}`,
    );
  }
  const consistency = given ?? table.consistency;
  if (consistency === undefined) return {};
  if (!consistencyLevels.includes(consistency)) {
    throw badStatement(
      table,
      `takes one of ${consistencyLevels.join(", ")}, but got ${consistency}`,
    );
  }
  return { consistency };
}

/**
 * Returns the member `consistency` of a write: see {@link consistencyOf}.
 *
 * @throws CassandraError `BAD_STATEMENT` also if only one replica is to acknowledge a write to a table whose deleted rows
 * are swept: a sweep reads a quorum, which may not have the row, and would delete it
 */
export function writeConsistencyOf(
  table: Table,
  given: ConsistencyLevel | undefined,
): { readonly consistency?: ConsistencyLevel } {
  if (given === "LOCAL_ONE" && table.sweepAfter !== undefined) {
    throw badStatement(table, "has sweepAfter, which needs writes to a quorum, but got LOCAL_ONE");
  }
  return consistencyOf(table, given);
}
