import {
  keyNames,
  keyText,
  type PartitionKey,
  type PrimaryKey,
  type RawRow,
  type Table,
} from "../cassandra/index.ts";
import { createFeed, type Feed, type Tell } from "./feed.ts";
import { createHub, type Hub, type Read, type Version } from "./hub.ts";

export type { Version };

/** Live values: who writes gives a hint, who watches gets what is then read. */
export interface Live {
  /** Tells that a row may have changed, and how. Where nobody watches, nothing is read. */
  hint<T extends Table>(table: T, key: PrimaryKey<T>, kind: string): void;
  /**
   * Watches a row: the present version at once, then the newest each time there is a newer one, until the row is
   * gone. All who watch it share its reads.
   *
   * @param since a ballot that the subscriber has already: a present version with just this one is not sent
   * @returns nothing if there is no such row
   */
  watch<T extends Table, Value>(
    table: T,
    key: PrimaryKey<T>,
    read: Read<Value>,
    since?: bigint,
  ): Promise<AsyncIterableIterator<Version<Value>> | void>;
  /**
   * Follows a partition: what happens to its rows from now on, an event for each row that was read again.
   *
   * @param reset the event that says that something was missed
   */
  follow<T extends Table, Event>(
    table: T,
    partition: PartitionKey<T>,
    tell: Tell<PrimaryKey<T>, Event>,
    reset: Event,
  ): AsyncIterableIterator<Event>;
  /** How many rows and partitions are watched and followed. */
  readonly size: number;
  /** Ends all subscriptions. */
  close(): void;
}

/** Makes the hubs and feeds of a process. */
export function createLive(): Live {
  const hubs = new Map<string, Hub<unknown>>();
  const feeds = new Map<string, Feed<unknown, unknown>>();
  return {
    hint(table, key, kind) {
      const row = rowTopic(table, key);
      hubs.get(row)?.hint();
      feeds.get(partitionTopic(table, key))?.hint(row, key, kind);
    },
    watch(table, key, read, since) {
      const topic = rowTopic(table, key);
      const make = (onEmpty: () => void) => createHub(read, onEmpty);
      return sharedBy(hubs, topic, make).join(since);
    },
    follow(table, partition, tell, reset) {
      const topic = partitionTopic(table, partition);
      const make = (onEmpty: () => void) => createFeed(tell, reset, onEmpty);
      return sharedBy(feeds, topic, make).join();
    },
    get size() {
      return hubs.size + feeds.size;
    },
    close() {
      for (const shared of [...hubs.values(), ...feeds.values()]) shared.close();
    },
  };
}

/**
 * The one of a topic, made for its first subscriber and dropped behind its last.
 * One topic has one type of value, which the map cannot say: whoever names the topic gives the read.
 */
function sharedBy<Shared extends object>(
  all: Map<string, unknown>,
  topic: string,
  make: (onEmpty: () => void) => Shared,
): Shared {
  const found = all.get(topic) as Shared | undefined;
  if (found) return found;
  const shared = make(() => {
    if (all.get(topic) === shared) all.delete(topic);
  });
  all.set(topic, shared);
  return shared;
}

function rowTopic(table: Table, row: RawRow): string {
  return `${table.name}${keyText(table, keyNames(table), row)}`;
}

function partitionTopic(table: Table, row: RawRow): string {
  return `${table.name}${keyText(table, table.partition, row)}`;
}
