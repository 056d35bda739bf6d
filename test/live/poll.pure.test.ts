import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createOutbox, type Letter } from "../../src/live/outbox.ts";
import { BUDGET, createPoll, type Query } from "../../src/live/poll.ts";
import { createSubscriptions } from "../../src/live/subscriptions.ts";
import { chunks } from "../../src/support/chunks.ts";
import { eventually } from "../fixtures/eventually.ts";

describe("the poll", () => {
  interface GivenQuery {
    readonly cost?: number;
    readonly caller?: string;
    readonly run: () => Promise<void>;
  }

  /** Creates a query that remembers when it ran. */
  function query({ cost = 1, caller = "", run }: GivenQuery): Query {
    let polledIn = 0;
    return {
      cost,
      callers: () => [caller],
      get polledIn() {
        return polledIn;
      },
      async run(tick) {
        polledIn = tick;
        await run();
      },
    };
  }

  /** Creates queries that count their runs, and the runs per tick. */
  function createQueries(number: number, cost = 1) {
    const runs = Array.from({ length: number }, () => 0);
    const ticks: number[] = [];
    let isTicking = false;
    const count = (at: number) => {
      if (!isTicking) ticks.push(0);
      isTicking = true;
      // Queries that end at once all run in one turn of the event loop.
      setImmediate(() => (isTicking = false));
      runs[at]! += 1;
      ticks.push(ticks.pop()! + 1);
    };
    const queries = runs.map((_, at) => query({ cost, run: async () => count(at) }));
    return { runs, ticks, queries };
  }

  test("the poll runs each query in turn, and spends no more than its budget in a tick", async () => {
    const { runs, ticks, queries } = createQueries(2 * BUDGET + 50);
    const poll = createPoll(20, () => queries);
    poll.wake();
    await eventually(() => expect(ticks.length).toBeGreaterThanOrEqual(6));
    poll.sleep();
    expect(new Set(ticks)).toEqual(new Set([100]));
    expect(Math.max(...runs) - Math.min(...runs)).toBeLessThanOrEqual(1);
  });

  /** Creates queries of a caller that note their names when they run. */
  function createNoted(ran: string[], caller: string, number: number) {
    return Array.from({ length: number }, (_, at) =>
      query({ caller, run: async () => void ran.push(`${caller} ${at}`) }),
    );
  }

  test("the poll runs the queries of a caller with few in each tick, however many another has, and whenever they come", async () => {
    const ran: string[] = [];
    const queries = createNoted(ran, "busy", 2500);
    const poll = createPoll(5, () => queries);
    poll.wake();
    await eventually(() => expect(ran.length).toBeGreaterThanOrEqual(3 * BUDGET));
    const before = ran.length;
    queries.push(...createNoted(ran, "neighbour", 2));
    await eventually(() => expect(ran.length).toBeGreaterThanOrEqual(before + 5 * BUDGET));
    poll.sleep();
    const ticks = chunks(ran.slice(before), BUDGET).slice(0, 5);
    for (const tick of ticks) {
      expect(tick.filter((name) => name.startsWith("neighbour")).toSorted()).toEqual([
        "neighbour 0",
        "neighbour 1",
      ]);
    }
    const busy = ran.filter((name) => name.startsWith("busy"));
    expect(new Set(busy).size).toBe(busy.length);
  });

  test("more callers than a tick has queries are all served, although some have very many", async () => {
    const ran: string[] = [];
    const callers = Array.from({ length: 2 * BUDGET }, (_, at) => `caller ${at}`);
    const queries = callers.flatMap((caller, at) => createNoted(ran, caller, at < BUDGET ? 50 : 1));
    const poll = createPoll(5, () => queries);
    poll.wake();
    await eventually(() => expect(ran.length).toBeGreaterThanOrEqual(2 * BUDGET));
    poll.sleep();
    const served = ran.slice(0, 2 * BUDGET).map((name) => name.slice(0, name.lastIndexOf(" ")));
    expect(new Set(served)).toEqual(new Set(callers));
  });

  test("the poll counts the cost of queries", async () => {
    const dear = createQueries(30, 10);
    const poll = createPoll(20, () => dear.queries);
    poll.wake();
    await eventually(() => expect(dear.ticks.length).toBeGreaterThanOrEqual(3));
    poll.sleep();
    expect(dear.ticks.slice(0, 3)).toEqual([10, 10, 10]);
  });

  test("the poll does not begin a tick before the last one has ended", async () => {
    let running = 0;
    let most = 0;
    const run = async () => {
      most = Math.max(most, ++running);
      await sleep(50);
      running -= 1;
    };
    const poll = createPoll(5, () => [query({ run })]);
    poll.wake();
    await sleep(200);
    poll.sleep();
    expect(most).toBe(1);
  });

  test("the poll continues after failed queries", async () => {
    let runs = 0;
    const run = async () => {
      runs += 1;
      throw new Error("Cassandra is away");
    };
    const poll = createPoll(5, () => [query({ run })]);
    poll.wake();
    await eventually(() => expect(runs).toBeGreaterThan(2));
    poll.sleep();
  });

  test("the poll never wakes with an interval of 0", async () => {
    const { runs, queries } = createQueries(1);
    const poll = createPoll(0, () => queries);
    poll.wake();
    await sleep(20);
    expect(runs).toEqual([0]);
  });
});

