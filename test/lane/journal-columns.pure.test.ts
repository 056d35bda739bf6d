import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  ARGS,
  hasRoom,
  type JournalColumns,
  MOST_ANSWER,
  type JournalEntry,
  recall,
  remember,
  entrySize,
  withRoom,
} from "../../src/lane/journal-columns.ts";
import { idOf as uuidOf } from "./account.ts";

/** How long an entry is remembered at least, in seconds. */
const REMEMBERS = 60;
/** How long an entry keeps its place at least, in seconds: clocks may differ by five. */
const KEPT = REMEMBERS + 5;
/** The size of an entry with an answer of four bytes, and how many of them are recent and remembered at most. */
const [SIZE, MOST_RECENT, MOST_REMEMBERED] = [33, 64, 1024];
const empty: JournalColumns = { recent: null, earlier: null };
/** Returns a second of the tests' time, in milliseconds since 1970. */
const second = (number: number) => (1_800_000_000 + number) * 1000;

const bytes = (hex: string) => Buffer.from(hex.replaceAll("-", ""), "hex");
const idOf = (number: number) => bytes(uuidOf(number));
const operation = (id = randomBytes(16), answer = bytes("00000001")): JournalEntry => ({
  id,
  args: bytes("0123456789abcdef"),
  answer,
});
const room = (memory: JournalColumns, now: number) =>
  withRoom(memory, { now, remembers: REMEMBERS });

/** Adds an entry, which must have room. */
function add(memory: JournalColumns, added: JournalEntry, now: number): JournalColumns {
  return remember(room(memory, now)!, [added], { now });
}

/** Adds entries with the ids of these numbers. */
function addAll(memory: JournalColumns, from: number, count: number, now: number): JournalColumns {
  for (let number = from; number < from + count; number++) {
    memory = add(memory, operation(idOf(number)), now);
  }
  return memory;
}

/** Counts the recent and the earlier entries. */
const counts = ({ recent, earlier }: JournalColumns) =>
  [recent, earlier].map((operations) => operations && operations.length / SIZE);

describe("a journal", () => {
  test("a journal is empty at first", () => {
    expect(recall(empty, idOf(1))).toBeUndefined();
    expect(room(empty, second(0))).toBe(empty);
  });

  test("bytes that another program stored are ignored, and entries are added all the same", () => {
    const junk = (length: number) => Buffer.alloc(length, 0xff);
    const memory = { recent: junk(1), earlier: junk(SIZE + 3) };
    const added = operation();
    expect(recall(add(memory, added, second(0)), added.id)).toEqual(added);
    const full = { ...memory, recent: junk(MOST_RECENT * SIZE - 1) };
    const filled = addAll(full, 0, 2, second(0));
    expect(recall(filled, idOf(0))).toEqual(operation(idOf(0)));
    expect(recall(filled, idOf(1))).toEqual(operation(idOf(1)));
  });

  test("bytes that another program stored after entries hide none of them, also when these move to the earlier ones", () => {
    for (let stray = 1; stray <= 2 * SIZE; stray++) {
      const some = addAll(empty, 0, MOST_RECENT - 3, second(0));
      const recent = Buffer.concat([some.recent!, Buffer.alloc(stray, 0xff)]);
      const memory = addAll({ recent, earlier: null }, 100, 10, second(0));
      expect(memory.earlier, `${stray} bytes`).not.toBeNull();
      for (const number of [0, MOST_RECENT - 4, 100, 109]) {
        expect(recall(memory, idOf(number)), `${stray} bytes`).toBeDefined();
      }
    }
  });

  test("an entry consists of id, second, arguments and answer", () => {
    const id = bytes("6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51");
    const one = { ...operation(id, bytes("7fffffff")), args: bytes("fedcba9876543210") };
    const operations = [one, operation(id, bytes("")), operation(id)];
    const { recent, earlier } = remember(empty, operations, { now: 1_000_999 });
    expect(Buffer.from(recent!).toString("hex")).toBe(
      [
        "6f1f7a524d0e4d539c8e0d9f6a6c3a51" + "000003e8" + "fedcba9876543210" + "04" + "7fffffff",
        "6f1f7a524d0e4d539c8e0d9f6a6c3a51" + "000003e8" + "0123456789abcdef" + "00",
        "6f1f7a524d0e4d539c8e0d9f6a6c3a51" + "000003e8" + "0123456789abcdef" + "04" + "00000001",
      ].join(""),
    );
    expect(earlier).toBeNull();
  });

  test.each([0, 1, 4, 8, 16, 100, MOST_ANSWER])(
    "an entry with an answer of %i bytes is returned as it was added",
    (length) => {
      const added = { id: randomBytes(16), args: randomBytes(ARGS), answer: randomBytes(length) };
      const memory = add(addAll(empty, 0, 70, second(0)), added, second(0));
      expect(recall(memory, added.id)).toEqual(added);
      expect(recall(addAll(memory, 100, 70, second(0)), added.id)).toEqual(added);
    },
  );

  test("entries are distinguished by all bytes of their ids", () => {
    const [first, next, other] = [bytes("0a"), bytes("0b"), bytes("1a")].map((end) =>
      Buffer.concat([Buffer.alloc(15), end]),
    );
    const one = add(empty, operation(first, bytes("0a")), second(0));
    const memory = add(one, operation(next, bytes("0b")), second(0));
    expect(recall(memory, first!)?.answer).toEqual(bytes("0a"));
    expect(recall(memory, next!)?.answer).toEqual(bytes("0b"));
    expect(recall(memory, other!)).toBeUndefined();
  });

  test("an id that only occurs within an entry or across two is not found", () => {
    const [across, within] = [idOf(1), idOf(2)];
    const first = operation(randomBytes(16), across.subarray(0, 8));
    const next = operation(Buffer.concat([across.subarray(8), randomBytes(8)]), within);
    const memory = add(add(empty, first, second(0)), next, second(0));
    for (const shown of [across, within]) {
      expect(Buffer.from(memory.recent!).includes(shown)).toBe(true);
      expect(recall(memory, shown)).toBeUndefined();
      const found = operation(shown, bytes("07"));
      expect(recall(add(memory, found, second(0)), shown)).toEqual(found);
    }
  });
});

