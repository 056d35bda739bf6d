import { expect, test } from "vitest";
import { inTurns } from "../../src/live/turns.ts";

interface Given {
  readonly callers: readonly string[];
  readonly cost?: number;
  readonly polledIn?: number;
}

/** Returns the names of queries in their turns. */
function order(given: Readonly<Record<string, Given>>, { last = "", budget = 100 } = {}): string {
  const names = new Map<object, string>();
  const queries = Object.entries(given).map(([name, { callers, cost = 1, polledIn = 0 }]) => {
    const query = { cost, callers: () => callers, polledIn, run: async () => {} };
    names.set(query, name);
    return query;
  });
  return inTurns(queries, { budget, last })
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
  expect(order(given, { last: "a" })).toBe("b1 c1 a1 c2 a2");
  expect(order(given, { last: "b" })).toBe("c1 a1 b1 c2 a2");
  expect(order(given, { last: "bb" })).toBe("c1 a1 b1 c2 a2");
  expect(order(given, { last: "c" })).toBe("a1 b1 c1 a2 c2");
});

test("queries cost no more than the budget, and one that does not fit ends the tick", () => {
  const costly = { ...b, cost: 3 };
  const given = { a1: a, a2: a, b1: costly, c1: c };
  expect(order(given, { budget: 4 })).toBe("a1 b1");
  expect(order(given, { budget: 3 })).toBe("a1");
  expect(order(given, { budget: 3, last: "a" })).toBe("b1");
});

test("a query that nobody has subscribed to yet waits", () => {
  expect(order({ a1: a, nobody: { callers: [] }, b1: b })).toBe("a1 b1");
});
