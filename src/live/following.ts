import { keyNames, keyOfText, keyText, type RawRow, type Table } from "../cassandra/index.ts";
import type { Source } from "./broadcast.ts";
import { createFeed } from "./feed.ts";
import { createKnown, type Followed } from "./known.ts";
import type { Query } from "./poll.ts";

/** A partition that somebody follows. */
export interface Following {
  readonly table: Table;
  readonly topic: string;
  /** Something may have happened to a row. */
  hint(key: RawRow, kind: string): void;
  /** Whether there is such a kind of change. */
  knows(kind: string): boolean;
  /** Something was missed. */
  reset(): void;
  /** Finds what no hint told of, on the next page. */
  scan(): Promise<void>;
  /** What that costs the poll. */
  readonly cost: number;
  join(): Source<unknown>;
  close(): Promise<void>;
}

/** How many rows of a page cost as much as a query of its own. */
const ROWS_A_QUERY = 100;

/** Makes the feed of a partition, and what is known of it. */
export function createFollowing(
  table: Table,
  topic: string,
  followed: Followed<RawRow, unknown, unknown>,
  onEmpty: () => void,
): Following {
  const names = keyNames(table);
  // Of rows that another program may have written.
  const textOf = (key: RawRow) => keyText(table, names, key, "match");
  // What was made by the other.
  const keyOf = (text: string) => keyOfText(table, names, text, "match")!;
  const known = createKnown(followed, { textOf, keyOf });
  const feed = createFeed<RawRow, unknown>(
    (key, said) => known.tell(key, said),
    followed.reset,
    onEmpty,
  );
  return {
    table,
    topic,
    hint: (key, kind) => feed.hint(textOf(key), key, kind),
    knows: (kind) => followed.kinds.has(kind),
    reset: () => feed.reset(),
    scan: () => known.scan(feed),
    get cost() {
      return Math.max(1, known.expected / ROWS_A_QUERY);
    },
    join: () => feed.join(),
    close: () => feed.close(),
  };
}

/** The queries by which changes are found that no hint told of: a page of each partition. */
export function followingQueries(
  partitions: readonly Following[],
  isFollowed: (partition: Following) => boolean,
): readonly Query[] {
  return partitions.map((partition) => ({
    cost: () => (isFollowed(partition) ? partition.cost : 0),
    async run() {
      if (isFollowed(partition)) await partition.scan();
    },
  }));
}
