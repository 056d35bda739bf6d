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

/** What a keyspace for tests is to be. */
export interface TestKeyspaceOptions {
  /** On which Cassandra: a `TestCassandra`, or how to connect to another one. */
  readonly cassandra: ConnectByContactPoints;
  /** The models of the tables to create in it; default: none. */
  readonly tables?: readonly Table[] | undefined;
  /**
   * What its name begins with, at most 35 letters, digits and underscores; default `test`. The rest is random, so that
   * no two meet.
   */
  readonly prefix?: string | undefined;
}

/** A keyspace of a test's own, with a session; disposed of, it is dropped and the session closed. */
export interface TestKeyspace extends AsyncDisposable {
  /** e.g. `test_3f9c0a5be721` */
  readonly name: string;
  /** A session in this keyspace. */
  readonly session: Session;
  /** How to connect to its cluster, for sessions and programs of the test's own. */
  readonly cluster: ConnectByContactPoints;
}

/** How long a node that takes connections may fail to answer, as a loaded machine's does, in milliseconds. */
const PATIENCE = 60_000;

/**
 * Makes a new keyspace, one copy of each row, with the tables of these models in it. It is dropped when it is disposed
 * of, whether the test passed or not; only a process that is killed leaves its own behind.
 *
 * A node that takes connections and does not answer, as on a loaded machine, is given a minute. Statements of the session
 * wait as long as `cassandra` says (`requestTimeout`).
 *
 * @throws CassandraError `NOT_CONNECTED`, `UNAVAILABLE` or `REFUSED`; then nothing is left behind either
 * @example
 * await using keyspace = await createTestKeyspace({ cassandra, tables: [MessageTable] });
 * await keyspace.session.run(select(MessageTable, { room: "lobby" })); // []
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
  opened.defer(() => drop(cluster, name));
  const session = opened.use(await patiently(() => connect({ ...cluster, keyspace: name })));
  await sync(session, { keyspace: name, tables });
  const kept = opened.move();
  return { name, session, cluster, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** By a connection of its own: the test may have closed its session. */
async function drop(cluster: ConnectByContactPoints, name: string): Promise<void> {
  const { keyspace: _, ...elsewhere } = cluster;
  await using session = await patiently(() => connect(elsewhere));
  await session.cql(dropKeyspace(name));
}

/** Does what begins with a connection, again as long as nobody answers. */
async function patiently<Result>(action: () => Promise<Result>): Promise<Result> {
  const end = performance.now() + PATIENCE;
  for (;;) {
    try {
      return await action();
    } catch (error) {
      if (!isSilent(error) || performance.now() > end) throw error;
    }
  }
}
