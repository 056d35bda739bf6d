/** A query that the poll may send. */
export interface Query {
  /** How much of a tick's budget it takes just now; 0: it is not needed. */
  cost(): number;
  run(): Promise<void>;
}

/** Runs queries again and again, while it is awake. */
export interface Poll {
  wake(): void;
  sleep(): void;
}

/** How often a service compares what is watched with the database, unless it is told otherwise, in milliseconds. */
export const POLL_INTERVAL = 2000;

/** What a tick may cost: so many queries of few rows, or so many hundred rows. */
export const BUDGET = 100;

/** How many of them are under way at once. */
const AT_ONCE = 8;

/**
 * Makes the poll. It has one timer, and only while it is awake.
 *
 * @param interval the time between two ticks in milliseconds; 0: it never wakes
 * @param queries all there are; asked for anew when each has had its turn
 */
export function createPoll(interval: number, queries: () => readonly Query[]): Poll {
  let timer: NodeJS.Timeout | undefined;
  let round: readonly Query[] = [];
  let isTicking = false;

  async function tick() {
    // A database that is slow is not asked faster than it answers.
    if (isTicking) return;
    isTicking = true;
    const some = affordable().values();
    const work = async () => {
      // What fails is asked again in the next round.
      for (const query of some) await query.run().catch(() => {});
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
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
