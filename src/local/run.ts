import { join } from "node:path";
import { findClassArchive } from "./archive.ts";
import { cassandraVersion } from "./artifacts.ts";
import type { EmbeddedOptions, RunningCassandra } from "./embedded.ts";
import { LocalError } from "./error.ts";
import type { Jars } from "./jars.ts";
import type { Java } from "./java.ts";
import type { Lock } from "./lock.ts";
import { startNode } from "./node.ts";
import { choosePort, freePort, type PortChoice } from "./port.ts";
import { identify } from "./process.ts";
import { localDataCenter } from "./yaml.ts";

/** The Java and the jars that Cassandra is run from. */
export interface Installation {
  readonly java: Java;
  readonly jars: Jars;
}

/** The port and the lock with which Cassandra is run. */
export interface RunContext {
  readonly choice: PortChoice;
  readonly lock: Lock;
}

const ip = "127.0.0.1";

/** Runs a single node from the jars in a locked directory. Resolves when it answers. */
export async function runJars(
  installation: Installation,
  options: EmbeddedOptions,
  context: RunContext,
): Promise<RunningCassandra> {
  for (let attempts = 3; ; attempts -= 1) {
    try {
      return await runOnce(installation, options, context);
    } catch (error) {
      const taken = error instanceof LocalError && error.code === "PORT_TAKEN";
      if (!taken || attempts === 1 || "only" in context.choice) throw error;
      options.progress("Another program took a port in the meantime: trying others.");
    }
  }
}

async function runOnce(
  { java, jars }: Installation,
  { dir, heap = "512m", keep = true, env, progress, meanwhile, signal }: EmbeddedOptions,
  { choice, lock }: RunContext,
): Promise<RunningCassandra> {
  const cqlPort = await choosePort(ip, choice, progress);
  const storagePort = await freePort(ip);
  const seeds = [`${ip}:${storagePort}`];
  const contactPoint = `${ip}:${cqlPort}`;
  signal?.throwIfAborted();
  progress(`Starting Cassandra ${cassandraVersion} on ${contactPoint} (Java ${java.version}).`);
  const settings = { ip, cqlPort, storagePort, token: 0n, seeds, durable: keep };
  const archive = findClassArchive({ java, jars, list: join(dir, "tmp", "classes.list") });
  const { options } = archive;
  // Every change of the schema would flush the tables that contain it, which takes longer than the change.
  const unsafe = keep ? [] : ["-Dcassandra.unsafesystem=true"];
  const run = { java: java.command, jars, heap, options: [...options, ...unsafe], env };
  const node = await startNode({ node: settings, dir, ...run });
  lock.publish({ runtime: "jars", contactPoint, java: identify(node.pid) });
  meanwhile?.();
  try {
    await node.ready({ progress, signal });
  } catch (error) {
    await node.kill();
    throw error;
  }
  const stopping = new AbortController();
  // If this fails, later starts are slower.
  archive.make(stopping.signal).catch(() => {});
  const stop = async () => {
    stopping.abort();
    await node.stop();
  };
  return { contactPoint, localDataCenter, died: node.died, stop };
}
