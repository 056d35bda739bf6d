import { createFairQueue, type FairQueue } from "../support/fair-queue.ts";

/** Why something is read: a subscriber waits for its first value; a hint came; the poll looks for changes without hints. */
export type ReadReason = "join" | "hint" | "poll";

/** Who waits for a read. */
export interface ReadWaiter {
  /** Returns the callers that it is for. */
  readonly callers: () => Iterable<string>;
  readonly reason: ReadReason;
}

/** A read that waits until it may begin. All who need what it returns share it until then. */
export interface QueuedRead<Result> {
  /** Gives the read another place in the queue, if it has not begun, and returns its result. */
  waitAs(waiter: ReadWaiter): Promise<Result>;
}

/** Lets a limited number of reads run at once. */
export interface ReadQueue {
  /** Creates a read, which begins at the first of its places. */
  queued<Result>(read: () => Promise<Result>): QueuedRead<Result>;
}

/** How many reads of live values run at once: few enough to leave room for others on the driver's connections. */
export const READS_AT_ONCE = 64;

/** A read in the queue. */
interface WaitingRead {
  readonly isBegun: boolean;
  begin(): Promise<void>;
}

/**
 * Creates a queue of reads. The reasons take turns, so that neither first values nor the poll wait for the end of very many
 * hints, and for each reason the callers take turns.
 *
 * Not p-limit or p-queue: in these, all reads wait for what one caller has queued before them.
 *
 * @param most how many reads run at once
 */
export function createReadQueue(most = READS_AT_ONCE): ReadQueue {
  const lines: Readonly<Record<ReadReason, FairQueue<WaitingRead>>> = {
    join: createFairQueue(),
    hint: createFairQueue(),
    poll: createFairQueue(),
  };
  /** In the order of their turns. */
  let order = Object.values(lines);
  let running = 0;

  function next(): WaitingRead | undefined {
    for (const line of order) {
      const read = line.take();
      if (!read) continue;
      order = [...order.filter((other) => other !== line), line];
      return read;
    }
    return undefined;
  }

  function run(read: WaitingRead) {
    if (read.isBegun) return;
    running += 1;
    void read.begin().then(() => {
      running -= 1;
      runNext();
    });
  }

  function runNext() {
    while (running < most) {
      const read = next();
      if (!read) return;
      run(read);
    }
  }

  return {
    queued<Result>(read: () => Promise<Result>) {
      const { promise: result, resolve, reject } = Promise.withResolvers<Result>();
      const waiting = {
        isBegun: false,
        begin() {
          waiting.isBegun = true;
          return read().then(resolve, reject);
        },
      };
      return {
        waitAs({ callers, reason }) {
          if (running < most) run(waiting);
          else if (!waiting.isBegun) lines[reason].add(waiting, callers());
          return result;
        },
      };
    },
  };
}
