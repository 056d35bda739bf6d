import { listed } from "../../support/listed.ts";
import { createKeyspace, type Replication } from "../ddl.ts";
import { type Addition, type Drift, drift } from "../drift.ts";
import type { OptionDifference } from "../drift-options.ts";
import { CassandraError } from "../error.ts";
import type { BuildingIndex, QueryableIndexes } from "../drift-indexes.ts";
import { queryableIndexes, waitForIndexes } from "./index-state.ts";
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
  /**
   * Called with the options that existing tables have differently, and the statements that would set them. Not called if
   * there are none.
   */
  readonly onDifferences?: ((differences: readonly OptionDifference[]) => void) | undefined;
  /** Called with the indexes that are still being built, at most once per second. */
  readonly onWait?: ((building: readonly BuildingIndex[]) => void) | undefined;
  /** How long indexes may take to be built, in milliseconds. Default: ten minutes. */
  readonly indexTimeout?: number | undefined;
}

/** How long indexes may take to be built, in milliseconds. */
const INDEX_TIMEOUT = 600_000;

/**
 * Creates the types and tables that the models have and the keyspace lacks, including the tables of orders, adds
 * missing fields and columns, and creates missing indexes. Then waits until all indexes of the models can be queried on
 * each node of the data centre that is up. Returns the additions. Never alters or drops anything: the options of an
 * existing table stay as they are.
 *
 * @throws CassandraError before any change: `NOT_SYNCED` if the database contradicts the models, `BAD_TABLE` if two
 * models have different types of the same name. After all changes: `NOT_SYNCED` with the remedy `WAIT` if an index is
 * still being built after `indexTimeout`
 */
export async function sync(
  session: Session,
  { keyspace, tables, ...options }: SyncOptions,
): Promise<readonly Addition[]> {
  const { onPlan = () => {}, onDifferences = () => {}, onWait = () => {} } = options;
  const models = { keyspace, tables: withOrders(tables) };
  const { missing, conflicts, differences, others } = await readDrift(session, models);
  if (conflicts.length > 0) throw new NotSynced("DECIDE", conflicts);
  if (differences.length > 0) onDifferences(differences);
  if (missing.length > 0) onPlan({ missing, others });
  // One at a time: concurrent schema changes have to wait for each other anyway.
  for (const { cql } of missing) await applyAddition(session, { ...models, cql });
  // Prepared statements still have the old fields of a type.
  if (missing.some(({ field }) => field !== undefined)) session.clearPrepared();
  if (hasIndexes(models)) {
    await waitForIndexes({
      async building() {
        const queryable = await queryableIndexes(session, keyspace);
        return (await readDrift(session, { ...models, queryable })).building;
      },
      onWait,
      timeout: options.indexTimeout ?? INDEX_TIMEOUT,
    });
  }
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
    await session.cql(cql, [], { writes: true });
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
    await session.cql(cql, [], { writes: true });
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
  const all = { ...models, tables: withOrders(models.tables) };
  const mismatch = await mismatchOf(session, { ...all, found: await readDrift(session, all) });
  if (mismatch) throw mismatch;
}

/** The state of a keyspace. */
export interface KeyspaceState extends Pick<Drift, "building" | "differences"> {
  /** How it differs from the models. Undefined if it contains everything that they have. */
  readonly mismatch: NotSynced | undefined;
}

/**
 * Compares a keyspace with models, which include the tables of orders or not. A node that does not say which indexes it
 * can use is no reason to fail: then no index counts as being built.
 */
export async function findState(
  session: Session,
  { keyspace, tables }: KeyspaceTables,
): Promise<KeyspaceState> {
  const models = { keyspace, tables: withOrders(tables) };
  const queryable = hasIndexes(models)
    ? await queryableIndexes(session, keyspace).catch(() => undefined)
    : undefined;
  const found = await readDrift(session, { ...models, queryable });
  const { building, differences } = found;
  return { mismatch: await mismatchOf(session, { ...models, found }), building, differences };
}

function hasIndexes({ tables }: KeyspaceTables): boolean {
  return tables.some(({ indexes }) => indexes.length > 0);
}

async function mismatchOf(
  session: Session,
  { keyspace, tables: all, found }: KeyspaceTables & { readonly found: Drift },
): Promise<NotSynced | undefined> {
  const { missing, conflicts, others } = found;
  const absentTables = missing.filter(({ table, column }) => table && column === undefined);
  const hasNone = absentTables.length === all.length;
  if (hasNone && others.length === 0 && !(await hasKeyspace(session, keyspace))) {
    return keyspaceMissing(keyspace, { isAstra: session.isAstra });
  }
  // A missing table lacks its indexes, too.
  const isNoted = ({ index, on }: Addition) =>
    index === undefined || !absentTables.some(({ table }) => table === on);
  const absent = missing.filter(isNoted).map(missingText);
  if (absent.length + conflicts.length === 0) return undefined;
  const hasOnlyOthers = others.length > 0 && hasNone;
  const more = hasOnlyOthers ? [`Keyspace ${keyspace} has other tables: ${listed(others)}.`] : [];
  return new NotSynced(conflicts.length > 0 ? "DECIDE" : "ADD", [...absent, ...conflicts], {
    more,
  });
}

/** The tables to compare with, including those of orders, and what is known of the indexes in the database. */
interface DriftInput extends KeyspaceTables {
  readonly queryable?: QueryableIndexes | undefined;
}

async function readDrift(
  session: Session,
  { keyspace, tables, queryable }: DriftInput,
): Promise<Drift> {
  const { tables: live, ...more } = await introspect(session, keyspace);
  const models = session.isAstra ? tables.map(withoutIgnored) : tables;
  return drift(models, live, { ...more, queryable });
}

/** Astra DB ignores these options with a warning (docs.datastax.com, "Astra DB CQL limits"). */
function withoutIgnored(table: Table): Table {
  return { ...table, compaction: undefined, gcGrace: undefined, readRepair: undefined };
}

function missingText(addition: Addition): string {
  if (addition.index !== undefined) return `index ${addition.index} is missing`;
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
