import {
  type Addition,
  buildingText,
  CassandraError,
  connect,
  type ConnectOptions,
  type OptionDifference,
  type Replication,
  requireSynced,
  type Session,
  sync,
  syncKeyspace,
  targetText,
} from "../cassandra/index.ts";
import { type Embedded, type LocalError, startEmbedded } from "../local/index.ts";
import type { Cluster, Config } from "../settings/config.ts";
import { listed } from "../support/listed.ts";
import type { Application } from "./application.ts";
import { ordersIn, runBackfill } from "./backfill.ts";
import type { Terminal } from "./terminal.ts";

/** A connected database that has the application's tables. */
export interface Database extends AsyncDisposable {
  readonly session: Session;
  /** The version and the address of Cassandra, e.g. `5.0.6, at 10.0.0.1`. */
  readonly origin: string;
  /** What was missing and has been added. */
  readonly added: readonly Addition[];
  /** Why it cannot be used at present; undefined: it can be used. */
  readonly problem?: DatabaseProblem | undefined;
  /** Resolves when the first attempt to open it has ended; undefined: it is open. */
  readonly attempted?: Promise<void>;
  /** Resolves when the embedded Cassandra is down and will not be restarted. Never resolves for a cluster. */
  readonly died: Promise<LocalError>;
}

/** Why a database cannot be used: the affected part, and a relative clause that says what is wrong with it. */
export interface DatabaseProblem {
  readonly part: "Cassandra" | "Keyspace";
  readonly clause: string;
}

/**
 * Connects to the configured database without a keyspace, and changes nothing. Starts the embedded Cassandra if that is
 * configured; closing the session stops it again.
 *
 * @throws LocalError, CassandraError
 */
export async function openSession(
  { cassandra }: Pick<Config, "cassandra">,
  { progress, status, signal }: OpenOptions["terminal"],
): Promise<AsyncDisposable & { readonly session: Session }> {
  await using opened = new AsyncDisposableStack();
  const cluster = await reach();
  const session = opened.use(await connect({ ...cluster, log: progress }));
  const kept = opened.move();
  return { session, [Symbol.asyncDispose]: () => kept.disposeAsync() };

  async function reach(): Promise<ConnectOptions> {
    if (cassandra.kind === "cluster") {
      const { replication: _, ...given } = cassandra;
      return given;
    }
    const embedded = await startEmbedded({ ...cassandra, progress, status, signal });
    const { contactPoint, localDataCenter } = opened.use(embedded);
    return { contactPoints: [contactPoint], localDataCenter };
  }
}

/** Called before something is added, with a line that describes it, and the CQL of each addition. */
export type OnPlan = (line: string, cql: readonly string[]) => void;

/** How to open a database. */
export interface OpenOptions {
  readonly application: Pick<Application<object>, "tables" | "schema">;
  readonly keyspace: string;
  /** The name of the command line, for messages. */
  readonly name: string;
  readonly terminal: Pick<Terminal, "progress" | "status" | "signal">;
  /** Whether to create what a cluster lacks. Default: false. An embedded database is always completed. */
  readonly createMissing?: boolean;
  readonly onPlan?: OnPlan;
  /** Called with what is missing in the keyspace of an embedded Cassandra, before it is added. */
  readonly onMissing?: (missing: readonly Addition[]) => void;
  /** Called with the options that existing tables have differently. */
  readonly onDifferences?: (differences: readonly OptionDifference[]) => void;
}

/**
 * Opens the configured database. Starts the embedded Cassandra if that is configured.
 *
 * @throws LocalError, CassandraError
 */
export async function openDatabase({ cassandra }: Config, options: OpenOptions): Promise<Database> {
  if (cassandra.kind === "cluster") return openCluster(cassandra, options);
  const { progress, status, signal } = options.terminal;
  await using opened = new AsyncDisposableStack();
  const embedded = opened.use(await startEmbedded({ ...cassandra, progress, status, signal }));
  const completed = opened.use(await openEmbedded(embedded, cassandra.dir, options));
  return database(completed, opened);
}

/**
 * Connects to an embedded Cassandra and creates what its database lacks. Closing the database does not stop Cassandra.
 *
 * @param dir the directory of its data, for messages
 * @throws CassandraError
 */
