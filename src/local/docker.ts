import { createHash } from "node:crypto";
import { constants } from "node:os";
import { resolve } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type {
  ContainerRuntimeClient,
  GenericContainer,
  StartedTestContainer,
} from "testcontainers";
import { loadOptional, MissingPackage } from "../support/optional.ts";
import { answersCql } from "./answers-cql.ts";
import { LocalError } from "./error.ts";

const testcontainers = { name: "testcontainers", major: 12, user: "Cassandra in Docker" };

/** Loads testcontainers, which is optional and takes 0.2 to 0.6 s to load. */
async function loadTestcontainers() {
  try {
    return await loadOptional(() => import("testcontainers"), testcontainers);
  } catch (cause) {
    if (!(cause instanceof MissingPackage)) throw cause;
    throw new LocalError("NO_DOCKER", cause.message, { cause });
  }
}

/** The official image; `5.0` follows the 5.0.x releases. */
const IMAGE = "cassandra:5.0";

/** What there is to download for it: 171 MB for amd64 and 5.0.9, says github.com/docker-library/repo-info. */
const IMAGE_SIZE = "about 170 MB";

/** The port for clients inside the container. */
const CQL_PORT = 9042;

const DATA_CENTER = "dc1";

/**
 * Returns the settings of one node, as variables of the image.
 *
 * A small heap replaces a quarter of the machine's memory (the process then takes about 0.6 GB). The node waits for no
 * other node: neither at the start for gossip to settle, nor at the end for them to hear of it. Data centre, rack and
 * token are part of the data that a volume keeps, so they must not change.
 */
function environment({ durable }: { readonly durable: boolean }): Record<string, string> {
  const options = [
    "-Dcassandra.initial_token=0",
    "-Dcassandra.skip_wait_for_gossip_to_settle=0",
    "-Dcassandra.shutdown_announce_in_ms=0",
    ...(durable ? DURABLE : []),
  ];
  return {
    CASSANDRA_DC: DATA_CENTER,
    CASSANDRA_RACK: "rack1",
    CASSANDRA_ENDPOINT_SNITCH: "GossipingPropertyFileSnitch",
    CASSANDRA_NUM_TOKENS: "1",
    MAX_HEAP_SIZE: "512M",
    HEAP_NEWSIZE: "128M",
    JVM_EXTRA_OPTS: options.join(" "),
  };
}

/**
 * Acknowledges only what is on the disk. The image has no variable for that, but Cassandra takes any setting as a system
 * property (YamlConfigurationLoader); the image's period must go, for `batch` allows none.
 */
const DURABLE = [
  "-Dcassandra.config.allow_system_properties=true",
  "-Dcassandra.settings.commitlog_sync=batch",
  "-Dcassandra.settings.commitlog_sync_period=0ms",
];

/** How long a node may take to start, and then to serve clients, in milliseconds each. */
const START_LIMIT = 120_000;

/** How long a node whose data is kept may take to end by itself, in seconds; it needs about 3. */
const GRACE_SECONDS = 10;

/** How much of a starting node's log is remembered for an error to quote from, in characters. */
const LOG_TAIL = 5000;

export interface DockerOptions {
  /**
   * Whose data to keep between runs: a directory, absolute or relative to the working directory, which the
   * caller has to itself. It only names a Docker volume, nothing is written into it (see `volumeOf`). What is
   * acknowledged is then on the disk. Absent: the data goes with the container.
   */
  readonly dataDir?: string | undefined;
  /** The port for clients. Absent: any free one. */
  readonly port?: number | undefined;
  /** Called with one line for each step that takes time. */
  readonly progress: (line: string) => void;
  /** Ends the start: the container is removed, then `startDocker` rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface DockerCassandra {
  /** Address and port for clients: `127.0.0.1:32768`; another address only where `hostAddress` says so. */
  readonly contactPoint: string;
  readonly localDataCenter: string;
  /** Resolves, never rejects, when the node ended although nobody has stopped it. Its container is gone then. */
  readonly died: Promise<LocalError>;
  /**
   * Ends the node (0.3 s; 3 s with data to keep) and removes the container. A kept volume stays. Idempotent.
   */
  stop(): Promise<void>;
}

