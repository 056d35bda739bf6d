import { randomUUID } from "node:crypto";
import {
  type Admit,
  type ColumnName,
  type DataName,
  type PartitionKey,
  type PrimaryKey,
  type RowChange,
  type Selected,
  type Session,
  type Table,
} from "../cassandra/index.ts";
import { type Source, UNNAMED } from "./broadcast.ts";
import type { Version } from "./hub.ts";
import { readHint, writeHint } from "./message.ts";
import { createPartitionFeed, type PartitionFeed, partitionFeedQueries } from "./partition-feed.ts";
import { createPartitionView, type FollowEvent } from "./partition-view.ts";
import { createPoll } from "./poll.ts";
import { createReadQueue } from "./read-queue.ts";
import type { OpenRelay } from "./relay.ts";
import { createRepairCheck } from "./repair.ts";
import { createRowHub, type RowHub, rowHubQueries } from "./row-hub.ts";
import { createThrottledCount } from "./throttled-count.ts";
import { createTrackedTotal } from "./tracked-total.ts";
import { copyPartitionKey, copyPrimaryKey, partitionTopic, rowTopic } from "./topic.ts";
import { createTopics } from "./topics.ts";
import { trackerLimits } from "./tracker.ts";
import { createView } from "./view.ts";

/** What to watch of a row. */
export interface WatchOptions<
  T extends Table,
  Name extends DataName<T>,
  Beside extends DataName<T> = never,
> {
  /** The columns whose changes are news. All subscribers to the same columns of a row share its reads, in any order. */
  readonly columns: readonly Name[];
  /** Columns that are read in the same moment. A change of these alone is no news. Default: none. */
  readonly beside?: readonly Beside[] | undefined;
  /**
   * The `asOf` of the version that the subscriber has. If it is the present version, only newer ones are sent. In a table of
   * plain writes, or if a watched column has no write time, the present version is sent anyway, because `asOf` does not
   * identify it.
   */
  readonly since?: bigint | undefined;
  /**
   * Returns the row as subscribers get it, or an `UnreadableRow`, which fails the read. Pass the same function each time:
   * subscribers with different functions share no reads. Default: the row as it is.
   */
  readonly admit?: Admit | undefined;
  /**
   * Who subscribes. Reads are shared out evenly among callers, so that one with many subscriptions does not delay the
   * others. Default: all subscribers without one are one caller.
   */
  readonly caller?: string | undefined;
}

/** What to follow of the rows of a partition. */
export interface FollowOptions<
  T extends Table,
  Name extends DataName<T> = DataName<T>,
  Apart extends DataName<T> = never,
> {
  /** The columns in the events, whose changes make events. Default: all. */
  readonly columns?: readonly Name[] | undefined;
  /**
   * Columns whose changes are named in the events, and that are read with their write times. Changes of the others are not
   * distinguished. Default: none.
   */
  readonly apart?: readonly Apart[] | undefined;
  /** As in {@link WatchOptions}, but a row that is not admitted is left out, and reported to the operator. */
  readonly admit?: Admit | undefined;
  /** As in {@link WatchOptions}. */
  readonly caller?: string | undefined;
}

/** A version of a row with the watched columns, their write times, and the columns beside. */
export type WatchedVersion<
  T extends Table,
  Name extends DataName<T>,
  Beside extends DataName<T> = never,
> = Version<Selected<T, Name | Beside, Name>>;

/** An event of a followed partition. */
export type PartitionEvent<
  T extends Table,
  Name extends DataName<T> = DataName<T>,
  Apart extends DataName<T> = never,
> = FollowEvent<PrimaryKey<T>, Selected<T, Name | Apart, Apart>, Apart, PartitionKey<T>>;

/** Live values of the rows and partitions of any table. A writer gives a hint; subscribers get what is then read. */
export interface Live {
  /** Hints that a row may have changed, and how. If nobody has subscribed to it, nothing is read. */
  hint<T extends Table>(table: T, key: PrimaryKey<T>, change: RowChange<ColumnName<T>>): void;
  /**
   * Watches columns of a row. Sends the present version, then the newest one whenever there is a newer one, and ends when
   * the row is deleted.
   *
   * @example
   * for await (const { row } of (await live.watch(Seat, key, { columns: ["taken"] })) ?? []) console.log(row.taken);
   * @returns nothing if the row does not exist
   * @throws CassandraError `BAD_STATEMENT` for a name that is no column or is in the key; `NOT_SYNCED` if the columns need
   * `read_repair = 'BLOCKING'` and the table does not have it; as `Session.run`
   */
  watch<T extends Table, Name extends DataName<T>, Beside extends DataName<T> = never>(
    table: T,
    key: PrimaryKey<T>,
    options: WatchOptions<T, Name, Beside>,
  ): Promise<Source<WatchedVersion<T, Name, Beside>> | void>;
  /**
   * Follows a partition. Sends an event for each change of a row that is found from this call on.
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
  /** The number of watched rows and followed partitions. */
  readonly size: number;
  /** Ends all subscriptions. Resolves when all subscribers were visited. */
  close(): Promise<void>;
  /** Sends the waiting hints to other processes and closes the relay. Call it after the last change. */
  leave(): Promise<void>;
}

/** What live values are read from, and how they learn of changes. */
export interface LiveOptions {
  /** Reads the live values. It stays open. */
  readonly session: Pick<Session, "run" | "report" | "keyspace" | "consistency">;
  /** Carries hints to and from other processes. Default: none. */
  readonly relay?: OpenRelay | undefined;
  /** How often live values are compared with the database to find changes without hints, in milliseconds. Default: 0, never. */
  readonly pollInterval?: number | undefined;
  /** Writes a line for the operator. Default: writes nothing. */
  readonly log?: (line: string) => void;
}

