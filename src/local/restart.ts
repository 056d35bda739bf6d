import { setTimeout as sleep } from "node:timers/promises";
import type { Run } from "./embedded.ts";
import { LocalError } from "./error.ts";

/** How long to wait before each restart in a row, in milliseconds; there are no more after these. */
const PAUSES = [0, 1000, 2000, 4000, 8000];

/** How long a restarted Cassandra has to run until the restarts before it no longer count, in milliseconds. */
const STEADY = 60_000;

/**
 * Keeps Cassandra running: starts it again when it dies, at once and then with growing pauses.
 *
 * @param first what runs now
 * @param start runs Cassandra again at the contact point that it had; fails with the signal's reason once it aborts
 * @param progress told what happened and what is done about it
 * @returns `died` resolves when five restarts in a row have failed, or were followed by a death within a minute;
 *   `stop` also ends a restart that is under way
 */
export function keepRunning(
  first: Run,
  start: (signal: AbortSignal) => Promise<Run>,
  progress: (line: string) => void,
): Pick<Run, "died" | "stop"> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const { promise: died, resolve: giveUp } = Promise.withResolvers<LocalError>();
  let current = Promise.resolve(first);
  let pauses = PAUSES.values();

  async function supervise(): Promise<void> {
    try {
      for (;;) {
        const run = await current;
        const since = Date.now();
        const death = await run.died;
        if (Date.now() - since >= STEADY) pauses = PAUSES.values();
        current = restart(death);
      }
    } catch (error) {
      if (!signal.aborted) giveUp(notKept(error));
    }
  }

  async function restart(failure: unknown): Promise<Run> {
    const { done, value: pause } = pauses.next();
    if (done) throw failure;
    signal.throwIfAborted();
    const when = pause === 0 ? "" : ` in ${pause / 1000} s`;
    progress(`${reasonOf(failure)}\nStarting it again${when}.`);
    await sleep(pause, undefined, { signal });
    try {
      const run = await start(signal);
      progress(`Cassandra answers again on ${run.contactPoint}.`);
      return run;
    } catch (error) {
      return restart(error);
    }
  }

  async function stop(): Promise<void> {
    stopping.abort();
    const run = await current.catch(() => undefined);
    await run?.stop();
  }

  void supervise();
  return { died, stop };
}

function notKept(last: unknown): LocalError {
  const message = `Cassandra cannot be kept running: ${PAUSES.length} restarts in a row have failed. ${reasonOf(last)}`;
  return new LocalError("DIED", message, { cause: last });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
