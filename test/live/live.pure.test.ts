import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { createHub, type SeenVersion } from "../../src/live/hub.ts";
import { singleFlight } from "../../src/support/single-flight.ts";
import { createFeed } from "../../src/live/feed.ts";
import { createBroadcast } from "../../src/live/broadcast.ts";
import { createReadQueue } from "../../src/live/read-queue.ts";

/** Returns a version of one cell; without a ballot, as of a table of plain writes. */
function version(row: string, asOf?: bigint): SeenVersion<string> {
  const isOrdered = asOf !== undefined;
  return { version: { row, asOf: asOf ?? null }, isOrdered, text: isOrdered ? String(asOf) : row };
}

/** Creates a row for a hub to read, which a test sets, and counts the reads. */
function createSource(row: string, ballot?: bigint) {
  let present: SeenVersion<string> | undefined = version(row, ballot);
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
  test("a hub reads once for all hints that come during a read", async () => {
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

  test("hints and subscribers that come while a read waits share it, and it then waits as for a subscriber", async () => {
    const reads = createReadQueue(1);
    const [source, other] = [createSource("a", 1n), createSource("other", 1n)];
    const hub = createHub({ read: source.read, isOneCell: true, onEmpty: () => {}, reads });
    const values = (await hub.join())!;
    await values.next();
    source.reads = 0;

    const order: string[] = [];
    const hinted = (name: string) =>
      reads
        .queued(async () => void order.push(name))
        .waitAs({ callers: () => [""], reason: "hint" });
    const occupied = reads.queued(other.read).waitAs({ callers: () => [""], reason: "hint" });
    const waiting = Array.from({ length: 100 }, (_, at) => hinted(String(at)));
    source.set("b", 2n);
    for (let hints = 0; hints < 5; hints++) hub.hint();
    const joined = await Promise.all([hub.join(), hub.join()]);
    expect(joined.map((late) => late!.take()?.row)).toEqual(["b", "b"]);
    expect(order.length).toBeLessThanOrEqual(2);
    expect((await values.next()).value?.row).toBe("b");
    await Promise.all([...waiting, occupied]);
    expect(source.reads).toBe(1);
    await hub.close();
  });

  test("a hub whose subscribers leave while a read waits does not read", async () => {
    const reads = createReadQueue(1);
    const [source, other] = [createSource("a", 1n), createSource("other", 1n)];
    const hub = createHub({ read: source.read, isOneCell: true, onEmpty: () => {}, reads });
    const values = (await hub.join())!;
    source.reads = 0;
    const occupied = reads.queued(other.read).waitAs({ callers: () => [""], reason: "hint" });
    hub.hint();
    await values.return();
    await occupied;
    await sleep(10);
    expect(source.reads).toBe(0);
  });

  test("a hub drops versions that are not newer", async () => {
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

  test("a hub sends a later subscriber the present version, although it is not new", async () => {
    const source = createSource("a", 1n);
    const hub = hubOf(source);
    await hub.join();
    const late = (await hub.join())!;
    expect((await late.next()).value?.row).toBe("a");
    await hub.close();
  });

  test("a hub continues after failed reads", async () => {
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

  test("a hub reads again only for a version that is news", async () => {
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

  test("a hub does not read for a returning subscriber that has seen no more than it has", async () => {
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

  test("a hub sends every different version without a ballot, even if since is equal", async () => {
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

  test("a hub sends a version without a ballot after one with it, and then only a larger one", async () => {
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

  test("a hub of several cells reads again for a returning subscriber, which may have seen a later version", async () => {
    const source = createSource("a", 5n);
    const hub = createHub({ read: source.read, isOneCell: false, onEmpty: () => {} });
    await hub.join();
    source.set("b", 6n);
    expect((await hub.join(4n))!.take()?.row).toBe("b");
    expect((await hub.join(6n))!.take()).toBeUndefined();
  });

  test("a hub fails a subscriber whose first read fails, and forgets it", async () => {
    const source = createSource("a", 1n);
    source.failing = true;
    let empty = 0;
    const hub = hubOf(source, () => empty++);
    await expect(hub.join()).rejects.toThrow("Cassandra is away");
    expect(empty).toBe(1);
  });

  test("a hub calls onEmpty when the last subscriber leaves, even one that waits", async () => {
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

  test("a hub ends when its row is deleted, but not for a subscriber that joined during that read", async () => {
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
    createBroadcast<number>({ keep: 1, missed: (last) => last, onEmpty: () => {} });

  test("a subscriber gets the values put after it has joined", async () => {
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

  test("a broadcast knows the callers of its subscribers, each once", async () => {
    const numbers = newest();
    expect(numbers.callers()).toEqual(new Set());
    const [first] = [numbers.join(false, "a"), numbers.join(false, "b"), numbers.join(true, "a")];
    numbers.join(false);
    expect(numbers.callers()).toEqual(new Set(["a", "b", ""]));
    await first!.return();
    expect(numbers.callers()).toEqual(new Set(["a", "b", ""]));
    void numbers.end();
    expect(numbers.callers()).toEqual(new Set());
  });

  test("a broadcast that keeps one value gives the newest", async () => {
    const numbers = newest();
    const subscriber = numbers.join(false);
    for (const value of [1, 2, 3]) numbers.put(value);
    expect(await subscriber.next()).toEqual({ done: false, value: 3 });
  });

  test("a broadcast that keeps several values says when it has dropped some, and continues after that", async () => {
    const numbers = createBroadcast<number>({ keep: 3, missed: () => -1, onEmpty: () => {} });
    const subscriber = numbers.join(false);
    for (const value of [1, 2, 3, 4]) numbers.put(value);
    expect(subscriber.take()).toBe(-1);
    for (const value of [5, 6, 7]) numbers.put(value);
    void numbers.end();
    expect(await Array.fromAsync(subscriber)).toEqual([5, 6, 7]);
  });

  test("an ended subscriber gets the values that wait, and a new one only later values", async () => {
    const numbers = newest();
    const subscriber = numbers.join(false);
    numbers.put(1);
    void numbers.end();
    const other = numbers.join(false);
    numbers.put(2);
    expect(await Array.fromAsync(subscriber)).toEqual([1]);
    expect((await other.next()).value).toBe(2);
  });

  test("an ended subscriber that could not take its last value is visited again", async () => {
    const numbers = newest();
    const subscriber = numbers.join(false);
    const taken: (number | undefined)[] = [];
    let isReady = false;
    subscriber.visitor = { visit: () => void (isReady && taken.push(subscriber.take())) };
    numbers.put(1);
    await numbers.end();
    isReady = true;
    subscriber.visitAll();
    await vi.waitFor(() => expect(taken).toEqual([1]));
    expect(subscriber.isOver).toBe(true);
  });

  test("a subscriber that leaves while it waits ends", async () => {
    const numbers = newest();
    const subscriber = numbers.join(false);
    const waiting = subscriber.next();
    await subscriber.return();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(numbers.size).toBe(0);
  });

  test("subscribers are visited in slices with other work in between, and the last ones get the newest value", async () => {
    const numbers = newest();
    const seen: number[] = [];
    let turns = 0;
    const busy = () => {
      const until = performance.now() + 0.2;
      while (performance.now() < until);
    };
    for (let number = 0; number < 100; number++) {
      const subscriber = numbers.join(false);
      const visit = () => {
        busy();
        const value = subscriber.take();
        if (value !== undefined) seen.push(value);
      };
      subscriber.visitor = { visit };
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
  test("a feed reads a member once for all hints during a read, and names their kinds", async () => {
    const feed = createFeed<string, string>({
      read: async (key, kinds) => {
        await sleep(2);
        return `${key}: ${[...kinds].join("+")}`;
      },
      reset: "reset",
      onEmpty: () => {},
    });
    const subscriber = feed.join();
    feed.hint({ member: "a", key: "A", kinds: ["created"] });
    for (let count = 0; count < 9; count++)
      feed.hint({ member: "a", key: "A", kinds: [count % 2 ? "taken" : "updated"] });
    feed.hint({ member: "b", key: "B", kinds: ["taken"] });
    const events = [await subscriber.next(), await subscriber.next(), await subscriber.next()];
    expect(events.map(({ value }) => String(value)).toSorted()).toEqual([
      "A: created",
      "A: updated+taken",
      "B: taken",
    ]);
  });

  test("a feed reads a member once for all hints before the read, and names their kinds", async () => {
    const reads = createReadQueue(1);
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    void reads.queued(() => gate).waitAs({ callers: () => [""], reason: "hint" });
    const feed = createFeed<string, string>({
      read: async (_, kinds) => [...kinds].join("+"),
      reset: "reset",
      onEmpty: () => {},
      reads,
    });
    const subscriber = feed.join();
    for (const kind of ["created", "taken"]) feed.hint({ member: "a", key: "A", kinds: [kind] });
    open();
    expect((await subscriber.next()).value).toBe("created+taken");
    await sleep(5);
    expect(subscriber.take()).toBeUndefined();
  });

  test("a feed sends a reset if a read fails", async () => {
    const feed = createFeed<string, string>({
      read: () => Promise.reject(new Error("Cassandra is away")),
      reset: "reset",
      onEmpty: () => {},
    });
    const subscriber = feed.join();
    feed.hint({ member: "a", key: "A", kinds: ["taken"] });
    expect((await subscriber.next()).value).toBe("reset");
  });

  test("a feed reads a bounded number of members at once, and sends a reset for the others", async () => {
    let reading = 0;
    let most = 0;
    const feed = createFeed<number, string>({
      read: async () => {
        most = Math.max(most, ++reading);
        await sleep(2);
        reading -= 1;
        return undefined;
      },
      reset: "reset",
      onEmpty: () => {},
      reads: createReadQueue(5000),
    });
    const subscriber = feed.join();
    for (let member = 0; member < 5000; member++)
      feed.hint({ member: String(member), key: member, kinds: ["taken"] });
    expect((await subscriber.next()).value).toBe("reset");
    expect(most).toBe(1000);
  });

  test("a feed calls onEmpty when the last subscriber leaves", async () => {
    let empty = 0;
    const feed = createFeed<string, string>({
      read: async (key) => key,
      reset: "reset",
      onEmpty: () => empty++,
    });
    const [one, two] = [feed.join(), feed.join()];
    await one.return?.();
    expect(empty).toBe(0);
    await two.return?.();
    expect(empty).toBe(1);
  });
});

test("a single flight never runs twice at once, and begins after each of its callers came", async () => {
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
