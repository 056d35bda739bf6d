import { describe, expect, test } from "vitest";
import { mergeLive, mergeRead } from "../../src/page/count.ts";

describe("a count with a ballot", () => {
  test("replaces one with an older ballot, compared as numbers and not as text", () => {
    const known = mergeLive(undefined, { people: 1, asOf: "999", event: 1 });
    expect(mergeLive(known, { people: 2, asOf: "1000", event: 2 })).toEqual({
      people: 2,
      asOf: 1000n,
      event: 2,
    });
  });

  test.each(["4", "5"])("does not replace one with a newer or equal ballot: %s", (asOf) => {
    const known = mergeLive(undefined, { people: 1, asOf: "5", event: 1 });
    const merged = mergeLive(known, { people: 9, asOf, event: 2 });
    expect(merged).toEqual({ people: 1, asOf: 5n, event: 2 });
  });

  test("replaces one that a query returned", () => {
    const known = mergeRead(undefined, { people: 7, event: 0 });
    expect(mergeLive(known, { people: 8, asOf: "1", event: 1 }).people).toBe(8);
  });

  test("is older than any other if it was never written", () => {
    const unwritten = mergeLive(undefined, { people: 0, asOf: null, event: 1 });
    expect(unwritten.people).toBe(0);
    expect(mergeLive(unwritten, { people: 1, asOf: "1", event: 2 }).people).toBe(1);
    const written = mergeLive(undefined, { people: 1, asOf: "1", event: 1 });
    expect(mergeLive(written, { people: 0, asOf: null, event: 2 }).people).toBe(1);
  });
});

describe("a count that a query returned", () => {
  test("replaces one from an event before the query", () => {
    const known = mergeLive(undefined, { people: 1, asOf: "5", event: 3 });
    expect(mergeRead(known, { people: 2, event: 3 })).toEqual({ people: 2, asOf: 5n, event: 3 });
  });

  test("does not replace one from an event after the query", () => {
    const known = mergeLive(undefined, { people: 1, asOf: "5", event: 3 });
    expect(mergeRead(known, { people: 0, event: 2 })).toBe(known);
  });

  test("keeps the ballot of the count that it replaced", () => {
    const live = mergeLive(undefined, { people: 3, asOf: "5", event: 1 });
    const known = mergeRead(live, { people: 4, event: 1 });
    expect(mergeLive(known, { people: 2, asOf: "4", event: 2 }).people).toBe(4);
    expect(mergeLive(known, { people: 5, asOf: "6", event: 2 }).people).toBe(5);
  });
});
