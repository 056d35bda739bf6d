import { randomUUID } from "node:crypto";
import {
  type Admit,
  keyNames,
  type ColumnName,
  type DataName,
  type PartitionKey,
  type PrimaryKey,
  type Selected,
  type Session,
  type Table,
  type RowChange,
} from "../cassandra/index.ts";
import type { Source } from "./broadcast.ts";
import { createFollowed, type FollowEvent } from "./followed.ts";
import { createFollowing, type Following, followingQueries } from "./following.ts";
import type { Version } from "./hub.ts";
import { readHint, writeHint } from "./message.ts";
import { createPoll } from "./poll.ts";
import type { OpenRelay } from "./relay.ts";
import { createRepairCheck } from "./repair.ts";
import { createSeldom } from "./seldom.ts";
import { ownKey, partitionTopic, rowTopic } from "./topic.ts";
import { createTopics } from "./topics.ts";
import { createView } from "./view.ts";
import { createWatched, type Watched, watchedQueries } from "./watched.ts";

/** What is watched of a row. */
export interface WatchOptions<
  T extends Table,
  Name extends DataName<T>,
  Beside extends DataName<T> = never,
> {
  /** The columns of which a change is news. All who watch the same ones of a row share its reads; the order does not matter. */
  readonly columns: readonly Name[];
  /** Columns that are read in the same moment, and of which a change alone is no news. Default: none. */
  readonly beside?: readonly Beside[] | undefined;
  /**
   * The `asOf` of the version that the subscriber has: if it is the present one, only newer ones are sent. In a table of plain
   * writes, and where a watched column has no write time, the present version is sent all the same: `asOf` does not tell it
   * from others.
   */
  readonly since?: bigint | undefined;
  /**
   * Returns the row as subscribers get it, or an `UnreadableRow` that fails the read. Give the same function each time: those
   * with another one share nothing. Default: the row as it is.
   */
  readonly admit?: Admit | undefined;
}

/** What is followed of the rows of a partition. */
export interface FollowOptions<
  T extends Table,
  Name extends DataName<T> = DataName<T>,
  Apart extends DataName<T> = never,
> {
  /** The columns that rows are told with, and of which a change is told. Default: all. */
  readonly columns?: readonly Name[] | undefined;
  /**
   * Columns of which a change is told by its name, and that are read with their write times. Changes of the others are told
   * together. Default: none.
   */
  readonly apart?: readonly Apart[] | undefined;
  /** As in {@link WatchOptions}; but a row that it does not admit is left out, and reported to the operator. */
  readonly admit?: Admit | undefined;
}

/** A version of a row with the watched columns, their write times, and those beside. */
export type WatchedVersion<
  T extends Table,
  Name extends DataName<T>,
  Beside extends DataName<T> = never,
> = Version<Selected<T, Name | Beside, Name>>;

/** What is told of a followed partition. */
export type PartitionEvent<
  T extends Table,
  Name extends DataName<T> = DataName<T>,
  Apart extends DataName<T> = never,
> = FollowEvent<PrimaryKey<T>, Selected<T, Name | Apart, Apart>, Apart, PartitionKey<T>>;

/** Live values of the rows and partitions of any table: who writes gives a hint, who watches gets what is then read. */
export interface Live {
  /** Tells that a row may have changed, and how. Where nobody watches, nothing is read. */
  hint<T extends Table>(table: T, key: PrimaryKey<T>, change: RowChange<ColumnName<T>>): void;
  /**
   * Watches columns of a row: the present version at once, then the newest each time there is a newer one, until the row is
   * gone.
   *
   * @example
   * for await (const { row } of (await live.watch(Reading, key, { columns: ["value"] })) ?? []) console.log(row.value);
   * @returns nothing if there is no such row
   * @throws CassandraError `BAD_STATEMENT` for a column that is in the key, or none; `NOT_SYNCED` if the table's `read_repair`
   * is not `BLOCKING` and its ballots alone do not keep the columns in order; as `Session.run`
   */
  watch<T extends Table, Name extends DataName<T>, Beside extends DataName<T> = never>(
    table: T,
    key: PrimaryKey<T>,
    options: WatchOptions<T, Name, Beside>,
  ): Promise<Source<WatchedVersion<T, Name, Beside>> | void>;
  /**
   * Follows a partition: what happens to its rows from now on, an event for each change that is found.
   *
   * @throws CassandraError as {@link Live.watch}
   */
  follow<
    T extends Table,
    Name extends DataName<T> = DataName<T>,
    Apart extends DataName<T> = never,
  >(
    table: T,
    partition: PartitionKey<T>,
    options?: FollowOptions<T, Name, Apart>,
  ): Promise<Source<PartitionEvent<T, Name, Apart>>>;
  /** How many rows and partitions are watched and followed. */
  readonly size: number;
  /** Ends all subscriptions. Done when each was told. */
  close(): Promise<void>;
  /** After the last change: sends the hints that wait for other processes, and ends the connections to them. */
  leave(): Promise<void>;
}

