import { describe, expect, test } from "vitest";
import { read, told } from "../../src/page/count.ts";

describe("a count that is told with its ballot", () => {
  test("replaces an older one, by number and not by text", () => {
    const known = told(undefined, { people: 1, asOf: "999" }, 1);
    expect(told(known, { people: 2, asOf: "1000" }, 2)).toEqual({
      people: 2,
      asOf: 1000n,
      heard: 2,
    });
  });

  test.each(["4", "5"])("does not replace a newer one, or its own: %s", (asOf) => {
    const known = told(undefined, { people: 1, asOf: "5" }, 1);
    expect(told(known, { people: 9, asOf }, 2)).toEqual({ people: 1, asOf: 5n, heard: 2 });
  });

  test("replaces one that was read", () => {
    expect(told(read(undefined, 7, 0), { people: 8, asOf: "1" }, 1).people).toBe(8);
  });

  test("is older than any other if it was never written", () => {
    const unwritten = told(undefined, { people: 0, asOf: null }, 1);
    expect(unwritten.people).toBe(0);
    expect(told(unwritten, { people: 1, asOf: "1" }, 2).people).toBe(1);
    expect(
      told(told(undefined, { people: 1, asOf: "1" }, 1), { people: 0, asOf: null }, 2).people,
    ).toBe(1);
  });
});

describe("a count that was read", () => {
  test("replaces what was known before the reading began", () => {
    const known = told(undefined, { people: 1, asOf: "5" }, 3);
    expect(read(known, 2, 3)).toEqual({ people: 2, asOf: 5n, heard: 3 });
  });

  test("does not replace what was heard since", () => {
    const known = told(undefined, { people: 1, asOf: "5" }, 3);
    expect(read(known, 0, 2)).toBe(known);
  });

  test("keeps older ballots out, as what it replaced did", () => {
    const known = read(told(undefined, { people: 3, asOf: "5" }, 1), 4, 1);
    expect(told(known, { people: 2, asOf: "4" }, 2).people).toBe(4);
    expect(told(known, { people: 5, asOf: "6" }, 2).people).toBe(5);
  });
});
