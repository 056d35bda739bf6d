import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  hasRoom,
  type Memory,
  MOST_RECENT,
  MOST_REMEMBERED,
  type Operation,
  recall,
  remember,
  REMEMBERED,
  withRoom,
} from "../../src/party/operations.ts";

/** How long an operation has its place at least, in seconds: clocks may differ by five. */
const KEPT = REMEMBERED + 5;
/** The bytes of an operation. */
const SIZE = 29;
const empty: Memory = { recent: null, earlier: null };
/** A second since 1970, in milliseconds. */
const second = (number: number) => (1_800_000_000 + number) * 1000;

const operation = (id: string = randomUUID(), people = 1): Operation => ({
  id,
  kind: "addPeople",
  delta: 1,
  people,
});
const idOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

/** Adds an operation, for which there has to be room. */
function add(memory: Memory, added: Operation, now: number): Memory {
  return remember(withRoom(memory, now)!, added, now);
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

describe("what a party remembers of operations", () => {
  test("is nothing at first", () => {
    expect(recall(empty, randomUUID())).toBeUndefined();
    expect(withRoom(empty, second(0))).toBe(empty);
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

  test("is of each its id, second, kind, delta and count", () => {
    const id = "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51";
    const one = { id, kind: "addPeople", delta: -2, people: 2147483647 } as const;
    const two = { ...one, kind: "changePeople", delta: 3, people: 0 } as const;
    const { recent, earlier } = [one, two].reduce(
      (memory, each) => remember(memory, each, 1_000_999),
      empty,
    );
    expect(Buffer.from(recent!).toString("hex").match(/.{58}/g)).toEqual([
      "6f1f7a524d0e4d539c8e0d9f6a6c3a51" + "000003e8" + "01" + "fffffffe" + "7fffffff",
      "6f1f7a524d0e4d539c8e0d9f6a6c3a51" + "000003e8" + "00" + "00000003" + "00000000",
    ]);
    expect(earlier).toBeNull();
  });

  test.each<Omit<Operation, "id">>([
    { kind: "changePeople", delta: -2147483648, people: 0 },
    { kind: "addPeople", delta: 2147483647, people: 2147483647 },
    { kind: "addPeople", delta: 0, people: 5 },
  ])("comes back as it was: %o", (rest) => {
    const id = randomUUID();
    const memory = add(addAll(empty, 0, 70, second(0)), { id, ...rest }, second(0));
    expect(recall(memory, id)).toEqual({ id, ...rest });
    expect(recall(memory, id.toUpperCase())).toMatchObject(rest);
  });

  test("is told apart by all of an id", () => {
    const ids = ["0a", "0b", "1a"].map((end) => `00000000-0000-4000-8000-0000000000${end}`);
    const memory = add(
      add(empty, operation(ids[0], 10), second(0)),
      operation(ids[1], 11),
      second(0),
    );
    expect(recall(memory, ids[0]!)?.people).toBe(10);
    expect(recall(memory, ids[1]!)?.people).toBe(11);
    expect(recall(memory, ids[2]!)).toBeUndefined();
  });

  test("is no id that only shows across two of them", () => {
    const across = "01020304-0506-0708-090a-0b0c0d0e0f10";
    const first = { ...operation(), delta: 0x01020304, people: 0x05060708 };
    const next = operation("090a0b0c-0d0e-0f10-8000-000000000000");
    const memory = add(add(empty, first, second(0)), next, second(0));
    expect(Buffer.from(memory.recent!).toString("hex")).toContain(across.replaceAll("-", ""));
    expect(recall(memory, across)).toBeUndefined();
    const found = operation(across, 7);
    expect(recall(add(memory, found, second(0)), across)).toEqual(found);
  });
});

describe("the recent operations", () => {
  test("join the earlier ones when they are full", () => {
    const full = addAll(empty, 0, MOST_RECENT, second(0));
    expect(counts(full)).toEqual([MOST_RECENT, null]);
    expect(hasRoom(full)).toBe(false);
    const begun = withRoom(full, second(0))!;
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
      expect(recall(full, idOf(number))?.id).toBe(idOf(number));
    }
    expect(withRoom(full, second(0))).toBeUndefined();
    expect(withRoom(full, second(KEPT - 1))).toBeUndefined();
    expect(withRoom(full, second(KEPT))).toBeDefined();
  });

  test("stay as long as there is room, however old they are", () => {
    const old = addAll(empty, 0, MOST_RECENT - 1, second(0));
    expect(withRoom(old, second(1000))).toBe(old);
    expect(counts(addAll(old, MOST_RECENT, 1, second(1000)))).toEqual([MOST_RECENT, null]);
  });
});

describe("the earlier operations", () => {
  test("are forgotten when they are old enough, each by itself, when the recent ones join them", () => {
    let memory = addAll(empty, 0, 100, second(0));
    memory = addAll(memory, 100, 3 * MOST_RECENT - 100, second(1));
    const next = withRoom(memory, second(KEPT))!;
    expect(counts(next)).toEqual([0, 3 * MOST_RECENT - 100]);
    expect(recall(next, idOf(99))).toBeUndefined();
    expect(recall(next, idOf(100))).toBeDefined();
    expect(counts(withRoom(memory, second(KEPT + 1))!)).toEqual([0, 0]);
  });

  test("make room for as many as have become old", () => {
    const old = addAll(empty, 0, MOST_RECENT, second(0));
    const full = addAll(old, MOST_RECENT, MOST_REMEMBERED - MOST_RECENT, second(10));
    expect(withRoom(full, second(KEPT - 1))).toBeUndefined();
    const next = addAll(full, MOST_REMEMBERED, MOST_RECENT, second(KEPT));
    expect(recall(next, idOf(MOST_RECENT - 1))).toBeUndefined();
    expect(recall(next, idOf(MOST_RECENT))).toBeDefined();
    expect(withRoom(next, second(KEPT))).toBeUndefined();
  });

  test("are in no order of time: the clocks of who adds them differ", () => {
    let memory = addAll(empty, 0, 1, second(9));
    memory = addAll(memory, 1, MOST_RECENT - 1, second(0));
    const next = withRoom(memory, second(KEPT + 8))!;
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
    expect(full.recent!.length + full.earlier!.length).toBeLessThan(30_000);
  });
});
