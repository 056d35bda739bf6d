import { describe, expect, test } from "vitest";
import { createProgress } from "../../src/client/progress.ts";

const key = { theatre: "Globe" };
const value = (asOf: string | null, taken = 0) => ({ takenChanged: { taken, asOf } });

describe("where asOf orders the values", () => {
  const begin = (variables = {}) =>
    createProgress({ variables: { ...key, ...variables }, resumes: true, ordered: true });

  test("a value is new if its asOf is larger, as a number", () => {
    const progress = begin();
    expect(["9", "10", "10", "9", "11"].map((asOf) => progress.isNew(value(asOf)))).toEqual([
      true,
      true,
      false,
      false,
      true,
    ]);
    expect(progress.reconnect()).toEqual({ ...key, since: "11" });
  });

  test("a value without asOf is older than any other", () => {
    const progress = begin();
    expect([null, null, "1", null].map((asOf) => progress.isNew(value(asOf)))).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  test("a value that is not newer than the caller's since is not new", () => {
    const progress = begin({ since: "5" });
    expect(progress.hasBegun).toBe(true);
    expect(progress.reconnect()).toEqual({ ...key, since: "5" });
    expect([progress.isNew(value("5")), progress.isNew(value("6"))]).toEqual([false, true]);
  });
});

describe("where asOf orders nothing", () => {
  const begin = () => createProgress({ variables: key, resumes: true });

  test("each value of a connection is new", () => {
    const progress = begin();
    const values = [value("9"), value("8"), value("8", 1), value(null), value(null)];
    expect(values.map((each) => progress.isNew(each))).toEqual(Array(5).fill(true));
    expect(progress.reconnect()).toEqual(key);
  });

  test("the first value of a new connection is new if it is not the last one", () => {
    const progress = begin();
    progress.isNew(value("9"));
    expect(progress.reconnect()).toEqual({ ...key, since: "9" });
    expect(progress.isNew(value("9"))).toBe(false);
    expect(progress.isNew(value("9"))).toBe(true);
    for (const other of [value("8"), value("8", 1), value(null, 1)]) {
      progress.reconnect();
      expect(progress.isNew(other)).toBe(true);
    }
  });
});

test("without $since each value is new, and nothing is sent as since", () => {
  const progress = createProgress({ variables: key, resumes: false });
  expect(progress.hasBegun).toBe(false);
  expect([{ a: 1 }, { a: 1 }].map((data) => progress.isNew(data))).toEqual([true, true]);
  expect(progress.reconnect()).toEqual(key);
  expect(progress.hasBegun).toBe(true);
});

test.each([
  { takenChanged: { taken: 0 } },
  { takenChanged: { taken: 0, asOf: 1 } },
  { takenChanged: 0 },
])("%j lacks an asOf to resume from", (data) => {
  for (const ordered of [true, false]) {
    const progress = createProgress({ variables: key, resumes: true, ordered });
    expect(() => progress.isNew(data)).toThrow("takenChanged has to select asOf");
  }
});
