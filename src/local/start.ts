import { accessSync, constants } from "node:fs";
import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { runInDocker } from "./container.ts";
import { dockerAnswers } from "./docker.ts";
import type { Embedded, EmbeddedOptions } from "./embedded.ts";
import { LocalError } from "./error.ts";
import { findJars } from "./jars.ts";
import { findJava } from "./java.ts";
import { claim, type Lock } from "./lock.ts";
import { terminate } from "./process.ts";
import { type Jars, runJars } from "./run.ts";
import { share } from "./share.ts";

/**
 * Starts Cassandra in a directory, or shares the one that another process runs there; resolves when it answers.
 *
 * It ends with this process, however that ends. Fails with a LocalError.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const dir = await openDirectory(options.dir);
  const cacheDir = resolve(options.cacheDir);
  for (;;) {
    options.signal?.throwIfAborted();
    const claimed = await claim(dir);
    if ("release" in claimed) return await startOwn({ ...options, dir, cacheDir }, claimed);
    const shared = await share(dir, claimed, options);
    if (shared !== undefined) return shared;
  }
}

async function openDirectory(path: string): Promise<string> {
  const dir = resolve(path);
  try {
    await mkdir(dir, { recursive: true });
    accessSync(dir, constants.W_OK | constants.X_OK);
    return dir;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `Cassandra needs a directory for its data, but ${dir} cannot be used: ${reason}. Name another one.`;
    throw new LocalError("DIRECTORY_UNUSABLE", message, { cause });
  }
}

async function startOwn(options: EmbeddedOptions, lock: Lock): Promise<Embedded> {
  try {
    if (lock.orphan !== undefined) {
      options.progress(
        `Ending the Cassandra (process ${lock.orphan.pid}) of a process that is gone.`,
      );
      await terminate(lock.orphan, 10_000);
    }
    const jars = await findRuntime(options);
    return await (jars === "docker" ? runInDocker(options, lock) : runJars(jars, options, lock));
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Java and the jars if they are, or can be, there and are not forbidden; else Docker. */
async function findRuntime(options: EmbeddedOptions): Promise<Jars | "docker"> {
  if (options.runtime === "docker") return "docker";
  try {
    const java = await findJava(options);
    return { java, jars: await findJars(options) };
  } catch (error) {
    if (options.runtime === "jars" || !isUnfit(error) || !(await dockerAnswers())) throw error;
    options.progress(`Docker is used instead: ${error.message}`);
    return "docker";
  }
}

/** Whether this machine lacks what the jars need, as opposed to a failure in getting them. */
function isUnfit(error: unknown): error is LocalError {
  const codes = ["NO_JAVA", "UNFIT_JAVA", "NO_MAVEN"];
  return error instanceof LocalError && codes.includes(error.code);
}
