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
import { unlessAborted } from "../support/unless-aborted.ts";
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

/** The official image. The tag `5.0` follows the 5.0.x releases. */
const IMAGE = "cassandra:5.0";

/** The download size of the image: 171 MB for amd64 and 5.0.9, according to github.com/docker-library/repo-info. */
const IMAGE_SIZE = "about 170 MB";

/** The port for clients inside the container. */
const CQL_PORT = 9042;

const DATA_CENTER = "dc1";

/**
 * Returns the settings of one node, as environment variables of the image.
 *
 * The heap is small instead of a quarter of the machine's memory (the process then takes about 0.6 GB). The node does
 * not wait for other nodes, neither at the start for gossip to settle nor at the end for the shutdown to be announced.
 * Data centre, rack and token are part of the data that a volume keeps, so they must not change.
 */
function containerEnvironment({ durable }: { readonly durable: boolean }): Record<string, string> {
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
 * Makes Cassandra acknowledge only what is on the disk. The image has no variable for that, but Cassandra accepts any
 * setting as a system property (YamlConfigurationLoader). The image's period must be reset, since `batch` allows none.
 */
const DURABLE = [
  "-Dcassandra.config.allow_system_properties=true",
  "-Dcassandra.settings.commitlog_sync=batch",
  "-Dcassandra.settings.commitlog_sync_period=0ms",
];

/** How long a node may take to start, and then to serve clients, in milliseconds each. */
const START_LIMIT = 120_000;

/** How long a node with kept data may take to shut down, in seconds. It needs about 3. */
const GRACE_SECONDS = 10;

/** How much of the end of a node's log is kept for error messages, in characters. */
const LOG_TAIL = 5000;

export interface DockerOptions {
  /**
   * The directory whose data is kept between runs, absolute or relative to the working directory. The caller must have
   * locked it. It only names a Docker volume, and nothing is written into it (see `volumeOf`). Writes are then
   * acknowledged only when they are on the disk. Default: the data is removed with the container.
   */
  readonly dataDir?: string | undefined;
  /** The port for clients. Default: any free port. */
  readonly port?: number | undefined;
  /** Called with one line for each step that takes time. */
  readonly progress: (line: string) => void;
  /** Aborts the start: the container is removed, then `startDocker` rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface DockerCassandra {
  /** The address and port for clients, e.g. `127.0.0.1:32768`. See `hostAddress` for other addresses. */
  readonly contactPoint: string;
  readonly localDataCenter: string;
  /** Resolves when the node has ended without `stop`, after its container is removed. Never rejects. */
  readonly died: Promise<LocalError>;
  /**
   * Stops the node (0.3 s; 3 s with kept data) and removes the container, but not the volume of kept data. Idempotent.
   */
  stop(): Promise<void>;
}

/**
 * Returns true if a Docker engine answers at `DOCKER_HOST`, at the address in `~/.testcontainers.properties`, or at one
 * of the usual sockets (testcontainers does not support Docker contexts). Otherwise returns an error that says what is
 * missing.
 */
export async function checkDocker(): Promise<true | LocalError> {
  try {
    await connectToEngine();
    return true;
  } catch (error) {
    if (error instanceof LocalError) return error;
    throw error;
  }
}

/**
 * Starts one node of Cassandra 5.0 in Docker, without passwords and for this machine only. Resolves when it answers.
 * Pulls the image first if the engine does not have it.
 *
 * The node ends when this process ends, even if this process is killed: testcontainers' watchdog container (Ryuk)
 * removes it, unless `TESTCONTAINERS_RYUK_DISABLED=true`.
 *
 * @throws LocalError `NO_DOCKER`, `DOWNLOAD_FAILED`, or `NOT_STARTED` if the port is taken or the node ends while it
 * starts. No container is left then.
 */
export async function startDocker(options: DockerOptions): Promise<DockerCassandra> {
  const { dataDir, progress, signal } = options;
  signal?.throwIfAborted();
  const client = await connectToEngine();
  // An aborted pull continues until this process ends, since testcontainers cannot cancel it.
  await unlessAborted(signal, () => pull(client, progress));
  await unlessAborted(signal, () => startWatchdog(client));
  const volume = dataDir === undefined ? undefined : volumeOf(dataDir);
  const graceSeconds = volume === undefined ? 0 : GRACE_SECONDS;
  // A killed process may have left its container.
  if (volume !== undefined) await removeContainer(client, volume, { graceSeconds });

  const kept = volume === undefined ? "" : `, with its data in the volume ${volume}`;
  progress(`Starting Cassandra in Docker${kept}.`);
  const { started, log } = await startContainer(client, { ...options, volume });
  return {
    contactPoint: `${hostAddress(client)}:${started.getMappedPort(CQL_PORT)}`,
    localDataCenter: DATA_CENTER,
    ...containerLifetime(client, { id: started.getId(), log, graceSeconds }),
  };
}

interface StartedContainer {
  readonly id: string;
  readonly log: ContainerLog;
  readonly graceSeconds: number;
}

/** Removes a container when it is stopped and when it ends by itself. */
function containerLifetime(
  client: ContainerRuntimeClient,
  { id, log, graceSeconds }: StartedContainer,
): Pick<DockerCassandra, "died" | "stop"> {
  let removal: Promise<void> | undefined;
  const died = async (): Promise<LocalError> => {
    // Awaited first, since a request to the engine would keep this process running.
    await log.ended;
    const end = await containerEnd(client, id);
    if (removal !== undefined) return new Promise(() => {});
    // The engine may have ended too.
    await (removal = removeContainer(client, id).catch(() => {}));
    const message = `Cassandra in Docker ended by itself: ${end}. ${endOfContainerLog(log.tail)}`;
    return new LocalError("DIED", message.trim());
  };
  return { died: died(), stop: () => (removal ??= removeContainer(client, id, { graceSeconds })) };
}

async function connectToEngine(): Promise<ContainerRuntimeClient> {
  const { getContainerRuntimeClient } = await loadTestcontainers();
  return getContainerRuntimeClient().catch((cause: unknown) => {
    throw noDocker(cause);
  });
}

/** Creates the error for a Docker engine that does not answer. */
export function noDocker(cause?: unknown): LocalError {
  const message =
    "No Docker engine answers. Start it, or set DOCKER_HOST to its socket (see docker context ls).";
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
    // testcontainers ignores an error that the engine reports after it has begun to answer.
    if (!(await client.image.exists(image))) throw new Error("the download ended early");
  } catch (cause) {
    const message = `Docker could not pull the image ${image.string}: ${dockerMessage(cause)}`;
    throw new LocalError("DOWNLOAD_FAILED", message, { cause });
  }
}

