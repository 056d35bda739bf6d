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

/** What a node is started with. */
export interface NodeOptions {
  readonly node: Node;
  /** Where its configuration, data and log are kept; absolute, it must exist. */
  readonly dir: string;
  /** The command that runs Java. */
  readonly java: string;
  readonly jars: Jars;
  readonly heap: string;
  /** More options of Java. Default: none. */
  readonly options?: readonly string[] | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** A Java process that runs, or at least will soon run, a node of Cassandra. */
export interface RunningNode {
  readonly pid: number;
  /**
   * Resolves once clients are answered; from then on it does not keep this process running. Fails with `NOT_STARTED`
   * or `PORT_TAKEN`.
   */
  ready(options: Waiting): Promise<void>;
  /** Resolves when it ended without having been asked to; else never. */
  readonly died: Promise<LocalError>;
  /** Ends it: politely, after 10 s by force. Idempotent. */
  stop(): Promise<void>;
  /** Ends it at once. */
  kill(): Promise<void>;
}

/** How long to wait, and whom to tell. */
export interface Waiting {
  readonly progress: (line: string) => void;
  /** Ends the wait, which rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Whether it answers clients. Default: whether it answers them without TLS. */
  readonly answers?: (() => Promise<boolean>) | undefined;
}

/** Starts a node. Its log is `cassandra.log`, that of the start before `cassandra.log.1`. */
export async function startNode(options: NodeOptions): Promise<RunningNode> {
  const { node, dir } = options;
  const log = join(dir, "cassandra.log");
  configure(node, dir);
  if (existsSync(log)) renameSync(log, `${log}.1`);
  const java = await spawnJava(options, log);
  let stopping: Promise<void> | undefined;
  return {
    pid: java.pid,
    ready: (waiting) => ready(java, node, log, waiting),
    died: new Promise((resolve) => {
      void java.ended.then((end) => stopping === undefined && resolve(died(end, log)));
    }),
    stop: () => (stopping ??= stop(java)),
    kill: () => (stopping ??= kill(java)),
  };
}

function configure(node: Node, dir: string): void {
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

async function ready(java: Child, node: Node, log: string, waiting: Waiting) {
  const { progress, signal, answers = () => answersCql(node.ip, node.cqlPort) } = waiting;
  const limit = 120_000;
  const begun = Date.now();
  let end: string | undefined;
  let told = false;
  void java.ended.then((how) => (end = how));
  // Its port may have been taken in the meantime by another Cassandra, which answers as well.
  while (!hasStarted(log) || !(await answers())) {
    signal?.throwIfAborted();
    const waited = Date.now() - begun;
    if (end !== undefined) throw notStarted(`it ended with ${end}`, log);
    if (waited > limit) throw notStarted(`it did not answer within ${limit / 1000} s`, log);
    if (waited > 6000 && !told) progress(`Cassandra is still starting; its log is ${log}`);
    told ||= waited > 6000;
    await sleep(50);
  }
  signal?.throwIfAborted();
  java.unref();
}

function hasStarted(log: string): boolean {
  return readFileSync(log, "utf8").includes(STARTED);
}

async function stop(java: Child): Promise<void> {
  java.ref();
  java.kill("SIGTERM");
  const force = setTimeout(() => java.kill("SIGKILL"), 10_000);
  await java.ended;
  clearTimeout(force);
}

async function kill(java: Child): Promise<void> {
  java.ref();
  java.kill("SIGKILL");
  await java.ended;
}

function notStarted(reason: string, log: string): LocalError {
  const portTaken = /Failed to bind port|is in use by another process/;
  const code = portTaken.test(readFileSync(log, "utf8")) ? "PORT_TAKEN" : "NOT_STARTED";
  return new LocalError(code, `Cassandra did not start: ${reason}. ${quote(log)}`);
}

const died = (end: string, log: string) =>
  new LocalError("DIED", `Cassandra ended by itself with ${end}. ${quote(log)}`);

/** The last lines of a log that say what is wrong: neither stack traces nor news of the start. */
function quote(log: string): string {
  const lines = readFileSync(log, "utf8").split("\n");
  const telling = lines.filter((line) => !/^\s*$|^\s+at |^\s+\.\.\. \d+ |^\S+ INFO /.test(line));
  return [`The end of its log ${log}:`, ...telling.slice(-6)].join("\n  ");
}
