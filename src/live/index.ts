import { randomUUID } from "node:crypto";
import type { PartitionKey, PrimaryKey, RawRow, Table } from "../cassandra/index.ts";
import type { Source } from "./broadcast.ts";
import { createFollowing, type Following, followingQueries } from "./following.ts";
import type { Version } from "./hub.ts";
import type { Followed } from "./known.ts";
import { readHint, writeHint } from "./message.ts";
import { createPoll } from "./poll.ts";
import type { OpenRelay } from "./relay.ts";
import { createSeldom } from "./seldom.ts";
import { partitionTopic, rowTopic } from "./topic.ts";
import { createTopics } from "./topics.ts";
import { createWatched, type Reader, type Watched, watchedQueries } from "./watched.ts";

export type { Source, Visitor } from "./broadcast.ts";
export type { Followed } from "./known.ts";
export { loadRelay, placeOf, type RedisOptions } from "./relay.ts";
export { inSlices } from "./slices.ts";
export type { Reader } from "./watched.ts";
export type { Version };

/** How often a service compares what is watched with the database, unless it is told otherwise, in milliseconds. */
export const POLL_INTERVAL = 2000;

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
    reader: Reader<PrimaryKey<T>, Value>,
    since?: bigint,
  ): Promise<Source<Version<Value>> | void>;
  /** Follows a partition: what happens to its rows from now on, an event for each change that is found. */
  follow<T extends Table, Row, Event>(
    table: T,
    partition: PartitionKey<T>,
    followed: Followed<PrimaryKey<T>, Row, Event>,
  ): Source<Event>;
  /** How many rows and partitions are watched and followed. */
  readonly size: number;
  /** Ends all subscriptions. Done when each was told. */
  close(): Promise<void>;
  /** Behind the last change: sends the hints that wait for other processes, and ends the connections to them. */
  leave(): Promise<void>;
}

export interface LiveOptions {
  /** Carries hints to other processes and theirs here. Default: none does. */
  readonly relay?: OpenRelay | undefined;
  /**
   * How often what is watched is compared with the database, in milliseconds, to find what no hint told of.
   * Default: 0, never.
   */
  readonly pollInterval?: number | undefined;
  /** Where a line goes that an operator should see. Default: nowhere. */
  readonly log?: (line: string) => void;
}

/** Makes the hubs and feeds of a process. */
export function createLive(options: LiveOptions = {}): Live {
  const { relay: openRelay, pollInterval = 0, log = () => {} } = options;
  const process = randomUUID();
  const watched = createTopics<Watched>(changed);
  const followed = createTopics<Following>(changed);
  const size = () => watched.size + followed.size;
  const poll = createPoll(pollInterval, () => [
    // A row that was hinted at within the last half of an interval was read then.
    ...watchedQueries(watched.values(), isWatched, pollInterval / 2),
    ...followingQueries(followed.values(), isFollowed),
  ]);
  const relay = openRelay?.({ receive, subscribed });
  const isNoHint = createSeldom((times) =>
    log(`Ignored what came from Redis and is no hint, ${times} in number.`),
  );

  function changed(topic: string) {
    if (watched.get(topic) || followed.get(topic)) relay?.subscribe(topic);
    else relay?.unsubscribe(topic);
    if (size() > 0) poll.wake();
    else poll.sleep();
    // From now on: what is there now need not be told. If this fails, the poll begins with it.
    if (pollInterval > 0)
      followed
        .get(topic)
        ?.scan()
        .catch(() => {});
  }

  function isWatched(row: Watched) {
    return watched.get(row.topic) === row;
  }

  function isFollowed(partition: Following) {
    return followed.get(partition.topic) === partition;
  }

  /** What another process tells, or whoever else can reach Redis. */
  function receive(topic: string, message: string) {
    const [row, partition] = [watched.get(topic), followed.get(topic)];
    const table = row?.table ?? partition?.table;
    // Somebody has just left.
    if (!table) return;
    const hint = readHint(table, message);
    if (hint?.from === process) return;
    if (hint && topic === rowTopic(table, hint.key)) row?.hint();
    else if (hint && topic === partitionTopic(table, hint.key) && partition?.knows(hint.kind)) {
      partition.hint(hint.key, hint.kind);
    } else isNoHint();
  }

  /** What happened before is found by a read now; in a partition by the poll, or else it was missed. */
  function subscribed(topic: string, again: boolean) {
    watched.get(topic)?.hint();
    if (again && pollInterval === 0) followed.get(topic)?.reset();
  }

  return {
    hint(table, key, kind) {
      if (size() === 0 && !relay) return;
      const [row, partition] = [rowTopic(table, key), partitionTopic(table, key)];
      watched.get(row)?.hint();
      followed.get(partition)?.hint(key, kind);
      if (!relay) return;
      const message = writeHint(table, { key, kind, from: process });
      relay.publish(row, message);
      relay.publish(partition, message);
    },
    watch<T extends Table, Value>(
      table: T,
      key: PrimaryKey<T>,
      reader: Reader<PrimaryKey<T>, Value>,
      since?: bigint,
    ) {
      const topic = rowTopic(table, key);
      const row = watched.of(topic, (onEmpty) =>
        createWatched(table, topic, key, reader as Reader<RawRow, Value>, onEmpty),
      );
      // One topic has one type of value, which the map cannot say: whoever names the topic gives the reader.
      return row.join(since) as Promise<Source<Version<Value>> | void>;
    },
    follow<T extends Table, Row, Event>(
      table: T,
      of: PartitionKey<T>,
      reader: Followed<PrimaryKey<T>, Row, Event>,
    ) {
      const topic = partitionTopic(table, of);
      const partition = followed.of(topic, (onEmpty) =>
        createFollowing(table, topic, reader as Followed<RawRow, unknown, unknown>, onEmpty),
      );
      const events = partition.join() as Source<Event>;
      return events;
    },
    get size() {
      return size();
    },
    async close() {
      const topics = [...watched.values(), ...followed.values()];
      await Promise.all(topics.map((topic) => topic.close()));
    },
    leave: async () => relay?.close(),
  };
}
