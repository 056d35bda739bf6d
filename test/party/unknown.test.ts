import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, inject, test } from "vitest";
import { startApp } from "../fixtures/app.ts";
import {
  BROWSE,
  change,
  CREATE,
  createParty,
  DELETE,
  UPCOMING,
  UPDATE,
  WATCH,
} from "../fixtures/parties.ts";
import { startProxy } from "../fixtures/proxy.ts";

// A lost answer costs the time-out of its request, so these run side by side.

async function start() {
  await using opened = new AsyncDisposableStack();
  const proxy = opened.use(await startProxy(inject("cassandra").contactPoints[0]!));
  const app = opened.use(await startApp(proxy.contactPoint));
  const kept = opened.move();
  return { app, proxy, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

const city = "Rome";
const input = { city, name: "A party", date: "2040-01-01T00:00:00.000Z" };

describe.concurrent("a write whose answer is lost", () => {
  test("was a create: the party is found, so it was created", async () => {
    await using service = await start();
    const { app, proxy } = service;
    proxy.loseAnswer(2);
    const { data } = await app.run(CREATE, { input });
    expect(data.createParty).toMatchObject({ __typename: "PartyCreated", party: input });
    const listed = await app.run(UPCOMING, { city });
    expect(listed.data.upcomingParties.nodes).toHaveLength(1);
  });

  test("was a delete: the party is gone, so it was deleted", async () => {
    await using service = await start();
    const { app, proxy } = service;
    const key = await createParty(app, { city });
    proxy.loseAnswer(2);
    expect((await app.run(DELETE, { ...key })).data.deleteParty.__typename).toBe("PartyDeleted");
    expect((await app.run(BROWSE, { city })).data.partiesInCity.nodes).toEqual([]);
  });

  test("was an update: the party has the new name, so it was updated", async () => {
    await using service = await start();
    const { app, proxy } = service;
    const key = await createParty(app, { city });
    proxy.loseAnswer(2);
    const { data } = await app.run(UPDATE, { ...key, input: { name: "Renamed" } });
    expect(data.updateParty).toMatchObject({ party: { ...key, name: "Renamed" } });
  });

  test("was a change of the count: nobody can say, and who watches sees what it came to", async () => {
    await using service = await start();
    const { app, proxy } = service;
    const key = await createParty(app, { city });
    const watched = app.subscribe(WATCH, { ...key });
    await watched.next();
    proxy.loseAnswer(1);
    expect(await change(app, key, 0, 1)).toEqual({ __typename: "OutcomeUnknown" });
    expect((await watched.next()).value.data.peopleChanged.people).toBe(1);
    expect(await change(app, key, 0, 1)).toMatchObject({ __typename: "PeopleStale", actual: 1 });
  });

  test("was of the entry alone: the party is certainly not created", async () => {
    await using service = await start();
    const { app, proxy } = service;
    proxy.loseAnswer(1);
    const { errors } = await app.run(CREATE, { input });
    expect(errors?.[0]?.extensions).toEqual({ code: "UNAVAILABLE" });
    expect((await app.run(BROWSE, { city })).data.partiesInCity.nodes).toEqual([]);
  });
});

describe.concurrent("a write that is late", () => {
  test("was a create: not found proves nothing, it comes later, and a repeated one finds it", async ({
    expect,
  }) => {
    await using service = await start();
    const { app, proxy } = service;
    const id = randomUUID();
    const release = proxy.holdRequest(2);
    const { data } = await app.run(CREATE, { input: { ...input, id } });
    expect(data.createParty).toEqual({ __typename: "OutcomeUnknown", city, id });
    expect((await app.run(BROWSE, { city })).data.partiesInCity.nodes).toEqual([]);

    release();
    await expect
      .poll(async () => (await app.run(BROWSE, { city })).data.partiesInCity.nodes)
      .toMatchObject([{ id }]);
    const again = await app.run(CREATE, { input: { ...input, id } });
    expect(again.data.createParty).toMatchObject({ __typename: "PartyExists", party: { id } });
    const listed = await app.run(UPCOMING, { city });
    expect(listed.data.upcomingParties.nodes).toMatchObject([{ id }]);
  });

  test("was a delete: the party is still there, so nobody can say", async ({ expect }) => {
    await using service = await start();
    const { app, proxy } = service;
    const key = await createParty(app, { city });
    const release = proxy.holdRequest(2);
    expect((await app.run(DELETE, { ...key })).data.deleteParty).toEqual({
      __typename: "OutcomeUnknown",
    });
    release();
    await expect
      .poll(async () => (await app.run(BROWSE, { city })).data.partiesInCity.nodes)
      .toEqual([]);
  });
});

test("a read whose answer is lost can be tried again, and says so in time", async () => {
  await using service = await start();
  const { app, proxy } = service;
  proxy.loseAnswer(1);
  const before = Date.now();
  const { errors } = await app.run(BROWSE, { city });
  expect(errors?.[0]?.extensions).toEqual({ code: "UNAVAILABLE" });
  expect(Date.now() - before).toBeLessThan(4000);
  expect((await app.run(BROWSE, { city })).errors).toBeUndefined();
});

test("who follows a city is told to read it again where an event could not be read", async () => {
  await using service = await start();
  const { app, proxy } = service;
  const key = await createParty(app, { city });
  const query = `subscription { partiesChanged(city: "${city}") { __typename ... on PeopleChanged { people } ... on PartiesReset { city } } }`;
  const followed = app.subscribe(query);
  const first = followed.next();
  // The socket opens in its own time: the count is changed until one is told.
  let told = false;
  void first.then(() => (told = true));
  let people = 0;
  while (!told) people = (await change(app, key, people, 1)).people;

  let event = (await first).value.data.partiesChanged;
  while (event.people !== people) event = (await followed.next()).value.data.partiesChanged;
  // The read behind the last hint is over too: what comes next are the change, and the read that tells it.
  await sleep(300);

  proxy.loseAnswer(2);
  expect(await change(app, key, people, 1)).toMatchObject({ __typename: "PeopleChanged" });
  do event = (await followed.next()).value.data.partiesChanged;
  while (event.people === people);
  expect(event).toEqual({ __typename: "PartiesReset", city });
});
