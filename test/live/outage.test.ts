import { afterEach, beforeEach, expect, test } from "vitest";
import { randomUUID } from "node:crypto";
import { startApp, startAppOn, type TestApp } from "../fixtures/app.ts";
import { eventually } from "../fixtures/eventually.ts";
import { change, createParty, FOLLOW, WATCH } from "../fixtures/parties.ts";
import { needs } from "../fixtures/needs.ts";
import { noRedis, startRedis, type TestRedis } from "../fixtures/redis.ts";

// Without the poll, which would find changes that Redis does not carry.

let redis: TestRedis;
let here: TestApp;
let there: TestApp;
if (needs("redis-server")) {
  beforeEach(async () => {
    redis = await startRedis();
    const options = { redis: redis.url, pollInterval: 0 };
    here = await startApp(undefined, undefined, options);
    there = await startAppOn(here.keyspace, options);
  });
  afterEach(async () => {
    await there[Symbol.asyncDispose]();
    await here[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
  });
}

type Subscribed = ReturnType<TestApp["subscribe"]>;
const nextCount = async (watched: Subscribed) => (await watched.next()).value.data.peopleChanged;

/** Returns how many services have subscriptions. */
const listening = async (count: number) =>
  eventually(async () => expect(await redis.ask("PUBSUB", "CHANNELS", "*")).toHaveLength(count));

test("a service without Redis gets its own changes, and the missed ones when Redis is back", async () => {
  const key = await createParty(here);
  const [own, others] = [here.subscribe(WATCH, { ...key }), there.subscribe(WATCH, { ...key })];
  await Promise.all([nextCount(own), nextCount(others)]);
  const followed = there.subscribe(FOLLOW, { city: key.city });
  const event = followed.next();
  await listening(2);

  await redis.stop();
  await change(here, key, 0, 1);
  expect((await nextCount(own)).people).toBe(1);
  const missed = nextCount(others);
  await eventually(() => expect(there.log.join()).toContain("is not reachable"));
  await redis.start();
  expect((await missed).people).toBe(1);
  expect((await event).value.data.partiesChanged).toEqual({ __typename: "PartiesReset" });

  await listening(2);
  await change(here, key, 1, 1);
  expect((await nextCount(others)).people).toBe(2);
  for (const { log } of [here, there]) {
    expect(log.filter((line) => line.includes("is not reachable"))).toHaveLength(1);
    expect(log.filter((line) => line.includes("is reachable again"))).toHaveLength(1);
  }
});

test("a change during a network failure to Redis is sent when the network is back", async () => {
  const key = await createParty(here);
  const watched = there.subscribe(WATCH, { ...key });
  await nextCount(watched);
  await listening(1);
  for (const people of [0, 1, 2]) {
    // The publishers' connections. Those of subscribers have another type.
    await redis.ask("CLIENT", "KILL", "TYPE", "normal");
    await change(here, key, people, 1);
    expect((await nextCount(watched)).people).toBe(people + 1);
  }
});

test("a frozen Redis delays nothing else, and its messages arrive late", async () => {
  const key = await createParty(here);
  const [own, others] = [here.subscribe(WATCH, { ...key }), there.subscribe(WATCH, { ...key })];
  await Promise.all([nextCount(own), nextCount(others)]);
  await listening(1);
  redis.freeze();
  for (let people = 0; people < 50; people++) {
    const answer = await change(here, key, people, 1);
    expect(answer).toMatchObject({ __typename: "PeopleChanged" });
  }
  let seen = 0;
  while (seen < 50) seen = (await nextCount(own)).people;
  redis.thaw();
  while (seen > 0) seen = (await nextCount(others)).people === 50 ? 0 : seen;
});

test(
  "a Redis that stays frozen is reported, and its connection replaced",
  { timeout: 60_000 },
  async () => {
    redis.freeze();
    await eventually(() => expect(here.log.join()).toContain("does not answer"), 20_000);
    const key = await createParty(here);
    const watched = there.subscribe(WATCH, { ...key });
    await nextCount(watched);
    redis.thaw();
    await eventually(() => expect(here.log.join()).toContain("is reachable again"), 20_000);
    await listening(1);
    await change(here, key, 0, 1);
    expect((await nextCount(watched)).people).toBe(1);
  },
);

test("a service starts without Redis, and reports that once without the password", async () => {
  const address = await noRedis();
  const url = address.replace("//", "//user:secret@");
  await using alone = await startAppOn(here.keyspace, { redis: url });
  const { status } = await fetch(alone.url.replace("/graphql", "/ready"));
  expect(status).toBe(200);
  const key = await createParty(alone);
  const watched = alone.subscribe(WATCH, { ...key });
  await nextCount(watched);
  await change(alone, key, 0, 1);
  expect((await nextCount(watched)).people).toBe(1);

  await eventually(() => expect(alone.log.join()).toContain("is not reachable"));
  const lines = alone.log.filter((line) => line.includes("Redis"));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(`${address} is not reachable: connect ECONNREFUSED`);
  expect(lines[0]).not.toContain("secret");
});

test("a refused Redis password is reported", async () => {
  await redis.ask("CONFIG", "SET", "requirepass", randomUUID());
  await using refused = await startAppOn(here.keyspace, {
    redis: redis.url.replace("//", "//:secret@"),
  });
  await eventually(() => expect(refused.log.join()).toContain("WRONGPASS"));
  expect(refused.log.join()).not.toContain("secret");
});

test("a closed service leaves nothing in Redis and nothing open", async () => {
  const clients = async () =>
    String(await redis.ask("CLIENT", "LIST")).match(/name=partyfinder/g)?.length ?? 0;
  const key = await createParty(here);
  await nextCount(there.subscribe(WATCH, { ...key }));
  await listening(1);
  await eventually(async () => expect(await clients()).toBe(4));
  await there.close();
  await listening(0);
  await eventually(async () => expect(await clients()).toBe(2));
  await here.close();
  await eventually(async () => expect(await clients()).toBe(0));
});
