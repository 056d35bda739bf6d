import { setImmediate } from "node:timers/promises";
import { singleFlight } from "../support/single-flight.ts";

/** The connection on which topics are subscribed to. */
export interface SubscriberConnection {
  readonly isReady: boolean;
  subscribe(topics: readonly string[]): Promise<void>;
  unsubscribe(topics: readonly string[]): Promise<void>;
}

/** The wanted topics, to which the connection is kept subscribed. */
export interface Subscriptions {
  add(topic: string): void;
  delete(topic: string): void;
  /** The connection is new and has no subscriptions. */
  renew(): void;
}

const TOPICS_PER_COMMAND = 100;

/**
 * Keeps the connection's subscriptions equal to the wanted topics.
 *
 * @param subscribed called with each topic as soon as no message of it is missed; `again`: it was subscribed to before
 */
export function createSubscriptions(
  connection: SubscriberConnection,
  subscribed: (topic: string, again: boolean) => void,
): Subscriptions {
  /** The wanted topics, and whether each was subscribed to before. */
  const wanted = new Map<string, boolean>();
  const present = new Set<string>();
  const changed = new Set<string>();

  const update = singleFlight(async () => {
    await setImmediate();
    while (changed.size > 0 && connection.isReady) {
      const some = [...changed].slice(0, TOPICS_PER_COMMAND);
      for (const topic of some) changed.delete(topic);
      await updateSome(some);
    }
  });

  async function updateSome(topics: readonly string[]) {
    const missing = topics.filter((topic) => wanted.has(topic) && !present.has(topic));
    const stray = topics.filter((topic) => !wanted.has(topic) && present.has(topic));
    try {
      if (missing.length > 0) await connection.subscribe(missing);
      for (const topic of missing) arrive(topic);
      if (stray.length > 0) await connection.unsubscribe(stray);
      for (const topic of stray) present.delete(topic);
    } catch {
      // The connection is lost with all its subscriptions. The next connection renews them.
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
    void update();
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
      void update();
    },
  };
}
