import { createKeyspace, type Replication } from "./ddl.ts";
import { type Addition, drift } from "./drift.ts";
import { CassandraError } from "./error.ts";
import { introspect } from "./introspect.ts";
import type { ConnectOptions } from "./options.ts";
import { connect, type Session } from "./session.ts";
import type { Table } from "./table.ts";

/**
 * Creates a keyspace unless it is there, and says whether it was missing. A database of Astra, whose keyspaces no CQL
 * can create, is never asked to.
 *
 * @param replication absent: a missing keyspace is an error, since somebody has to decide how many copies there are
 * @throws CassandraError `NOT_SYNCED` if it is missing and may not be created
 */
export async function syncKeyspace(
  options: ConnectOptions,
  keyspace: string,
  replication?: Replication,
): Promise<boolean> {
  const { keyspace: _, ...elsewhere } = options;
  await using session = await connect(elsewhere);
  if (await hasKeyspace(session, keyspace)) return false;
  if (options.bundle !== undefined) {
    throw notSynced([
      `keyspace ${keyspace} is missing, create it in the Astra portal or by "astra db create-keyspace"`,
    ]);
  }
  if (replication === undefined) throw notSynced([`keyspace ${keyspace} is missing`]);
  await session.cql(createKeyspace(keyspace, replication));
  return true;
}

/**
 * Creates the tables and adds the columns that the models have and the keyspace lacks, and says which.
 * It never alters or drops what is there:
 * a table that is kept on disk otherwise than its model says stays so.
 *
 * @throws CassandraError `NOT_SYNCED` before anything is done, if the database has something otherwise than the models
 */
export async function sync(
  session: Session,
  keyspace: string,
  tables: readonly Table[],
): Promise<readonly Addition[]> {
  // Astra takes no such property (docs.datastax.com, "Astra DB CQL limits": it warns, and ignores it).
  const taken = session.isAstra
    ? tables.map((table) => ({ ...table, compaction: undefined }))
    : tables;
  const { missing, conflicts } = drift(taken, await introspect(session, keyspace));
  if (conflicts.length > 0) throw notSynced(conflicts);
  // One after the other: schema changes that run at once have to wait for each other anyway.
  for (const addition of missing) await add(addition, session, keyspace, taken);
  return missing;
}

async function add(
  { cql }: Addition,
  session: Session,
  keyspace: string,
  tables: readonly Table[],
): Promise<void> {
  try {
    await session.cql(cql);
  } catch (error) {
    if (!(error instanceof CassandraError && error.code === "REFUSED")) throw error;
    // Somebody who syncs at the same time may have been faster.
    const { missing } = drift(tables, await introspect(session, keyspace));
    if (missing.some((each) => each.cql === cql)) throw error;
  }
}

/**
 * Checks that a keyspace has all that the models have.
 *
 * @throws CassandraError `NOT_SYNCED` naming each difference
 */
export async function requireSynced(
  session: Session,
  keyspace: string,
  tables: readonly Table[],
): Promise<void> {
  const differences = await differencesIn(session, keyspace, tables);
  if (differences.length > 0) throw notSynced(differences);
}

/** How a keyspace differs from the models, as short sentences; none: it has all that they have. */
export async function differencesIn(
  session: Session,
  keyspace: string,
  tables: readonly Table[],
): Promise<readonly string[]> {
  const live = await introspect(session, keyspace);
  if (live.size === 0 && !(await hasKeyspace(session, keyspace))) {
    return [`keyspace ${keyspace} is missing`];
  }
  const { missing, conflicts } = drift(tables, live);
  const absent = missing.map(({ table, column }) =>
    column === undefined ? `table ${table} is missing` : `${table}.${column} is missing`,
  );
  return [...absent, ...conflicts];
}

async function hasKeyspace(session: Session, keyspace: string): Promise<boolean> {
  const rows = await session.cql(
    "SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?",
    [keyspace],
  );
  return rows.length > 0;
}

/** The error of a database that differs from the models. */
export function notSynced(differences: readonly string[]): CassandraError {
  const message = `The database does not match the models: ${differences.join("; ")}.`;
  return new CassandraError("NOT_SYNCED", message);
}
