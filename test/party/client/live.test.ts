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
import { startApp, startAppOn, type TestApp } from "../../fixtures/app.ts";
import { eventually } from "../../fixtures/eventually.ts";
import { startWay } from "../../fixtures/way.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app[Symbol.asyncDispose]());

/** A client by a way of its own to the service, and a party. */
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

/** The next value, which has to be there. */
async function next<Value>(live: LiveValues<Value>): Promise<Value> {
  const { done, value } = await live.next();
  if (done) throw new Error("It has ended.");
  return value;
}

/** Collects what comes until the end. */
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

test("the present count comes at once, then each newer one", async () => {
  await using service = await start();
  const { client, key, add } = service;
  const counts = client.peopleChanged(key);
  const asOf = expect.stringMatching(/^\d+$/);
  const first = { __typename: "PeopleChanged", ...key, people: 0, asOf };
  expect(await next(counts)).toEqual(first);
  await add(2);
  expect(await next(counts)).toEqual({ ...first, people: 2 });
});

test("with the present count's asOf as since only newer ones come", async () => {
  await using service = await start();
  const { client, key, add } = service;
  const counts = client.peopleChanged(key);
  const { asOf } = await next(counts);
  const newer = next(client.peopleChanged({ ...key, since: asOf }));
  await add(1);
  expect((await newer).people).toBe(1);
});

test("a reader that is slow gets the newest count", async () => {
  await using service = await start();
  const { client, key, add } = service;
  const slow = client.peopleChanged(key);
  const quick = client.peopleChanged(key);
  for (let people = 0; people < 5; people++) {
    expect((await next(quick)).people).toBe(people);
    await add(1);
  }
  expect((await next(quick)).people).toBe(5);
  expect((await next(slow)).people).toBe(5);
});

