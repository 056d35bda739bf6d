import { describe, expect, test } from "vitest";
import { asc, decimal, desc, int, table, text, timestamp } from "../../src/cassandra/index.ts";
import {
  deletableParts,
  halves,
  type Slice,
  sliceOf,
  slicesBetween,
  whereSlice,
  wholePartition,
} from "../../src/cassandra/slice.ts";
import { Unreadable } from "../../src/cassandra/unreadable.ts";

const Seats = table(
  "seats",
  { hall: text(), row: int(), seat: int(), part: int(), note: text() },
  { partition: ["hall"], clustering: [asc("row"), desc("seat"), asc("part")], lwt: true },
);
const Notes = table(
  "notes",
  { room: text(), at: int() },
  { partition: ["room"], clustering: [desc("at")] },
);
const Names = table(
  "names",
  { room: text(), name: text() },
  { partition: ["room"], clustering: [asc("name")] },
);

const Prices = table(
  "prices",
  { shop: text(), price: decimal(), item: int() },
  { partition: ["shop"], clustering: [asc("price"), asc("item")] },
);
const Events = table(
  "events",
  { room: text(), at: timestamp(), seat: int() },
  { partition: ["room"], clustering: [asc("at"), asc("seat")] },
);

type Row = readonly [number, number, number];

const any = (below: number) => Math.floor(Math.random() * below);
const anyRow = (): Row => [any(4), any(4), any(4)];

/** All possible rows, in the order of the partition. */
const all: readonly Row[] = Array.from({ length: 64 }, (_, at): Row => [
  at >> 4,
  (at >> 2) & 3,
  at & 3,
]).toSorted(compare);

function compare([row, seat, part]: Row, other: Row): number {
  return row - other[0] || other[1] - seat || part - other[2];
}

/** Returns whether Cassandra would find a row by the restriction of a slice. */
function isIn({ prefix, from, to }: Slice, row: Row): boolean {
  const next = row[prefix.length]!;
  const [low, high] = [from?.value as number, to?.value as number];
  return (
    prefix.every((value, at) => row[at] === value) &&
    (!from || (from.inclusive ? next >= low : next > low)) &&
    (!to || (to.inclusive ? next <= high : next < high))
  );
}

const rowsIn = (slices: readonly Slice[]) =>
  slices.flatMap((slice) => all.filter((row) => isIn(slice, row)));

describe("the slices between two rows", () => {
  test("contain each row between them once, whatever the directions of the columns", () => {
    for (let i = 0; i < 500; i++) {
      const [after, before] = [anyRow(), anyRow()].toSorted(compare);
      if (compare(after!, before!) === 0) continue;
      expect(rowsIn(slicesBetween(Seats, wholePartition, { after, before }))).toEqual(
        all.filter((row) => compare(after!, row) < 0 && compare(row, before!) < 0),
      );
    }
  });

  test("contain the rows before or after a row up to the ends of the slice", () => {
    for (let i = 0; i < 500; i++) {
      const row = anyRow();
      const slice = [
        wholePartition,
        { prefix: [], from: { value: row[0], inclusive: true } },
        { prefix: [row[0]] },
        {
          prefix: [row[0]],
          from: { value: -1, inclusive: false },
          to: { value: 3, inclusive: true },
        },
        { prefix: row.slice(0, 2), to: { value: row[2], inclusive: true } },
      ][any(5)]!;
      const inside = all.filter((each) => isIn(slice, each));
      expect(rowsIn(slicesBetween(Seats, slice, { before: row }))).toEqual(
        inside.filter((each) => compare(each, row) < 0),
      );
      expect(rowsIn(slicesBetween(Seats, slice, { after: row }))).toEqual(
        inside.filter((each) => compare(each, row) > 0),
      );
      expect(rowsIn(slicesBetween(Seats, slice, {}))).toEqual(inside);
    }
  });

  test("have one restriction each", () => {
    const slices = slicesBetween(Seats, wholePartition, { after: [1, 2, 3], before: [2, 1, 0] });
    expect(slices.map((slice) => whereSlice(Seats, { hall: "A" }, slice))).toMatchObject([
      { cql: "hall = ? AND row = ? AND seat = ? AND part > ?", params: ["A", 1, 2, 3] },
      { cql: "hall = ? AND row = ? AND seat < ?", params: ["A", 1, 2] },
      { cql: "hall = ? AND row > ? AND row < ?", params: ["A", 1, 2] },
      { cql: "hall = ? AND row = ? AND seat > ?", params: ["A", 2, 1] },
      { cql: "hall = ? AND row = ? AND seat = ? AND part < ?", params: ["A", 2, 1, 0] },
    ]);
    const [slice] = slicesBetween(Notes, wholePartition, { after: [7], before: [3] });
    expect(whereSlice(Notes, { room: "A" }, slice!)).toMatchObject({
      cql: "room = ? AND at > ? AND at < ?",
      params: ["A", 3, 7],
    });
  });
});

