import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createOutbox, type Letter } from "../../src/live/outbox.ts";
import { BUDGET, createPoll } from "../../src/live/poll.ts";
import { createSubscriptions } from "../../src/live/subscriptions.ts";
import { eventually } from "../fixtures/eventually.ts";

describe("the poll", () => {
  /** Queries that count how often each is run, and how many in each tick. */
  function createQueries(number: number, cost = 1) {
    const runs = Array.from({ length: number }, () => 0);
    const ticks: number[] = [];
    let isTicking = false;
    const count = (at: number) => {
      if (!isTicking) ticks.push(0);
      isTicking = true;
      // Queries that end at once are all run in one turn of the event loop.
      setImmediate(() => (isTicking = false));
      runs[at]! += 1;
      ticks.push(ticks.pop()! + 1);
    };
    const queries = runs.map((_, at) => ({ cost: () => cost, run: async () => count(at) }));
    return { runs, ticks, queries };
  }

  test("gives each query its turn, and spends no more than its budget in a tick", async () => {
    const { runs, ticks, queries } = createQueries(2 * BUDGET + 50);
    const poll = createPoll(20, () => queries);
    poll.wake();
    await eventually(() => expect(ticks.length).toBeGreaterThanOrEqual(6));
    poll.sleep();
    expect(ticks.slice(0, 6)).toEqual([100, 100, 50, 100, 100, 50]);
    expect(Math.max(...runs) - Math.min(...runs)).toBeLessThanOrEqual(1);
  });

  test("lets what is dear cost more, and what is not needed nothing", async () => {
    const dear = createQueries(30, 10);
    const needless = createQueries(500, 0);
    const poll = createPoll(20, () => [...needless.queries, ...dear.queries]);
    poll.wake();
    await eventually(() => expect(dear.ticks.length).toBeGreaterThanOrEqual(3));
    poll.sleep();
    expect(dear.ticks.slice(0, 3)).toEqual([10, 10, 10]);
  });

  test("does not begin a tick before the last one has ended", async () => {
    let running = 0;
    let most = 0;
    const run = async () => {
      most = Math.max(most, ++running);
      await sleep(50);
      running -= 1;
    };
    const poll = createPoll(5, () => [{ cost: () => 1, run }]);
    poll.wake();
    await sleep(200);
    poll.sleep();
    expect(most).toBe(1);
  });

  test("goes on after queries that failed", async () => {
    let runs = 0;
    const run = async () => {
      runs += 1;
      throw new Error("Cassandra is away");
    };
    const poll = createPoll(5, () => [{ cost: () => 1, run }]);
    poll.wake();
    await eventually(() => expect(runs).toBeGreaterThan(2));
    poll.sleep();
  });

  test("never wakes with an interval of 0", async () => {
    const { runs, queries } = createQueries(1);
    const poll = createPoll(0, () => queries);
    poll.wake();
    await sleep(20);
    expect(runs).toEqual([0]);
  });
});

describe("an outbox", () => {
  /** Where letters are sent: it can be away, and each sending can be made to wait and to fail. */
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

  test("sends what is told in one turn together, and what is told twice once", async () => {
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

  test("sends again what is told again while it is sent", async () => {
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

  test("keeps what is told while nothing can be sent, and what could not be", async () => {
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

  test("holds a bounded number", async () => {
    const sender = createSender();
    sender.isReady = false;
    const outbox = createOutbox(sender);
    for (let at = 0; at < 50_000; at++) outbox.put(`topic ${at}`, "");
    sender.isReady = true;
    await outbox.flush();
    expect(sender.sent.map((letters) => letters.length)).toEqual([10_000]);
  });
});

test("subscriptions end at what is wanted, however it changes and whatever fails", async () => {
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
