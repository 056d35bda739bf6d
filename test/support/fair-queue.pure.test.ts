import { expect, test } from "vitest";
import { createFairQueue } from "../../src/support/fair-queue.ts";

/** Adds items that are named after their callers, and returns all in the order in which they leave. */
function leaving(...added: readonly (readonly [string, ...(readonly string[])])[]) {
  const queue = createFairQueue<string>();
  for (const [item, ...callers] of added) queue.add(item, callers);
  const left: string[] = [];
  for (let item = queue.take(); item !== undefined; item = queue.take()) left.push(item);
  return left;
}

test("an empty queue gives nothing", () => {
  expect(createFairQueue().take()).toBeUndefined();
});

test("the items of a caller leave in the order in which they came", () => {
  expect(leaving(["a1", "a"], ["a2", "a"], ["a3", "a"])).toEqual(["a1", "a2", "a3"]);
});

test("callers take turns, however many items each of them has", () => {
  expect(
    leaving(["a1", "a"], ["a2", "a"], ["a3", "a"], ["b1", "b"], ["c1", "c"], ["c2", "c"]),
  ).toEqual(["a1", "b1", "c1", "a2", "c2", "a3"]);
});

test("a caller that comes later has its turn after the others that wait", () => {
  const queue = createFairQueue<string>();
  for (const item of ["a1", "a2", "a3"]) queue.add(item, ["a"]);
  expect(queue.take()).toBe("a1");
  queue.add("b1", ["b"]);
  expect([queue.take(), queue.take(), queue.take(), queue.take()]).toEqual([
    "a2",
    "b1",
    "a3",
    undefined,
  ]);
});

test("an item for several callers waits for the one with the fewest", () => {
  expect(
    leaving(["a1", "a"], ["a2", "a"], ["b1", "b"], ["shared", "a", "b", "c"], ["b2", "b"]),
  ).toEqual(["a1", "b1", "shared", "a2", "b2"]);
});

test("an item waits once for each caller", () => {
  expect(leaving(["one", "a"], ["one", "a"], ["one", "b"])).toEqual(["one", "one"]);
});
