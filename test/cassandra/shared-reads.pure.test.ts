import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { SharedReads } from "../../src/cassandra/session/shared-reads.ts";

/** Reads that settle when the test says so, in the order in which they started. */
function controlled() {
  const started: PromiseWithResolvers<string>[] = [];
  const read = () => {
    const result = Promise.withResolvers<string>();
    started.push(result);
    return result.promise;
  };
  return { started, read };
}

test("those who come during a read share the next one, which starts when it has settled", async () => {
  const reads = new SharedReads<string>();
  const { started, read } = controlled();
  const first = reads.share("a", read);
  const others = [1, 2, 3].map(() => reads.share("a", read));
  expect(started).toHaveLength(1);

  started[0]!.resolve("old");
  expect(await first).toBe("old");
  expect(started).toHaveLength(2);
  started[1]!.resolve("new");
  expect(await Promise.all(others)).toEqual(["new", "new", "new"]);
  expect(started).toHaveLength(2);
});

test("nobody gets a read that has started before the request", async () => {
  const reads = new SharedReads<number>();
  let [time, most] = [0, 0];
  const read = async () => {
    const start = ++time;
    for (let ticks = start % 4; ticks > 0; ticks--) await setImmediate();
    return start;
  };
  const ask = async () => {
    for (let i = 0; i < 50; i++) {
      const before = time;
      expect(await reads.share("a", read)).toBeGreaterThan(before);
      most = Math.max(most, reads.size);
      if (i % 3 === 0) await setImmediate();
    }
  };
  await Promise.all(Array.from({ length: 20 }, ask));
  expect(time).toBeLessThan(1000);
  expect([most, reads.size]).toEqual([1, 0]);
});

test("a failed read fails those who share it, and the next one starts", async () => {
  const reads = new SharedReads<string>();
  const { started, read } = controlled();
  const first = reads.share("a", read);
  const second = [reads.share("a", read), reads.share("a", read)];
  started[0]!.reject(new Error("first"));
  await expect(first).rejects.toThrow("first");

  const third = reads.share("a", read);
  started[1]!.reject(new Error("second"));
  for (const each of second) await expect(each).rejects.toThrow("second");
  started[2]!.resolve("found");
  expect(await third).toBe("found");
});

test("a read with another key starts at once", async () => {
  const reads = new SharedReads<string>();
  const { started, read } = controlled();
  const all = ["a", "b"].map((key) => reads.share(key, read));
  expect([started.length, reads.size]).toEqual([2, 2]);
  for (const [at, each] of started.entries()) each.resolve(`${at}`);
  expect(await Promise.all(all)).toEqual(["0", "1"]);
});

test("nothing is kept when no read is in flight", async () => {
  const reads = new SharedReads<string>();
  const { started, read } = controlled();
  const all = [1, 2].map(() => reads.share("a", read).catch((error: Error) => error.message));
  started[0]!.reject(new Error("failed"));
  await setImmediate();
  expect(reads.size).toBe(1);
  started[1]!.resolve("found");
  expect(await Promise.all(all)).toEqual(["failed", "found"]);
  expect(reads.size).toBe(0);
});
