import { listed } from "../../support/listed.ts";
import { createKeyspace, type Replication } from "../ddl.ts";
import { type Addition, type Drift, drift } from "../drift.ts";
import { CassandraError } from "../error.ts";
import { introspect } from "./introspect.ts";
import { keyspaceMissing, NotSynced } from "./not-synced.ts";
import type { ConnectOptions } from "./options.ts";
import { connect, type Session } from "./session.ts";
import { withOrders } from "../orders.ts";
import type { Table } from "../table.ts";

/**
 * Creates a keyspace unless it exists, and returns whether it was missing. It never tries to in a database of Astra,
 * where no CQL can create keyspaces.
 *
 * @param replication absent: a missing keyspace is an error, since somebody has to decide how many copies there are
 * @param onPlan called with the CQL before it is run; not if nothing is missing
 * @throws CassandraError `NOT_SYNCED` if it is missing and may not be created; `BAD_OPTIONS` if Cassandra refuses the
 * replication
 */
export async function syncKeyspace(
  options: ConnectOptions,
  keyspace: string,
  replication?: Replication,
  onPlan: (cql: string) => void = () => {},
): Promise<boolean> {
  const { keyspace: _, ...elsewhere } = options;
  await using session = await connect(elsewhere);
  if (await hasKeyspace(session, keyspace)) return false;
  if (session.isAstra || replication === undefined)
    throw keyspaceMissing(keyspace, session.isAstra);
  const cql = createKeyspace(keyspace, replication);
  onPlan(cql);
  await create(session, keyspace, cql);
  return true;
}

/**
 * Creates the types and tables, those of orders too, and adds the fields and columns, that the models have and the keyspace lacks, and returns
 * them.
 * It never alters or drops what exists: the properties of an existing table stay as they are.
 *
 * @param onPlan called with all that is missing before any of it is added; not if nothing is
 * @throws CassandraError before anything is done: `NOT_SYNCED` if the database has something differently, `BAD_TABLE` if two
 * models have different types of one name
 */
export async function sync(
  session: Session,
  keyspace: string,
  tables: readonly Table[],
  onPlan: (plan: Pick<Drift, "missing" | "others">) => void = () => {},
): Promise<readonly Addition[]> {
  // Astra takes no such property (docs.datastax.com, "Astra DB CQL limits": it warns, and ignores it).
  const all = withOrders(tables);
  const taken = session.isAstra ? all.map((table) => ({ ...table, compaction: undefined })) : all;
  const { missing, conflicts, others } = await driftIn(session, keyspace, taken);
  if (conflicts.length > 0) throw new NotSynced("DECIDE", conflicts);
  if (missing.length > 0) onPlan({ missing, others });
  // One after the other: schema changes that run at once have to wait for each other anyway.
  for (const addition of missing) await add(addition, session, keyspace, taken);
  // Of a type that has got fields, statements know the old ones.
  if (missing.some(({ field }) => field !== undefined)) session.prepareAnew();
  return missing;
}

/** @throws CassandraError `BAD_OPTIONS` if the replication names a data centre that does not exist, or the like */
async function create(session: Session, keyspace: string, cql: string): Promise<void> {
  try {
    await session.cql(cql);
  } catch (error) {
    if (!(error instanceof CassandraError && error.code === "REFUSED")) throw error;
    const message = `Keyspace ${keyspace} cannot be created with this replication. ${error.message}`;
    throw new CassandraError("BAD_OPTIONS", message, { cause: error.cause, cql });
  }
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
    const { missing } = await driftIn(session, keyspace, tables);
    if (missing.some((each) => each.cql === cql)) throw error;
  }
}

/**
 * Checks that a keyspace has all that the models have.
 *
 * @throws CassandraError `NOT_SYNCED` naming each difference; `BAD_TABLE` as {@link sync}
 */
export async function requireSynced(
  session: Session,
  keyspace: string,
  tables: readonly Table[],
): Promise<void> {
  const mismatch = await mismatchOf(session, keyspace, tables);
  if (mismatch) throw mismatch;
}

/** How a keyspace differs from the models; undefined: it has all that they have. */
export async function mismatchOf(
  session: Session,
  keyspace: string,
  tables: readonly Table[],
): Promise<NotSynced | undefined> {
  const all = withOrders(tables);
  const { missing, conflicts, others } = await driftIn(session, keyspace, all);
  const absentTables = missing.filter(({ table, column }) => table && column === undefined);
  const hasNone = absentTables.length === all.length;
  if (hasNone && others.length === 0 && !(await hasKeyspace(session, keyspace))) {
    return keyspaceMissing(keyspace, session.isAstra);
  }
  const absent = missing.map(absence);
  if (absent.length + conflicts.length === 0) return undefined;
  const isStrange = others.length > 0 && hasNone;
  const more = isStrange ? [`Keyspace ${keyspace} has other tables: ${listed(others)}.`] : [];
  return new NotSynced(conflicts.length > 0 ? "DECIDE" : "ADD", [...absent, ...conflicts], {
    more,
  });
}

async function driftIn(
  session: Session,
  keyspace: string,
  tables: readonly Table[],
): Promise<Drift> {
  const { tables: live, ...more } = await introspect(session, keyspace);
  return drift(tables, live, more);
}

function absence(addition: Addition): string {
  if (addition.type !== undefined) {
    const { type, field } = addition;
    return field === undefined ? `type ${type} is missing` : `${type}.${field} is missing`;
  }
  const { table, column } = addition;
  return column === undefined ? `table ${table} is missing` : `${table}.${column} is missing`;
}

async function hasKeyspace(session: Session, keyspace: string): Promise<boolean> {
  const rows = await session.cql(
    "SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?",
    [keyspace],
  );
  return rows.length > 0;
}
