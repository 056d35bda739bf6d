import { CassandraError, type CassandraErrorCode } from "../error.ts";
import { identifier } from "../identifier.ts";
import type { Session } from "./session.ts";
import type { Table } from "../table.ts";

/**
 * Finds out whether the role may read and write a table, and gives what Cassandra says of each right that it lacks;
 * undefined: there is no such table. Nothing is read or written.
 */
export async function lackingRights(
  session: Session,
  keyspace: string,
  table: Table,
): Promise<readonly CassandraError[] | undefined> {
  const probes = rightsProbes(keyspace, table);
  const answers = await Promise.all(probes.map((cql) => refusal(session, cql)));
  if (answers.some(({ code }) => code === "NOT_SYNCED")) return undefined;
  return answers.filter(({ code }) => code === "FORBIDDEN");
}

/**
 * A read and a write that Cassandra refuses in any case, for a key that is null; but before that it looks at the rights.
 *
 * @example ["SELECT id FROM chat.note WHERE id = null", "DELETE FROM chat.note WHERE id = null"]
 */
export function rightsProbes(keyspace: string, table: Table): readonly string[] {
  const place = `${identifier(keyspace)}.${identifier(table.name)}`;
  const key = [...table.partition, ...table.clustering.map(({ name }) => name)];
  const [first = ""] = key.map(identifier);
  const nothing = (names: readonly string[]) =>
    names.map((name) => `${identifier(name)} = null`).join(" AND ");
  return [
    `SELECT ${first} FROM ${place} WHERE ${nothing(table.partition)}`,
    `DELETE FROM ${place} WHERE ${nothing(key)}${table.lwt ? " IF EXISTS" : ""}`,
  ];
}

async function refusal(session: Session, cql: string): Promise<CassandraError> {
  try {
    await session.cql(cql);
  } catch (error) {
    if (!(error instanceof CassandraError)) throw error;
    if (refusals.includes(error.code)) return error;
    // Not as of a write: there is nothing that it could have done.
    throw new CassandraError("UNAVAILABLE", "Cassandra does not say what the role may do.", {
      cause: error.cause,
    });
  }
  throw new CassandraError("REFUSED", `Cassandra takes a null in the key: ${cql}`);
}

/** Refused for the right, for the table that is not there, or at last for the null. */
const refusals: readonly CassandraErrorCode[] = ["FORBIDDEN", "NOT_SYNCED", "REFUSED"];
