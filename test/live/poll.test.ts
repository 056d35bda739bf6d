import { roomyLimits } from "../fixtures/roomy-limits.ts";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect, type Session } from "../../src/cassandra/index.ts";
import * as application from "../../src/party/application.ts";
import { createServer } from "../../src/server/index.ts";
import { startApp, startAppOn, type TestApp } from "../fixtures/app.ts";
import { eventually } from "../fixtures/eventually.ts";
import {
  change,
  createParty,
  DELETE,
  FOLLOW,
  type Key,
  UPDATE,
  WATCH,
} from "../fixtures/parties.ts";

// Two services on one database without Redis, and another program.

const pollInterval = 200;

let here: TestApp;
let there: TestApp;
let program: Session;
beforeAll(async () => {
  here = await startApp(undefined, undefined, { pollInterval });
  there = await startAppOn(here.keyspace, { pollInterval });
  program = here.keyspace.session;
});
afterAll(async () => {
  await there[Symbol.asyncDispose]();
  await here[Symbol.asyncDispose]();
});

type Subscribed = ReturnType<TestApp["subscribe"]>;
const nextCount = async (watched: Subscribed) => (await watched.next()).value.data.peopleChanged;
const nextEvent = async (followed: Subscribed) => (await followed.next()).value.data.partiesChanged;

const set = ({ city, id }: Key, people: number, before: number) =>
  program.cql("UPDATE party SET people = ? WHERE city = ? AND id = ? IF people = ?", [
    people,
    city,
    id,
    before,
  ]);
const create = ({ city, id }: Key, name = "Theirs") =>
  program.cql(
    "INSERT INTO party (city, id, name, people, date) VALUES (?, ?, ?, 0, toTimestamp(now())) IF NOT EXISTS",
    [city, id, name],
  );
const remove = ({ city, id }: Key) =>
  program.cql("DELETE FROM party WHERE city = ? AND id = ? IF EXISTS", [city, id]);

/** Follows a city, and waits until its existing parties have been seen. */
async function follow(city: string): Promise<Subscribed> {
  const followed = there.subscribe(FOLLOW, { city });
  const first = followed.next();
  let isSeen = false;
  void first.then(() => (isSeen = true));
  while (!isSeen) {
    await createParty(there, { city });
    await sleep(20);
  }
  // The events of parties that were created before the first event arrived.
  let quiet = followed.next();
  while ((await Promise.race([quiet, sleep(5 * pollInterval)])) !== undefined) {
    quiet = followed.next();
  }
  const next = followed.next.bind(followed);
  const pending = [quiet];
  followed.next = () => pending.shift() ?? next();
  return followed;
}

test("the poll finds a count that another service or program changes", async () => {
  const key = await createParty(here);
  const watched = there.subscribe(WATCH, { ...key });
  await nextCount(watched);
  await change(here, key, 0, 1);
  expect((await nextCount(watched)).people).toBe(1);
  await set(key, 7, 1);
  expect((await nextCount(watched)).people).toBe(7);
  await set(key, 7, 7);
  expect((await nextCount(watched)).people).toBe(7);
});

test("the poll finds new counts of many parties in many cities, in order", async () => {
  const keys = await Promise.all(
    Array.from({ length: 60 }, (_, at) => createParty(here, { city: `Many ${at % 2}` })),
  );
  const watchers = keys.map((key) => there.subscribe(WATCH, { ...key }));
  const before = await Promise.all(watchers.map(nextCount));
  await Promise.all(keys.map((key, at) => change(here, key, 0, at + 1)));
  const after = await Promise.all(watchers.map(nextCount));
  expect(after.map(({ people }) => people)).toEqual(keys.map((_, at) => at + 1));
  after.forEach(({ asOf }, at) => expect(BigInt(asOf)).toBeGreaterThan(BigInt(before[at].asOf)));
});

test("a subscription completes when another program deletes the party", async () => {
  const key = await createParty(here);
  const watched = there.subscribe(WATCH, { ...key });
  await nextCount(watched);
  await remove(key);
  expect(await watched.next()).toMatchObject({ done: true });
});