/**
 * Returns true if a Docker engine answers: at `DOCKER_HOST`, where `~/.testcontainers.properties` says, or at one of
 * the usual sockets (testcontainers does not know Docker's contexts). Otherwise returns an error that says what is
 * missing.
 */
export async function checkDocker(): Promise<true | LocalError> {
  try {
    await connect();
    return true;
  } catch (error) {
    if (error instanceof LocalError) return error;
    throw error;
  }
}

/**
 * Starts one node of Cassandra 5.0 in Docker, without passwords and for this machine only, and resolves once
 * it answers. Pulls the image first if the engine does not have it.
 *
 * The node ends with this process, however that ends: testcontainers' watchdog container (Ryuk) sees to it,
 * unless `TESTCONTAINERS_RYUK_DISABLED=true`.
 *
 * Fails with a LocalError and leaves no container: `NO_DOCKER`, `DOWNLOAD_FAILED`, or `NOT_STARTED` when the
 * port is taken or the node ends while it starts.
 */
export async function startDocker(options: DockerOptions): Promise<DockerCassandra> {
  const { dataDir, progress, signal } = options;
  signal?.throwIfAborted();
  const client = await connect();
  // An aborted pull goes on by itself until this process ends: testcontainers cannot cancel one.
  await unlessAborted(signal, () => pull(client, progress));
  await unlessAborted(signal, () => startWatchdog(client));
  const volume = dataDir === undefined ? undefined : volumeOf(dataDir);
  const graceSeconds = volume === undefined ? 0 : GRACE_SECONDS;
  if (volume !== undefined) await discard(client, volume, graceSeconds); // left by a process that was killed

  const kept = volume === undefined ? "" : `, with its data in the volume ${volume}`;
  progress(`Starting Cassandra in Docker${kept}.`);
  const { started, log } = await startContainer(client, { ...options, volume });
  return {
    contactPoint: `${hostAddress(client)}:${started.getMappedPort(CQL_PORT)}`,
    localDataCenter: DATA_CENTER,
    ...lifetime(client, started.getId(), log, graceSeconds),
  };
}

/** The two ends of a container: by a stop, or by itself. Each removes it. */
function lifetime(
  client: ContainerRuntimeClient,
  id: string,
  log: Log,
  graceSeconds: number,
): Pick<DockerCassandra, "died" | "stop"> {
  let removal: Promise<void> | undefined;
  const died = async (): Promise<LocalError> => {
    await log.ended; // first, because unlike a question to the engine it does not keep this process running
    const end = await endOf(client, id);
    if (removal !== undefined) return new Promise(() => {});
    await (removal = discard(client, id).catch(() => {})); // there may be no engine any more
    const message = `Cassandra in Docker ended by itself: ${end}. ${quote(log.tail)}`.trim();
    return new LocalError("DIED", message);
  };
  return { died: died(), stop: () => (removal ??= discard(client, id, graceSeconds)) };
}

async function connect(): Promise<ContainerRuntimeClient> {
  const { getContainerRuntimeClient } = await loadTestcontainers();
  return getContainerRuntimeClient().catch((cause: unknown) => {
    throw noDocker(cause);
  });
}

/** Returns the error for a Docker engine that does not answer. */
export function noDocker(cause?: unknown): LocalError {
  const message =
    "No Docker engine answers. Start it, or give its socket in DOCKER_HOST (see docker context ls).";
  return new LocalError("NO_DOCKER", message, { cause });
}

async function pull(
  client: ContainerRuntimeClient,
  progress: (line: string) => void,
): Promise<void> {
  const { ImageName } = await loadTestcontainers();
  const image = ImageName.fromString(IMAGE);
  if (await client.image.exists(image)) return;
  progress(`Pulling the Docker image ${image.string} (${IMAGE_SIZE}, once).`);
  try {
    await client.image.pull(image);
    // testcontainers does not see an error which the engine reports after it began to answer
    if (!(await client.image.exists(image))) throw new Error("the download ended early");
  } catch (cause) {
    const message = `Docker could not pull the image ${image.string}: ${reasonOf(cause)}`;
    throw new LocalError("DOWNLOAD_FAILED", message, { cause });
  }
}

