import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { createHub, type Seen } from "../../src/live/hub.ts";
import { singleFlight } from "../../src/support/single-flight.ts";
import { createFeed } from "../../src/live/feed.ts";
import { createBroadcast } from "../../src/live/broadcast.ts";

/** A version of one cell. Without a ballot it is as of a table of plain writes. */
function version(row: string, asOf?: bigint): Seen<string> {
  const isOrdered = asOf !== undefined;
  return { version: { row, asOf: asOf ?? null }, isOrdered, text: isOrdered ? String(asOf) : row };
}

/** What a hub reads: a row that a test sets, and a count of the reads. */
function createSource(row: string, ballot?: bigint) {
  let present: Seen<string> | undefined = version(row, ballot);
  const source = {
    reads: 0,
    failing: false,
    set(next?: string, at?: bigint) {
      present = next === undefined ? undefined : version(next, at);
    },
    read: async () => {
      source.reads += 1;
      const seen = present;
      await sleep(2);
      if (source.failing) throw new Error("Cassandra is away");
      return seen;
    },
  };
  return source;
}

function hubOf({ read }: ReturnType<typeof createSource>, onEmpty = () => {}) {
  return createHub({ read, isOneCell: true, onEmpty });
}

describe("a hub", () => {
  test("reads once for all hints that come while it reads", async () => {
    const source = createSource("a", 1n);
    const hub = hubOf(source);
    const values = (await hub.join())!;
    await values.next();
    source.reads = 0;

    source.set("b", 2n);
    for (let hints = 0; hints < 50; hints++) hub.hint();
    expect((await values.next()).value).toEqual({ row: "b", asOf: 2n });
    await sleep(20);
    expect(source.reads).toBe(2);
    await hub.close();
  });

  test("drops what is not newer", async () => {
    const source = createSource("new", 5n);
    const hub = hubOf(source);
    const values = (await hub.join())!;
    await values.next();

    source.set("old", 4n);
    hub.hint();
    await sleep(10);
    source.set("newer", 6n);
    hub.hint();
    expect((await values.next()).value?.row).toBe("newer");
    await hub.close();
  });

  test("gives a subscriber that comes later the present value though it is not new", async () => {
    const source = createSource("a", 1n);
    const hub = hubOf(source);
    await hub.join();
    const late = (await hub.join())!;
    expect((await late.next()).value?.row).toBe("a");
    await hub.close();
  });

  test("goes on after reads that failed", async () => {
    const source = createSource("a", 1n);
    const hub = hubOf(source);
    const values = (await hub.join())!;
    await values.next();

    source.failing = true;
    source.set("b", 2n);
    hub.hint();
    await sleep(10);
    source.failing = false;
    expect((await values.next()).value?.row).toBe("b");
    await hub.close();
  });

  test("reads again for a version that is news, and only then", async () => {
    const source = createSource("a", 3n);
    const hub = hubOf(source);
    const values = (await hub.join())!;
    await values.next();
    source.reads = 0;

    hub.found(version("a", 3n));
    hub.found(version("z", 2n));
    expect(source.reads).toBe(0);
    source.set("b", 4n);
    hub.found(version("b", 4n));
    expect((await values.next()).value?.row).toBe("b");
    expect(source.reads).toBe(1);
    source.set();
    hub.found(undefined);
    expect(await values.next()).toMatchObject({ done: true });
  });

  test("reads nothing for a subscriber that comes back and has not seen more", async () => {
    const source = createSource("a", 5n);
    const hub = hubOf(source);
    await hub.join();
    source.reads = 0;

    const [equal, older] = [(await hub.join(5n))!, (await hub.join(3n))!];
    expect(source.reads).toBe(0);
    expect(equal.take()).toBeUndefined();
    expect(older.take()?.row).toBe("a");
    source.set("b", 6n);
    expect((await hub.join(6n))!.take()).toBeUndefined();
    expect(source.reads).toBe(1);
    expect((await equal.next()).value?.row).toBe("b");
  });

  test("tells whatever differs where no ballot orders it, though a since is equal", async () => {
    const source = createSource("a");
    const hub = hubOf(source);
    const values = (await hub.join())!;
    await values.next();
    source.set("b");
    hub.hint();
    expect((await values.next()).value).toEqual({ row: "b", asOf: null });
    source.reads = 0;
    hub.found(version("b"));
    expect(source.reads).toBe(0);
    source.set("a");
    hub.found(version("a"));
    expect((await values.next()).value?.row).toBe("a");
    expect((await hub.join(0n))!.take()?.row).toBe("a");
  });

  test("tells a version without a ballot after one with it, and then only a larger one", async () => {
    const source = createSource("a", 5n);
    const hub = hubOf(source);
    const values = (await hub.join())!;
    await values.next();
    source.set("null");
    hub.hint();
    expect((await values.next()).value).toEqual({ row: "null", asOf: null });
    source.set("b", 7n);
    hub.hint();
    expect((await values.next()).value?.row).toBe("b");
    source.set("a", 5n);
    hub.hint();
    await sleep(10);
    expect(values.take()).toBeUndefined();
  });

  test("of several cells reads anew for whoever comes back, who may have seen a later version", async () => {
    const source = createSource("a", 5n);
    const hub = createHub({ read: source.read, isOneCell: false, onEmpty: () => {} });
    await hub.join();
    source.set("b", 6n);
    expect((await hub.join(4n))!.take()?.row).toBe("b");
    expect((await hub.join(6n))!.take()).toBeUndefined();
  });

  test("fails a subscriber whose first read fails, and forgets it", async () => {
    const source = createSource("a", 1n);
    source.failing = true;
    let empty = 0;
    const hub = hubOf(source, () => empty++);
    await expect(hub.join()).rejects.toThrow("Cassandra is away");
    expect(empty).toBe(1);
  });

  test("is told empty when the last one leaves, also one that waits", async () => {
    const source = createSource("a", 1n);
    let empty = 0;
    const hub = hubOf(source, () => empty++);
    const [one, two] = [(await hub.join())!, (await hub.join())!];
    await one.next();
    const waiting = one.next();
    await one.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(empty).toBe(0);
    await two.return?.();
    expect(empty).toBe(1);
  });

  test("ends with the value, but not for one who came while it was read to be gone", async () => {
    const source = createSource("a", 1n);
    let empty = 0;
    const hub = hubOf(source, () => empty++);
    const early = (await hub.join())!;
    await early.next();

    source.set();
    hub.hint();
    source.set("again", 9n);
    const late = await hub.join();
    expect(await early.next()).toMatchObject({ done: true });
    expect((await late!.next()).value?.row).toBe("again");
    expect(empty).toBe(0);
    await hub.close();
  });
});

