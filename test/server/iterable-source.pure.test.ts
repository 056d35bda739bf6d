import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { IterableSource } from "../../src/server/iterable-source.ts";

// A rejection that nobody handles would fail the run, as it would end a process.

const iterable = (iterator: unknown) => ({
  [Symbol.asyncIterator]: () => iterator as AsyncIterator<unknown>,
});

test.each([
  ["throws", () => Promise.reject(new Error("rejected"))],
  [
    "throws at once",
    () => {
      throw new Error("thrown");
    },
  ],
  ["never settles", () => new Promise(() => {})],
])("a source whose iterator %s in return can be left", async (_, leave) => {
  const ended: unknown[] = [];
  const iterator = { next: () => new Promise(() => {}), return: leave };
  const source = new IterableSource(iterable(iterator), (each) => ended.push(each));
  source.take();
  expect(await source.return()).toEqual({ done: true, value: undefined });
  expect(source.isOver).toBe(true);
  expect(ended).toEqual([source]);
  await sleep(10);
});

test.each([
  ["no iterator", undefined],
  ["an iterator without next", {}],
  ["an iterator whose next returns nothing", { next: async () => undefined }],
])("a source of %s fails, and then ends", async (_, iterator) => {
  const source = new IterableSource(iterable(iterator), () => {});
  const visited = Promise.withResolvers<void>();
  source.visitor = { visit: visited.resolve };
  source.take();
  await visited.promise;
  expect(source.take()?.failure?.error).toBeInstanceOf(TypeError);
  expect(source.isOver).toBe(true);
});
