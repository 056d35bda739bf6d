import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { tables } from "../../src/party/index.ts";
import { startAppOn, type TestApp } from "../fixtures/app.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import {
  BROWSE,
  change,
  CREATE,
  createParty,
  DELETE,
  type Key,
  UPCOMING,
  UPDATE,
  WATCH,
} from "../fixtures/parties.ts";
import { startProxy } from "../fixtures/proxy.ts";

// A lost answer takes the time-out of its request, so these tests run concurrently, each with its own service.

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await createKeyspace(...tables);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

async function start() {
  await using opened = new AsyncDisposableStack();
  const proxy = opened.use(await startProxy(inject("cassandra").contactPoints[0]!));
  // Without a poll, whose reads would be counted, too.
  const options = { contactPoint: proxy.contactPoint, pollInterval: 0 };
  const app = opened.use(await startAppOn(keyspace, options));
  const kept = opened.move();
  const city = `City ${randomUUID()}`;
  const input = { city, name: "A party", date: "2040-01-01T00:00:00.000Z" };
  return { app, proxy, city, input, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

const browse = async (app: TestApp, city: string) =>
  (await app.run(BROWSE, { city })).data.partiesInCity.nodes;
const rename = async (app: TestApp, key: Key, name: string) =>
  (await app.run(UPDATE, { ...key, input: { name } })).data.updateParty;
const changed = (people: number) => ({ __typename: "PeopleChanged", people });

// The requests of a mutation: a create puts its entry, takes the process's cell in a new city, sends its round, and puts
// the entry again; an update and a delete read the party, then send their round; a change of the count sends its round.

describe.concurrent("a write whose answer is lost", () => {
  test("returns PartyCreated for an applied create", async () => {
    await using service = await start();
    const { app, proxy, city, input } = service;
    proxy.loseAnswer(3);
    const { data } = await app.run(CREATE, { input });
    expect(data.createParty).toMatchObject({ __typename: "PartyCreated", party: input });
    const listed = await app.run(UPCOMING, { city });
    expect(listed.data.upcomingParties.nodes).toHaveLength(1);
  });

  test("is repeated if it took the cell: the party is created", async () => {
    await using service = await start();
    const { app, proxy, city, input } = service;
    proxy.loseAnswer(2);
    const { data } = await app.run(CREATE, { input });
    expect(data.createParty).toMatchObject({ __typename: "PartyCreated", party: input });
    expect(await browse(app, city)).toHaveLength(1);
  });

  test("returns PartyDeleted for an applied delete", async () => {
    await using service = await start();
    const { app, proxy, city } = service;
    const key = await createParty(app, { city });
    proxy.loseAnswer(2);
    expect((await app.run(DELETE, { ...key })).data.deleteParty.__typename).toBe("PartyDeleted");
    expect(await browse(app, city)).toEqual([]);
  });

  test("returns PartyUpdated for an applied update", async () => {
    await using service = await start();
    const { app, proxy, city } = service;
    const key = await createParty(app, { city });
    proxy.loseAnswer(2);
    expect(await rename(app, key, "Renamed")).toMatchObject({ party: { ...key, name: "Renamed" } });
  });

  test("returns PeopleChanged for an applied change of the count, which is applied once", async () => {
    await using service = await start();
    const { app, proxy, city } = service;
    const key = await createParty(app, { city });
    proxy.loseAnswer(1);
    expect(await change(app, key, 0, 1)).toEqual(changed(1));
    expect(await browse(app, city)).toMatchObject([{ people: 1 }]);
    expect(await change(app, key, 1, 1)).toEqual(changed(2));
  });

  test("returns PartyUpdated if the answer of the read after an update is lost", async () => {
    await using service = await start();
    const { app, proxy, city } = service;
    const key = await createParty(app, { city });
    proxy.loseAnswer(3);
    expect(await rename(app, key, "Renamed")).toMatchObject({
      __typename: "PartyUpdated",
      party: { ...key, name: "Renamed" },
    });
  });

  test("is an error without a created party if only the entry was sent", async () => {
    await using service = await start();
    const { app, proxy, city, input } = service;
    proxy.loseAnswer(1);
    const { errors } = await app.run(CREATE, { input });
    expect(errors?.[0]?.extensions).toEqual({ code: "UNAVAILABLE" });
    expect(await browse(app, city)).toEqual([]);
  });

  test("returns OutcomeUnknown in time if it cannot be settled, and is settled later", async () => {
    await using service = await start();
    const { app, proxy, city } = service;
    const key = await createParty(app, { city });
    const watched = app.subscribe(WATCH, { ...key });
    await watched.next();
    proxy.loseAnswer(1);
    proxy.loseAnswer(2);
    expect(await change(app, key, 0, 1)).toEqual({ __typename: "OutcomeUnknown" });
    expect((await watched.next()).value.data.peopleChanged.people).toBe(1);
    expect(await change(app, key, 0, 1)).toMatchObject({ __typename: "PeopleStale", actual: 1 });
    expect(await change(app, key, 1, 1)).toEqual(changed(2));
  });
});

// In each test, the conditions of the late request would hold again.
describe.concurrent("a late write that was sent again changes nothing when it arrives", () => {
  test("for a create", async () => {
    await using service = await start();
    const { app, proxy, city, input } = service;
    const id = randomUUID();
    const release = proxy.holdRequest(3);
    const { data } = await app.run(CREATE, { input: { ...input, id } });
    expect(data.createParty).toMatchObject({ __typename: "PartyCreated", party: { id } });
    expect((await app.run(DELETE, { city, id })).data.deleteParty.__typename).toBe("PartyDeleted");

    await release();
    expect(await browse(app, city)).toEqual([]);
    expect(await change(app, { city, id }, 0, 1)).toEqual({ __typename: "PartyNotFound" });
  });

  test("for a delete", async () => {
    await using service = await start();
    const { app, proxy, city, input } = service;
    const { id } = await createParty(app, { city });
    const release = proxy.holdRequest(2);
    expect((await app.run(DELETE, { city, id })).data.deleteParty.__typename).toBe("PartyDeleted");
    await app.run(CREATE, { input: { ...input, id } });

    await release();
    expect(await browse(app, city)).toMatchObject([{ id }]);
    expect(await change(app, { city, id }, 0, 1)).toEqual(changed(1));
  });

  test("for an update", async () => {
    await using service = await start();
    const { app, proxy, city } = service;
    const key = await createParty(app, { city });
    const release = proxy.holdRequest(2);
    expect(await rename(app, key, "First")).toMatchObject({ party: { name: "First" } });
    expect(await rename(app, key, "Second")).toMatchObject({ party: { name: "Second" } });

    await release();
    expect(await browse(app, city)).toMatchObject([{ name: "Second" }]);
  });

  test("for a change of the count", async () => {
    await using service = await start();
    const { app, proxy, city } = service;
    const key = await createParty(app, { city });
    const release = proxy.holdRequest(1);
    expect(await change(app, key, 0, 1)).toEqual(changed(1));
    expect(await change(app, key, 1, -1)).toEqual(changed(0));

    await release();
    expect(await browse(app, city)).toMatchObject([{ people: 0 }]);
    expect(await change(app, key, 0, 1)).toEqual(changed(1));
  });

  test("for an unknown outcome, which is settled before the next change", async () => {
    await using service = await start();
    const { app, proxy, city } = service;
    const key = await createParty(app, { city });
    const release = proxy.holdRequest(1);
    proxy.loseAnswer(2);
    expect(await change(app, key, 0, 5)).toEqual({ __typename: "OutcomeUnknown" });
    expect(await change(app, key, 0, 1)).toEqual(changed(1));
    expect(await change(app, key, 1, -1)).toEqual(changed(0));

    await release();
    expect(await browse(app, city)).toMatchObject([{ people: 0 }]);
  });
});

test.concurrent("a read whose answer is lost fails in time with UNAVAILABLE", async () => {
  await using service = await start();
  const { app, proxy, city } = service;
  proxy.loseAnswer(1);
  const before = Date.now();
  const { errors } = await app.run(BROWSE, { city });
  expect(errors?.[0]?.extensions).toEqual({ code: "UNAVAILABLE" });
  expect(Date.now() - before).toBeLessThan(4000);
  expect((await app.run(BROWSE, { city })).errors).toBeUndefined();
});

test.concurrent("a subscriber of a city gets PartiesReset if an event could not be read", async () => {
  await using service = await start();
  const { app, proxy, city } = service;
  const key = await createParty(app, { city });
  const query = `subscription { partiesChanged(city: "${city}") { __typename ... on PeopleChanged { people } ... on PartiesReset { city } } }`;
  const followed = app.subscribe(query);
  const first = followed.next();
  // The subscription starts at an unknown time, so change the count until an event arrives.
  let told = false;
  void first.then(() => (told = true));
  let people = 0;
  while (!told) people = (await change(app, key, people, 1)).people;

  let event = (await first).value.data.partiesChanged;
  while (event.people !== people) event = (await followed.next()).value.data.partiesChanged;
  // The read for the last hint is over, too: the next requests are the change and the read for its hint.
  await sleep(300);

  proxy.loseAnswer(2);
  expect(await change(app, key, people, 1)).toMatchObject({ __typename: "PeopleChanged" });
  do event = (await followed.next()).value.data.partiesChanged;
  while (event.people === people);
  expect(event).toEqual({ __typename: "PartiesReset", city });
});
