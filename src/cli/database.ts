import {
  type Addition,
  CassandraError,
  connect,
  type ConnectOptions,
  targetText,
  type Replication,
  requireSynced,
  type Session,
  sync,
  syncKeyspace,
} from "../cassandra/index.ts";
import type { Cluster, Config } from "../settings/config.ts";
import { listed } from "../support/listed.ts";
import { type Embedded, type LocalError, startEmbedded } from "../local/index.ts";
import { tables } from "../party/index.ts";
import { fill, orders } from "./fill.ts";
import type { Terminal } from "./terminal.ts";

/** A connected database that has the application's tables. */
export interface Database extends AsyncDisposable {
  readonly session: Session;
  /** Which Cassandra it is, and where, for a person, e.g. `5.0.6, at 10.0.0.1`. */
  readonly origin: string;
  /** What was missing and has been created just now. */
  readonly added: readonly Addition[];
  /** What keeps it from being used, as far as it is known; undefined: nothing. */
  readonly problem?: Problem | undefined;
  /** Resolves when the first attempt to open it has ended; absent: it is open. */
  readonly attempted?: Promise<void>;
  /** Resolves when the embedded Cassandra is down for good: it is not restarted. Never resolves for a cluster. */
  readonly died: Promise<LocalError>;
}

/** Why a database cannot be used: one of its parts and what is wrong with it, continuing a sentence. */
export interface Problem {
  readonly part: "Cassandra" | "Keyspace";
  readonly found: string;
}

/** What the opening of a database may do. */
interface OpenOptions {
  /** Create what is missing in a configured cluster too. An embedded database is always completed. */
  readonly sync: boolean;
  /** Called before something is added: with a line that says what, and the CQL of each addition. */
  readonly onPlan?: (line: string, cql: readonly string[]) => void;
  /** Called with what is missing in the keyspace, before it is added. */
  readonly onMissing?: (missing: readonly Addition[]) => void;
}

/**
 * Opens the database that the configuration names, starting the embedded one if that is it.
 *
 * @throws LocalError, CassandraError
 */
export async function openDatabase(
  config: Config,
  terminal: Terminal,
  options: OpenOptions,
): Promise<Database> {
  const { cassandra, keyspace } = config;
  if (cassandra.kind === "cluster") return openCluster(cassandra, keyspace, terminal, options);
  const { progress, status, signal } = terminal;
  await using opened = new AsyncDisposableStack();
  const embedded = opened.use(await startEmbedded({ ...cassandra, progress, status, signal }));
  const completed = opened.use(
    await openEmbedded(embedded, cassandra.dir, keyspace, terminal, options),
  );
  return database(completed, opened);
}

/**
 * Connects to an embedded Cassandra and completes its database. Closing the database does not stop it.
 *
 * @param dir where it runs, for a person
 * @throws CassandraError
 */
export async function openEmbedded(
  embedded: Embedded,
  dir: string,
  keyspace: string,
  terminal: Terminal,
  { onPlan = () => {}, onMissing }: Pick<OpenOptions, "onPlan" | "onMissing"> = {},
): Promise<Database> {
  const { progress, signal } = terminal;
  await using opened = new AsyncDisposableStack();
  signal.throwIfAborted();
  const { contactPoint, localDataCenter, owned, died } = embedded;
  const cluster = { contactPoints: [contactPoint], localDataCenter };
  const session = opened.use(await connectToOwn(cluster, keyspace, progress, onPlan));
  const added = await complete(session, keyspace, onPlan, onMissing);
  // A database from before there was such an order.
  for (const order of orders) {
    if (!isNew(added, order.name) || isNew(added, order.source.name)) continue;
    await fill(session, order, terminal);
  }
  const shared = owned ? "" : ", shared with another process";
  const data = embedded.runtime === "docker" ? "a Docker volume" : dir;
  const origin = `${session.version}, embedded (${embedded.runtime}) at ${contactPoint}, data in ${data}${shared}`;
  return database({ session, origin, added, died }, opened);
}

type OnPlan = Required<OpenOptions>["onPlan"];

/** Connects to a keyspace, and creates it if it is missing. */
async function connectToOwn(
  cluster: ConnectOptions,
  keyspace: string,
  log: (line: string) => void,
  onPlan: OnPlan,
): Promise<Session> {
  const options = { ...cluster, keyspace, log };
  try {
    // Nearly always it is there: to look first would be another connection.
    return await connect(options);
  } catch (error) {
    if (!(error instanceof CassandraError) || error.code !== "NOT_SYNCED") throw error;
    await createKeyspace(cluster, keyspace, 1, onPlan);
    return connect(options);
  }
}

/**
 * Opens a configured cluster's database.
 *
 * @throws CassandraError `NOT_CONNECTED`, `NOT_SYNCED`
 */
export async function openCluster(
  { replication, ...cluster }: Cluster,
  keyspace: string,
  { progress }: Pick<Terminal, "progress">,
  { sync: completes, onPlan = () => {} }: OpenOptions,
): Promise<Database> {
  await using opened = new AsyncDisposableStack();
  if (completes) await createKeyspace(cluster, keyspace, replication, onPlan);
  const session = opened.use(await connect({ ...cluster, keyspace, log: progress }));
  const added = completes ? await complete(session, keyspace, onPlan) : [];
  if (!completes) await requireSynced(session, { keyspace, tables });
  const origin = `${session.version}, ${targetText(cluster)}`;
  return database({ session, origin, added, died: new Promise(() => {}) }, opened);
}

/** Creates a keyspace unless it is there. */
async function createKeyspace(
  cluster: ConnectOptions,
  keyspace: string,
  replication: Replication | undefined,
  onPlan: OnPlan,
): Promise<void> {
  await syncKeyspace(cluster, keyspace, {
    replication,
    onPlan: (cql) => onPlan(`Creating keyspace ${keyspace}:`, [cql]),
  });
}

/** Adds to a keyspace what it lacks. */
function complete(
  session: Session,
  keyspace: string,
  onPlan: OnPlan,
  onMissing: OpenOptions["onMissing"] = () => {},
): Promise<readonly Addition[]> {
  return sync(session, {
    keyspace,
    tables,
    onPlan: ({ missing, others }) => {
      onMissing(missing);
      const beside = others.length === 0 ? "" : `, beside other tables (${listed(others)})`;
      const cql = missing.map((addition) => addition.cql);
      onPlan(`Adding to keyspace ${keyspace}${beside}:`, cql);
    },
  });
}

/** Whether a whole table has just been created. */
export function isNew(added: readonly Addition[], name: string): boolean {
  return added.some(({ table, column }) => table === name && column === undefined);
}

/** Hands what was opened so far to the database, which closes it in reverse. */
function database(
  parts: Omit<Database, typeof Symbol.asyncDispose>,
  opened: AsyncDisposableStack,
): Database {
  const kept = opened.move();
  return { ...parts, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