export interface LiveOptions {
  /** Where what is watched is read. It stays open. */
  readonly session: Pick<Session, "run" | "report" | "keyspace">;
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
export function createLive(options: LiveOptions): Live {
  const { session, relay: openRelay, pollInterval = 0, log = () => {} } = options;
  const process = randomUUID();
  const watched = createTopics<Watched>(changed);
  const followed = createTopics<Following>(changed);
  const checkRepair = createRepairCheck(session);
  let isClosed = false;
  const size = () => watched.size + followed.size;
  const poll = createPoll(pollInterval, () => [
    // A row that was hinted at within the last half of an interval was read then.
    ...watchedQueries(watched.values(), pollInterval / 2),
    ...followingQueries(followed.values()),
  ]);
  const relay = openRelay?.({ receive, subscribed });
  const isNoHint = createSeldom((times) =>
    log(`Ignored what came from Redis and is no hint, ${times} in number.`),
  );

  function changed(topic: string) {
    if (watched.at(topic).length + followed.at(topic).length > 0) relay?.subscribe(topic);
    else relay?.unsubscribe(topic);
    if (size() > 0) poll.wake();
    else poll.sleep();
  }

  /** What another process tells, or whoever else can reach Redis. */
  function receive(topic: string, message: string) {
    const [rows, partitions] = [watched.at(topic), followed.at(topic)];
    const table = (rows[0] ?? partitions[0])?.table;
    // Somebody has just left.
    if (!table) return;
    const hint = readHint(table, message);
    if (hint?.from === process) return;
    // Where a row is a partition, both are one topic.
    const isOfRow = hint !== undefined && topic === rowTopic(table, hint.key);
    const isOfPartition = hint !== undefined && topic === partitionTopic(table, hint.key);
    if (isOfRow) for (const row of rows) row.hint(hint.change);
    if (isOfPartition) for (const each of partitions) each.hint(hint.key, hint.change);
    if (!isOfRow && !isOfPartition) isNoHint();
  }

  /** What happened before is found by a read now; in a partition by the poll, or else it was missed. */
  function subscribed(topic: string, again: boolean) {
    for (const row of watched.at(topic)) row.hint();
    if (!again || pollInterval > 0) return;
    for (const partition of followed.at(topic)) partition.reset();
  }

  return {
    hint(table, given, change) {
      if (change.length === 0 || (size() === 0 && !relay)) return;
      const key = ownKey(table, keyNames(table), given);
      const [row, partition] = [rowTopic(table, key), partitionTopic(table, key)];
      for (const each of watched.at(row)) each.hint(change);
      for (const each of followed.at(partition)) each.hint(key, change);
      if (!relay) return;
      const message = writeHint(table, { key, change, from: process });
      for (const topic of new Set([row, partition])) relay.publish(topic, message);
    },
    async watch<T extends Table, Name extends DataName<T>, Beside extends DataName<T>>(
      table: T,
      given: PrimaryKey<T>,
      options: WatchOptions<T, Name, Beside>,
    ) {
      const key = ownKey(table, keyNames(table), given);
      const view = createView(session, table, options);
      await checkRepair(table, view.columns);
      const row = watched.of(rowTopic(table, key), view.text, (onEmpty) =>
        createWatched(view, key, onEmpty),
      );
      const versions = await row.join(options.since);
      if (isClosed) await row.close();
      // Whoever has this view of a topic watches this table and these columns, which the map cannot say.
      return versions as Source<WatchedVersion<T, Name, Beside>> | void;
    },
    async follow<T extends Table, Name extends DataName<T>, Apart extends DataName<T>>(
      table: T,
      given: PartitionKey<T>,
      options: FollowOptions<T, Name, Apart> = {},
    ) {
      const of = ownKey(table, table.partition, given) as PartitionKey<T>;
      const rows = createFollowed(session, table, of, options);
      await checkRepair(table, rows.columns);
      const partition = followed.of(partitionTopic(table, of), rows.text, (onEmpty) =>
        createFollowing(rows, onEmpty),
      );
      const events: Source<unknown> = partition.join();
      // From now on: what is there now need not be told. If this fails, the poll begins with it.
      if (pollInterval > 0) await partition.begin().catch(() => {});
      if (isClosed) await partition.close();
      // As above.
      return events as Source<PartitionEvent<T, Name, Apart>>;
    },
    get size() {
      return size();
    },
    async close() {
      isClosed = true;
      const topics = [...watched.values(), ...followed.values()];
      await Promise.all(topics.map((topic) => topic.close()));
    },
    leave: async () => relay?.close(),
  };
}