export async function openEmbedded(
  embedded: Embedded,
  dir: string,
  options: OpenOptions,
): Promise<Database> {
  const { application, terminal } = options;
  await using opened = new AsyncDisposableStack();
  terminal.signal.throwIfAborted();
  const { contactPoint, localDataCenter, owned, died } = embedded;
  const cluster = { contactPoints: [contactPoint], localDataCenter };
  const session = opened.use(await connectCreating(cluster, options));
  const added = await complete(session, options);
  const columns = added.flatMap(({ table, column }) => (column ? `${table}.${column}` : []));
  if (!options.onPlan && columns.length > 0) {
    terminal.progress(`Added to keyspace ${options.keyspace}: ${listed(columns)}.`);
  }
  // An order may have been added to a table that already has rows.
  for (const order of ordersIn(application.tables)) {
    if (!isNew(added, order.name) || isNew(added, order.source.name)) continue;
    await runBackfill(session, order, options);
  }
  const shared = owned ? "" : ", shared with another process";
  const data = embedded.runtime === "docker" ? "a Docker volume" : dir;
  const origin = `${session.version}, embedded (${embedded.runtime}) at ${contactPoint}, data in ${data}${shared}`;
  return database({ session, origin, added, died }, opened);
}

/** Connects to a keyspace. Creates the keyspace if it is missing. */
async function connectCreating(cluster: ConnectOptions, options: OpenOptions): Promise<Session> {
  const { keyspace, terminal } = options;
  const connectOptions = { ...cluster, keyspace, log: terminal.progress };
  try {
    // It nearly always exists, and checking first would take another connection.
    return await connect(connectOptions);
  } catch (error) {
    if (!(error instanceof CassandraError) || error.code !== "NOT_SYNCED") throw error;
    await createMissingKeyspace(cluster, 1, options);
    return connect(connectOptions);
  }
}

/**
 * Opens the database of a cluster.
 *
 * @throws CassandraError `NOT_CONNECTED`, `NOT_SYNCED`
 */
export async function openCluster(
  { replication, ...cluster }: Cluster,
  options: OpenOptions,
): Promise<Database> {
  const { application, keyspace, terminal, createMissing = false } = options;
  await using opened = new AsyncDisposableStack();
  if (createMissing) await createMissingKeyspace(cluster, replication, options);
  const session = opened.use(await connect({ ...cluster, keyspace, log: terminal.progress }));
  const added = createMissing ? await complete(session, options) : [];
  if (!createMissing) await requireSynced(session, { keyspace, tables: application.tables });
  const origin = `${session.version}, ${targetText(cluster)}`;
  return database({ session, origin, added, died: new Promise(() => {}) }, opened);
}

async function createMissingKeyspace(
  cluster: ConnectOptions,
  replication: Replication | undefined,
  { keyspace, onPlan }: OpenOptions,
): Promise<void> {
  await syncKeyspace(cluster, keyspace, {
    replication,
    onPlan: (cql) => onPlan?.(`Creating keyspace ${keyspace}:`, [cql]),
  });
}

/** Adds to a keyspace the types, tables, columns and indexes that it lacks, and waits until the indexes are built. */
function complete(session: Session, options: OpenOptions): Promise<readonly Addition[]> {
  const { application, keyspace, terminal, onPlan, onMissing, onDifferences } = options;
  let shown: string | undefined;
  return sync(session, {
    keyspace,
    tables: application.tables,
    onDifferences,
    onWait(building) {
      const line = `Waiting: ${building.map(buildingText).join("; ")}.`;
      if (line !== shown) terminal.progress(line);
      shown = line;
    },
    onPlan({ missing, others }) {
      onMissing?.(missing);
      const existing = others.length === 0 ? "" : `, which has other tables (${listed(others)})`;
      const cql = missing.map((addition) => addition.cql);
      onPlan?.(`Adding to keyspace ${keyspace}${existing}:`, cql);
    },
  });
}

/** Whether a table itself, rather than only a column of it, is among the additions. */
export function isNew(added: readonly Addition[], name: string): boolean {
  return added.some(({ table, column }) => table === name && column === undefined);
}

/** Creates a database that closes the opened resources in reverse order. */
function database(
  parts: Omit<Database, typeof Symbol.asyncDispose>,
  opened: AsyncDisposableStack,
): Database {
  const kept = opened.move();
  return { ...parts, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