/** Starts the watchdog before the container does so itself, so that the errors of the two can be told apart. */
async function startWatchdog(client: ContainerRuntimeClient): Promise<void> {
  const { getReaper } = await loadTestcontainers();
  await getReaper(client).catch((cause: unknown) => {
    const hint = "Set TESTCONTAINERS_RYUK_DISABLED=true to do without it.";
    const message = `testcontainers' watchdog Ryuk did not start: ${dockerMessage(cause)}. ${hint}`;
    throw new LocalError("NOT_STARTED", message, { cause });
  });
}

/**
 * Returns the name of the volume for a data directory. It is also the name of the container: two nodes with the same
 * data would destroy it, and Docker refuses a second container of the same name.
 *
 * The data is in a volume and not in a bind mount of the directory, because the image makes its own user (uid 999) the
 * owner. On Linux the developer could not even delete the directory; a rootless engine maps that user to yet another
 * one; and Docker Desktop's shared folders are slow.
 */
function volumeOf(dataDir: string): string {
  return `partyfinder-${createHash("sha256").update(resolve(dataDir)).digest("hex").slice(0, 12)}`;
}

/** The reason in the message about a node that ended while starting. */
const ENDED = "it ended";

interface ContainerOptions extends Pick<DockerOptions, "port" | "signal"> {
  /** Undefined if the data is not kept. */
  readonly volume: string | undefined;
}

/** The state of a container that testcontainers is still starting. */
interface ContainerStart {
  id: string | undefined;
  readonly log: ContainerLog;
}

interface ContainerLog {
  /** The end of the log. */
  tail: string;
  /** Resolves when the log has ended, because the container or the engine has ended. */
  readonly ended: Promise<void>;
  readonly end: () => void;
}

function createContainerLog(): ContainerLog {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  return { tail: "", ended, end };
}

/**
 * Starts a container. Leaves none if that fails. An abort removes the container at once, which makes testcontainers
 * stop waiting for it.
 */
