/** A query that the poll may run. */
export interface Query {
  /** Returns the share of a tick's budget that the query takes now; 0: it is not needed. */
  cost(): number;
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
 * @param interval the time between two ticks in milliseconds; 0: it never wakes
 * @param queries returns all queries; called again after each of them has had its turn
 */
export function createPoll(interval: number, queries: () => readonly Query[]): Poll {
  let timer: NodeJS.Timeout | undefined;
  let round: readonly Query[] = [];
  let isTicking = false;

  async function tick() {
    // A slow database is not asked faster than it answers.
    if (isTicking) return;
    isTicking = true;
    const some = affordable().values();
    const work = async () => {
      // A query that fails runs again in the next round.
      for (const query of some) await query.run().catch(() => {});
    };
    await Promise.all(Array.from({ length: QUERIES_AT_ONCE }, work));
    isTicking = false;
  }

  function affordable(): readonly Query[] {
    if (round.length === 0) round = queries();
    let budget = BUDGET;
    const end = round.findIndex((query) => (budget -= query.cost()) < 0);
    const some = round.slice(0, end === -1 ? undefined : end);
    round = end === -1 ? [] : round.slice(end);
    return some;
  }

  return {
    wake() {
      if (interval > 0) timer ??= setInterval(() => void tick(), interval);
    },
    sleep() {
      clearInterval(timer);
      timer = undefined;
      round = [];
    },
  };
}
