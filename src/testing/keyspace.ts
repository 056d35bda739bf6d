import { randomBytes } from "node:crypto";
import {
  connect,
  type ConnectByContactPoints,
  dropKeyspace,
  isSilent,
  type Session,
  sync,
  syncKeyspace,
  type Table,
} from "../cassandra/index.ts";

/** Options of {@link createTestKeyspace}. */
export interface TestKeyspaceOptions {
  /** The Cassandra to use: a `TestCassandra`, or the options of a connection. */
  readonly cassandra: ConnectByContactPoints;
  /** The models whose tables are created in the keyspace. Default: none. */
  readonly tables?: readonly Table[] | undefined;
  /**
   * The beginning of the keyspace's name, at most 35 letters, digits and underscores. The rest is random, so that names
   * are unique. Default: `test`.
   */
  readonly prefix?: string | undefined;
}

/** A keyspace for one test, with a session. Disposing of it drops the keyspace and closes the session. */
export interface TestKeyspace extends AsyncDisposable {
  /** The name, e.g. `test_3f9c0a5be721`. */
  readonly name: string;
  /** A session in this keyspace. */
  readonly session: Session;
  /** The options for further connections to its cluster. */
  readonly cluster: ConnectByContactPoints;
}

/** How long to retry while a node accepts connections but does not answer, as on a loaded machine, in milliseconds. */
const CONNECT_LIMIT = 60_000;

/**
 * Creates a keyspace with one replica and the tables of these models, whose indexes can be queried. It is dropped when it
 * is disposed of, whether the test passed or not; only a killed process leaves its keyspaces behind.
 *
 * While a node accepts connections but does not answer, as on a loaded machine, connecting is retried for a minute.
 * Statements of the session have the time-out that `cassandra` has (`requestTimeout`).
 *
 * @throws CassandraError `NOT_CONNECTED`, `UNAVAILABLE` or `REFUSED`; `NOT_SYNCED` as `sync`; no keyspace is left behind
 * then
 * @example
 * await using keyspace = await createTestKeyspace({ cassandra, tables: [SeatTable] });
 * await keyspace.session.run(select(SeatTable, { theatre: "Globe" })); // []
 */
export async function createTestKeyspace({
  cassandra: cluster,
  tables = [],
  prefix = "test",
}: TestKeyspaceOptions): Promise<TestKeyspace> {
  const name = `${prefix}_${randomBytes(6).toString("hex")}`;
  await using opened = new AsyncDisposableStack();
  await patiently(() =>
    syncKeyspace(cluster, name, { replication: { [cluster.localDataCenter]: 1 } }),
  );
  opened.defer(() => dropTestKeyspace(cluster, name));
  const session = opened.use(await patiently(() => connect({ ...cluster, keyspace: name })));
  await sync(session, { keyspace: name, tables });
  const kept = opened.move();
  return { name, session, cluster, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** Uses its own connection, since the test may have closed its session. */
async function dropTestKeyspace(cluster: ConnectByContactPoints, name: string): Promise<void> {
  const { keyspace: _, ...elsewhere } = cluster;
  await using session = await patiently(() => connect(elsewhere));
  await session.cql(dropKeyspace(name), [], { writes: true });
}

/** Runs an action that connects first, and retries it while the node does not answer. */
async function patiently<Result>(action: () => Promise<Result>): Promise<Result> {
  const end = performance.now() + CONNECT_LIMIT;
  for (;;) {
    try {
      return await action();
    } catch (error) {
      if (!isSilent(error) || performance.now() > end) throw error;
    }
  }
}
