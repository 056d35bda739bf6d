import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../support/message.ts";
import type { RunningCassandra } from "./embedded.ts";
import { LocalError } from "./error.ts";

/** The pauses before consecutive restarts, in milliseconds. There are no further restarts. */
const PAUSES = [0, 1000, 2000, 4000, 8000];

/** How long a restarted Cassandra has to run until earlier restarts no longer count, in milliseconds. */
const STEADY = 60_000;

/** Options of {@link keepRunning}. */
export interface RestartOptions {
  /** Starts Cassandra again at the same contact point. Rejects with the signal's reason if that aborts. */
  readonly start: (signal: AbortSignal) => Promise<RunningCassandra>;
  /** Called with a line when Cassandra has died and when it has been restarted. */
  readonly progress: (line: string) => void;
}

/**
 * Keeps Cassandra running: restarts it when it dies, at first at once and then with growing pauses.
 *
 * @param first the Cassandra that runs now
 * @returns `died` resolves when five consecutive restarts have failed or were followed by a death within a minute;
 * `stop` also aborts a restart
 */
export function keepRunning(
  first: RunningCassandra,
  { start, progress }: RestartOptions,
): Pick<RunningCassandra, "died" | "stop"> {
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

  async function restart(failure: unknown): Promise<RunningCassandra> {
    const { done, value: pause } = pauses.next();
    if (done) throw failure;
    signal.throwIfAborted();
    const when = pause === 0 ? "" : ` in ${pause / 1000} s`;
    progress(`${messageOf(failure)}\nStarting it again${when}.`);
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
  const message = `Cassandra cannot be kept running: ${PAUSES.length} restarts in a row have failed. ${messageOf(last)}`;
  return new LocalError("DIED", message, { cause: last });
}
