import {
  keyNames,
  keyOfText,
  keyText,
  type RawRow,
  type Table,
  type RowChange,
} from "../cassandra/index.ts";
import type { Source } from "./broadcast.ts";
import { createFeed } from "./feed.ts";
import type { FollowedPartition, FollowEvent } from "./followed.ts";
import { createKnown } from "./known.ts";
import type { Query } from "./poll.ts";

/** A partition that somebody follows. */
export interface Following {
  readonly table: Table;
  /** Whether nobody follows it any more. */
  readonly isEmpty: boolean;
  /** Something may have happened to a row. */
  hint(key: RawRow, change: RowChange): void;
  /** Something was missed. */
  reset(): void;
  /** Reads the first page, once for all who follow: what differs from it later is told. */
  begin(): Promise<void>;
  /** Finds what no hint told of, on the next page. */
  scan(): Promise<void>;
  /** What that costs the poll. */
  readonly cost: number;
  join(): Source<FollowEvent<RawRow, RawRow>>;
  close(): Promise<void>;
}

/** How many rows of a page cost as much as a query of its own. */
const ROWS_A_QUERY = 100;

/** Makes the feed of a partition, and what is known of it. */
export function createFollowing(followed: FollowedPartition, onEmpty: () => void): Following {
  const { table } = followed;
  const names = keyNames(table);
  // Of rows that another program may have written.
  const textOf = (key: RawRow) => keyText(table, names, key, "match");
  // What was made by the other.
  const keyOf = (text: string) => keyOfText(table, names, text, "match")!;
  const known = createKnown(followed, { textOf, keyOf });
  const feed = createFeed<RawRow, FollowEvent<RawRow, RawRow>>(
    (key, said) => known.tell(key, said),
    followed.reset,
    onEmpty,
  );
  let begun: Promise<void> | undefined;
  return {
    table,
    get isEmpty() {
      return feed.isEmpty;
    },
    hint(key, change) {
      const kinds = followed.kindsOf(change);
      if (kinds.length > 0) feed.hint(textOf(key), key, kinds);
    },
    reset: () => feed.reset(),
    begin: () => (begun ??= known.scan(feed)),
    scan: () => known.scan(feed),
    get cost() {
      return Math.max(1, known.expected / ROWS_A_QUERY);
    },
    join: () => feed.join(),
    close: () => feed.close(),
  };
}

/** The queries by which changes are found that no hint told of: a page of each partition. */
export function followingQueries(partitions: readonly Following[]): readonly Query[] {
  return partitions.map((partition) => ({
    cost: () => (partition.isEmpty ? 0 : partition.cost),
    async run() {
      if (!partition.isEmpty) await partition.scan();
    },
  }));
}
