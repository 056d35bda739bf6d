import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  ARGS,
  hasRoom,
  type Memory,
  MOST_ANSWER,
  type Operation,
  recall,
  remember,
  sizeOf,
  withRoom,
} from "../../src/lane/memory.ts";
import { idOf as uuidOf } from "./account.ts";

/** How long an operation is remembered at least, in seconds. */
const REMEMBERS = 60;
/** How long it has its place at least, in seconds: clocks may differ by five. */
const KEPT = REMEMBERS + 5;
/** The bytes of an operation with an answer of four bytes: how many of those are recent, and how many are remembered. */
const [SIZE, MOST_RECENT, MOST_REMEMBERED] = [33, 64, 1024];
const empty: Memory = { recent: null, earlier: null };
/** A second since 1970, in milliseconds. */
const second = (number: number) => (1_800_000_000 + number) * 1000;

const bytes = (hex: string) => Buffer.from(hex.replaceAll("-", ""), "hex");
const idOf = (number: number) => bytes(uuidOf(number));
const operation = (id = randomBytes(16), answer = bytes("00000001")): Operation => ({
  id,
  args: bytes("0123456789abcdef"),
  answer,
});
const room = (memory: Memory, now: number) => withRoom(memory, now, REMEMBERS);

/** Adds an operation, for which there has to be room. */
function add(memory: Memory, added: Operation, now: number): Memory {
  return remember(room(memory, now)!, [added], now);
}

/** Adds operations with the ids of these numbers. */
function addAll(memory: Memory, from: number, count: number, now: number): Memory {
  for (let number = from; number < from + count; number++) {
    memory = add(memory, operation(idOf(number)), now);
  }
  return memory;
}

/** How many are recent, and how many are earlier ones. */
const counts = ({ recent, earlier }: Memory) =>
  [recent, earlier].map((operations) => operations && operations.length / SIZE);

