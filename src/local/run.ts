import type { Embedded, EmbeddedOptions } from "./embedded.ts";
import { LocalError } from "./error.ts";
import { cassandraVersion } from "./jars.ts";
import type { Java } from "./java.ts";
import type { Lock } from "./lock.ts";
import { startNode } from "./node.ts";
import { choosePort, freePort } from "./port.ts";
import { identify } from "./process.ts";
import { localDataCenter } from "./yaml.ts";

/** What Cassandra is run from. */
export interface Jars {
  readonly java: Java;
  readonly jars: readonly string[];
}

const ip = "127.0.0.1";

/** Runs a lone node from the jars, in a directory that is locked; resolves when it answers. */
export async function runJars(jars: Jars, options: EmbeddedOptions, lock: Lock): Promise<Embedded> {
  for (let attempts = 3; ; attempts -= 1) {
    try {
      return await runOnce(jars, options, lock);
    } catch (error) {
      const again = error instanceof LocalError && error.code === "PORT_TAKEN" && attempts > 1;
      if (!again) throw error;
      options.progress("Another program took a port in the meantime: trying others.");
    }
  }
}

async function runOnce(
  { java, jars }: Jars,
  { dir, port, heap = "512m", env, progress, signal }: EmbeddedOptions,
  lock: Lock,
): Promise<Embedded> {
  const cqlPort = await choosePort(ip, port, progress);
  const storagePort = await freePort(ip);
  const seeds = [`${ip}:${storagePort}`];
  const contactPoint = `${ip}:${cqlPort}`;
  signal?.throwIfAborted();
  progress(`Starting Cassandra ${cassandraVersion} on ${contactPoint} (Java ${java.version}).`);
  const settings = { ip, cqlPort, storagePort, token: 0n, seeds };
  const node = await startNode({ node: settings, dir, java: java.command, jars, heap, env });
  lock.publish({ runtime: "jars", contactPoint, java: identify(node.pid) });
  try {
    await node.ready({ progress, signal });
  } catch (error) {
    await node.kill();
    throw error;
  }
  void node.died.then(() => lock.release());
  const stop = async () => {
    await node.stop();
    lock.release();
  };
  return {
    contactPoint,
    localDataCenter,
    runtime: "jars",
    owned: true,
    died: node.died,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
