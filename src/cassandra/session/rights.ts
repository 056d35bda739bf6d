import { CassandraError, type CassandraErrorCode } from "../error.ts";
import { identifier } from "../identifier.ts";
import type { Session } from "./session.ts";
import type { Table } from "../table.ts";

/**
 * Checks whether the role may read and write a table, without reading or writing anything. Returns Cassandra's error
 * for each right that the role lacks, or undefined if the table does not exist.
 */
export async function lackingRights(
  session: Session,
  { keyspace, table }: { readonly keyspace: string; readonly table: Table },
): Promise<readonly CassandraError[] | undefined> {
  const probes = rightsProbes(keyspace, table);
  const answers = await Promise.all(probes.map((cql) => probe(session, cql)));
  if (answers.some(({ code }) => code === "NOT_SYNCED")) return undefined;
  return answers.filter(({ code }) => code === "FORBIDDEN");
}

/**
 * Returns a read and a write that Cassandra always refuses because a key is null. It checks the rights before that.
 *
 * @example ["SELECT theatre FROM k.seat WHERE theatre = null", "DELETE FROM k.seat WHERE theatre = null AND id = null"]
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

async function probe(session: Session, cql: string): Promise<CassandraError> {
  try {
    // Sent as it is: it is refused, so preparing it would gain nothing.
    await session.cql(cql, [], { writes: true });
  } catch (error) {
    if (!(error instanceof CassandraError)) throw error;
    if (expectedCodes.includes(error.code)) return error;
    // Never OUTCOME_UNKNOWN: the write cannot have had an effect.
    throw new CassandraError("UNAVAILABLE", "Cassandra does not report the rights of the role.", {
      cause: error.cause,
    });
  }
  throw new CassandraError("REFUSED", `Cassandra accepts a null in the key: ${cql}`);
}

/** The codes for a missing right, a missing table, and the null in the key. */
const expectedCodes: readonly CassandraErrorCode[] = ["FORBIDDEN", "NOT_SYNCED", "REFUSED"];
