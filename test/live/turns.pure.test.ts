import { expect, test } from "vitest";
import { inTurns } from "../../src/live/turns.ts";

interface Given {
  readonly callers: readonly string[];
  readonly cost?: number;
  readonly polledIn?: number;
}

/** Returns the names of queries in their turns. @param last the caller that had the last turn before */
function order(given: Readonly<Record<string, Given>>, last = ""): string {
  const names = new Map<object, string>();
  const due = Object.entries(given).map(([name, { callers, cost = 1, polledIn = 0 }]) => {
    const query = { cost: () => cost, callers: () => callers, polledIn, run: async () => {} };
    names.set(query, name);
    return { query, cost };
  });
  return inTurns(due, last)
    .map(({ query }) => names.get(query))
    .join(" ");
}

const [a, b, c] = [{ callers: ["a"] }, { callers: ["b"] }, { callers: ["c"] }];

test("callers take turns, however many queries each of them has", () => {
  expect(order({ a1: a, a2: a, a3: a, b1: b, c1: c, c2: c })).toBe("a1 b1 c1 a2 c2 a3");
});

test("of the queries of a caller, those that ran least recently come first", () => {
  expect(
    order({
      a1: { ...a, polledIn: 7 },
      a2: { ...a, polledIn: 3 },
      a3: a,
      b1: { ...b, polledIn: 9 },
      b2: { ...b, polledIn: 8 },
    }),
  ).toBe("a3 b2 a2 b1 a1");
});

test("a query of several callers comes once, in the first of their turns", () => {
  expect(order({ a1: a, a2: a, shared: { callers: ["a", "b"] }, b1: b, b2: b })).toBe(
    "a1 shared a2 b1 b2",
  );
});

test("a query of several callers counts for all of them", () => {
  expect(order({ shared: { callers: ["a", "b"] }, a1: a, b1: b, c1: c, c2: c })).toBe(
    "shared c1 a1 b1 c2",
  );
});

test("a caller with costly queries has fewer of them in the same time", () => {
  const costly = { ...a, cost: 3 };
  expect(order({ a1: costly, a2: costly, b1: b, b2: b, b3: b, b4: b, b5: b })).toBe(
    "a1 b1 b2 b3 a2 b4 b5",
  );
});

test("turns continue after the caller that had the last one, even if it has left", () => {
  const given = { a1: a, a2: a, b1: b, c1: c, c2: c };
  expect(order(given, "a")).toBe("b1 c1 a1 c2 a2");
  expect(order(given, "b")).toBe("c1 a1 b1 c2 a2");
  expect(order(given, "bb")).toBe("c1 a1 b1 c2 a2");
  expect(order(given, "c")).toBe("a1 b1 c1 a2 c2");
});