async function startContainer(
  client: ContainerRuntimeClient,
  options: ContainerOptions,
): Promise<{ readonly started: StartedTestContainer; readonly log: ContainerLog }> {
  const { port, signal } = options;
  const start: ContainerStart = { id: undefined, log: createContainerLog() };
  const { log } = start;
  const container = await developmentContainer(client, { ...options, start });
  let removal: Promise<void> | undefined;
  // An error of the removal must not hide the error that caused it.
  const remove = () =>
    (removal ??=
      start.id === undefined ? undefined : removeContainer(client, start.id).catch(() => {}));
  const abort = () => void remove();
  signal?.addEventListener("abort", abort, { once: true });
  try {
    const started = await container.start();
    const address = { host: hostAddress(client), port: started.getMappedPort(CQL_PORT) };
    await waitUntilAnswers(address, { log, signal });
    return { started, log };
  } catch (error) {
    await remove();
    signal?.throwIfAborted();
    // testcontainers reads the log too, and may have seen its end first.
    if (isEndOfLog(error)) await log.ended;
    throw containerNotStarted(error, { port, log: log.tail });
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

/** Waits until a node with an open port serves clients: its first queries may take seconds. */
async function waitUntilAnswers(
  { host, port }: { readonly host: string; readonly port: number },
  { log, signal }: { readonly log: ContainerLog; readonly signal: AbortSignal | undefined },
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
 * Returns the container of one node for development. testcontainers' own Cassandra module is not used, since its health
 * check starts a Python program (cqlsh) four times a second for as long as the container runs. testcontainers has no
 * method for a port on one address only, so that is set in a protected field.
 */
async function developmentContainer(
  client: ContainerRuntimeClient,
  { port = 0, signal, volume, start }: ContainerOptions & { readonly start: ContainerStart },
): Promise<GenericContainer> {
  const { GenericContainer: Container, Wait } = await loadTestcontainers();

  class DevelopmentContainer extends Container {
    protected override async beforeContainerCreated(): Promise<void> {
      this.hostConfig.PortBindings = {
        [`${CQL_PORT}/tcp`]: [{ HostIp: hostAddress(client), HostPort: String(port) }],
      };
    }

    protected override async containerCreated(id: string): Promise<void> {
      start.id = id;
      signal?.throwIfAborted();
    }
  }

  const container = new DevelopmentContainer(IMAGE)
    .withExposedPorts(CQL_PORT)
    .withEnvironment(containerEnvironment({ durable: volume !== undefined }))
    .withDefaultLogDriver() // the engine's default driver may not be readable
    .withWaitStrategy(Wait.forLogMessage("Startup complete")) // logged when the port for clients is open
    .withStartupTimeout(START_LIMIT)
    .withLogConsumer((log) => keepTail(log, start.log));
  if (volume === undefined) return container;
  return container
    .withName(volume)
    .withBindMounts([{ source: volume, target: "/var/lib/cassandra" }]);
}

function keepTail(stream: Readable, log: ContainerLog): void {
  stream.on("error", log.end); // without a listener, the end of the engine would end this process
  stream.on("end", log.end);
  stream.on("data", (text: string) => {
    log.tail = (log.tail + text).slice(-LOG_TAIL);
  });
}

/** The engine's answer about a container that has ended. A status above 128 means a signal. */
interface ContainerExit {
  readonly StatusCode: number;
}

/** Returns how a container has ended, e.g. `status 1` or `SIGKILL`. */
async function containerEnd(client: ContainerRuntimeClient, id: string): Promise<string> {
  try {
    const { StatusCode: status }: ContainerExit = await client.container.getById(id).wait();
    const signals = Object.entries(constants.signals);
    const [signal] = signals.find(([, number]) => status === 128 + number) ?? [];
    return signal ?? `status ${status}`;
  } catch (error) {
    return dockerMessage(error);
  }
}

/**
 * Stops and removes a container with its anonymous volumes. Does nothing if it does not exist.
 *
 * @param id the container's id or name
 */
async function removeContainer(
  client: ContainerRuntimeClient,
  id: string,
  { graceSeconds = 0 }: { readonly graceSeconds?: number } = {},
): Promise<void> {
  const container = client.container.getById(id);
  // Its error does not matter, since the removal kills a container that still runs.
  if (graceSeconds > 0) await container.stop({ t: graceSeconds }).catch(() => {});
  await container.remove({ force: true, v: true }).catch((error: unknown) => {
    if (!hasStatus(error, 404)) throw error;
  });
}

/**
 * Returns the only address on which the port is open: 127.0.0.1, or the engine's gateway if this process itself runs in
 * a container, or the engine's machine if `DOCKER_HOST` names another one.
 */
function hostAddress({ info }: ContainerRuntimeClient): string {
  return info.containerRuntime.hostIps.find(({ family }) => family === 4)?.address ?? "127.0.0.1";
}

function containerNotStarted(
  cause: unknown,
  { port, log }: { readonly port: number | undefined; readonly log: string },
): LocalError {
  const reason = dockerMessage(cause);
  if (/port is already allocated|address already in use/i.test(reason)) {
    const message = `Cassandra did not start in Docker: port ${port} is taken.`;
    return new LocalError("NOT_STARTED", message, { cause });
  }
  const what = isEndOfLog(cause) ? ENDED : reason;
  const message = `Cassandra did not start in Docker: ${what}. ${endOfContainerLog(log)}`.trim();
  return new LocalError("NOT_STARTED", message, { cause });
}

/** Whether testcontainers stopped waiting for a line of the log because the log had ended. */
function isEndOfLog(error: unknown): boolean {
  return dockerMessage(error).startsWith("Log stream ended");
}

/** Returns the last meaningful lines: no stack traces, and not the cut first line of a long log. */
function endOfContainerLog(log: string): string {
  const lines = log.split("\n").slice(log.length < LOG_TAIL ? 0 : 1);
  const meaningful = lines.filter((line) => !/^\s*$|^\s+at |^\s+\.\.\. \d+ /.test(line));
  if (meaningful.length === 0) return "";
  return ["The end of its log:", ...meaningful.slice(-6)].join("\n  ");
}

/** Returns the message of an error without the `(HTTP code 500) server error - ` that the engine's client prepends. */
function dockerMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^\(HTTP code \d+\) [^-]* - /, "").trim();
}

function hasStatus(error: unknown, status: number): boolean {
  return error instanceof Error && "statusCode" in error && error.statusCode === status;
}
