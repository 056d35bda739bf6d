import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { Source } from "../../src/live/index.ts";

/** Returns the next value of a source that has not ended. */
export async function next<Value>(source: Source<Value>): Promise<Value> {
  const { done, value } = await source.next();
  expect(done).toBe(false);
  return value!;
}

/** Waits until a source has ended. */
export async function ended(source: Source<unknown>): Promise<void> {
  expect(await source.next()).toEqual({ done: true, value: undefined });
}

/** Returns the values that a source gives within a time, in milliseconds. */
export async function takenWithin<Value>(
  source: Source<Value>,
  time: number,
): Promise<readonly Value[]> {
  await sleep(time);
  const values: Value[] = [];
  for (let value = source.take(); value !== undefined; value = source.take()) values.push(value);
  return values;
}

/** Returns a source that must exist. */
export function existing<Value>(source: Source<Value> | void): Source<Value> {
  expect(source).toBeDefined();
  return source!;
}