/** Node.js takes any longer interval as 1 ms. */
const MOST_INTERVAL = 2 ** 31 - 1;

/** Creates the live values of a process. @throws RangeError if the interval is none */
export function createLive(options: LiveOptions): Live {
  const { session, relay: openRelay, pollInterval = 0, log = () => {} } = options;
  if (!(pollInterval >= 0 && pollInterval <= MOST_INTERVAL)) {
    const expected = `a number of milliseconds from 0 to ${MOST_INTERVAL}`;
    throw new RangeError(`pollInterval must be ${expected}, but is ${pollInterval}.`);
  }
  const process = randomUUID();
  const hubs = createTopics<RowHub>(changed);
  const feeds = createTopics<PartitionFeed>(changed);
  const checkRepair = createRepairCheck(session);
  const reads = createReadQueue();
  const total = createTrackedTotal(trackerLimits.total);
  let isClosed = false;
  const size = () => hubs.size + feeds.size;
  const poll = createPoll(pollInterval, () => [
    // A row with a hint in the last half of an interval was read then.
    ...rowHubQueries(hubs.values(), { rest: pollInterval / 2, reads }),
    ...partitionFeedQueries(feeds.values()),
  ]);
  const relay = openRelay?.({ receive, subscribed });
  const ignored = createThrottledCount((calls) =>
    log(`Ignored ${calls} messages from Redis that are not hints.`),
  );

  function changed(topic: string) {
    if (hubs.at(topic).length + feeds.at(topic).length > 0) relay?.subscribe(topic);
    else relay?.unsubscribe(topic);
    if (size() > 0) poll.wake();
    else poll.sleep();
  }

  /** Handles a message of another process, or of any other program that can reach Redis. */
  function receive(topic: string, message: string) {
    const [rows, partitions] = [hubs.at(topic), feeds.at(topic)];
    const table = (rows[0] ?? partitions[0])?.table;
    // The last subscriber has just left.
    if (!table) return;
    const hint = readHint(table, message);
    if (hint?.from === process) return;
    // If each row is a partition, both have the same topic.
    const isOfRow = hint !== undefined && topic === rowTopic(table, hint.key);
    const isOfPartition = hint !== undefined && topic === partitionTopic(table, hint.key);
    if (isOfRow) for (const hub of rows) hub.hint(hint.change);
    if (isOfPartition) for (const feed of partitions) feed.hint(hint.key, hint.change);
    if (!isOfRow && !isOfPartition) ignored();
  }

  /** Finds what changed before the subscription: of a row by a read, of a partition by the poll, or else by a reset. */
  function subscribed(topic: string, again: boolean) {
    for (const hub of hubs.at(topic)) hub.hint();
    if (!again || pollInterval > 0) return;
    for (const feed of feeds.at(topic)) feed.reset();
  }

  return {
    hint<T extends Table>(table: T, given: PrimaryKey<T>, change: RowChange<ColumnName<T>>) {
      if (change.length === 0 || (size() === 0 && !relay)) return;
      const key = copyPrimaryKey(table, given);
      const [row, partition] = [rowTopic(table, key), partitionTopic(table, key)];
      for (const hub of hubs.at(row)) hub.hint(change);
      for (const feed of feeds.at(partition)) feed.hint(key, change);
      if (!relay) return;
      const message = writeHint(table, { key, change, from: process });
      for (const topic of new Set([row, partition])) relay.publish(topic, message);
    },
    async watch<T extends Table, Name extends DataName<T>, Beside extends DataName<T>>(
      table: T,
      given: PrimaryKey<T>,
      options: WatchOptions<T, Name, Beside>,
    ) {
      const { since, caller = UNNAMED } = options;
      const key = copyPrimaryKey(table, given);
      const view = createView(session, table, options);
      await checkRepair(table, view.columns);
      const hub = hubs.of(rowTopic(table, key), view.text, (onEmpty) =>
        createRowHub(view, { key, reads, onEmpty }),
      );
      const versions = await hub.join(since, caller);
      if (isClosed) await hub.close();
      // The topic and the view name the table and the columns, so the versions have their types.
      return versions as Source<WatchedVersion<T, Name, Beside>> | void;
    },
    async follow<T extends Table, Name extends DataName<T>, Apart extends DataName<T>>(
      table: T,
      given: PartitionKey<T>,
      options: FollowOptions<T, Name, Apart> = {},
    ) {
      const { caller = UNNAMED } = options;
      const partition = copyPartitionKey(table, given);
      const view = createPartitionView(session, table, { ...options, partition });
      const feed = feeds.of(partitionTopic(table, partition), view.text, (onEmpty) =>
        createPartitionFeed(view, { reads, total, onEmpty }),
      );
      // Before the first query: what is changed after this call, and read before it returns, makes an event.
      const events: Source<unknown> = feed.join(caller);
      try {
        await checkRepair(table, view.columns);
      } catch (error) {
        await events.return();
        throw error;
      }
      // The rows that exist now make no events. If this read fails, the poll reads them first.
      if (pollInterval > 0) await feed.begin(caller).catch(() => {});
      if (isClosed) await feed.close();
      // As above.
      return events as Source<PartitionEvent<T, Name, Apart>>;
    },
    get size() {
      return size();
    },
    async close() {
      isClosed = true;
      const topics = [...hubs.values(), ...feeds.values()];
      await Promise.all(topics.map((topic) => topic.close()));
    },
    leave: async () => relay?.close(),
  };
}
