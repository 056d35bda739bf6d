import { type ChildProcess, fork } from "node:child_process";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { LocalError, type LocalErrorCode, readPlaces } from "../local/index.ts";
import { takeLease } from "./lease.ts";
import { type TestRuntime, tryRuntimes } from "./runtime.ts";

/**
 * Options of a Cassandra that is left running between test runs. A background process (the keeper) runs it and ends it
 * when it has been unused for a while. Concurrent test runs share it.
 */
export interface ReuseOptions {
  /**
   * The directory of its data, with a folder for each runtime. The path can have about 80 characters, since it contains
   * a socket. Default: `~/.cache/partyfinder/testing`.
   */
  readonly dir?: string | undefined;
  /** How long it keeps running unused, in milliseconds. The run that starts it decides. Default: 900,000. */
  readonly idle?: number | undefined;
}

/** A Cassandra that other test runs may use too. */
export interface Reused {
  readonly contactPoints: readonly string[];
  readonly localDataCenter: string;
  /** Ends the use of this Cassandra, as does the end of this process. Idempotent. */
  readonly release: () => Promise<void>;
}

/** The options of the keeper. */
export interface KeeperOptions {
  readonly dir: string;
  readonly runtime: TestRuntime;
  readonly idle: number;
}

/** A message from the keeper to the process that started it. */
export type KeeperMessage =
  | { readonly kind: "progress"; readonly line: string }
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly code?: LocalErrorCode; readonly message: string };

/**
 * Uses the Cassandra that runs in the background with one of the runtimes, or starts one.
 *
 * @throws LocalError if none of the runtimes can start one
 */
export async function reuseCassandra(
  runtimes: readonly TestRuntime[],
  { dir = join(readPlaces(process.env).cacheDir, "testing"), idle = 900_000 }: ReuseOptions,
  progress: (line: string) => void,
): Promise<Reused> {
  const place = (runtime: TestRuntime) => join(resolve(dir), runtime);
  for (const runtime of runtimes) {
    const running = await takeLease(place(runtime));
    if (running !== undefined) return running;
  }
  return tryRuntimes(runtimes, (runtime) =>
    startReused({ dir: place(runtime), runtime, idle }, progress),
  );
}

/** Retries until there is a lease: another run may be starting a keeper, or an earlier keeper may be ending. */
async function startReused(
  options: KeeperOptions,
  progress: (line: string) => void,
): Promise<Reused> {
  for (;;) {
    await startKeeper(options, progress);
    const running = await takeLease(options.dir);
    if (running !== undefined) return running;
    await sleep(100);
  }
}

/** Starts the keeper. Resolves when Cassandra runs, started by this or by another keeper. */
async function startKeeper(
  options: KeeperOptions,
  progress: (line: string) => void,
): Promise<void> {
  // The same extension as this file: TypeScript here, JavaScript in the package.
  const file = new URL(import.meta.url.replace(/reuse(\.[jt]s).*$/, "keeper$1"));
  const keeper = fork(fileURLToPath(file), [JSON.stringify(options)], {
    detached: true,
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    execArgv: [],
  });
  try {
    await waitForKeeper(keeper, progress);
  } finally {
    if (keeper.connected) keeper.disconnect();
    keeper.unref();
  }
}

function waitForKeeper(keeper: ChildProcess, progress: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    keeper.on("message", (data) => {
      const message = data as KeeperMessage;
      if (message.kind === "progress") progress(message.line);
      else if (message.kind === "ready") resolve();
      else reject(keeperError(message));
    });
    keeper.once("error", reject);
    keeper.once("exit", (status, signal) => {
      const how = signal ?? `status ${status}`;
      const message = `The process that keeps Cassandra running has ended (${how}).`;
      reject(new LocalError("NOT_STARTED", message));
    });
  });
}

function keeperError({ code, message }: KeeperMessage & { readonly kind: "failed" }): Error {
  return code === undefined ? new Error(message) : new LocalError(code, message);
}
