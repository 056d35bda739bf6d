import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { createReadQueue, type ReadReason } from "../../src/live/read-queue.ts";

/** Creates a queue with one read at once, which is occupied until `open` is called, and notes what is read afterwards. */
function createOccupied() {
  const reads = createReadQueue(1);
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const waitAs = (reason: ReadReason, caller: string) => ({ callers: () => [caller], reason });
  const order: string[] = [];
  const pending: Promise<unknown>[] = [
    reads.queued(() => gate).waitAs({ callers: () => [""], reason: "hint" }),
  ];
  const queued = (name: string) => reads.queued(async () => void order.push(name));
  return {
    queued,
    waitAs,
    add(name: string, reason: ReadReason, caller = "") {
      pending.push(queued(name).waitAs(waitAs(reason, caller)));
    },
    async open() {
      open();
      await Promise.all(pending);
      return order.join(" ");
    },
  };
}

test("a limited number of reads run at once, and all of them run, even if some fail", async () => {
  const reads = createReadQueue(3);
  let running = 0;
  let most = 0;
  const results = await Promise.allSettled(
    Array.from({ length: 50 }, (_, at) =>
      reads
        .queued(async () => {
          most = Math.max(most, ++running);
          await setImmediate();
          running -= 1;
          if (at % 2) throw new Error("Cassandra is away");
          return at;
        })
        .waitAs({ callers: () => [""], reason: "hint" }),
    ),
  );
  expect(most).toBe(3);
  expect(results.map(({ status }) => status)).toEqual(
    results.map((_, at) => (at % 2 ? "rejected" : "fulfilled")),
  );
  expect(results[48]).toMatchObject({ value: 48 });
});

test("a read begins at once if there is room", () => {
  let isBegun = false;
  const read = async () => void (isBegun = true);
  void createReadQueue(1)
    .queued(read)
    .waitAs({ callers: () => [""], reason: "hint" });
  expect(isBegun).toBe(true);
});

test("first values, hints and the poll take turns", async () => {
  const queue = createOccupied();
  for (const name of ["h1", "h2", "h3", "h4", "h5"]) queue.add(name, "hint");
  for (const name of ["p1", "p2"]) queue.add(name, "poll");
  for (const name of ["j1", "j2", "j3"]) queue.add(name, "join");
  expect(await queue.open()).toBe("j1 h1 p1 j2 h2 p2 j3 h3 h4 h5");
});

test("callers take turns for each reason", async () => {
  const queue = createOccupied();
  for (const name of ["a1", "a2", "a3"]) queue.add(name, "hint", "a");
  for (const name of ["A1", "A2"]) queue.add(name, "join", "a");
  queue.add("B1", "join", "b");
  queue.add("b1", "hint", "b");
  expect(await queue.open()).toBe("A1 a1 B1 b1 A2 a2 a3");
});

test("a read with several places begins once, at the first of them, and all get its result", async () => {
  const queue = createOccupied();
  for (const name of ["h1", "h2", "h3"]) queue.add(name, "hint");
  const shared = queue.queued("shared");
  const waiting = [
    shared.waitAs(queue.waitAs("hint", "")),
    shared.waitAs(queue.waitAs("hint", "b")),
    shared.waitAs(queue.waitAs("join", "")),
  ];
  queue.add("h4", "hint");
  expect(await queue.open()).toBe("shared h1 h2 h3 h4");
  await Promise.all(waiting);
  await shared.waitAs(queue.waitAs("hint", ""));
});
