import { type Broadcast, createBroadcast, type Source } from "./broadcast.ts";
import { singleFlight } from "../single-flight.ts";

/** A value and the ballot of the write that made it, read together. */
export interface Version<Value> {
  readonly value: Value;
  readonly ballot: bigint;
}

/** Reads the present version of what a hub shows; undefined if it does not exist. */
export type Read<Value> = () => Promise<Version<Value> | undefined>;

/** All subscribers of one topic, and the one read by which they learn what is new. */
export interface Hub<Value> {
  /** Something may have changed: read again. */
  hint(): void;
  /** Somebody has found this ballot, or that there is no value: if that is news, read again. */
  found(ballot: bigint | undefined): void;
  /**
   * Adds a subscriber: the present version at once, then each newer one that it has time for; ends when the
   * value is gone.
   *
   * @param since a ballot that it has already: a present version with just this one is not sent
   * @returns nothing if there is no value
   */
  join(since?: bigint): Promise<Source<Version<Value>> | void>;
  /** Ends all subscriptions. */
  close(): Promise<void>;
}

/** How long a hub waits before it reads again after a read that failed, in milliseconds. */
const RETRY_AFTER = 1000;

/**
 * Makes the hub of a topic.
 *
 * @param onEmpty called whenever the last subscriber has left
 */
export function createHub<Value>(read: Read<Value>, onEmpty: () => void): Hub<Value> {
  // Only the newest waits: it stands in the place of all that were missed.
  const subscribers: Broadcast<Version<Value>> = createBroadcast(1, (last) => last, left);
  let latest: Version<Value> | undefined;
  let joining = 0;
  let retry: NodeJS.Timeout | undefined;

  const refresh = singleFlight(async () => {
    const present = await read();
    if (present) publish(present);
    else gone();
  });

  function publish(present: Version<Value>) {
    if (latest && present.ballot <= latest.ballot) return;
    latest = present;
    subscribers.put(present);
  }

  /** Ends the subscribers, but not those whose own first read is still to come: it may find a new value. */
  function gone() {
    latest = undefined;
    void subscribers.end();
  }

  function isEmpty() {
    return subscribers.size + joining === 0;
  }

  function left() {
    if (!isEmpty()) return;
    clearTimeout(retry);
    onEmpty();
  }

  function hint() {
    clearTimeout(retry);
    refresh().catch(() => {
      if (!isEmpty()) retry = setTimeout(hint, RETRY_AFTER);
    });
  }

  return {
    hint,
    found(ballot) {
      if (ballot === undefined ? latest : !latest || ballot > latest.ballot) hint();
    },
    async join(since) {
      // Who comes while it reads, and what changes then, finds the hub in its place.
      joining += 1;
      try {
        // Whoever has seen no more than the hub has needs no read of its own: many come back at once.
        if (!latest || since === undefined || since > latest.ballot) await refresh();
        return latest && subscribers.join(latest.ballot !== since);
      } finally {
        joining -= 1;
        left();
      }
    },
    close: () => subscribers.end(),
  };
}
