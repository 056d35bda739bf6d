import { createHash } from "node:crypto";
import { UnreadableRow } from "../cassandra/index.ts";
import type { Feed } from "./feed.ts";
import { createMemory, DELETED, type Marks } from "./memory.ts";

/** How a followed partition is read, and what is told of it. */
export interface Followed<Key, Row, Event> {
  read(key: Key): Promise<Row | undefined>;
  /** The rows behind one, in order; without one the first. */
  page(behind: Row | undefined, limit: number): Promise<readonly Row[]>;
  keyOf(row: Row): Key;
  /** What tells one state of a row from another, by kind of change. */
  marks(row: Row): Marks;
  /** What is told of a row; undefined: it is gone. Of a new one the kind is `created`. */
  tell(key: Key, row: Row | undefined, kinds: ReadonlySet<string>): Event;
  /** Says that something was missed. */
  readonly reset: Event;
}

/** A text for each key, and back. */
export interface Texts<Key> {
  textOf(key: Key): string;
  keyOf(text: string): Key;
}

/**
 * What is known of a followed partition: so that a change is told once, however often it is hinted at, and changes that
 * no hint told of are found.
 */
export interface Known<Key, Event> {
  /** Reads what to tell of a row; undefined: it is as it was told. */
  tell(key: Key, kinds: ReadonlySet<string>): Promise<Event | undefined>;
  /** Compares the next page with what is known, and hints at what differs: so only one tells of a row. */
  scan(feed: Pick<Feed<Key, Event>, "hint" | "reset">): Promise<void>;
  /** How many rows the next page may well have. */
  readonly expected: number;
}

/** What of a followed partition is remembered, and told one by one. */
export const bounds = {
  /** Rows, each in some 300 bytes. Of a larger partition it is only known whether it has changed. */
  rows: 10_000,
  /** Rows of a page. */
  page: 1000,
  /** Changes that are found at once; more of them are told as one reset. */
  changes: 100,
  /** Rows of which it is known that they are gone. */
  lost: 1000,
} as const;

/** A pass over a partition, page by page. */
interface Pass<Row> {
  last: Row | undefined;
  count: number;
  /** Of all rows: it tells whether a partition is another one that is too large to be remembered. */
  readonly hash: ReturnType<typeof createHash>;
}

/** @param limits other ones, for tests */
export function createKnown<Key, Row, Event>(
  followed: Followed<Key, Row, Event>,
  texts: Texts<Key>,
  limits: Record<keyof typeof bounds, number> = bounds,
): Known<Key, Event> {
  type Told = Pick<Feed<Key, Event>, "hint" | "reset">;
  const memory = createMemory(limits.rows, limits.lost);
  let pass = beginPass<Row>();
  let state: "new" | "small" | { readonly large: string } = "new";
  let expected = 0;

  async function tell(key: Key, said: ReadonlySet<string>) {
    const member = texts.textOf(key);
    const row = await followed.read(key).catch((error: unknown) => {
      if (error instanceof UnreadableRow) return error;
      throw error;
    });
    // Known no longer: who follows is told once that something was missed.
    if (row instanceof UnreadableRow) return memory.lose(member) ? followed.reset : undefined;
    if (!row) return memory.lose(member) ? followed.tell(key, row, said) : undefined;
    const kinds = memory.read(member, followed.marks(row), said);
    return kinds.size > 0 ? followed.tell(key, row, kinds) : undefined;
  }

  async function scan(feed: Told) {
    const page = await followed.page(pass.last, limits.page);
    expected = page.length;
    const seen = page.map((row) => {
      const key = followed.keyOf(row);
      return { key, member: texts.textOf(key), marks: followed.marks(row) };
    });
    for (const { member, marks } of seen) pass.hash.update(JSON.stringify([member, marks]));
    pass.count += page.length;
    pass.last = page.at(-1);
    if (typeof state === "string" && pass.count <= limits.rows) compare(seen, feed);
    if (page.length < limits.page) end(feed);
  }

  function compare(seen: readonly { key: Key; member: string; marks: Marks }[], feed: Told) {
    const untold = seen
      .map((row) => ({ ...row, kinds: memory.see(row.member, row.marks) }))
      .filter(({ kinds }) => kinds.length > 0);
    if (untold.length > limits.changes) {
      for (const { member, marks } of untold) memory.accept(member, marks);
      feed.reset();
      return;
    }
    for (const { key, member, kinds } of untold) feed.hint(member, key, kinds);
  }

  function end(feed: Told) {
    if (pass.count > limits.rows) endLarge(feed);
    else if (typeof state === "string") endSmall(feed);
    else beginAnew(feed);
    pass = beginPass();
  }

  function endSmall(feed: Told) {
    state = "small";
    const unseen = memory.endPass();
    if (unseen.length <= limits.changes) {
      for (const member of unseen) feed.hint(member, texts.keyOf(member), [DELETED]);
      return;
    }
    for (const member of unseen) memory.lose(member);
    feed.reset();
  }

  function endLarge(feed: Told) {
    const large = pass.hash.digest("base64");
    if (state === "small" || (typeof state === "object" && state.large !== large)) feed.reset();
    if (typeof state === "string") memory.clear();
    state = { large };
  }

  /** It has become small enough to be remembered. */
  function beginAnew(feed: Told) {
    state = "new";
    memory.clear();
    feed.reset();
  }

  let isScanning = false;
  return {
    tell,
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
  };
}

function beginPass<Row>(): Pass<Row> {
  return { last: undefined, count: 0, hash: createHash("sha1") };
}
