import { createHash } from "node:crypto";
import { UnreadableRow } from "../cassandra/index.ts";
import type { Feed } from "./feed.ts";
import { createTrackedRows, DELETED, type Marks } from "./tracked-rows.ts";
import { createTrackedTotal, type TrackedTotal } from "./tracked-total.ts";

/** A change of a row, for which an event is made. */
export interface TrackedChange<Key, Row> {
  readonly key: Key;
  /** Undefined: the row was deleted. */
  readonly row: Row | undefined;
  /** The kinds of change. That of a new row is `created`. */
  readonly kinds: ReadonlySet<string>;
}

/** How a partition is read, and which events its changes make. */
export interface TrackedPartition<Key, Row, Event> {
  read(key: Key): Promise<Row | undefined>;
  /** Reads the rows after one, in order. @param after undefined: from the beginning */
  page(after: Row | undefined, limit: number): Promise<readonly Row[]>;
  keyOf(row: Row): Key;
  /** Returns a text for each kind of change, by which two states of a row are compared. */
  marks(row: Row): Marks;
  eventOf(change: TrackedChange<Key, Row>): Event;
  /** The event that says that something was missed. */
  readonly reset: Event;
}

/**
 * Tracks the rows of a partition, so that each change makes one event, however often hints name it, and changes without
 * hints are found.
 */
export interface Tracker<Key, Event> {
  /** Reads a row after hints and returns its event; undefined: it is as it was sent. */
  read(key: Key, kinds: ReadonlySet<string>): Promise<Event | undefined>;
  /** Compares the next page with the tracked rows, and hints at those that differ, so that only the feed makes events. */
  scan(feed: ScannedFeed<Key, Event>): Promise<void>;
  /** The expected number of rows of the next page. */
  readonly expected: number;
  /** Forgets all rows, and tracks none from now on. */
  close(): void;
}

type ScannedFeed<Key, Event> = Pick<Feed<Key, Event>, "hint" | "reset">;

/** The bounds of what is tracked of a partition. */
export const trackerLimits = {
  /** Rows, of some 300 bytes each. Of a larger partition, it is only known whether it has changed. */
  rows: 10_000,
  /** Rows of all partitions in a process. When there are more, large partitions are not tracked, so that small ones are. */
  total: 200_000,
  /** Rows of a page. */
  page: 1000,
  /** Changes that one page may send as single events. More of them become one reset. */
  changes: 100,
  /** Deleted rows that are remembered. */
  lost: 1000,
} as const;

export interface TrackerOptions<Key> {
  /** Returns a text that identifies a key. */
  readonly textOf: (key: Key) => string;
  /** Returns the key of a text. */
  readonly keyOf: (text: string) => Key;
  /** Counts the rows of several trackers. Default: those of this one. */
  readonly total?: TrackedTotal;
  /** Other limits, for tests. */
  readonly limits?: Record<keyof typeof trackerLimits, number>;
}

/** A pass over a partition, page by page. */
interface Pass<Row> {
  last: Row | undefined;
  count: number;
  /** Of all rows. It shows whether a partition that is too large to be tracked has changed. */
  readonly hash: ReturnType<typeof createHash>;
}

export function createTracker<Key, Row, Event>(
  partition: TrackedPartition<Key, Row, Event>,
  options: TrackerOptions<Key>,
): Tracker<Key, Event> {
  const { textOf, keyOf, limits = trackerLimits } = options;
  const { total = createTrackedTotal(limits.total) } = options;
  const rows = createTrackedRows({ most: limits.rows, mostLost: limits.lost, total });
  let pass = beginPass<Row>();
  let state: "new" | "tracked" | "large" = "new";
  /** Of all rows in the last pass, unless they were tracked. */
  let lastHash: string | undefined;
  let expected = 0;

  async function read(key: Key, hinted: ReadonlySet<string>) {
    const member = textOf(key);
    const row = await partition.read(key).catch((error: unknown) => {
      if (error instanceof UnreadableRow) return error;
      throw error;
    });
    // An unreadable row is no longer tracked. Subscribers get one reset.
    if (row instanceof UnreadableRow) return rows.lose(member) ? partition.reset : undefined;
    if (!row) return rows.lose(member) ? partition.eventOf({ key, row, kinds: hinted }) : undefined;
    const kinds = rows.read(member, { marks: partition.marks(row), kinds: hinted });
    return kinds.size > 0 ? partition.eventOf({ key, row, kinds }) : undefined;
  }

  async function scan(feed: ScannedFeed<Key, Event>) {
    const page = await partition.page(pass.last, limits.page);
    expected = page.length;
    const seen = page.map((row) => {
      const key = partition.keyOf(row);
      return { key, member: textOf(key), marks: partition.marks(row) };
    });
    for (const { member, marks } of seen) pass.hash.update(JSON.stringify([member, marks]));
    pass.count += page.length;
    pass.last = page.at(-1);
    if (state !== "large" && fits()) comparePage(seen, feed);
    if (page.length < limits.page) end(feed);
  }

  function comparePage(
    seen: readonly { key: Key; member: string; marks: Marks }[],
    feed: ScannedFeed<Key, Event>,
  ) {
    const changed = seen
      .map((row) => ({ ...row, kinds: rows.see(row.member, row.marks) }))
      .filter(({ kinds }) => kinds.length > 0);
    if (changed.length > limits.changes) {
      for (const { member, marks } of changed) rows.accept(member, marks);
      feed.reset();
      return;
    }
    for (const { key, member, kinds } of changed) feed.hint({ member, key, kinds });
  }

  function fits(): boolean {
    return pass.count <= limits.rows && !rows.isCrowded;
  }

  function end(feed: ScannedFeed<Key, Event>) {
    const hash = pass.hash.digest("base64");
    if (lastHash !== undefined && lastHash !== hash) feed.reset();
    if (state === "large") endLarge(hash);
    else if (fits()) endTracked(feed);
    else becomeLarge(hash, feed);
    pass = beginPass();
  }

  function endTracked(feed: ScannedFeed<Key, Event>) {
    state = "tracked";
    lastHash = undefined;
    const unseen = rows.endPass();
    if (unseen.length <= limits.changes) {
      for (const member of unseen) feed.hint({ member, key: keyOf(member), kinds: [DELETED] });
      return;
    }
    for (const member of unseen) rows.lose(member);
    feed.reset();
  }

  function becomeLarge(hash: string, feed: ScannedFeed<Key, Event>) {
    // The changes of rows that this pass has not compared are unknown.
    if (state === "tracked") feed.reset();
    state = "large";
    lastHash = hash;
    rows.clear();
  }

  /** Tracks the rows from the next pass on, if they fit now. */
  function endLarge(hash: string) {
    lastHash = hash;
    if (pass.count > limits.rows || !total.makeRoom(pass.count)) return;
    state = "new";
    rows.clear();
  }

  let isScanning = false;
  return {
    read,
    async scan(feed) {
      if (isScanning) return;
      isScanning = true;
      try {
        await scan(feed);
      } finally {
        isScanning = false;
      }
    },
    get expected() {
      return expected;
    },
    close: () => rows.close(),
  };
}

function beginPass<Row>(): Pass<Row> {
  return { last: undefined, count: 0, hash: createHash("sha1") };
}
