import { type ChildProcess, fork } from "node:child_process";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { LocalError, type LocalErrorCode, readPlaces } from "../local/index.ts";
import { takeLease } from "./lease.ts";
import { inTurn, type TestRuntime } from "./runtime.ts";

/**
 * How a Cassandra is left running between runs: by a process in the background, which ends it when nobody has used it
 * for a while. Two runs at once use the same.
 */
export interface ReuseOptions {
  /**
   * Where it is kept, a folder for each runtime; its path can have 80 characters or so, as a socket is in it.
   * Default: `~/.cache/partyfinder/testing`.
   */
  readonly dir?: string | undefined;
  /** How long it runs on when nobody uses it, in milliseconds; its first user decides. Default: 900,000. */
  readonly idle?: number | undefined;
}

/** A Cassandra that others may use too. */
export interface Reused {
  readonly contactPoints: readonly string[];
  readonly localDataCenter: string;
  /** Lets go of it; so does the end of this process. Idempotent. */
  readonly release: () => Promise<void>;
}

/** What the process in the background is to run. */
export interface KeeperOrder {
  readonly dir: string;
  readonly runtime: TestRuntime;
  readonly idle: number;
}

/** What it tells whoever has started it. */
export type KeeperNews =
  | { readonly kind: "progress"; readonly line: string }
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly code?: LocalErrorCode; readonly message: string };

/**
 * Uses the Cassandra that runs in the background by one of the runtimes, else starts it.
 * Fails with a LocalError.
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
  return inTurn(runtimes, (runtime) =>
    startReused({ dir: place(runtime), runtime, idle }, progress),
  );
}

/** Again and again: another run may be about to start one there, or the one that was there about to end. */
async function startReused(order: KeeperOrder, progress: (line: string) => void): Promise<Reused> {
  for (;;) {
    await startKeeper(order, progress);
    const running = await takeLease(order.dir);
    if (running !== undefined) return running;
    await sleep(100);
  }
}

/** Starts the process in the background; resolves when there is a Cassandra, its own or another one's. */
async function startKeeper(order: KeeperOrder, progress: (line: string) => void): Promise<void> {
  // Its name ends as ours does: TypeScript here, JavaScript in the package.
  const file = new URL(import.meta.url.replace(/reuse(\.[jt]s).*$/, "keeper$1"));
  const keeper = fork(fileURLToPath(file), [JSON.stringify(order)], {
    detached: true,
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    execArgv: [],
  });
  try {
    await ready(keeper, progress);
  } finally {
    if (keeper.connected) keeper.disconnect();
    keeper.unref();
  }
}

function ready(keeper: ChildProcess, progress: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    keeper.on("message", (message) => {
      const news = message as KeeperNews;
      if (news.kind === "progress") progress(news.line);
      else if (news.kind === "ready") resolve();
      else reject(failure(news));
    });
    keeper.once("error", reject);
    keeper.once("exit", (status, signal) => {
      const how = signal ?? `status ${status}`;
      const message = `The process that was to keep Cassandra running has ended (${how}).`;
      reject(new LocalError("NOT_STARTED", message));
    });
  });
}

function failure({ code, message }: KeeperNews & { readonly kind: "failed" }): Error {
  return code === undefined ? new Error(message) : new LocalError(code, message);
}
