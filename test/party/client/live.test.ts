import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ConnectionState, LiveValues } from "../../../src/client/index.ts";
import {
  type PartyClient,
  createPartyClient,
  type PeopleChanged,
} from "../../../src/party/client/index.ts";
import { sync } from "../../../src/cassandra/index.ts";
import { tables } from "../../../src/party/index.ts";
import { startApp, type TestApp } from "../../fixtures/app.ts";
import { eventually } from "../../fixtures/eventually.ts";
import { startWay } from "../../fixtures/way.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app[Symbol.asyncDispose]());

/** Opens a client with its own connection to the service, and creates a party. */
async function start() {
  await using opened = new AsyncDisposableStack();
  const way = opened.use(await startWay(app.url));
  const client = opened.use(createPartyClient({ url: way.url }));
  const direct = opened.use(createPartyClient({ url: app.url }));
  const city = `City ${randomUUID()}`;
  const { key } = await create(direct, city);
  const states: ConnectionState[] = [];
  client.onConnection((state) => states.push(state));
  const kept = opened.move();
  const add = (delta: number) => direct.addPeople({ ...key, delta });
  return {
    way,
    client,
    direct,
    city,
    key,
    states,
    add,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function create(client: PartyClient, city: string) {
  const result = await client.createParty({ input: { city, name: "A party" } });
  if (result.__typename !== "PartyCreated") throw new Error(result.message);
  return { party: result.party, key: { city, id: result.party.id } };
}

/** Returns the next value. @throws if there is none */
async function next<Value>(live: LiveValues<Value>): Promise<Value> {
  const { done, value } = await live.next();
  if (done) throw new Error("It has ended.");
  return value;
}

/** Collects all values. */
function collect<Value>(live: LiveValues<Value>) {
  const values: Value[] = [];
  const ended = (async () => {
    for await (const value of live) values.push(value);
  })();
  return { values, ended };
}

function expectAscending(counts: readonly PeopleChanged[]) {
  const ballots = counts.map(({ asOf }) => BigInt(asOf!));
  expect(ballots).toEqual([...new Set(ballots)].toSorted((a, b) => (a < b ? -1 : 1)));
}

test("peopleChanged gives the present count at once, then each newer one", async () => {
  await using service = await start();
  const { client, key, add } = service;
  const counts = client.peopleChanged(key);
  const asOf = expect.stringMatching(/^\d+$/);
  const first = { __typename: "PeopleChanged", ...key, people: 0, asOf };
  expect(await next(counts)).toEqual(first);
  await add(2);
  expect(await next(counts)).toEqual({ ...first, people: 2 });
});

test("peopleChanged resumes after a lost connection, with what changed meanwhile", async () => {
  await using service = await start();
  const { way, client, key, add, states } = service;
  const { values, ended } = collect(client.peopleChanged(key));
  for (let round = 1; round <= 3; round++) {
    await eventually(() => expect(values).toHaveLength(round));
    way.refuse(true);
    await eventually(() => expect(client.connection).toBe("lost"));
    await add(1);
    way.refuse(false);
    await eventually(() => expect(values.at(-1)!.people).toBe(round));
  }
  await client.close();
  await ended;
  expect(values.map(({ people }) => people)).toEqual([0, 1, 2, 3]);
  expectAscending(values);
  const again = ["connected", "lost"];
  await eventually(() =>
    expect(states).toEqual(["connecting", ...again, ...again, ...again, "connected", "idle"]),
  );
});

test("peopleChanged ends when the party is deleted", async () => {
  await using service = await start();
  const { client, direct, key } = service;
  const { values, ended } = collect(client.peopleChanged(key));
  await eventually(() => expect(values).toHaveLength(1));
  await direct.deleteParty(key);
  await ended;
  expect(values).toHaveLength(1);
});

test("peopleChanged of an unknown party fails, but ends if since is given", async () => {
  await using service = await start();
  const { client, city } = service;
  const nobody = { city, id: randomUUID() };
  const counts = client.peopleChanged(nobody);
  await expect(counts.next()).rejects.toMatchObject({
    name: "ClientError",
    code: "PARTY_NOT_FOUND",
  });
  expect(await counts.next()).toEqual({ done: true, value: undefined });
  const known = client.peopleChanged({ ...nobody, since: "1" });
  expect(await known.next()).toEqual({ done: true, value: undefined });
});

test("peopleChanged is retried until the database matches the models again", async () => {
  await using broken = await startApp();
  await using client = createPartyClient({ url: broken.url });
  const { key } = await create(client, "Rome");
  await broken.keyspace.session.cql("DROP TABLE party_by_date");
  expect((await fetch(new URL("/ready", broken.url))).status).toBe(503);
  await expect(client.party(key)).rejects.toMatchObject({ code: "NOT_SYNCED" });
  const counts = client.peopleChanged(key);
  const first = next(counts);
  await sync(broken.keyspace.session, { keyspace: broken.keyspace.name, tables });
  expect(await first).toMatchObject({ people: 0 });
  await counts.return();
});

test("partiesChanged begins with PartiesReset, then gives each kind of event", async () => {
  await using service = await start();
  const { client, direct, city, key } = service;
  const events = client.partiesChanged({ city });
  expect(await next(events)).toEqual({ __typename: "PartiesReset", city });

  const { party } = await create(direct, city);
  expect(await next(events)).toEqual({ __typename: "PartyCreated", party });
  await direct.updateParty({ ...key, input: { name: "Renamed" } });
  expect(await next(events)).toMatchObject({
    __typename: "PartyUpdated",
    party: { ...key, name: "Renamed" },
  });
  await direct.addPeople({ ...key, delta: 4 });
  const asOf = expect.stringMatching(/^\d+$/);
  expect(await next(events)).toEqual({ __typename: "PeopleChanged", ...key, people: 4, asOf });
  await direct.deleteParty(key);
  expect(await next(events)).toEqual({ __typename: "PartyDeleted", ...key });
});

test("partiesChanged gives a slow reader one PartiesReset instead of the waiting events", async () => {
  await using service = await start();
  const { client, direct, city, key } = service;
  const slow = client.partiesChanged({ city });
  const quick = client.partiesChanged({ city });
  await next(quick);
  for (let people = 1; people <= 110; people++) {
    await direct.addPeople({ ...key, delta: 1 });
    expect(await next(quick)).toMatchObject({ people });
  }
  await quick.return();
  expect(await next(slow)).toEqual({ __typename: "PartiesReset", city });
  expect(await next(slow)).toMatchObject({ people: 101 });
});
