import { inTurns } from "./turns.ts";

/** A query that the poll may run in a tick. */
export interface Query {
  /** The share of the tick's budget that it takes. */
  readonly cost: number;
  /** The last tick in which it ran; 0: none. */
  readonly polledIn: number;
  /** Returns the callers that it is for, each once. */
  callers(): Iterable<string>;
  run(tick: number): Promise<void>;
}

/** Runs queries repeatedly while it is awake. */
export interface Poll {
  wake(): void;
  sleep(): void;
}

/** How often a service compares live values with the database by default, in milliseconds. */
export const POLL_INTERVAL = 2000;

/** The budget of a tick: so many queries of few rows, or so many hundred rows. */
export const BUDGET = 100;

const QUERIES_AT_ONCE = 8;

/**
 * Creates the poll. It has one timer, only while it is awake.
 *
 * A tick runs all queries, or, if they exceed its budget, as many as callers get in {@link inTurns}. There is no round
 * over all queries: each caller has a round of its own, as long as its own queries take with its share of the budget.
 *
 * @param interval the time between two ticks in milliseconds; 0: it never wakes
 * @param queries returns the queries that are needed; called in each tick
 */
export function createPoll(interval: number, queries: () => readonly Query[]): Poll {
  let timer: NodeJS.Timeout | undefined;
  let ticks = 0;
  /** The caller that had the last turn. */
  let last = "";
  let isTicking = false;

  async function tick() {
    // A slow database is not asked faster than it answers.
    if (isTicking) return;
    isTicking = true;
    ticks += 1;
    const some = affordable().values();
    const work = async () => {
      // A query that fails runs again in its next turn.
      for (const query of some) await query.run(ticks).catch(() => {});
    };
    await Promise.all(Array.from({ length: QUERIES_AT_ONCE }, work));
    isTicking = false;
  }

  function affordable(): readonly Query[] {
    const all = queries();
    if (all.reduce((sum, { cost }) => sum + cost, 0) <= BUDGET) return all;
    const turns = inTurns(all, { budget: BUDGET, last });
    last = turns.at(-1)?.caller ?? last;
    return turns.map(({ query }) => query);
  }

  return {
    wake() {
      if (interval > 0) timer ??= setInterval(() => void tick(), interval);
    },
    sleep() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}
