import {
  CassandraError,
  columnOf,
  createReadRepair,
  type Session,
  type Table,
} from "../cassandra/index.ts";
import { isOneCell } from "./columns.ts";

/**
 * Creates the check that successive reads of a table's columns never go back. Columns with a ballot need no check. For
 * others, Cassandra must repair replicas before it answers.
 *
 * @returns a function that throws CassandraError `NOT_SYNCED` if the table's `read_repair` is not `BLOCKING`. Like a missing
 * column, an operator can correct that while the program runs
 */
export function createRepairCheck(
  session: Pick<Session, "run" | "keyspace">,
): (table: Table, columns: readonly string[]) => Promise<void> {
  const repairOf = createReadRepair(session);
  return async (table, columns) => {
    if (table.lwt && columns.every((name) => hasBallot(table, name))) return;
    const repair = await repairOf(table);
    if (repair !== undefined && repair !== "BLOCKING") throw notRepaired(table, repair);
  };
}

/** Whether the model says that the column always has a ballot. */
function hasBallot(table: Table, name: string): boolean {
  return isOneCell(table, name) && !columnOf(table, name).nullable;
}

function notRepaired({ name }: Table, repair: string): CassandraError {
  const message = `Table "${name}" has read_repair = '${repair}', so a read can return an older value than an earlier one: live values need read_repair = 'BLOCKING'.`;
  return new CassandraError("NOT_SYNCED", message);
}
