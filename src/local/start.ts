import { access, chmod, constants, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { listed } from "../support/listed.ts";
import { messageOf } from "../support/message.ts";
import { MissingPackage } from "../support/optional.ts";
import { runInDocker } from "./container.ts";
import { makeDirectory } from "./directory.ts";
import { checkDocker } from "./docker.ts";
import type { Embedded, EmbeddedOptions, RunningCassandra } from "./embedded.ts";
import { LocalError } from "./error.ts";
import { findJars, removeDamaged } from "./jars.ts";
import { findJava } from "./java.ts";
import { claim, type Lock } from "./lock.ts";
import type { PortChoice } from "./port.ts";
import { terminate } from "./process.ts";
import { keepRunning } from "./restart.ts";
import { type Installation, type RunContext, runJars } from "./run.ts";
import { share } from "./share.ts";

/**
 * Starts Cassandra in a directory, or shares the one that another process runs there. Resolves when it answers.
 *
 * Cassandra ends when this process ends, even if this process is killed.
 *
 * @throws LocalError
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const dir = await openDirectory(options.dir, options.progress);
  const cacheDir = resolve(options.cacheDir);
  for (;;) {
    options.signal?.throwIfAborted();
    const claimed = await claim(dir);
    if ("release" in claimed) return await startOwned({ ...options, dir, cacheDir }, claimed);
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
    const message = `Cassandra needs a directory for its data, but ${dir} cannot be used: ${messageOf(cause)}. Use another directory.`;
    throw new LocalError("DIRECTORY_UNUSABLE", message, { cause });
  }
  await makePrivate(dir, progress);
  return dir;
}

/**
 * Makes a directory accessible to its owner only. That protects all files in it whatever their modes, including those
 * created while the directory was accessible to others.
 */
async function makePrivate(dir: string, progress: (line: string) => void): Promise<void> {
  const { mode } = await stat(dir);
  if ((mode & 0o077) === 0) return;
  try {
    await chmod(dir, 0o700);
  } catch (error) {
    progress(
      `Other users of this machine may be able to read ${dir}: its mode cannot be changed (${messageOf(error)}).`,
    );
  }
}

async function startOwned(options: EmbeddedOptions, lock: Lock): Promise<Embedded> {
  try {
    if (lock.orphan !== undefined) {
      options.progress(
        `Ending the Cassandra (process ${lock.orphan.pid}) of a process that no longer runs.`,
      );
      await terminate(lock.orphan, 10_000);
    }
    const found = await findRuntime(options);
    const start = (choice: PortChoice, signal: AbortSignal | undefined) =>
      found === "docker"
        ? runInDocker({ ...options, signal }, { choice, lock })
        : runRepairing(found, { ...options, signal }, { choice, lock });
    const first = await start({ wanted: options.port ?? 9042 }, options.signal);
    const only = portOf(first);
    const run =
      options.keep === false
        ? first
        : keepRunning(first, {
            start: (signal) => start({ only }, signal),
            progress: options.progress,
          });
    const runtime = found === "docker" ? "docker" : "jars";
    return ownedEmbedded({ ...first, ...run }, { runtime, lock });
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Runs a node from the jars. If it does not start and some jars are damaged, fetches these and tries again. */
async function runRepairing(
  installation: Installation,
  options: EmbeddedOptions,
  context: RunContext,
): Promise<RunningCassandra> {
  try {
    return await runJars(installation, options, context);
  } catch (error) {
    if (!(error instanceof LocalError) || error.code !== "NOT_STARTED") throw error;
    const damaged = await removeDamaged(options.cacheDir);
    if (damaged.length === 0) throw error;
    options.progress(
      `Cassandra did not start, and some cached files in ${options.cacheDir} are damaged: ${listed(damaged)}. Fetching them again.`,
    );
    await findJars(options);
    return runJars(installation, options, context);
  }
}

/** The directory stays locked while Cassandra runs in it or is being restarted. */
function ownedEmbedded(
  run: RunningCassandra,
  { runtime, lock }: { readonly runtime: Embedded["runtime"]; readonly lock: Lock },
): Embedded {
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

function portOf({ contactPoint }: RunningCassandra): number {
  return Number(contactPoint.slice(contactPoint.lastIndexOf(":") + 1));
}

/** Returns Java and the jars if they are available or can be fetched, unless Docker is requested; otherwise Docker. */
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

/** Adds to the error of a machine without Java that the package for Docker is missing, if it is. */
function withoutDocker(error: LocalError, { cause }: LocalError): LocalError {
  if (!(cause instanceof MissingPackage)) return error;
  return new LocalError(error.code, `${error.message} ${cause.message}`, { cause: error });
}

/** Whether an error means that this machine cannot run the jars, rather than that fetching them failed. */
function isUnfit(error: unknown): error is LocalError {
  const codes = ["NO_JAVA", "UNFIT_JAVA", "NO_MAVEN"];
  return error instanceof LocalError && codes.includes(error.code);
}
