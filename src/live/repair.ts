import {
  CassandraError,
  columnOf,
  createReadRepair,
  type Session,
  type Table,
} from "../cassandra/index.ts";
import { isOneCell } from "./columns.ts";

/**
 * Makes the check that reads of some columns of a table, one after the other, never go back. Of columns of lightweight
 * transactions that have a ballot this needs no check; of others Cassandra has to repair replicas before it answers.
 *
 * @returns a function that throws CassandraError `NOT_SYNCED` if the table's `read_repair` is not `BLOCKING`. It is a state
 * of the database, which an operator ends while the program goes on: like a column that is missing
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

/** Whether there is always a ballot, as far as the model knows. */
function hasBallot(table: Table, name: string): boolean {
  return isOneCell(table, name) && !columnOf(table, name).nullable;
}

function notRepaired({ name }: Table, repair: string): CassandraError {
  const message = `Table "${name}" has read_repair = '${repair}', by which a value that was read can be followed by an older one: live values need read_repair = 'BLOCKING'.`;
  return new CassandraError("NOT_SYNCED", message);
}