describe("a broadcast", () => {
  const newest = () =>
    createBroadcast<number>(
      1,
      (last) => last,
      () => {},
    );

  test("gives each reader what comes when it has joined", async () => {
    const numbers = newest();
    const early = numbers.join(false);
    numbers.put(1);
    expect((await early.next()).value).toBe(1);
    const [late, later] = [numbers.join(true), numbers.join(false)];
    numbers.put(2);
    expect((await late.next()).value).toBe(2);
    expect((await later.next()).value).toBe(2);
    expect(numbers.join(true).take()).toBe(2);
    expect(numbers.join(false).take()).toBeUndefined();
  });

  test("of the newest keeps one value", async () => {
    const numbers = newest();
    const reader = numbers.join(false);
    for (const value of [1, 2, 3]) numbers.put(value);
    expect(await reader.next()).toEqual({ done: false, value: 3 });
  });

  test("of so many says when it was too much, and goes on behind", async () => {
    const numbers = createBroadcast<number>(
      3,
      () => -1,
      () => {},
    );
    const reader = numbers.join(false);
    for (const value of [1, 2, 3, 4]) numbers.put(value);
    expect(reader.take()).toBe(-1);
    for (const value of [5, 6, 7]) numbers.put(value);
    void numbers.end();
    expect(await Array.fromAsync(reader)).toEqual([5, 6, 7]);
  });

  test("gives what waits before it ends, and who joins then another one's values", async () => {
    const numbers = newest();
    const reader = numbers.join(false);
    numbers.put(1);
    void numbers.end();
    const other = numbers.join(false);
    numbers.put(2);
    expect(await Array.fromAsync(reader)).toEqual([1]);
    expect((await other.next()).value).toBe(2);
  });

  test("visits an ended reader again that could not take its last value at once", async () => {
    const numbers = newest();
    const reader = numbers.join(false);
    const taken: (number | undefined)[] = [];
    let isReady = false;
    reader.visitor = { visit: () => void (isReady && taken.push(reader.take())) };
    numbers.put(1);
    await numbers.end();
    isReady = true;
    reader.visitAll();
    await vi.waitFor(() => expect(taken).toEqual([1]));
    expect(reader.isOver).toBe(true);
  });

  test("ends for a reader that leaves while it waits", async () => {
    const numbers = newest();
    const reader = numbers.join(false);
    const waiting = reader.next();
    await reader.return();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(numbers.size).toBe(0);
  });

  test("visits its readers in slices between which others have their turn, the last ones with the newest", async () => {
    const numbers = newest();
    const seen: number[] = [];
    let turns = 0;
    const busy = () => {
      const until = performance.now() + 0.2;
      while (performance.now() < until);
    };
    for (let number = 0; number < 100; number++) {
      const reader = numbers.join(false);
      const visit = () => {
        busy();
        const value = reader.take();
        if (value !== undefined) seen.push(value);
      };
      reader.visitor = { visit };
    }
    numbers.put(1);
    for (; seen.length < 100; turns++) {
      await setImmediate();
      if (turns === 2) numbers.put(2);
    }
    expect(turns).toBeGreaterThan(5);
    expect(seen.at(-1)).toBe(2);
    await vi.waitFor(() => expect(seen.filter((value) => value === 2)).toHaveLength(100));
    expect(seen.length).toBeLessThan(200);
  });
});

