import {
  keyNames,
  keyOfText,
  keyText,
  type RawRow,
  type RowChange,
  type Table,
} from "../cassandra/index.ts";
import type { Source } from "./broadcast.ts";
import { createFeed } from "./feed.ts";
import type { FollowEvent, PartitionView } from "./partition-view.ts";
import type { Query } from "./poll.ts";
import type { QueuedRead, ReadQueue } from "./read-queue.ts";
import { createTracker } from "./tracker.ts";
import type { TrackedTotal } from "./tracked-total.ts";

/** The feed of a partition and a view. */
export interface PartitionFeed {
  readonly table: Table;
  readonly isEmpty: boolean;
  /** Returns the callers of the subscribers. Takes time in proportion to these. */
  readonly callers: () => ReadonlySet<string>;
  /** The last tick in which the poll read a page; 0: none. */
  polledIn: number;
  /** Reads a row that may have changed. */
  hint(key: RawRow, change: RowChange): void;
  /** Sends the reset event: something was missed. */
  reset(): void;
  /** Reads the first page, once for all subscribers. Later changes of these rows are found. @param caller who waits */
  begin(caller: string): Promise<void>;
  /** Reads the next page, and finds its changes that had no hint. */
  scan(): Promise<void>;
  /** The cost of the next scan for the poll. */
  readonly cost: number;
  join(caller: string): Source<FollowEvent<RawRow, RawRow>>;
  close(): Promise<void>;
}

export interface PartitionFeedOptions {
  readonly reads: ReadQueue;
  readonly total: TrackedTotal;
  /** Called when the last subscriber has left. */
  readonly onEmpty: () => void;
}

/** How many rows of a page cost as much as one query. */
const ROWS_PER_COST = 100;

export function createPartitionFeed(
  view: PartitionView,
  { reads, total, onEmpty }: PartitionFeedOptions,
): PartitionFeed {
  const { table, reset } = view;
  const names = keyNames(table);
  // "match", because another program may have written the rows.
  const textOf = (key: RawRow) => keyText(table, key, { columns: names, rule: "match" });
  // The text was made by textOf, so it is valid.
  const keyOf = (text: string) => keyOfText(table, text, { columns: names, rule: "match" })!;
  const tracker = createTracker(view, { textOf, keyOf, total });
  const feed = createFeed<RawRow, FollowEvent<RawRow, RawRow>>({
    read: (key, kinds) => tracker.read(key, kinds),
    reset,
    onEmpty() {
      tracker.close();
      onEmpty();
    },
    reads,
  });
  let first: QueuedRead<void> | undefined;
  const scan = () => reads.queued(() => tracker.scan(feed));
  return {
    table,
    callers: feed.callers,
    polledIn: 0,
    get isEmpty() {
      return feed.isEmpty;
    },
    hint(key, change) {
      const kinds = view.kindsOf(change);
      if (kinds.length > 0) feed.hint({ member: textOf(key), key, kinds });
    },
    reset: () => feed.reset(),
    begin(caller) {
      first ??= scan();
      return first.waitAs({ callers: () => [caller], reason: "join" });
    },
    scan: () => scan().waitAs({ callers: feed.callers, reason: "poll" }),
    get cost() {
      return Math.max(1, tracker.expected / ROWS_PER_COST);
    },
    join: (caller) => feed.join(caller),
    close: () => feed.close(),
  };
}

/** Returns the queries of the poll that find changes without hints: a page of each partition. */
export function partitionFeedQueries(feeds: readonly PartitionFeed[]): readonly Query[] {
  return feeds
    .filter(({ isEmpty }) => !isEmpty)
    .map((feed) => ({
      cost: feed.cost,
      polledIn: feed.polledIn,
      callers: feed.callers,
      async run(tick) {
        feed.polledIn = tick;
        if (!feed.isEmpty) await feed.scan();
      },
    }));
}
