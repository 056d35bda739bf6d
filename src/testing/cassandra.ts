import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readTestEnvironment } from "./environment.ts";
import { reuseCassandra, type ReuseOptions } from "./reuse.ts";
import { inTurn, runCassandra, type TestRuntime } from "./runtime.ts";

export type { TestRuntime } from "./runtime.ts";

/** Which Cassandra tests use. What is left out is taken from the environment, then from the defaults. */
export interface TestCassandraOptions {
  /**
   * Nodes that run already, each `host` or `host:port` (9042); `CASSANDRA_TEST_CONTACT_POINTS`. With them nothing is
   * started or stopped, and the rest but `localDataCenter` has no meaning. Default: none.
   */
  readonly contactPoints?: readonly string[] | undefined;
  /** The data centre of these nodes; `CASSANDRA_TEST_LOCAL_DATA_CENTER`; default `datacenter1`. */
  readonly localDataCenter?: string | undefined;
  /**
   * What Cassandra is run on; `CASSANDRA_TEST`. Default: Docker where an engine answers and has or gets the image,
   * else jars, which need Java 17 or 11, and once Maven or the URL of a Maven repository in `CASSANDRA_TEST_REPOSITORY`.
   */
  readonly runtime?: TestRuntime | undefined;
  /**
   * Whether to leave Cassandra running for the runs to come, and to use one that was left; `CASSANDRA_TEST_REUSE`,
   * `true` or `false`; default false: it is this one's own, and ends with it.
   */
  readonly reuse?: boolean | ReuseOptions | undefined;
  /** Called with one short line for each step of a start; default: nobody is told. */
  readonly progress?: ((line: string) => void) | undefined;
}

/** A Cassandra for tests: how to connect to it, and its end. */
export interface TestCassandra extends AsyncDisposable {
  /** Its nodes, each `host:port` or as given. */
  readonly contactPoints: readonly string[];
  readonly localDataCenter: string;
  /**
   * Ends it with its data if it is this one's own; lets go of it if it is reused; does nothing to nodes that were
   * given. Idempotent.
   */
  stop(): Promise<void>;
}

/**
 * Gives tests a real Cassandra, without passwords: the nodes that are named, else one that is run on this machine.
 * One that is run ends with this process, however that ends, unless it is to be reused.
 *
 * The settings of the service are not read: tests never meet the cluster that it is configured for.
 *
 * @throws Error if a variable of the environment is wrong, or saying what a start lacks (`code` as `NO_JAVA`)
 * @example
 * await using cassandra = await startTestCassandra({ reuse: true });
 * await using keyspace = await createTestKeyspace({ cassandra, tables: [MessageTable] });
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
  if (!reuse) return startOwn(runtimes, progress);
  const reused = await reuseCassandra(runtimes, reuse === true ? {} : reuse, progress);
  return testCassandra(reused, reused.release);
}

/** Runs one in a directory that is removed with it. */
async function startOwn(
  runtimes: readonly TestRuntime[],
  progress: (line: string) => void,
): Promise<TestCassandra> {
  await using opened = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), "partyfinder-test-"));
  opened.defer(() => rm(dir, { recursive: true, force: true }));
  const embedded = opened.use(
    await inTurn(runtimes, (runtime) => runCassandra({ dir, runtime, progress })),
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
