import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  hasRoom,
  type Memory,
  MOST_REMEMBERED,
  openSegment,
  type Operation,
  recall,
  remember,
  REMEMBERED,
} from "../../src/party/operations.ts";

const SEGMENT = 64;
/** How long an operation has its place at least, in seconds: clocks may differ by five. */
const KEPT = REMEMBERED + 5;
const empty: Memory = new Map();
/** A second since 1970, in milliseconds. */
const second = (number: number) => (1_800_000_000 + number) * 1000;

const operation = (id: string = randomUUID(), people = 1): Operation => ({
  id,
  kind: "addPeople",
  delta: 1,
  people,
});
const idOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

/** Adds an operation where there is room. */
function add(memory: Memory, added: Operation, now: number): Memory {
  const { segment, content } = openSegment(memory, now)!;
  return new Map([...memory, [segment, remember(content, added, now)]]);
}

/** Adds operations with the ids of these numbers. */
function addAll(memory: Memory, from: number, count: number, now: number): Memory {
  for (let number = from; number < from + count; number++) {
    memory = add(memory, operation(idOf(number)), now);
  }
  return memory;
}

const numbersIn = (memory: Memory) =>
  Object.fromEntries([...memory].map(([segment, content]) => [segment, content.readUInt32BE(0)]));

describe("what a party remembers of operations", () => {
  test("is nothing at first", () => {
    expect(recall(empty, randomUUID())).toBeUndefined();
    expect(openSegment(empty, second(0))).toEqual({
      segment: 0,
      before: null,
      content: Buffer.alloc(4),
    });
  });

  test("is a number, then of each its id, second, kind, delta and count", () => {
    const id = "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51";
    const one = { id, kind: "addPeople", delta: -2, people: 2147483647 } as const;
    const two = { ...one, kind: "changePeople", delta: 3, people: 0 } as const;
    const bytes = [one, two].reduce<Buffer>(
      (content, each) => remember(content, each, 1_000_999),
      Buffer.alloc(4),
    );
    expect(bytes.toString("hex").match(/^.{8}|.{58}/g)).toEqual([
      "00000000",
      "6f1f7a524d0e4d539c8e0d9f6a6c3a51" + "000003e8" + "01" + "fffffffe" + "7fffffff",
      "6f1f7a524d0e4d539c8e0d9f6a6c3a51" + "000003e8" + "00" + "00000003" + "00000000",
    ]);
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
    expect(memory.get(0)!.includes(Buffer.from(across.replaceAll("-", ""), "hex"))).toBe(true);
    expect(recall(memory, across)).toBeUndefined();
    const found = operation(across, 7);
    expect(recall(add(memory, found, second(0)), across)).toEqual(found);
  });
});

describe("the ring of segments", () => {
  test("takes so many operations into one, then begins the next", () => {
    const full = addAll(empty, 0, SEGMENT, second(0));
    expect(hasRoom(full.get(0)!)).toBe(false);
    expect(full.get(0)).toHaveLength(4 + SEGMENT * 29);
    expect(openSegment(full, second(0))).toMatchObject({ segment: 1, before: null });
    const next = addAll(full, SEGMENT, 1, second(0));
    expect(numbersIn(next)).toEqual({ 0: 0, 1: 1 });
    expect(openSegment(next, second(0))).toEqual({
      segment: 1,
      before: next.get(1),
      content: next.get(1),
    });
  });

  test("remembers all of them when it is full, and takes no other while the oldest are young", () => {
    const full = addAll(empty, 0, MOST_REMEMBERED, second(0));
    for (const number of [0, SEGMENT, MOST_REMEMBERED - 1]) {
      expect(recall(full, idOf(number))?.id).toBe(idOf(number));
    }
    expect(full.size).toBe(16);
    expect(openSegment(full, second(0))).toBeUndefined();
    expect(openSegment(full, second(KEPT - 1))).toBeUndefined();
  });

  test("forgets the oldest when they are old enough, a segment of them at once", () => {
    const full = addAll(empty, 0, MOST_REMEMBERED, second(0));
    const content = Buffer.from([0, 0, 0, 16]);
    expect(openSegment(full, second(KEPT))).toEqual({ segment: 0, before: full.get(0), content });

    const next = addAll(full, MOST_REMEMBERED, 1, second(KEPT));
    expect(recall(next, idOf(0))).toBeUndefined();
    expect(recall(next, idOf(SEGMENT - 1))).toBeUndefined();
    expect(recall(next, idOf(SEGMENT))).toBeDefined();
    expect(recall(next, idOf(MOST_REMEMBERED))).toBeDefined();
  });

  test("counts on the youngest of them, in whatever order they came: clocks differ", () => {
    let memory = addAll(empty, 0, 1, second(9));
    memory = addAll(memory, 1, MOST_REMEMBERED - 1, second(0));
    expect(openSegment(memory, second(KEPT))).toBeUndefined();
    expect(openSegment(memory, second(KEPT + 8))).toBeUndefined();
    expect(openSegment(memory, second(KEPT + 9))).toBeDefined();
  });

  test("goes round and round, and knows its newest segment by the number", () => {
    let memory = empty;
    for (let segment = 0; segment < 40; segment++) {
      memory = addAll(memory, segment * SEGMENT, SEGMENT, second(segment * 10));
      expect(memory.get(segment % 16)!.readUInt32BE(0)).toBe(segment);
    }
    expect(memory.size).toBe(16);
    expect(numbersIn(memory)).toMatchObject({ 7: 39, 8: 24, 15: 31, 0: 32 });
    const remembered = Array.from({ length: 40 * SEGMENT }, (_, number) => number).filter(
      (number) => recall(memory, idOf(number)),
    );
    expect(remembered).toHaveLength(MOST_REMEMBERED);
    expect(remembered[0]).toBe(24 * SEGMENT);
  });

  test("is small, however often it is used", () => {
    const full = addAll(empty, 0, MOST_REMEMBERED, second(0));
    const bytes = [...full.values()].reduce((sum, { length }) => sum + length, 0);
    expect(bytes).toBeLessThan(30_000);
  });
});