describe("the slices between rows with unreadable values", () => {
  const int32 = (value: number) => Buffer.from(Int32Array.of(value).buffer).swap32();
  /** The number 1 with more decimal places than the model reads. Cassandra takes it for equal to 1. */
  function one(scale: number): Unreadable {
    const digits = (10n ** BigInt(scale)).toString(16);
    const bytes = Buffer.from(`00${"0".repeat(digits.length % 2)}${digits}`, "hex");
    return new Unreadable(Buffer.concat([int32(scale), bytes]));
  }

  test("are none if the values may still be equal", () => {
    const between = (after: unknown, before: unknown) =>
      slicesBetween(Prices, wholePartition, { after: [after, 1], before: [before, 3] });
    expect(between("1.0", one(10_001))).toEqual([]);
    expect(between(one(10_001), "1.0")).toEqual([]);
    expect(between(one(10_001), one(10_002))).toEqual([]);
    expect(between(one(10_001), one(10_001))).toHaveLength(1);
    expect(between("1.0", "1.00")).toHaveLength(1);
  });

  test("are found by the bytes if different bytes are different values", () => {
    const late = new Unreadable(Buffer.of(127, 0, 0, 0, 0, 0, 0, 0));
    const later = new Unreadable(Buffer.of(127, 0, 0, 0, 0, 0, 0, 1));
    const date = new Date(0);
    expect(
      slicesBetween(Events, wholePartition, { after: [date, 1], before: [late, 3] }),
    ).toHaveLength(3);
    expect(
      slicesBetween(Events, wholePartition, { after: [late, 1], before: [later, 3] }),
    ).toHaveLength(3);
    expect(
      slicesBetween(Events, wholePartition, { after: [late, 1], before: [late, 3] }),
    ).toHaveLength(1);
  });
});

describe("the deletable parts of a slice", () => {
  test("are the slice itself, unless it is the whole partition", () => {
    const slice = { prefix: [1], from: { value: 2, inclusive: true } };
    expect(deletableParts(Seats, slice)).toEqual([slice]);
    const parts = deletableParts(Seats, wholePartition);
    expect(rowsIn(parts).toSorted(compare)).toEqual(all);
    expect(parts.map((part) => whereSlice(Seats, { hall: "A" }, part).cql)).toEqual([
      "hall = ? AND row <= ?",
      "hall = ? AND row > ?",
    ]);
  });
});

describe("the slice of a key has the restriction of the key", () => {
  test.each([
    [{ hall: "A" }, "hall = ?", ["A"]],
    [{ hall: "A", row: 1 }, "hall = ? AND row = ?", ["A", 1]],
    [{ hall: "A", row: { gte: 1 } }, "hall = ? AND row >= ?", ["A", 1]],
    [
      { hall: "A", row: 1, seat: { gt: 2, lte: 5 } },
      "hall = ? AND row = ? AND seat > ? AND seat <= ?",
      ["A", 1, 2, 5],
    ],
  ])("%j", (key, cql, params) => {
    const slice = sliceOf(Seats, key);
    expect(whereSlice(Seats, { hall: "A" }, slice)).toMatchObject({ cql, params });
  });
});

describe("halves divides a slice", () => {
  /** Divides a slice until each part has at most one row. */
  function divide(slice: Slice, steps = { count: 0 }): readonly Slice[] {
    if (rowsIn([slice]).length <= 1) return [slice];
    if ((steps.count += 1) > 1000) throw new Error("The division does not end");
    return halves(Seats, slice)!.flatMap((part) => divide(part, steps));
  }

  test("column by column, and keeps all rows", () => {
    const rows = rowsIn(divide(wholePartition));
    expect(rows.toSorted(compare)).toEqual(all);
    const bounded = {
      prefix: [],
      from: { value: 1, inclusive: true },
      to: { value: 2, inclusive: true },
    };
    expect(rowsIn(divide(bounded)).toSorted(compare)).toEqual(
      all.filter(([row]) => row === 1 || row === 2),
    );
  });

  test("until no column is left", () => {
    const between = (low: number, high: number) => ({
      from: { value: low, inclusive: false },
      to: { value: high, inclusive: true },
    });
    expect(halves(Seats, { prefix: [1], ...between(3, 4) })).toEqual([{ prefix: [1, 4] }]);
    expect(halves(Seats, { prefix: [1, 2], ...between(3, 4) })).toBeUndefined();
    expect(halves(Seats, { prefix: [1, 2, 3] })).toBeUndefined();
  });

  test("between texts that are almost equal", () => {
    const slice = {
      prefix: [],
      from: { value: "guest-00001", inclusive: false },
      to: { value: "guest-00002", inclusive: true },
    };
    expect(halves(Names, slice)).toEqual([
      { ...slice, to: { value: "guest-00001?", inclusive: true } },
      { ...slice, from: { value: "guest-00001?", inclusive: false } },
    ]);
  });
});