describe("an outbox", () => {
  /** Creates a sender that can be unready, and whose sends can wait and fail. */
  function createSender(send: () => Promise<void> = async () => {}) {
    const sent: (readonly Letter[])[] = [];
    const sender = {
      isReady: true,
      sent,
      async send(letters: readonly Letter[]) {
        sent.push(letters);
        return send().then(
          () => [],
          () => letters,
        );
      },
    };
    return sender;
  }

  test("an outbox sends the letters of one turn together, and equal ones once", async () => {
    const sender = createSender();
    const outbox = createOutbox(sender);
    for (let times = 0; times < 3; times++) {
      outbox.put("a", "1");
      outbox.put("b", "1");
    }
    await outbox.flush();
    expect(sender.sent).toEqual([
      [
        ["a", "1"],
        ["b", "1"],
      ],
    ]);
  });

  test("an outbox sends a letter again that is put while it is being sent", async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const sender = createSender(() => gate);
    const outbox = createOutbox(sender);
    outbox.put("a", "1");
    await eventually(() => expect(sender.sent).toHaveLength(1));
    outbox.put("a", "1");
    open();
    await outbox.flush();
    expect(sender.sent).toEqual([[["a", "1"]], [["a", "1"]]]);
  });

  test("an outbox keeps letters that cannot be sent", async () => {
    const sender = createSender(async () => {
      if (sender.sent.length > 1) return;
      sender.isReady = false;
      throw new Error("The connection is gone");
    });
    const outbox = createOutbox(sender);
    outbox.put("a", "1");
    await outbox.flush();
    outbox.put("b", "1");
    await outbox.flush();
    expect(sender.sent).toEqual([[["a", "1"]]]);
    sender.isReady = true;
    await outbox.flush();
    expect(sender.sent[1]!.map(([topic]) => topic).toSorted()).toEqual(["a", "b"]);
    await outbox.flush();
    expect(sender.sent).toHaveLength(2);
  });

  test("an outbox holds a bounded number of letters", async () => {
    const sender = createSender();
    sender.isReady = false;
    const outbox = createOutbox(sender);
    for (let at = 0; at < 50_000; at++) outbox.put(`topic ${at}`, "");
    sender.isReady = true;
    await outbox.flush();
    expect(sender.sent.map((letters) => letters.length)).toEqual([10_000]);
  });
});

test("subscriptions converge to the wanted topics, however these change and whatever fails", async () => {
  const present = new Set<string>();
  let isReady = true;
  const ask = async (change: () => void) => {
    await sleep(Math.random() * 2);
    if (!isReady) throw new Error("The connection is gone");
    change();
  };
  const heard: string[] = [];
  const subscriptions = createSubscriptions(
    {
      get isReady() {
        return isReady;
      },
      subscribe: (topics) => ask(() => topics.forEach((topic) => present.add(topic))),
      unsubscribe: (topics) => ask(() => topics.forEach((topic) => present.delete(topic))),
    },
    (topic) => heard.push(topic),
  );
  const wanted = new Set<string>();
  for (let step = 0; step < 3000; step++) {
    const topic = `topic ${Math.floor(Math.random() * 300)}`;
    if (Math.random() < 0.5) {
      subscriptions.add(topic);
      wanted.add(topic);
    } else {
      subscriptions.delete(topic);
      wanted.delete(topic);
    }
    if (step % 700 === 350) {
      isReady = false;
      present.clear();
    }
    if (step % 700 === 500) {
      isReady = true;
      present.clear();
      subscriptions.renew();
    }
    if (Math.random() < 0.05) await sleep(1);
  }
  await eventually(() => expect([...present].toSorted()).toEqual([...wanted].toSorted()), 2000);
  expect(new Set(heard)).toEqual(new Set(heard).union(wanted));
});