/** Before the container would do so itself, to tell a failure of the one from a failure of the other. */
async function startWatchdog(client: ContainerRuntimeClient): Promise<void> {
  const { getReaper } = await loadTestcontainers();
  await getReaper(client).catch((cause: unknown) => {
    const hint = "TESTCONTAINERS_RYUK_DISABLED=true does without it.";
    const message = `testcontainers' watchdog Ryuk did not start: ${reasonOf(cause)}. ${hint}`;
    throw new LocalError("NOT_STARTED", message, { cause });
  });
}

/**
 * The volume for a data directory, and the container's name too: two nodes on the same data would destroy it,
 * and Docker refuses the second of a name.
 *
 * A volume and no bind mount of the directory, because the image gives its data to a user of its own (uid
 * 999): on Linux the developer could not even delete the directory, a rootless engine makes yet another user
 * of that one, and Docker Desktop's shared folders are slow.
 */
function volumeOf(dataDir: string): string {
  return `partyfinder-${createHash("sha256").update(resolve(dataDir)).digest("hex").slice(0, 12)}`;
}

/** What is said of a node that ended while it started. */
const ENDED = "it ended";

interface ContainerOptions extends Pick<DockerOptions, "port" | "signal"> {
  /** Undefined: throw-away data. */
  readonly volume: string | undefined;
}

/** What is known of a container before testcontainers hands it over. */
interface Attempt {
  id: string | undefined;
  readonly log: Log;
}

/** What a container has logged. */
interface Log {
  /** The last of it. */
  tail: string;
  /** Resolves when there will be no more: the container has ended, or the engine. */
  readonly ended: Promise<void>;
  readonly end: () => void;
}

function emptyLog(): Log {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  return { tail: "", ended, end };
}

/**
 * Starts a container or leaves none. An abort removes it at once, which makes testcontainers give up waiting
 * for it.
 */