describe("a feed", () => {
  test("reads a member once for all that happened to it meanwhile, and tells what kinds that was", async () => {
    const feed = createFeed<string, string>(
      async (key, kinds) => {
        await sleep(2);
        return `${key}: ${[...kinds].join("+")}`;
      },
      "reset",
      () => {},
    );
    const follower = feed.join();
    feed.hint("a", "A", ["created"]);
    for (let count = 0; count < 9; count++) feed.hint("a", "A", [count % 2 ? "people" : "updated"]);
    feed.hint("b", "B", ["people"]);
    const events = [await follower.next(), await follower.next(), await follower.next()];
    expect(events.map(({ value }) => String(value)).toSorted()).toEqual([
      "A: created",
      "A: updated+people",
      "B: people",
    ]);
  });

  test("tells its followers to read again where it could not read", async () => {
    const feed = createFeed<string, string>(
      () => Promise.reject(new Error("Cassandra is away")),
      "reset",
      () => {},
    );
    const follower = feed.join();
    feed.hint("a", "A", ["people"]);
    expect((await follower.next()).value).toBe("reset");
  });

  test("reads a bounded number of members at once, and says that it has missed others", async () => {
    let reading = 0;
    let most = 0;
    const feed = createFeed<number, string>(
      async () => {
        most = Math.max(most, ++reading);
        await sleep(2);
        reading -= 1;
        return undefined;
      },
      "reset",
      () => {},
    );
    const follower = feed.join();
    for (let member = 0; member < 5000; member++) feed.hint(String(member), member, ["people"]);
    expect((await follower.next()).value).toBe("reset");
    expect(most).toBe(1000);
  });

  test("is told empty when the last follower leaves", async () => {
    let empty = 0;
    const feed = createFeed<string, string>(
      async (key) => key,
      "reset",
      () => empty++,
    );
    const [one, two] = [feed.join(), feed.join()];
    await one.return?.();
    expect(empty).toBe(0);
    await two.return?.();
    expect(empty).toBe(1);
  });
});

test("a single flight never runs twice at once, and begins after its caller came", async () => {
  let running = 0;
  let most = 0;
  let begun = 0;
  const fly = singleFlight(async () => {
    begun += 1;
    most = Math.max(most, ++running);
    const number = begun;
    await sleep(1);
    running -= 1;
    return number;
  });

  const callers = Array.from({ length: 200 }, async (_, at) => {
    await sleep(at % 20);
    const before = begun;
    expect(await fly()).toBeGreaterThan(before);
  });
  await Promise.all(callers);
  expect(most).toBe(1);
});
