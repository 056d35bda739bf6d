import { createBroadcast, type Source } from "./broadcast.ts";

/**
 * Reads what to tell of a member of a topic to which something happened; the kinds are what was said to have.
 * Undefined: nothing that has not been told.
 */
export type Tell<Key, Event> = (key: Key, kinds: ReadonlySet<string>) => Promise<Event | undefined>;

/** All followers of one topic with many members, and one read in flight a member. */
export interface Feed<Key, Event> {
  readonly isEmpty: boolean;
  /** Something of these kinds may have happened to a member. */
  hint(member: string, key: Key, kinds: readonly string[]): void;
  /** Something was missed: the followers are told so. */
  reset(): void;
  /** Adds a follower: it gets what happens from now on. */
  join(): Source<Event>;
  /** Ends all subscriptions. */
  close(): Promise<void>;
}

/** How many events may wait for a follower. */
const WAITING = 100;

/** How many members are read at once. What happens to others meanwhile is not told one by one. */
const FLIGHTS = 1000;

interface Flight<Key> {
  readonly key: Key;
  /** What was said while a read was under way. */
  kinds: Set<string>;
}

/**
 * Makes the feed of a topic.
 *
 * @param reset the event that says that something was missed, and to read again
 * @param onEmpty called when the last follower has left
 */
export function createFeed<Key, Event>(
  tell: Tell<Key, Event>,
  reset: Event,
  onEmpty: () => void,
): Feed<Key, Event> {
  const followers = createBroadcast(WAITING, () => reset, onEmpty);
  const flights = new Map<string, Flight<Key>>();
  let crowded = false;

  async function fly(member: string, flight: Flight<Key>) {
    while (flight.kinds.size > 0 && followers.size > 0) {
      const kinds = flight.kinds;
      flight.kinds = new Set();
      const event = await tell(flight.key, kinds).catch(() => reset);
      if (event !== undefined) followers.put(event);
    }
    flights.delete(member);
    if (!crowded) return;
    crowded = false;
    followers.put(reset);
  }

  return {
    get isEmpty() {
      return followers.size === 0;
    },
    hint(member, key, kinds) {
      const flying = flights.get(member);
      if (flying) {
        for (const kind of kinds) flying.kinds.add(kind);
        return;
      }
      if (flights.size >= FLIGHTS) {
        crowded = true;
        return;
      }
      const flight = { key, kinds: new Set(kinds) };
      flights.set(member, flight);
      void fly(member, flight);
    },
    reset: () => followers.put(reset),
    join: () => followers.join(false),
    close: () => followers.end(),
  };
}