async function startContainer(
  client: ContainerRuntimeClient,
  options: ContainerOptions,
): Promise<{ readonly started: StartedTestContainer; readonly log: Log }> {
  const { port, signal } = options;
  const attempt: Attempt = { id: undefined, log: emptyLog() };
  const container = await developmentContainer(client, options, attempt);
  let removal: Promise<void> | undefined;
  // a failing removal must not hide what it is done for
  const remove = () =>
    (removal ??=
      attempt.id === undefined ? undefined : discard(client, attempt.id).catch(() => {}));
  const abort = () => void remove();
  signal?.addEventListener("abort", abort, { once: true });
  try {
    const started = await container.start();
    await untilAnswers(hostAddress(client), started.getMappedPort(CQL_PORT), attempt.log, signal);
    return { started, log: attempt.log };
  } catch (error) {
    await remove();
    signal?.throwIfAborted();
    if (isEndOfLog(error)) await attempt.log.ended; // testcontainers, which reads it too, was before us
    throw notStarted(error, port, attempt.log.tail);
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

/** Waits until a node whose port is open serves clients: the first queries may take it seconds. */
async function untilAnswers(
  host: string,
  port: number,
  log: Log,
  signal: AbortSignal | undefined,
): Promise<void> {
  const limit = performance.now() + START_LIMIT;
  let hasEnded = false;
  void log.ended.then(() => (hasEnded = true));
  while (!(await answersCql(host, port))) {
    signal?.throwIfAborted();
    if (hasEnded) throw new Error(ENDED);
    if (performance.now() > limit)
      throw new Error(`it did not answer within ${START_LIMIT / 1000} s`);
    await sleep(50);
  }
  signal?.throwIfAborted();
}

/**
 * Returns the container of one node for development. testcontainers' own Cassandra module is not used: its health check
 * starts a Python program (cqlsh) four times a second for as long as the container lives. testcontainers has no method
 * for a port on one address only, so it is set in a protected field.
 */
async function developmentContainer(
  client: ContainerRuntimeClient,
  { port = 0, signal, volume }: ContainerOptions,
  attempt: Attempt,
): Promise<GenericContainer> {
  const { GenericContainer: Container, Wait } = await loadTestcontainers();

  class DevelopmentContainer extends Container {
    protected override async beforeContainerCreated(): Promise<void> {
      this.hostConfig.PortBindings = {
        [`${CQL_PORT}/tcp`]: [{ HostIp: hostAddress(client), HostPort: String(port) }],
      };
    }

    protected override async containerCreated(id: string): Promise<void> {
      attempt.id = id;
      signal?.throwIfAborted();
    }
  }

  const container = new DevelopmentContainer(IMAGE)
    .withExposedPorts(CQL_PORT)
    .withEnvironment(environment({ durable: volume !== undefined }))
    .withDefaultLogDriver() // the engine's own choice may be one that cannot be read
    .withWaitStrategy(Wait.forLogMessage("Startup complete")) // once the port for clients is open
    .withStartupTimeout(START_LIMIT)
    .withLogConsumer((log) => keepTail(log, attempt.log));
  if (volume === undefined) return container;
  return container
    .withName(volume)
    .withBindMounts([{ source: volume, target: "/var/lib/cassandra" }]);
}

function keepTail(stream: Readable, log: Log): void {
  stream.on("error", log.end); // without a listener, an engine that goes away would end this process
  stream.on("end", log.end);
  stream.on("data", (text: string) => {
    log.tail = (log.tail + text).slice(-LOG_TAIL);
  });
}

/** What the engine says of a container that has ended: its status, above 128 by a signal. */
interface Ended {
  readonly StatusCode: number;
}

/** How a container has ended: `status 1`, `SIGKILL`. */
async function endOf(client: ContainerRuntimeClient, id: string): Promise<string> {
  try {
    const { StatusCode: status }: Ended = await client.container.getById(id).wait();
    const signals = Object.entries(constants.signals);
    const [signal] = signals.find(([, number]) => status === 128 + number) ?? [];
    return signal ?? `status ${status}`;
  } catch (error) {
    return reasonOf(error);
  }
}

/**
 * Ends and removes a container, given by id or name, with its nameless volumes. One that is gone already is
 * fine.
 */
async function discard(
  client: ContainerRuntimeClient,
  id: string,
  graceSeconds = 0,
): Promise<void> {
  const container = client.container.getById(id);
  // its failure does not matter: the removal ends by force what still runs
  if (graceSeconds > 0) await container.stop({ t: graceSeconds }).catch(() => {});
  await container.remove({ force: true, v: true }).catch((error: unknown) => {
    if (!hasStatus(error, 404)) throw error;
  });
}

/**
 * The only address the port is open on: 127.0.0.1; the engine's gateway if this process runs in a container
 * itself; the engine's machine if `DOCKER_HOST` names another one.
 */
function hostAddress({ info }: ContainerRuntimeClient): string {
  return info.containerRuntime.hostIps.find(({ family }) => family === 4)?.address ?? "127.0.0.1";
}

function notStarted(cause: unknown, port: number | undefined, log: string): LocalError {
  const reason = reasonOf(cause);
  if (/port is already allocated|address already in use/i.test(reason)) {
    const message = `Cassandra did not start in Docker: port ${port} is taken.`;
    return new LocalError("NOT_STARTED", message, { cause });
  }
  const what = isEndOfLog(cause) ? ENDED : reason;
  const message = `Cassandra did not start in Docker: ${what}. ${quote(log)}`.trim();
  return new LocalError("NOT_STARTED", message, { cause });
}

/** Whether testcontainers gave up waiting for a line of the log because there will be no more. */
function isEndOfLog(error: unknown): boolean {
  return reasonOf(error).startsWith("Log stream ended");
}

/** The last lines that say something: no stack traces, and not the half of a line that a long log begins with. */
function quote(log: string): string {
  const lines = log.split("\n").slice(log.length < LOG_TAIL ? 0 : 1);
  const telling = lines.filter((line) => !/^\s*$|^\s+at |^\s+\.\.\. \d+ /.test(line));
  return telling.length === 0 ? "" : ["The end of its log:", ...telling.slice(-6)].join("\n  ");
}

/** What an error says, without the `(HTTP code 500) server error - ` that the engine's client prepends. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^\(HTTP code \d+\) [^-]* - /, "").trim();
}

function hasStatus(error: unknown, status: number): boolean {
  return error instanceof Error && "statusCode" in error && error.statusCode === status;
}

async function unlessAborted<T>(
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (signal === undefined) return work();
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work(), aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