describe("what a row remembers of operations", () => {
  test("is nothing at first", () => {
    expect(recall(empty, idOf(1))).toBeUndefined();
    expect(room(empty, second(0))).toBe(empty);
  });

  test("is nothing of what another program stored there, and is added to all the same", () => {
    const junk = (length: number) => Buffer.alloc(length, 0xff);
    const memory = { recent: junk(1), earlier: junk(SIZE + 3) };
    const added = operation();
    expect(recall(add(memory, added, second(0)), added.id)).toEqual(added);
    const full = { ...memory, recent: junk(MOST_RECENT * SIZE - 1) };
    const filled = addAll(full, 0, 2, second(0));
    expect(recall(filled, idOf(0))).toEqual(operation(idOf(0)));
    expect(recall(filled, idOf(1))).toEqual(operation(idOf(1)));
  });

  test("loses none to bytes that another program stored behind them, also when they become earlier ones", () => {
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

  test("is of each its id, second, arguments and answer", () => {
    const id = bytes("6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51");
    const one = { ...operation(id, bytes("7fffffff")), args: bytes("fedcba9876543210") };
    const operations = [one, operation(id, bytes("")), operation(id)];
    const { recent, earlier } = remember(empty, operations, 1_000_999);
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
    "comes back as it was, with %i bytes of answer",
    (length) => {
      const added = { id: randomBytes(16), args: randomBytes(ARGS), answer: randomBytes(length) };
      const memory = add(addAll(empty, 0, 70, second(0)), added, second(0));
      expect(recall(memory, added.id)).toEqual(added);
      expect(recall(addAll(memory, 100, 70, second(0)), added.id)).toEqual(added);
    },
  );

  test("is told apart by all of an id", () => {
    const [first, next, other] = [bytes("0a"), bytes("0b"), bytes("1a")].map((end) =>
      Buffer.concat([Buffer.alloc(15), end]),
    );
    const one = add(empty, operation(first, bytes("0a")), second(0));
    const memory = add(one, operation(next, bytes("0b")), second(0));
    expect(recall(memory, first!)?.answer).toEqual(bytes("0a"));
    expect(recall(memory, next!)?.answer).toEqual(bytes("0b"));
    expect(recall(memory, other!)).toBeUndefined();
  });

  test("is no id that only shows within one of them, or across two", () => {
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

describe("operations that are added together", () => {
  const some = Array.from({ length: 5 }, (_, number) => operation(idOf(number)));

  test("are what they are one after the other", () => {
    const each = some.reduce((memory, one) => add(memory, one, second(0)), empty);
    expect(remember(empty, some, second(0))).toEqual(each);
    expect(remember(each, [], second(0))).toEqual(each);
  });

  test("have room up to the one with which the recent ones are full", () => {
    const memory = addAll(empty, 0, MOST_RECENT - some.length, second(0));
    const sizes = some.map(sizeOf);
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
    expect(remember(memory, some, second(0)).recent).toHaveLength(MOST_RECENT * SIZE);
  });
});

describe("the recent operations", () => {
  test("join the earlier ones when they are full", () => {
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

  test("are all remembered with the earlier ones, and no other fits while these are young", () => {
    const full = addAll(empty, 0, MOST_REMEMBERED, second(0));
    expect(counts(full)).toEqual([MOST_RECENT, MOST_REMEMBERED - MOST_RECENT]);
    for (let number = 0; number < MOST_REMEMBERED; number++) {
      expect(recall(full, idOf(number))?.id).toEqual(idOf(number));
    }
    expect(room(full, second(0))).toBeUndefined();
    expect(room(full, second(KEPT - 1))).toBeUndefined();
    expect(room(full, second(KEPT))).toBeDefined();
  });

  test("stay as long as there is room, however old they are", () => {
    const old = addAll(empty, 0, MOST_RECENT - 1, second(0));
    expect(room(old, second(1000))).toBe(old);
    expect(counts(addAll(old, MOST_RECENT, 1, second(1000)))).toEqual([MOST_RECENT, null]);
  });
});

describe("the earlier operations", () => {
  test("are forgotten when they are old enough, each by itself, when the recent ones join them", () => {
    let memory = addAll(empty, 0, 100, second(0));
    memory = addAll(memory, 100, 3 * MOST_RECENT - 100, second(1));
    const next = room(memory, second(KEPT))!;
    expect(counts(next)).toEqual([0, 3 * MOST_RECENT - 100]);
    expect(recall(next, idOf(99))).toBeUndefined();
    expect(recall(next, idOf(100))).toBeDefined();
    expect(counts(room(memory, second(KEPT + 1))!)).toEqual([0, 0]);
  });

  test("make room for as many as have become old", () => {
    const old = addAll(empty, 0, MOST_RECENT, second(0));
    const full = addAll(old, MOST_RECENT, MOST_REMEMBERED - MOST_RECENT, second(10));
    expect(room(full, second(KEPT - 1))).toBeUndefined();
    const next = addAll(full, MOST_REMEMBERED, MOST_RECENT, second(KEPT));
    expect(recall(next, idOf(MOST_RECENT - 1))).toBeUndefined();
    expect(recall(next, idOf(MOST_RECENT))).toBeDefined();
    expect(room(next, second(KEPT))).toBeUndefined();
  });

  test("are in no order of time: the clocks of who adds them differ", () => {
    let memory = addAll(empty, 0, 1, second(9));
    memory = addAll(memory, 1, MOST_RECENT - 1, second(0));
    const next = room(memory, second(KEPT + 8))!;
    expect(counts(next)).toEqual([0, 1]);
    expect(recall(next, idOf(0))).toBeDefined();
  });

  test("are few, however often the memory is used", () => {
    let memory = empty;
    for (let at = 0; at < 40; at++) {
      memory = addAll(memory, at * MOST_RECENT, MOST_RECENT, second(at * 10));
      expect(counts(memory)[1] ?? 0).toBeLessThanOrEqual(7 * MOST_RECENT);
    }
    expect(recall(memory, idOf(40 * MOST_RECENT - 1))).toBeDefined();
    const full = addAll(empty, 0, MOST_REMEMBERED, second(0));
    expect(full.recent!.length + full.earlier!.length).toBeLessThan(34_000);
  });

  test("are few, however long the answers are", () => {
    const long = () => operation(randomBytes(16), randomBytes(MOST_ANSWER));
    let memory = empty;
    let count = 0;
    for (; room(memory, second(0)); count++) memory = add(memory, long(), second(0));
    const [recent, earlier] = [memory.recent!.length, memory.earlier!.length];
    expect(recent).toBeLessThan(MOST_RECENT * SIZE + 29 + MOST_ANSWER);
    expect(earlier).toBeLessThanOrEqual((MOST_REMEMBERED - MOST_RECENT) * SIZE);
    expect(count).toBeGreaterThan(100);
  });

  test("are forgotten if they say that they are from the future: no process has added them", () => {
    const ahead = addAll(empty, 0, 1, second(6));
    const memory = addAll(addAll(ahead, 1, 1, second(5)), 2, MOST_RECENT - 2, second(0));
    const next = room(memory, second(0))!;
    expect(counts(next)).toEqual([0, MOST_RECENT - 1]);
    expect(recall(next, idOf(0))).toBeUndefined();
    expect(recall(next, idOf(1))).toBeDefined();
  });

  test("of the future are found until then, and take no room from then on", () => {
    const never = addAll(empty, 0, MOST_RECENT, (2 ** 32 - 1) * 1000);
    expect(recall(never, idOf(0))).toBeDefined();
    expect(counts(room(never, second(0))!)).toEqual([0, 0]);
    const earlier = Buffer.concat(Array.from({ length: 15 }, () => never.recent!));
    const full = { recent: never.recent, earlier };
    expect(counts(room(full, second(0))!)).toEqual([0, 0]);
  });
});
