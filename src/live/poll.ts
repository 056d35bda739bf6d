import { inTurns } from "./turns.ts";

/** A query that the poll may run. */
export interface Query {
  /** Returns the share of a tick's budget that the query takes now; 0: it is not needed. */
  cost(): number;
  /** Returns those who wait for what it finds. */
  callers(): Iterable<string>;
  /** The last tick that ran the query; 0: none. The poll sets it. */
  polledIn: number;
  run(): Promise<void>;
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
 * @param queries returns all queries; called in each tick
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
    const some = affordable();
    for (const query of some) query.polledIn = ticks;
    const waiting = some.values();
    const work = async () => {
      // A query that fails runs again in its next turn.
      for (const query of waiting) await query.run().catch(() => {});
    };
    await Promise.all(Array.from({ length: QUERIES_AT_ONCE }, work));
    isTicking = false;
  }

  function affordable(): readonly Query[] {
    const due = queries()
      .map((query) => ({ query, cost: query.cost() }))
      .filter(({ cost }) => cost > 0);
    if (due.reduce((sum, { cost }) => sum + cost, 0) <= BUDGET)
      return due.map(({ query }) => query);
    const some: Query[] = [];
    let budget = BUDGET;
    for (const { query, cost, caller } of inTurns(due, last)) {
      if ((budget -= cost) < 0) break;
      some.push(query);
      last = caller;
    }
    return some;
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
