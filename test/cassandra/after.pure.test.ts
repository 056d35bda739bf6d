import { describe, expect, test } from "vitest";
import {
  asc,
  CassandraError,
  desc,
  int,
  select,
  type Statement,
  table,
  text,
  Unreadable,
} from "../../src/cassandra/index.ts";

const columns = { p: text(), a: int(), b: int(), c: int(), note: text() };
const Mixed = table("mixed", columns, {
  partition: ["p"],
  clustering: [asc("a"), desc("b"), desc("c")],
});
const Even = table("even", columns, {
  partition: ["p"],
  clustering: [asc("a"), asc("b"), asc("c")],
});
const after = { a: 1, b: 2, c: 3 };

/** Returns the restrictions and values of a statement and of its further statements. */
function reads(statement: Statement<unknown>): readonly string[] {
  const { cql, params, rest } = statement;
  const [, where] = / WHERE (.*)$/.exec(cql)!;
  const next = rest?.(0);
  return [`${where} [${params.join(" ")}]`, ...(next ? reads(next) : [])];
}

describe("a read of the rows after a row", () => {
  test("is one statement if all columns have the same direction", () => {
    expect(reads(select(Even, { p: "x" }, { after }))).toEqual([
      "p = ? AND (a, b, c) > (?, ?, ?) [x 1 2 3]",
    ]);
    expect(reads(select(Even, { p: "x" }, { after, order: "reversed", limit: 9 }))).toEqual([
      "p = ? AND (a, b, c) < (?, ?, ?) ORDER BY a DESC, b DESC, c DESC LIMIT ? [x 1 2 3 9]",
    ]);
  });

  test("is one statement per run of columns of equal direction, the last run first", () => {
    expect(reads(select(Mixed, { p: "x" }, { after }))).toEqual([
      "p = ? AND a = ? AND (b, c) < (?, ?) [x 1 2 3]",
      "p = ? AND a > ? [x 1]",
    ]);
    expect(reads(select(Mixed, { p: "x" }, { after, order: "reversed" }))).toEqual([
      "p = ? AND a = ? AND (b, c) > (?, ?) ORDER BY a DESC, b ASC, c ASC [x 1 2 3]",
      "p = ? AND a < ? ORDER BY a DESC, b ASC, c ASC [x 1]",
    ]);
  });

  test("stays within the values that the key names", () => {
    expect(reads(select(Mixed, { p: "x", a: 1 }, { after }))).toEqual([
      "p = ? AND a = ? AND (b, c) < (?, ?) [x 1 2 3]",
    ]);
    expect(reads(select(Mixed, { p: "x", a: 1, b: 2 }, { after }))).toEqual([
      "p = ? AND a = ? AND b = ? AND c < ? [x 1 2 3]",
    ]);
    expect(() => select(Mixed, { p: "x", a: 5 }, { after })).toThrow(
      new CassandraError(
        "BAD_STATEMENT",
        'A read of "mixed" cannot start after this row: its "a" differs from the key.',
      ),
    );
  });

  test("ends at the end of the range of the key", () => {
    expect(reads(select(Even, { p: "x", a: { gte: 0, lte: 5 } }, { after }))).toEqual([
      "p = ? AND (a, b, c) > (?, ?, ?) AND (a) <= (?) [x 1 2 3 5]",
    ]);
    expect(reads(select(Mixed, { p: "x", a: { gte: 0, lt: 5 } }, { after }))).toEqual([
      "p = ? AND a = ? AND (b, c) < (?, ?) [x 1 2 3]",
      "p = ? AND a > ? AND a < ? [x 1 5]",
    ]);
    const descending = { p: "x", a: 1, b: { gt: 0, lt: 9 } };
    expect(reads(select(Mixed, descending, { after }))).toEqual([
      "p = ? AND a = ? AND (b, c) < (?, ?) AND (b) > (?) [x 1 2 3 0]",
    ]);
    expect(reads(select(Mixed, descending, { after, order: "reversed" }))).toEqual([
      "p = ? AND a = ? AND (b, c) > (?, ?) AND (b) < (?) ORDER BY a DESC, b ASC, c ASC [x 1 2 3 9]",
    ]);
  });

  test.each([
    ["is before it", { gt: 1 }],
    ["is before it by its value", { gte: 2 }],
  ])("reads the whole range if the row %s", (_, a) => {
    const [read, ...others] = reads(select(Mixed, { p: "x", a } as never, { after } as never));
    expect(read).toMatch(/^p = \? AND a >=? \? \[x \d\]$/);
    expect(others).toEqual([]);
  });

  test("is one statement without results if the row is after the range", () => {
    expect(reads(select(Mixed, { p: "x", a: { lt: 1 } }, { after }))).toEqual([
      "p = ? AND a > ? AND a < ? [x 1 1]",
    ]);
  });

  test("works for a row with an unreadable key", () => {
    const unreadable = new Unreadable(Buffer.alloc(0));
    const [first] = [select(Mixed, { p: "x" }, { after: { ...after, b: unreadable } })];
    expect(first.params).toEqual(["x", 1, unreadable, 3]);
  });

  test("sends no further statement after the limit is reached", () => {
    const { rest, params } = select(Mixed, { p: "x" }, { after, limit: 10 });
    expect(params.at(-1)).toBe(10);
    expect(rest!(10)).toBeUndefined();
    expect(rest!(4)!.params).toEqual(["x", 1, 6]);
  });
});
