import { createBroadcast, type Source } from "./broadcast.ts";
import { createReadQueue, type ReadQueue, type ReadWaiter } from "./read-queue.ts";

/**
 * Reads a member of a topic and returns the event for its subscribers; undefined: there is no news.
 *
 * @param kinds the kinds of change that hints have named
 */
export type ReadEvent<Key, Event> = (
  key: Key,
  kinds: ReadonlySet<string>,
) => Promise<Event | undefined>;

/** A hint at a member of a topic. */
export interface MemberHint<Key> {
  /** The key as a text. */
  readonly member: string;
  readonly key: Key;
  /** The kinds of change that may have happened. */
  readonly kinds: readonly string[];
}

/** The subscribers of a topic with many members, with one read in flight per member. */
export interface Feed<Key, Event> {
  readonly isEmpty: boolean;
  /** Reads a member that may have changed. */
  hint(hint: MemberHint<Key>): void;
  /** Sends the reset event: something was missed. */
  reset(): void;
  /** Adds a subscriber. It gets the events from now on. @param caller who subscribes */
  join(caller?: string): Source<Event>;
  /** Returns the callers of the subscribers. Takes time in proportion to these. */
  readonly callers: () => ReadonlySet<string>;
  /** Ends all subscriptions. */
  close(): Promise<void>;
}

export interface FeedOptions<Key, Event> {
  readonly read: ReadEvent<Key, Event>;
  /** The event that says that something was missed, so that subscribers must read again. */
  readonly reset: Event;
  /** Called when the last subscriber has left. */
  readonly onEmpty: () => void;
  /** Where the reads wait. Default: a queue of their own. */
  readonly reads?: ReadQueue | undefined;
}

/** How many events may wait for a subscriber. */
const MAX_WAITING_EVENTS = 100;

/** How many members are read, or wait for it, at once. Changes of further members lead to one reset. */
const MAX_FLIGHTS = 1000;

interface Flight<Key> {
  readonly key: Key;
  /** The kinds of change that were named since the read began. */
  kinds: Set<string>;
}

/** Creates the feed of a topic. */
export function createFeed<Key, Event>(options: FeedOptions<Key, Event>): Feed<Key, Event> {
  const { read, reset, onEmpty, reads = createReadQueue() } = options;
  const subscribers = createBroadcast({ keep: MAX_WAITING_EVENTS, missed: () => reset, onEmpty });
  const flights = new Map<string, Flight<Key>>();
  let crowded = false;

  const waiter: ReadWaiter = { callers: subscribers.callers, reason: "hint" };

  /** Reads a member when its turn comes, for all hints until then. */
  async function readInTurn(flight: Flight<Key>) {
    if (subscribers.size === 0) return undefined;
    const kinds = flight.kinds;
    flight.kinds = new Set();
    return read(flight.key, kinds);
  }

  async function fly(member: string, flight: Flight<Key>) {
    while (flight.kinds.size > 0 && subscribers.size > 0) {
      const queued = reads.queued(() => readInTurn(flight));
      const event = await queued.waitAs(waiter).catch(() => reset);
      if (event !== undefined) subscribers.put(event);
    }
    flights.delete(member);
    if (!crowded) return;
    crowded = false;
    subscribers.put(reset);
  }

  return {
    get isEmpty() {
      return subscribers.size === 0;
    },
    hint({ member, key, kinds }) {
      const flying = flights.get(member);
      if (flying) {
        for (const kind of kinds) flying.kinds.add(kind);
        return;
      }
      if (flights.size >= MAX_FLIGHTS) {
        crowded = true;
        return;
      }
      const flight = { key, kinds: new Set(kinds) };
      flights.set(member, flight);
      void fly(member, flight);
    },
    reset: () => subscribers.put(reset),
    join: (caller) => subscribers.join(false, caller),
    callers: subscribers.callers,
    close: () => subscribers.end(),
  };
}
