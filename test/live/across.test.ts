import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startApp, startAppOn, type TestApp } from "../fixtures/app.ts";
import {
  change,
  createParty,
  DELETE,
  FOLLOW,
  type Key,
  UPDATE,
  WATCH,
} from "../fixtures/parties.ts";
import { needs } from "../fixtures/needs.ts";
import { startRedis, type TestRedis } from "../fixtures/redis.ts";
import { eventually } from "../fixtures/eventually.ts";

// Two services on one database, connected by Redis and without the poll.

let redis: TestRedis;
let here: TestApp;
let there: TestApp;
if (needs("redis-server")) {
  beforeAll(async () => {
    redis = await startRedis();
    const options = { redis: redis.url, pollInterval: 0 };
    here = await startApp(undefined, undefined, options);
    there = await startAppOn(here.keyspace, options);
  });
  afterAll(async () => {
    await there[Symbol.asyncDispose]();
    await here[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
  });
}

type Subscribed = ReturnType<TestApp["subscribe"]>;
const nextCount = async (watched: Subscribed) => (await watched.next()).value.data.peopleChanged;
const nextEvent = async (followed: Subscribed) => (await followed.next()).value.data.partiesChanged;

/** Returns the channels of the keyspace that have subscribers. */
async function channels(): Promise<readonly string[]> {
  const prefix = `partyfinder:${here.keyspace.name}:`;
  const found = (await redis.ask("PUBSUB", "CHANNELS", `${prefix}*`)) as readonly string[];
  return found.map((channel) => channel.slice(prefix.length)).toSorted();
}

const rowTopic = ({ city, id }: Key) => `party${JSON.stringify([city, id])}`;
const cityTopic = (city: string) => `party${JSON.stringify([city])}`;

/** Waits until a service has subscribed to a topic. */
const listening = (topic: string) =>
  eventually(async () => expect(await channels()).toContain(topic));

/** Follows a city, and waits until no change of it is missed. */
async function follow(app: TestApp, city: string): Promise<Subscribed> {
  const followed = app.subscribe(FOLLOW, { city });
  const first = followed.next();
  await listening(cityTopic(city));
  followed.next = nextAfter(first, followed);
  return followed;
}

/** Waits for the first value, so that the subscription has begun. */
function nextAfter(first: Promise<IteratorResult<unknown>>, followed: Subscribed) {
  const next = followed.next.bind(followed);
  const pending = [first];
  return () => (pending.shift() ?? next()) as ReturnType<typeof next>;
}

/** Publishes a message as another service would. */
async function say(topic: string, message: unknown) {
  const text = typeof message === "string" ? message : JSON.stringify(message);
  await redis.ask("PUBLISH", `partyfinder:${here.keyspace.name}:${topic}`, text);
}

/** Returns a hint as another process would publish it. */
const hintAt = (key: Key, change: string | readonly string[]) => ({
  from: randomUUID(),
  table: "party",
  key: JSON.stringify([key.city, key.id]),
  change,
});

test("a count that one service changes reaches a subscriber of the other", async () => {
  const key = await createParty(here);
  const watched = there.subscribe(WATCH, { ...key });
  expect((await nextCount(watched)).people).toBe(0);
  await listening(rowTopic(key));
  for (const expected of [0, 1, 2]) {
    await change(here, key, expected, 1);
    expect((await nextCount(watched)).people).toBe(expected + 1);
  }
});

test("a subscription to the other service completes when the party is deleted", async () => {
  const key = await createParty(here);
  const watched = there.subscribe(WATCH, { ...key });
  await nextCount(watched);
  await listening(rowTopic(key));
  await here.run(DELETE, { ...key });
  expect(await watched.next()).toMatchObject({ done: true });
});

test("the other service sends each change in a city once", async () => {
  const city = `City ${randomUUID()}`;
  const followed = await follow(there, city);

  const key = await createParty(here, { city });
  expect(await nextEvent(followed)).toMatchObject({
    __typename: "PartyCreated",
    party: { id: key.id },
  });
  await change(here, key, 0, 2);
  expect(await nextEvent(followed)).toMatchObject({ __typename: "PeopleChanged", people: 2 });
  await here.run(UPDATE, { ...key, input: { name: "Renamed" } });
  expect(await nextEvent(followed)).toMatchObject({
    __typename: "PartyUpdated",
    party: { name: "Renamed" },
  });
  await here.run(DELETE, { ...key });
  expect(await nextEvent(followed)).toEqual({ __typename: "PartyDeleted", ...key });
});

test("a service subscribes once to the topics of its clients, and to none after the last client has left", async () => {
  const [one, two] = [await createParty(here), await createParty(here)];
  const before = await channels();
  const watchers = Array.from({ length: 3 }, () => there.subscribe(WATCH, { ...one }));
  await Promise.all(watchers.map(nextCount));
  const followed = await follow(there, two.city);
  await listening(rowTopic(one));
  expect(await channels()).toEqual([...before, rowTopic(one), cityTopic(two.city)].toSorted());
  const [, listeners] = (await redis.ask(
    "PUBSUB",
    "NUMSUB",
    `partyfinder:${here.keyspace.name}:${rowTopic(one)}`,
  )) as readonly [string, number];
  expect(listeners).toBe(1);

  for (const subscribed of [...watchers, followed]) await subscribed.return!();
  await eventually(async () => expect(await channels()).toEqual(before));
});

describe("hints that come twice, late, or not at all", () => {
  test("repeated and lost hints do not affect a watched count", async () => {
    const key = await createParty(here, { people: 5 });
    const watched = there.subscribe(WATCH, { ...key });
    await nextCount(watched);
    await listening(rowTopic(key));
    for (let times = 0; times < 20; times++) await say(rowTopic(key), hintAt(key, ["people"]));
    await change(here, key, 5, 1);
    for (let times = 0; times < 20; times++) await say(rowTopic(key), hintAt(key, ["people"]));
    await change(here, key, 6, 1);

    expect((await nextCount(watched)).people).toBe(6);
    expect((await nextCount(watched)).people).toBe(7);
  });

  test("repeated hints make one event for the followers of a city", async () => {
    const city = `City ${randomUUID()}`;
    const followed = await follow(there, city);
    const key = await createParty(here, { city });
    expect(await nextEvent(followed)).toMatchObject({ __typename: "PartyCreated" });
    for (const change of ["created", ["people"], ["name"], "created", "deleted"]) {
      await say(cityTopic(city), hintAt(key, change));
    }
    await here.run(DELETE, { ...key });
    expect(await nextEvent(followed)).toMatchObject({ __typename: "PartyDeleted" });
    for (const change of ["deleted", "created", ["people"]]) {
      await say(cityTopic(city), hintAt(key, change));
    }
    const other = await createParty(here, { city });
    expect(await nextEvent(followed)).toMatchObject({
      __typename: "PartyCreated",
      party: { id: other.id },
    });
  });
});

test("messages that are not hints are ignored, and logged once for many", async () => {
  const key = await createParty(here);
  const other = await createParty(here);
  const watched = there.subscribe(WATCH, { ...key });
  await nextCount(watched);
  await listening(rowTopic(key));
  const followed = await follow(there, key.city);
  const hint = hintAt(key, ["people"]);
  const wrong = [
    "",
    "null",
    "[]",
    "7",
    "{",
    "\u0000",
    "x".repeat(1_000_000),
    "[".repeat(100_000),
    { ...hint, table: "party_by_date" },
    { ...hint, table: 7 },
    { ...hint, from: undefined },
    { ...hint, change: undefined },
    { ...hint, change: "exploded" },
    { ...hint, change: "people" },
    { ...hint, change: [] },
    { ...hint, change: ["exploded", 7, null, ["people"], { people: 1 }, "__proto__"] },
    { ...hint, change: { people: 1 } },
    { ...hint, change: Array.from({ length: 100_000 }, () => "people") },
    // A hint of another release of the service.
    { ...hint, change: undefined, kind: "people" },
    { ...hint, key: [key.city, key.id] },
    { ...hint, key: JSON.stringify([key.city]) },
    { ...hint, key: JSON.stringify([key.city, "1"]) },
    { ...hint, key: JSON.stringify([key.city, key.id, 1]) },
    { ...hint, key: JSON.stringify({ city: key.city, id: key.id }) },
    hintAt(other, ["people"]),
    '{"__proto__":{"table":"party"}}',
  ];
  for (const message of wrong) {
    await say(cityTopic(key.city), message);
    await say(rowTopic(key), message);
  }

  await change(here, key, 0, 1);
  expect((await nextCount(watched)).people).toBe(1);
  expect(await nextEvent(followed)).toMatchObject({ __typename: "PeopleChanged", people: 1 });
  const lines = there.log.filter((line) => line.includes("not hints"));
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain(key.id);
});

test("services on another keyspace of the same Redis get no hints", async () => {
  await using other = await startApp(undefined, undefined, { redis: redis.url, pollInterval: 0 });
  const city = `City ${randomUUID()}`;
  const followed = other.subscribe(FOLLOW, { city });
  const first = followed.next();
  const channel = `partyfinder:${other.keyspace.name}:${cityTopic(city)}`;
  await eventually(async () =>
    expect(await redis.ask("PUBSUB", "CHANNELS", "*")).toContain(channel),
  );
  await createParty(here, { city });
  await sleep(200);
  const own = await createParty(other, { city });
  expect((await first).value.data.partiesChanged.party.id).toBe(own.id);
});