describe("entries that are added together", () => {
  const some = Array.from({ length: 5 }, (_, number) => operation(idOf(number)));

  test("several entries are added as they would be one by one", () => {
    const each = some.reduce((memory, one) => add(memory, one, second(0)), empty);
    expect(remember(empty, some, { now: second(0) })).toEqual(each);
    expect(remember(each, [], { now: second(0) })).toEqual(each);
  });

  test("entries fit until the recent ones are full", () => {
    const memory = addAll(empty, 0, MOST_RECENT - some.length, second(0));
    const sizes = some.map(entrySize);
    const room_ = some.map((_, at) =>
      hasRoom(
        memory,
        sizes.slice(0, at).reduce((a, b) => a + b, 0),
      ),
    );
    expect(room_).toEqual(some.map(() => true));
    expect(
      hasRoom(
        memory,
        sizes.reduce((a, b) => a + b),
      ),
    ).toBe(false);
    expect(remember(memory, some, { now: second(0) }).recent).toHaveLength(MOST_RECENT * SIZE);
  });
});

describe("the recent entries", () => {
  test("full recent entries move to the earlier ones", () => {
    const full = addAll(empty, 0, MOST_RECENT, second(0));
    expect(counts(full)).toEqual([MOST_RECENT, null]);
    expect(hasRoom(full)).toBe(false);
    const begun = room(full, second(0))!;
    expect(counts(begun)).toEqual([0, MOST_RECENT]);
    expect(hasRoom(begun)).toBe(true);
    expect(counts(addAll(full, MOST_RECENT, MOST_RECENT + 1, second(0)))).toEqual([
      1,
      2 * MOST_RECENT,
    ]);
  });

  test("a full journal keeps all entries and takes no other while these are young", () => {
    const full = addAll(empty, 0, MOST_REMEMBERED, second(0));
    expect(counts(full)).toEqual([MOST_RECENT, MOST_REMEMBERED - MOST_RECENT]);
    for (let number = 0; number < MOST_REMEMBERED; number++) {
      expect(recall(full, idOf(number))?.id).toEqual(idOf(number));
    }
    expect(room(full, second(0))).toBeUndefined();
    expect(room(full, second(KEPT - 1))).toBeUndefined();
    expect(room(full, second(KEPT))).toBeDefined();
  });

  test("recent entries stay as long as there is room, however old they are", () => {
    const old = addAll(empty, 0, MOST_RECENT - 1, second(0));
    expect(room(old, second(1000))).toBe(old);
    expect(counts(addAll(old, MOST_RECENT, 1, second(1000)))).toEqual([MOST_RECENT, null]);
  });
});

