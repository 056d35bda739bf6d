import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Child, startChild } from "./child.ts";
import { LocalError } from "./error.ts";
import type { Jars } from "./jars.ts";
import { javaEnvironment } from "./java.ts";
import { jvmArguments, logbackXml, STARTED } from "./jvm.ts";
import { answersCql } from "./answers-cql.ts";
import { cassandraYaml, type Node } from "./yaml.ts";

/** Options of {@link startNode}. */
export interface NodeOptions {
  readonly node: Node;
  /** The absolute path of an existing directory for configuration, data and log. */
  readonly dir: string;
  /** The command that runs Java. */
  readonly java: string;
  readonly jars: Jars;
  readonly heap: string;
  /** Additional options of Java. Default: none. */
  readonly options?: readonly string[] | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** A Java process that runs or starts a node of Cassandra. */
export interface RunningNode {
  readonly pid: number;
  /**
   * Resolves when clients are answered. From then on the node does not keep this process running.
   *
   * @throws LocalError `NOT_STARTED` or `PORT_TAKEN`
   */
  ready(options: ReadyOptions): Promise<void>;
  /** Resolves when the node has ended without `stop` or `kill`; otherwise never. */
  readonly died: Promise<LocalError>;
  /** Stops the node, after 10 s by force. Idempotent. */
  stop(): Promise<void>;
  /** Ends the node at once. */
  kill(): Promise<void>;
}

/** Options of {@link RunningNode.ready}. */
export interface ReadyOptions {
  readonly progress: (line: string) => void;
  /** Aborts the wait, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Returns whether the node answers clients. Default: whether it answers them without TLS. */
  readonly answers?: (() => Promise<boolean>) | undefined;
}

/** Starts a node. Its log is `cassandra.log`; the log of the previous start is `cassandra.log.1`. */
export async function startNode(options: NodeOptions): Promise<RunningNode> {
  const { node, dir } = options;
  const log = join(dir, "cassandra.log");
  writeConfiguration(node, dir);
  if (existsSync(log)) renameSync(log, `${log}.1`);
  const java = await spawnJava(options, log);
  let stopping: Promise<void> | undefined;
  return {
    pid: java.pid,
    ready: (readyOptions) => waitUntilReady(java, { ...readyOptions, node, log }),
    died: new Promise((resolve) => {
      void java.ended.then((end) => stopping === undefined && resolve(nodeDied(end, log)));
    }),
    stop: () => (stopping ??= stopJava(java)),
    kill: () => (stopping ??= killJava(java)),
  };
}

function writeConfiguration(node: Node, dir: string): void {
  const tmp = join(dir, "tmp");
  rmSync(tmp, { recursive: true, force: true });
  mkdirSync(tmp);
  writeFileSync(join(dir, "cassandra.yaml"), cassandraYaml(node));
  writeFileSync(join(dir, "logback.xml"), logbackXml);
}

async function spawnJava(options: NodeOptions, log: string): Promise<Child> {
  const { node, dir, java, jars, heap, env } = options;
  const output = openSync(log, "w");
  try {
    const nodes = node.seeds.length;
    const args = jvmArguments({ jars, heap, dir, nodes, options: options.options });
    return await startChild(java, args, {
      cwd: jars.dir,
      env: javaEnvironment(env),
      stdio: ["ignore", output, output],
    });
  } finally {
    closeSync(output);
  }
}

interface ReadyContext extends ReadyOptions {
  readonly node: Node;
  readonly log: string;
}

async function waitUntilReady(java: Child, context: ReadyContext) {
  const { node, log, progress, signal } = context;
  const { answers = () => answersCql(node.ip, node.cqlPort) } = context;
  const limit = 120_000;
  const begun = Date.now();
  let end: string | undefined;
  let reported = false;
  void java.ended.then((how) => (end = how));
  // The log is checked too, since another Cassandra may have taken the port and answer instead.
  while (!hasStarted(log) || !(await answers())) {
    signal?.throwIfAborted();
    const waited = Date.now() - begun;
    if (end !== undefined) throw nodeNotStarted(`it ended with ${end}`, log);
    if (waited > limit) throw nodeNotStarted(`it did not answer within ${limit / 1000} s`, log);
    if (waited > 6000 && !reported) progress(`Cassandra is still starting; its log is ${log}`);
    reported ||= waited > 6000;
    await sleep(50);
  }
  signal?.throwIfAborted();
  java.unref();
}

function hasStarted(log: string): boolean {
  return readFileSync(log, "utf8").includes(STARTED);
}

async function stopJava(java: Child): Promise<void> {
  java.ref();
  java.kill("SIGTERM");
  const force = setTimeout(() => java.kill("SIGKILL"), 10_000);
  await java.ended;
  clearTimeout(force);
}

async function killJava(java: Child): Promise<void> {
  java.ref();
  java.kill("SIGKILL");
  await java.ended;
}

function nodeNotStarted(reason: string, log: string): LocalError {
  const portTaken = /Failed to bind port|is in use by another process/;
  const code = portTaken.test(readFileSync(log, "utf8")) ? "PORT_TAKEN" : "NOT_STARTED";
  return new LocalError(code, `Cassandra did not start: ${reason}. ${endOfNodeLog(log)}`);
}

const nodeDied = (end: string, log: string) =>
  new LocalError("DIED", `Cassandra ended by itself with ${end}. ${endOfNodeLog(log)}`);

/** Returns the last meaningful lines of a log: neither stack traces nor the messages of the start. */
function endOfNodeLog(log: string): string {
  const lines = readFileSync(log, "utf8").split("\n");
  const meaningful = lines.filter((line) => !/^\s*$|^\s+at |^\s+\.\.\. \d+ |^\S+ INFO /.test(line));
  return [`The end of its log ${log}:`, ...meaningful.slice(-6)].join("\n  ");
}
