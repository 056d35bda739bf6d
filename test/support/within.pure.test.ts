import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { within } from "../../src/support/within.ts";

const HOUR = 3_600_000;
const never = new Promise<never>(() => {});

test("a promise that settles in time decides", async () => {
  expect(await within(HOUR, Promise.resolve(1), () => 2)).toBe(1);
  const error = new Error("failed");
  await expect(within(HOUR, Promise.reject(error), () => 2)).rejects.toBe(error);
});

test("when the time is over, the replacement decides", async () => {
  expect(await within(0, never, () => 2)).toBe(2);
  expect(await within(0, never, async () => 2)).toBe(2);
  const late = () => {
    throw new Error("late");
  };
  await expect(within(0, never, late)).rejects.toThrow("late");
});

test("a promise that fails after the time is over is ignored", async () => {
  const { promise, reject } = Promise.withResolvers<number>();
  expect(await within(0, promise, () => 2)).toBe(2);
  reject(new Error("too late"));
  // An unhandled rejection would fail the test run.
  await setImmediate();
});
