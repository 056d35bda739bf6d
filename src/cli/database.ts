import {
  type Addition,
  connect,
  type ConnectOptions,
  placeOf,
  type Replication,
  requireSynced,
  type Session,
  sync,
  syncKeyspace,
} from "../cassandra/index.ts";
import type { Cluster, Config, EmbeddedCassandra } from "../config.ts";
import { listed } from "../listed.ts";
import { type LocalError, startEmbedded } from "../local/index.ts";
import { tables } from "../party/index.ts";
import { fillByDate } from "./fill.ts";
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
  /** Tells that an embedded Cassandra ended by itself; of a cluster it never does. */
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
  return cassandra.kind === "embedded"
    ? openEmbedded(cassandra, keyspace, terminal, options)
    : openCluster(cassandra, keyspace, options);
}

/**
 * Starts the embedded Cassandra, or shares it, and completes its database.
 *
 * @throws LocalError, CassandraError
 */
export async function openEmbedded(
  { dir, cacheDir, runtime, javaHome }: EmbeddedCassandra,
  keyspace: string,
  terminal: Terminal,
  { onPlan = () => {} }: Pick<OpenOptions, "onPlan"> = {},
): Promise<Database> {
  const { progress, signal } = terminal;
  await using opened = new AsyncDisposableStack();
  const options = { dir, cacheDir, runtime, javaHome, progress, signal };
  const embedded = opened.use(await startEmbedded(options));
  signal.throwIfAborted();
  const { contactPoint, localDataCenter, owned, died } = embedded;
  const cluster = { contactPoints: [contactPoint], localDataCenter };
  const { session, added } = await synced(cluster, keyspace, 1, onPlan);
  opened.use(session);
  // A database from before there were entries by date.
  if (isNew(added, "party_by_date") && !isNew(added, "party")) {
    await fillByDate(session, terminal);
  }
  const shared = owned ? "" : ", shared with another process";
  const data = embedded.runtime === "docker" ? "a Docker volume" : dir;
  const origin = `${session.version}, embedded (${embedded.runtime}) at ${contactPoint}, data in ${data}${shared}`;
  return database({ session, origin, added, died }, opened);
}

/**
 * Opens a configured cluster's database.
 *
 * @throws CassandraError `NOT_CONNECTED`, `NOT_SYNCED`
 */
export async function openCluster(
  { replication, ...cluster }: Cluster,
  keyspace: string,
  { sync: complete, onPlan = () => {} }: OpenOptions,
): Promise<Database> {
  await using opened = new AsyncDisposableStack();
  const { session, added } = complete
    ? await synced(cluster, keyspace, replication, onPlan)
    : { session: await connect({ ...cluster, keyspace }), added: [] };
  opened.use(session);
  if (!complete) await requireSynced(session, keyspace, tables);
  const origin = `${session.version}, ${placeOf(cluster)}`;
  return database({ session, origin, added, died: new Promise(() => {}) }, opened);
}

/** Connects to a keyspace that is completed first. */
async function synced(
  cluster: ConnectOptions,
  keyspace: string,
  replication: Replication | undefined,
  onPlan: Required<OpenOptions>["onPlan"],
): Promise<{ readonly session: Session; readonly added: readonly Addition[] }> {
  await using opened = new AsyncDisposableStack();
  await syncKeyspace(cluster, keyspace, replication, (cql) =>
    onPlan(`Creating keyspace ${keyspace}:`, [cql]),
  );
  const session = opened.use(await connect({ ...cluster, keyspace }));
  const added = await sync(session, keyspace, tables, ({ missing, others }) => {
    const beside = others.length === 0 ? "" : `, beside other tables (${listed(others)})`;
    const cql = missing.map((addition) => addition.cql);
    onPlan(`Adding to keyspace ${keyspace}${beside}:`, cql);
  });
  opened.move();
  return { session, added };
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
