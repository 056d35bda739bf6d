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

/** Options of {@link syncKeyspace}. */
export interface SyncKeyspaceOptions {
  /** How to replicate a new keyspace. Default: a missing keyspace is an error. */
  readonly replication?: Replication | undefined;
  /** Called with the CQL before it runs. Not called if the keyspace exists. */
  readonly onPlan?: ((cql: string) => void) | undefined;
}

/**
 * Creates a keyspace unless it exists, and returns whether it was missing. Never creates one in Astra DB, which does
 * not allow that by CQL.
 *
 * @throws CassandraError `NOT_SYNCED` if the keyspace is missing and may not be created; `BAD_OPTIONS` if Cassandra
 * refuses the replication
 */
export async function syncKeyspace(
  options: ConnectOptions,
  keyspace: string,
  { replication, onPlan = () => {} }: SyncKeyspaceOptions = {},
): Promise<boolean> {
  const { keyspace: _, ...elsewhere } = options;
  await using session = await connect(elsewhere);
  if (await hasKeyspace(session, keyspace)) return false;
  const { isAstra } = session;
  if (isAstra || replication === undefined) throw keyspaceMissing(keyspace, { isAstra });
  const cql = createKeyspace(keyspace, replication);
  onPlan(cql);
  await runCreateKeyspace(session, { keyspace, cql });
  return true;
}

/** The models of a keyspace. */
export interface KeyspaceTables {
  readonly keyspace: string;
  readonly tables: readonly Table[];
}

/** Options of {@link sync}. */
export interface SyncOptions extends KeyspaceTables {
  /** Called with all additions before the first of them is made. Not called if nothing is missing. */
  readonly onPlan?: ((plan: Pick<Drift, "missing" | "others">) => void) | undefined;
}

/**
 * Creates the types and tables that the models have and the keyspace lacks, including the tables of orders, and adds
 * missing fields and columns. Returns the additions. Never alters or drops anything: the options of an existing table
 * stay as they are.
 *
 * @throws CassandraError before any change: `NOT_SYNCED` if the database contradicts the models, `BAD_TABLE` if two
 * models have different types of the same name
 */
export async function sync(
  session: Session,
  { keyspace, tables, onPlan = () => {} }: SyncOptions,
): Promise<readonly Addition[]> {
  // Astra DB ignores this option with a warning (docs.datastax.com, "Astra DB CQL limits").
  const all = withOrders(tables);
  const synced = session.isAstra ? all.map((table) => ({ ...table, compaction: undefined })) : all;
  const models = { keyspace, tables: synced };
  const { missing, conflicts, others } = await readDrift(session, models);
  if (conflicts.length > 0) throw new NotSynced("DECIDE", conflicts);
  if (missing.length > 0) onPlan({ missing, others });
  // One at a time: concurrent schema changes have to wait for each other anyway.
  for (const { cql } of missing) await applyAddition(session, { ...models, cql });
  // Prepared statements still have the old fields of a type.
  if (missing.some(({ field }) => field !== undefined)) session.clearPrepared();
  return missing;
}

/**
 * @throws CassandraError `BAD_OPTIONS` if Cassandra refuses the replication, for example because of an unknown data
 * centre
 */
async function runCreateKeyspace(
  session: Session,
  { keyspace, cql }: { readonly keyspace: string; readonly cql: string },
): Promise<void> {
  try {
    await session.cql(cql);
  } catch (error) {
    if (!(error instanceof CassandraError && error.code === "REFUSED")) throw error;
    const message = `Keyspace ${keyspace} cannot be created with this replication. ${error.message}`;
    throw new CassandraError("BAD_OPTIONS", message, { cause: error.cause, cql });
  }
}

async function applyAddition(
  session: Session,
  { cql, ...models }: KeyspaceTables & { readonly cql: string },
): Promise<void> {
  try {
    await session.cql(cql);
  } catch (error) {
    if (!(error instanceof CassandraError && error.code === "REFUSED")) throw error;
    // A concurrent sync may have made the same addition.
    const { missing } = await readDrift(session, models);
    if (missing.some((each) => each.cql === cql)) throw error;
  }
}

/**
 * Checks that a keyspace contains everything that the models have.
 *
 * @throws CassandraError `NOT_SYNCED` naming each difference; `BAD_TABLE` as {@link sync}
 */
export async function requireSynced(session: Session, models: KeyspaceTables): Promise<void> {
  const mismatch = await findMismatch(session, models);
  if (mismatch) throw mismatch;
}

/** Returns how a keyspace differs from the models, or undefined if it contains everything that they have. */
export async function findMismatch(
  session: Session,
  { keyspace, tables }: KeyspaceTables,
): Promise<NotSynced | undefined> {
  const all = withOrders(tables);
  const { missing, conflicts, others } = await readDrift(session, { keyspace, tables: all });
  const absentTables = missing.filter(({ table, column }) => table && column === undefined);
  const hasNone = absentTables.length === all.length;
  if (hasNone && others.length === 0 && !(await hasKeyspace(session, keyspace))) {
    return keyspaceMissing(keyspace, { isAstra: session.isAstra });
  }
  const absent = missing.map(missingText);
  if (absent.length + conflicts.length === 0) return undefined;
  const hasOnlyOthers = others.length > 0 && hasNone;
  const more = hasOnlyOthers ? [`Keyspace ${keyspace} has other tables: ${listed(others)}.`] : [];
  return new NotSynced(conflicts.length > 0 ? "DECIDE" : "ADD", [...absent, ...conflicts], {
    more,
  });
}

async function readDrift(session: Session, { keyspace, tables }: KeyspaceTables): Promise<Drift> {
  const { tables: live, ...more } = await introspect(session, keyspace);
  return drift(tables, live, more);
}

function missingText(addition: Addition): string {
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
