import { access, chmod, constants, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { listed } from "../support/listed.ts";
import { MissingPackage } from "../support/optional.ts";
import { runInDocker } from "./container.ts";
import { makeDirectory } from "./directory.ts";
import { checkDocker } from "./docker.ts";
import type { Embedded, EmbeddedOptions, Run } from "./embedded.ts";
import { LocalError } from "./error.ts";
import { findJars, removeDamaged } from "./jars.ts";
import { findJava } from "./java.ts";
import { claim, type Lock } from "./lock.ts";
import type { PortChoice } from "./port.ts";
import { terminate } from "./process.ts";
import { keepRunning } from "./restart.ts";
import { type Installation, runJars } from "./run.ts";
import { share } from "./share.ts";

/**
 * Starts Cassandra in a directory, or shares the one that another process runs there; resolves when it answers.
 *
 * It ends with this process, however that ends. Fails with a LocalError.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const dir = await openDirectory(options.dir, options.progress);
  const cacheDir = resolve(options.cacheDir);
  for (;;) {
    options.signal?.throwIfAborted();
    const claimed = await claim(dir);
    if ("release" in claimed) return await startOwn({ ...options, dir, cacheDir }, claimed);
    const shared = await share(dir, claimed, options);
    if (shared !== undefined) return shared;
  }
}

async function openDirectory(path: string, progress: (line: string) => void): Promise<string> {
  const dir = resolve(path);
  try {
    await makeDirectory(dir);
    await access(dir, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `Cassandra needs a directory for its data, but ${dir} cannot be used: ${reason}. Name another one.`;
    throw new LocalError("DIRECTORY_UNUSABLE", message, { cause });
  }
  await closeToOthers(dir, progress);
  return dir;
}

/**
 * Makes the directory its owner's only. The files in it are then out of others' reach too, whatever their modes: data,
 * logs, and what was created while the directory was open to all.
 */
async function closeToOthers(dir: string, progress: (line: string) => void): Promise<void> {
  const { mode } = await stat(dir);
  if ((mode & 0o077) === 0) return;
  try {
    await chmod(dir, 0o700);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    progress(
      `Others on this machine may be able to read ${dir}: its mode cannot be changed (${reason}).`,
    );
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
    const found = await findRuntime(options);
    const start = (choice: PortChoice, signal: AbortSignal | undefined) =>
      found === "docker"
        ? runInDocker({ ...options, signal }, choice, lock)
        : runWhole(found, { ...options, signal }, choice, lock);
    const first = await start({ wanted: options.port ?? 9042 }, options.signal);
    const only = portOf(first);
    const run =
      options.keep === false
        ? first
        : keepRunning(first, (signal) => start({ only }, signal), options.progress);
    return owned(found === "docker" ? "docker" : "jars", { ...first, ...run }, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Runs a node from the jars. If it does not start, and some of them are damaged, it fetches these and tries again. */
async function runWhole(
  installation: Installation,
  options: EmbeddedOptions,
  choice: PortChoice,
  lock: Lock,
): Promise<Run> {
  try {
    return await runJars(installation, options, choice, lock);
  } catch (error) {
    if (!(error instanceof LocalError) || error.code !== "NOT_STARTED") throw error;
    const damaged = await removeDamaged(options.cacheDir);
    if (damaged.length === 0) throw error;
    options.progress(
      `Cassandra did not start, and what is cached in ${options.cacheDir} is damaged: ${listed(damaged)}. Fetching that again.`,
    );
    await findJars(options);
    return runJars(installation, options, choice, lock);
  }
}

/** The directory is locked as long as Cassandra runs in it, or is about to again. */
function owned(runtime: Embedded["runtime"], run: Run, lock: Lock): Embedded {
  const { contactPoint, localDataCenter, died } = run;
  void died.then(() => lock.release());
  const stop = async () => {
    await run.stop();
    lock.release();
  };
  return {
    contactPoint,
    localDataCenter,
    runtime,
    owned: true,
    died,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function portOf({ contactPoint }: Run): number {
  return Number(contactPoint.slice(contactPoint.lastIndexOf(":") + 1));
}

/** Java and the jars if they are, or can be, there and are not forbidden; else Docker. */
async function findRuntime(options: EmbeddedOptions): Promise<Installation | "docker"> {
  if (options.runtime === "docker") return "docker";
  try {
    const java = await findJava(options);
    return { java, jars: await findJars(options) };
  } catch (error) {
    if (options.runtime === "jars" || !isUnfit(error)) throw error;
    const docker = await checkDocker();
    if (docker !== true) throw withoutDocker(error, docker);
    options.progress(`Docker is used instead: ${error.message}`);
    return "docker";
  }
}

/** Adds to the error of a machine without Java what its Docker lacks, where that is more than an engine. */
function withoutDocker(error: LocalError, { cause }: LocalError): LocalError {
  if (!(cause instanceof MissingPackage)) return error;
  return new LocalError(error.code, `${error.message} ${cause.message}`, { cause: error });
}

/** Whether this machine lacks what the jars need, as opposed to a failure in getting them. */
function isUnfit(error: unknown): error is LocalError {
  const codes = ["NO_JAVA", "UNFIT_JAVA", "NO_MAVEN"];
  return error instanceof LocalError && codes.includes(error.code);
}
