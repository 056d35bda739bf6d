import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readTestEnvironment } from "./environment.ts";
import { reuseCassandra, type ReuseOptions } from "./reuse.ts";
import { runCassandra, type TestRuntime, tryRuntimes } from "./runtime.ts";

export type { TestRuntime } from "./runtime.ts";

/** Options of {@link startTestCassandra}. An absent option is read from the environment, or has a default. */
export interface TestCassandraOptions {
  /**
   * Running nodes to use, each `host` or `host:port` (9042). With them nothing is started or stopped, and the other
   * options except `localDataCenter` are ignored. Environment: `CASSANDRA_TEST_CONTACT_POINTS`. Default: none.
   */
  readonly contactPoints?: readonly string[] | undefined;
  /** The data centre of these nodes. Environment: `CASSANDRA_TEST_LOCAL_DATA_CENTER`. Default: `datacenter1`. */
  readonly localDataCenter?: string | undefined;
  /**
   * What Cassandra runs on. Environment: `CASSANDRA_TEST`. Default: Docker if an engine answers and has the image or
   * can pull it, otherwise jars, which need Java 17 or 11 and, for the first start, Maven or the URL of a Maven
   * repository in `CASSANDRA_TEST_REPOSITORY`.
   */
  readonly runtime?: TestRuntime | undefined;
  /**
   * Whether to leave Cassandra running for later test runs and to use one that was left running. Environment:
   * `CASSANDRA_TEST_REUSE`, `true` or `false`. Default: false, which starts one for this run only.
   */
  readonly reuse?: boolean | ReuseOptions | undefined;
  /** Called with one short line for each step of a start. Default: does nothing. */
  readonly progress?: ((line: string) => void) | undefined;
}

/** A Cassandra for tests. */
export interface TestCassandra extends AsyncDisposable {
  /** The nodes, each `host:port` or as given. */
  readonly contactPoints: readonly string[];
  readonly localDataCenter: string;
  /**
   * Stops Cassandra and removes its data if it was started for this run; releases it if it is reused; does nothing to
   * given nodes. Idempotent.
   */
  stop(): Promise<void>;
}

/**
 * Provides a real Cassandra for tests, without passwords: the given nodes, otherwise one that runs on this machine and
 * that ends when this process ends, even if this process is killed, unless it is reused.
 *
 * The settings of the service are not read, so tests never reach the cluster for which the service is configured.
 *
 * @throws Error if a variable of the environment is wrong, or what a start needs is missing (`code` as `NO_JAVA`)
 * @example
 * await using cassandra = await startTestCassandra({ reuse: true });
 * await using keyspace = await createTestKeyspace({ cassandra, tables: [SeatTable] });
 */
export async function startTestCassandra(
  options: TestCassandraOptions = {},
): Promise<TestCassandra> {
  const environment = readTestEnvironment(process.env);
  const contactPoints = options.contactPoints ?? environment.contactPoints;
  if (contactPoints !== undefined) {
    const localDataCenter = options.localDataCenter ?? environment.localDataCenter;
    return testCassandra({ contactPoints, localDataCenter }, async () => {});
  }
  const runtime = options.runtime ?? environment.runtime;
  const runtimes = runtime === undefined ? (["docker", "jars"] as const) : [runtime];
  const progress = options.progress ?? (() => {});
  const reuse = options.reuse ?? environment.reuse;
  if (!reuse) return startForThisRun(runtimes, progress);
  const reused = await reuseCassandra(runtimes, reuse === true ? {} : reuse, progress);
  return testCassandra(reused, reused.release);
}

/** Runs Cassandra in a temporary directory, which is removed when it is stopped. */
async function startForThisRun(
  runtimes: readonly TestRuntime[],
  progress: (line: string) => void,
): Promise<TestCassandra> {
  await using opened = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), "partyfinder-test-"));
  opened.defer(() => rm(dir, { recursive: true, force: true }));
  const embedded = opened.use(
    await tryRuntimes(runtimes, (runtime) => runCassandra({ dir, runtime, progress })),
  );
  const { contactPoint, localDataCenter } = embedded;
  const kept = opened.move();
  return testCassandra({ contactPoints: [contactPoint], localDataCenter }, () =>
    kept.disposeAsync(),
  );
}

function testCassandra(
  {
    contactPoints,
    localDataCenter = "datacenter1",
  }: Pick<TestCassandraOptions, "localDataCenter"> & Pick<TestCassandra, "contactPoints">,
  stop: () => Promise<void>,
): TestCassandra {
  return { contactPoints, localDataCenter, stop, [Symbol.asyncDispose]: stop };
}
