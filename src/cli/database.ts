import {
  type Addition,
  CassandraError,
  connect,
  type ConnectOptions,
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
import { fill, ordersIn } from "./fill.ts";
import type { Terminal } from "./terminal.ts";

/** A connected database that has the application's tables. */
export interface Database extends AsyncDisposable {
  readonly session: Session;
  /** Which Cassandra it is, and where, e.g. `5.0.6, at 10.0.0.1`. */
  readonly origin: string;
  /** What was missing and has been created. */
  readonly added: readonly Addition[];
  /** Why it cannot be used at present, as far as it is known; undefined: it can be. */
  readonly problem?: DatabaseProblem | undefined;
  /** Resolves when the first attempt to open it has ended; absent: it is open. */
  readonly attempted?: Promise<void>;
  /** Resolves when the embedded Cassandra is down and will not be restarted. Never resolves for a cluster. */
  readonly died: Promise<LocalError>;
}

/** Why a database cannot be used: one of its parts, and what is wrong with it, for the end of a sentence. */
export interface DatabaseProblem {
  readonly part: "Cassandra" | "Keyspace";
  readonly found: string;
}

/** Called before something is added, with a line that says what, and the CQL of each addition. */
export type OnPlan = (line: string, cql: readonly string[]) => void;

/** What a database is opened for. */
export interface OpenOptions {
  readonly application: Pick<Application<object>, "tables" | "schema">;
  readonly keyspace: string;
  /** The name of the command line, for messages. */
  readonly name: string;
  readonly terminal: Pick<Terminal, "progress" | "status" | "signal">;
  readonly onPlan?: OnPlan;
  /** Called with what is missing in the keyspace of an embedded Cassandra, before it is added. */
  readonly onMissing?: (missing: readonly Addition[]) => void;
}

/**
 * Opens the database that the configuration names, starting the embedded Cassandra if it is that.
 *
 * @param completes whether to create what is missing in a cluster; an embedded database is always completed
 * @throws LocalError, CassandraError
 */
export async function openDatabase(
  { cassandra }: Config,
  completes: boolean,
  options: OpenOptions,
): Promise<Database> {
  if (cassandra.kind === "cluster") return openCluster(cassandra, completes, options);
  const { progress, status, signal } = options.terminal;
  await using opened = new AsyncDisposableStack();
  const embedded = opened.use(await startEmbedded({ ...cassandra, progress, status, signal }));
  const completed = opened.use(await openEmbedded(embedded, cassandra.dir, options));
  return database(completed, opened);
}

/**
 * Connects to an embedded Cassandra and completes its database. Closing the database does not stop Cassandra.
 *
 * @param dir where its data is, for messages
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
  // The table of an order may be newer than its source, which has rows then.
  for (const order of ordersIn(application.tables)) {
    if (!isNew(added, order.name) || isNew(added, order.source.name)) continue;
    await fill(session, order, options);
  }
  const shared = owned ? "" : ", shared with another process";
  const data = embedded.runtime === "docker" ? "a Docker volume" : dir;
  const origin = `${session.version}, embedded (${embedded.runtime}) at ${contactPoint}, data in ${data}${shared}`;
  return database({ session, origin, added, died }, opened);
}

/** Connects to a keyspace, and creates it if it is missing. */
async function connectCreating(cluster: ConnectOptions, options: OpenOptions): Promise<Session> {
  const { keyspace, terminal } = options;
  const connectOptions = { ...cluster, keyspace, log: terminal.progress };
  try {
    // It nearly always exists; looking first would take another connection.
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
  completes: boolean,
  options: OpenOptions,
): Promise<Database> {
  const { application, keyspace, terminal } = options;
  await using opened = new AsyncDisposableStack();
  if (completes) await createMissingKeyspace(cluster, replication, options);
  const session = opened.use(await connect({ ...cluster, keyspace, log: terminal.progress }));
  const added = completes ? await complete(session, options) : [];
  if (!completes) await requireSynced(session, { keyspace, tables: application.tables });
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

/** Adds to a keyspace what it lacks. */
function complete(session: Session, options: OpenOptions): Promise<readonly Addition[]> {
  const { application, keyspace, onPlan, onMissing } = options;
  return sync(session, {
    keyspace,
    tables: application.tables,
    onPlan({ missing, others }) {
      onMissing?.(missing);
      const beside = others.length === 0 ? "" : `, beside other tables (${listed(others)})`;
      const cql = missing.map((addition) => addition.cql);
      onPlan?.(`Adding to keyspace ${keyspace}${beside}:`, cql);
    },
  });
}

/** Whether a whole table is among the additions. */
export function isNew(added: readonly Addition[], name: string): boolean {
  return added.some(({ table, column }) => table === name && column === undefined);
}

/** Hands what was opened to the database, which closes it in reverse order. */
function database(
  parts: Omit<Database, typeof Symbol.asyncDispose>,
  opened: AsyncDisposableStack,
): Database {
  const kept = opened.move();
  return { ...parts, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
