import { setImmediate } from "node:timers/promises";
import { singleFlight } from "../support/single-flight.ts";

/** Where topics are subscribed to. */
export interface Subscriber {
  readonly isReady: boolean;
  subscribe(topics: readonly string[]): Promise<void>;
  unsubscribe(topics: readonly string[]): Promise<void>;
}

/** The topics that are wanted, of which a subscriber is told. */
export interface Subscriptions {
  add(topic: string): void;
  delete(topic: string): void;
  /** The subscriber is ready, and knows nothing of what it was told before. */
  renew(): void;
}

/** How many topics one command names. */
const AT_ONCE = 100;

/**
 * Keeps what is subscribed to as what is wanted.
 *
 * @param subscribed told of each topic as soon as nothing is missed of it any more, and whether it has been so before
 */
export function createSubscriptions(
  subscriber: Subscriber,
  subscribed: (topic: string, again: boolean) => void,
): Subscriptions {
  /** With whether it was subscribed to before. */
  const wanted = new Map<string, boolean>();
  const present = new Set<string>();
  const changed = new Set<string>();

  const settle = singleFlight(async () => {
    await setImmediate();
    while (changed.size > 0 && subscriber.isReady) {
      const some = [...changed].slice(0, AT_ONCE);
      for (const topic of some) changed.delete(topic);
      await settleSome(some);
    }
  });

  async function settleSome(topics: readonly string[]) {
    const missing = topics.filter((topic) => wanted.has(topic) && !present.has(topic));
    const stray = topics.filter((topic) => !wanted.has(topic) && present.has(topic));
    try {
      if (missing.length > 0) await subscriber.subscribe(missing);
      for (const topic of missing) arrive(topic);
      if (stray.length > 0) await subscriber.unsubscribe(stray);
      for (const topic of stray) present.delete(topic);
    } catch {
      // The connection is gone, and with it all subscriptions: they are renewed on the next.
    }
  }

  function arrive(topic: string) {
    present.add(topic);
    const again = wanted.get(topic);
    if (again === undefined) {
      changed.add(topic);
      return;
    }
    wanted.set(topic, true);
    subscribed(topic, again);
  }

  function change(topic: string) {
    changed.add(topic);
    void settle();
  }

  return {
    add(topic) {
      if (wanted.has(topic)) return;
      wanted.set(topic, false);
      change(topic);
    },
    delete(topic) {
      if (wanted.delete(topic)) change(topic);
    },
    renew() {
      present.clear();
      changed.clear();
      for (const topic of wanted.keys()) changed.add(topic);
      void settle();
    },
  };
}