test("when the connection is cut it goes on by itself, with what changed meanwhile", async () => {
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

test("when the connection is cut and nothing changed nothing comes", async () => {
  await using service = await start();
  const { way, client, key, add } = service;
  const { values } = collect(client.peopleChanged(key));
  await eventually(() => expect(values).toHaveLength(1));
  way.cut();
  await eventually(() => expect(client.connection).toBe("lost"));
  await eventually(() => expect(client.connection).toBe("connected"));
  await add(1);
  await eventually(() => expect(values.map(({ people }) => people)).toEqual([0, 1]));
});

test("when the service is restarted it goes on, though the service completes what is live", async () => {
  await using own = await startApp();
  await using way = await startWay(own.url);
  await using client = createPartyClient({ url: way.url });
  const { key } = await create(client, "Rome");
  const counts = collect(client.peopleChanged(key));
  const events = collect(client.partiesChanged({ city: "Rome" }));
  await eventually(() => expect(counts.values).toHaveLength(1));
  await eventually(() => expect(events.values).toHaveLength(1));

  await own.close();
  await using other = await startAppOn(own.keyspace);
  way.leadTo(other.url);
  await client.addPeople({ ...key, delta: 1 });
  await eventually(() => expect(counts.values.map(({ people }) => people)).toEqual([0, 1]));
  await eventually(() =>
    expect(events.values.filter((event) => event.__typename === "PartiesReset")).not.toHaveLength(
      1,
    ),
  );
  expectAscending(counts.values);
});

test("a connection on which nothing comes any more is given up and opened again", async () => {
  await using service = await start();
  const { way, client, key, add } = service;
  const counts = client.peopleChanged(key);
  await next(counts);
  way.freeze();
  await add(1);
  expect((await next(counts)).people).toBe(1);
  expect(way.accepted).toBe(2);
}, 60_000);

test("a service that is not there yet is waited for", async () => {
  await using service = await start();
  const { way, client, key, states } = service;
  way.refuse(true);
  const counts = client.peopleChanged(key);
  await eventually(() => expect(states).toEqual(["connecting", "lost"]));
  way.refuse(false);
  expect((await next(counts)).people).toBe(0);
});

test("who does not listen any more is told of no state", async () => {
  await using service = await start();
  const { client, key, states } = service;
  const seen: ConnectionState[] = [];
  client.onConnection((state) => seen.push(state))();
  await next(client.peopleChanged(key));
  await eventually(() => expect(states).toEqual(["connecting", "connected"]));
  expect(seen).toEqual([]);
});

test("it ends when the party is deleted", async () => {
  await using service = await start();
  const { client, direct, key } = service;
  const { values, ended } = collect(client.peopleChanged(key));
  await eventually(() => expect(values).toHaveLength(1));
  await direct.deleteParty(key);
  await ended;
  expect(values).toHaveLength(1);
});

test("it ends when the party was deleted while the connection was lost", async () => {
  await using service = await start();
  const { way, client, direct, key } = service;
  const counts = client.peopleChanged(key);
  await next(counts);
  way.refuse(true);
  await direct.deleteParty(key);
  way.refuse(false);
  expect(await counts.next()).toEqual({ done: true, value: undefined });
});

test("a party that is not there is an error, and with since the end", async () => {
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

test("an argument that the service refuses is an error", async () => {
  await using service = await start();
  const { client, key } = service;
  await expect(client.peopleChanged({ ...key, since: "x" }).next()).rejects.toMatchObject({
    code: "BAD_USER_INPUT",
    errors: [{ extensions: { argument: ["since"] } }],
  });
});

test("break closes the subscription, and the last one the socket", async () => {
  await using service = await start();
  const { way, client, key, city } = service;
  const events = client.partiesChanged({ city });
  await next(events);
  // A socket takes 100 subscriptions at once.
  for (let round = 0; round < 150; round++) {
    for await (const { people } of client.peopleChanged(key)) {
      expect(people).toBe(0);
      break;
    }
  }
  expect(way.accepted).toBe(1);
  await events.return();
  expect(client.connection).toBe("idle");
  await eventually(() => expect(way.connections).toBe(0));
});

test("a return while a value is waited for ends the wait", async () => {
  await using service = await start();
  const { way, client, key } = service;
  const counts = client.peopleChanged(key);
  await next(counts);
  const waiting = counts.next();
  await counts.return();
  expect(await waiting).toEqual({ done: true, value: undefined });
  await eventually(() => expect(way.connections).toBe(0));
});

test("a return while there is no connection ends the attempts", async () => {
  await using service = await start();
  const { way, client, key } = service;
  way.refuse(true);
  const counts = client.peopleChanged(key);
  await eventually(() => expect(client.connection).toBe("lost"));
  await counts.return();
  expect(client.connection).toBe("idle");
  way.refuse(false);
  // Nor does that hold up who comes next.
  expect((await next(client.peopleChanged(key))).people).toBe(0);
});

test("an abort ends it with the signal's reason", async () => {
  await using service = await start();
  const { way, client, key, city } = service;
  const leaving = new AbortController();
  const { signal } = leaving;
  const counts = client.peopleChanged(key, { signal });
  await next(counts);
  const waiting = counts.next();
  leaving.abort(new Error("The page is left."));
  await expect(waiting).rejects.toThrow("The page is left.");
  await expect(client.partiesChanged({ city }, { signal }).next()).rejects.toThrow("is left");
  await eventually(() => expect(way.connections).toBe(0));
});

test("closing the client ends everything that is live", async () => {
  await using service = await start();
  const { way, client, key, city } = service;
  const counts = collect(client.peopleChanged(key));
  const events = collect(client.partiesChanged({ city }));
  await eventually(() => expect([counts.values, events.values]).toMatchObject([[{}], [{}]]));
  await client.close();
  await Promise.all([counts.ended, events.ended]);
  await eventually(() => expect(way.connections).toBe(0));
  expect(() => client.peopleChanged(key)).toThrow("The client has been closed");
});

test("a subscription is asked for until the database matches the models again", async () => {
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

test("the city is to be read first, then each kind of event comes", async () => {
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

test("what is read after PartiesReset misses nothing, also not after a lost connection", async () => {
  await using service = await start();
  const { way, client, direct, city } = service;
  const events = client.partiesChanged({ city });
  const known = new Set<string>();
  const read = async () => {
    const { nodes } = await direct.partiesInCity({ city, first: 100 });
    for (const { id } of nodes) known.add(id);
  };
  const following = (async () => {
    for await (const event of events) {
      if (event.__typename === "PartiesReset") await read();
      if (event.__typename === "PartyCreated") known.add(event.party.id);
    }
  })();
  const created = new Set<string>();
  for (let round = 0; round < 20; round++) {
    created.add((await create(direct, city)).key.id);
    if (round % 5 === 0) way.cut();
  }
  await eventually(() => expect([...known]).toEqual(expect.arrayContaining([...created])));
  await events.return();
  await following;
});

test("of a reader that is too slow for events the waiting ones become one PartiesReset", async () => {
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
