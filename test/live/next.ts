import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { Source } from "../../src/live/index.ts";

/** Takes the next value of a source that has not ended. */
export async function next<Value>(source: Source<Value>): Promise<Value> {
  const { done, value } = await source.next();
  expect(done).toBe(false);
  return value!;
}

/** Waits until a source has ended. */
export async function ended(source: Source<unknown>): Promise<void> {
  expect(await source.next()).toEqual({ done: true, value: undefined });
}

/** Gives what is told within a while, in milliseconds. */
export async function toldWithin<Value>(
  source: Source<Value>,
  time: number,
): Promise<readonly Value[]> {
  await sleep(time);
  const told: Value[] = [];
  for (let value = source.take(); value !== undefined; value = source.take()) told.push(value);
  return told;
}

/** A source that there is. */
export function there<Value>(source: Source<Value> | void): Source<Value> {
  expect(source).toBeDefined();
  return source!;
}