test("the poll finds what another service or program does in a followed city, by kind", async () => {
  const city = `City ${randomUUID()}`;
  const followed = await follow(city);
  const key = { city, id: randomUUID() };

  await create(key);
  expect(await nextEvent(followed)).toMatchObject({
    __typename: "PartyCreated",
    party: { id: key.id },
  });
  await set(key, 3, 0);
  expect(await nextEvent(followed)).toMatchObject({
    __typename: "PeopleChanged",
    id: key.id,
    people: 3,
  });
  await here.run(UPDATE, { ...key, input: { name: "Ours" } });
  expect(await nextEvent(followed)).toMatchObject({
    __typename: "PartyUpdated",
    party: { id: key.id, name: "Ours" },
  });
  await remove(key);
  expect(await nextEvent(followed)).toEqual({ __typename: "PartyDeleted", ...key });
  await create(key, "Again");
  expect(await nextEvent(followed)).toMatchObject({ __typename: "PartyCreated" });
});

test("the poll does not send what a hint has sent", async () => {
  const city = `City ${randomUUID()}`;
  const followed = await follow(city);
  const key = await createParty(there, { city });
  await change(there, key, 0, 1);
  await sleep(3 * pollInterval);
  await there.run(DELETE, { ...key });
  await sleep(3 * pollInterval);
  const last = { city, id: randomUUID() };
  await create(last);

  const types = [];
  for (;;) {
    const event = await nextEvent(followed);
    if (event.party?.id === last.id) break;
    types.push(event.__typename);
  }
  expect(types.filter((type) => type === "PartyCreated").length).toBeLessThanOrEqual(1);
  expect(types.filter((type) => type === "PartyDeleted")).toHaveLength(1);
  expect(types.length).toBeLessThanOrEqual(3);
});

test("very many changes at once are sent as a reset, and later ones one by one", async () => {
  const city = `City ${randomUUID()}`;
  const followed = await follow(city);
  const ids = Array.from({ length: 300 }, () => randomUUID());
  const batch = (some: readonly string[]) =>
    program.cql(
      `BEGIN BATCH ${some
        .map(
          (id) =>
            `INSERT INTO party (city, id, name, people, date) VALUES ('${city}', ${id}, 'One of many', 0, 0) IF NOT EXISTS;`,
        )
        .join(" ")} APPLY BATCH`,
    );
  await batch(ids);
  expect(await nextEvent(followed)).toEqual({ __typename: "PartiesReset" });
  const key = { city, id: ids[0]! };
  await set(key, 1, 0);
  let event = await nextEvent(followed);
  while (event.__typename === "PartiesReset") event = await nextEvent(followed);
  expect(event).toMatchObject({ __typename: "PeopleChanged", id: key.id, people: 1 });
});

/** Returns a session that counts the reads of tables, without those of the schema. */
function counting(session: Session) {
  const counted = { reads: 0 };
  const run: Session["run"] = (statement) => {
    if (statement.kind !== "system") counted.reads += 1;
    return session.run(statement);
  };
  return { counted, session: { ...session, run } };
}

test("nothing is read without subscribers, and little for many", async () => {
  await using own = await connect({ ...here.keyspace.cluster, keyspace: here.keyspace.name });
  const { counted, session } = counting(own);
  await using app = await createServer({
    ...application,
    session,
    pollInterval: 50,
    limits: roomyLimits,
    log: () => {},
  });
  const served = { ...there, url: app.url, webSocketUrl: app.webSocketUrl };
  await sleep(300);
  expect(counted.reads).toBe(0);

  const city = `City ${randomUUID()}`;
  const keys = await Promise.all(Array.from({ length: 20 }, () => createParty(here, { city })));
  const { createClient } = await import("graphql-ws");
  const client = createClient({ url: served.webSocketUrl, retryAttempts: 0 });
  const watchers = keys.map((key) => client.iterate({ query: WATCH, variables: { ...key } }));
  await Promise.all(watchers.map((watched) => watched.next()));
  counted.reads = 0;
  await eventually(() => expect(counted.reads).toBeGreaterThanOrEqual(4));
  const before = performance.now();
  counted.reads = 0;
  await sleep(500);
  const ticks = (performance.now() - before) / 50;
  expect(counted.reads).toBeLessThanOrEqual(ticks + 2);

  for (const watched of watchers) await watched.return?.();
  await client.dispose();
  await eventually(async () => {
    counted.reads = 0;
    await sleep(200);
    expect(counted.reads).toBe(0);
  });
});
