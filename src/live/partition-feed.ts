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
import { createTracker } from "./tracker.ts";

/** The feed of a partition and a view. */
export interface PartitionFeed {
  readonly table: Table;
  readonly isEmpty: boolean;
  /** Reads a row that may have changed. */
  hint(key: RawRow, change: RowChange): void;
  /** Sends the reset event: something was missed. */
  reset(): void;
  /** Reads the first page, once for all subscribers. Later changes of these rows are found. */
  begin(): Promise<void>;
  /** Reads the next page, and finds its changes that had no hint. */
  scan(): Promise<void>;
  /** The cost of the next scan for the poll. */
  readonly cost: number;
  join(): Source<FollowEvent<RawRow, RawRow>>;
  close(): Promise<void>;
}

/** How many rows of a page cost as much as one query. */
const ROWS_PER_COST = 100;

export function createPartitionFeed(view: PartitionView, onEmpty: () => void): PartitionFeed {
  const { table, reset } = view;
  const names = keyNames(table);
  // "match", because another program may have written the rows.
  const textOf = (key: RawRow) => keyText(table, key, { columns: names, rule: "match" });
  // The text was made by textOf, so it is valid.
  const keyOf = (text: string) => keyOfText(table, text, { columns: names, rule: "match" })!;
  const tracker = createTracker(view, { textOf, keyOf });
  const feed = createFeed<RawRow, FollowEvent<RawRow, RawRow>>({
    read: (key, kinds) => tracker.read(key, kinds),
    reset,
    onEmpty,
  });
  let begun: Promise<void> | undefined;
  return {
    table,
    get isEmpty() {
      return feed.isEmpty;
    },
    hint(key, change) {
      const kinds = view.kindsOf(change);
      if (kinds.length > 0) feed.hint({ member: textOf(key), key, kinds });
    },
    reset: () => feed.reset(),
    begin: () => (begun ??= tracker.scan(feed)),
    scan: () => tracker.scan(feed),
    get cost() {
      return Math.max(1, tracker.expected / ROWS_PER_COST);
    },
    join: () => feed.join(),
    close: () => feed.close(),
  };
}

/** Returns the queries of the poll that find changes without hints: a page of each partition. */
export function partitionFeedQueries(feeds: readonly PartitionFeed[]): readonly Query[] {
  return feeds.map((feed) => ({
    cost: () => (feed.isEmpty ? 0 : feed.cost),
    async run() {
      if (!feed.isEmpty) await feed.scan();
    },
  }));
}
