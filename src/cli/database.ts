import {
  type Addition,
  connect,
  placeOf,
  requireSynced,
  type Session,
  sync,
  syncKeyspace,
} from "../cassandra/index.ts";
import type { Cluster, Config, EmbeddedCassandra } from "../config.ts";
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
  /** Tells that an embedded Cassandra ended by itself; of a cluster it never does. */
  readonly died: Promise<LocalError>;
}

/** What the opening of a database may do. */
interface OpenOptions {
  /** Create what is missing in a configured cluster too. An embedded database is always completed. */
  readonly sync: boolean;
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
    ? openEmbedded(cassandra, keyspace, terminal)
    : openCluster(cassandra, keyspace, terminal, options);
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
): Promise<Database> {
  const { progress, signal } = terminal;
  await using opened = new AsyncDisposableStack();
  const options = { dir, cacheDir, runtime, javaHome, progress, signal };
  const embedded = opened.use(await startEmbedded(options));
  signal.throwIfAborted();
  const { contactPoint, localDataCenter, owned, died } = embedded;
  const cluster = { contactPoints: [contactPoint], localDataCenter };
  await syncKeyspace(cluster, keyspace, 1);
  const session = opened.use(await connect({ ...cluster, keyspace, log: progress }));
  const added = await sync(session, keyspace, tables);
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
  { progress }: Pick<Terminal, "progress">,
  options: OpenOptions,
): Promise<Database> {
  await using opened = new AsyncDisposableStack();
  if (options.sync) await syncKeyspace(cluster, keyspace, replication);
  const session = opened.use(await connect({ ...cluster, keyspace, log: progress }));
  const added = options.sync ? await sync(session, keyspace, tables) : [];
  if (!options.sync) await requireSynced(session, keyspace, tables);
  const origin = `${session.version}, ${placeOf(cluster)}`;
  return database({ session, origin, added, died: new Promise(() => {}) }, opened);
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