describe("the earlier entries", () => {
  test("old entries are dropped one by one when recent entries move", () => {
    let memory = addAll(empty, 0, 100, second(0));
    memory = addAll(memory, 100, 3 * MOST_RECENT - 100, second(1));
    const next = room(memory, second(KEPT))!;
    expect(counts(next)).toEqual([0, 3 * MOST_RECENT - 100]);
    expect(recall(next, idOf(99))).toBeUndefined();
    expect(recall(next, idOf(100))).toBeDefined();
    expect(counts(room(memory, second(KEPT + 1))!)).toEqual([0, 0]);
  });

  test("as many entries fit as have become old", () => {
    const old = addAll(empty, 0, MOST_RECENT, second(0));
    const full = addAll(old, MOST_RECENT, MOST_REMEMBERED - MOST_RECENT, second(10));
    expect(room(full, second(KEPT - 1))).toBeUndefined();
    const next = addAll(full, MOST_REMEMBERED, MOST_RECENT, second(KEPT));
    expect(recall(next, idOf(MOST_RECENT - 1))).toBeUndefined();
    expect(recall(next, idOf(MOST_RECENT))).toBeDefined();
    expect(room(next, second(KEPT))).toBeUndefined();
  });

  test("entries may be in any order of time, since the clocks of processes differ", () => {
    let memory = addAll(empty, 0, 1, second(9));
    memory = addAll(memory, 1, MOST_RECENT - 1, second(0));
    const next = room(memory, second(KEPT + 8))!;
    expect(counts(next)).toEqual([0, 1]);
    expect(recall(next, idOf(0))).toBeDefined();
  });

  test("the number of earlier entries is bounded, however often the journal is used", () => {
    let memory = empty;
    for (let at = 0; at < 40; at++) {
      memory = addAll(memory, at * MOST_RECENT, MOST_RECENT, second(at * 10));
      expect(counts(memory)[1] ?? 0).toBeLessThanOrEqual(7 * MOST_RECENT);
    }
    expect(recall(memory, idOf(40 * MOST_RECENT - 1))).toBeDefined();
    const full = addAll(empty, 0, MOST_REMEMBERED, second(0));
    expect(full.recent!.length + full.earlier!.length).toBeLessThan(34_000);
  });

  test("the size of the earlier entries is bounded, however long the answers are", () => {
    const long = () => operation(randomBytes(16), randomBytes(MOST_ANSWER));
    let memory = empty;
    let count = 0;
    for (; room(memory, second(0)); count++) memory = add(memory, long(), second(0));
    const [recent, earlier] = [memory.recent!.length, memory.earlier!.length];
    expect(recent).toBeLessThan(MOST_RECENT * SIZE + 29 + MOST_ANSWER);
    expect(earlier).toBeLessThanOrEqual((MOST_REMEMBERED - MOST_RECENT) * SIZE);
    expect(count).toBeGreaterThan(100);
  });

  test("entries from the future are dropped, since no process has added them", () => {
    const ahead = addAll(empty, 0, 1, second(6));
    const memory = addAll(addAll(ahead, 1, 1, second(5)), 2, MOST_RECENT - 2, second(0));
    const next = room(memory, second(0))!;
    expect(counts(next)).toEqual([0, MOST_RECENT - 1]);
    expect(recall(next, idOf(0))).toBeUndefined();
    expect(recall(next, idOf(1))).toBeDefined();
  });

  test("entries from the future are found until they are dropped, and take no room after that", () => {
    const never = addAll(empty, 0, MOST_RECENT, (2 ** 32 - 1) * 1000);
    expect(recall(never, idOf(0))).toBeDefined();
    expect(counts(room(never, second(0))!)).toEqual([0, 0]);
    const earlier = Buffer.concat(Array.from({ length: 15 }, () => never.recent!));
    const full = { recent: never.recent, earlier };
    expect(counts(room(full, second(0))!)).toEqual([0, 0]);
  });
});
