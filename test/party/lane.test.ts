import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startApp, startAppOn, type TestApp } from "../fixtures/app.ts";
import {
  ADD,
  BROWSE,
  change,
  CREATE,
  createParty,
  DELETE,
  type Key,
  UPCOMING,
  UPDATE,
} from "../fixtures/parties.ts";

// Two services on one keyspace. Each has its own lane for a city.

let app: TestApp;
let other: TestApp;
beforeAll(async () => {
  app = await startApp();
  other = await startAppOn(app.keyspace);
});
afterAll(async () => {
  await other[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
});

const add = async (service: TestApp, key: Key, delta: number) =>
  (await service.run(ADD, { ...key, delta })).data.addPeople;
const changed = (people: number) => ({ __typename: "PeopleChanged", people });
const peopleIn = async (city: string): Promise<number[]> =>
  (await app.run(BROWSE, { city, first: 100 })).data.partiesInCity.nodes.map(
    ({ people }: { people: number }) => people,
  );
const upTo = (count: number) => Array.from({ length: count }, (_, number) => number + 1);
const sorted = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);

describe("one party", () => {
  test("counts 64 concurrent adds, and refuses none", async () => {
    const key = await createParty(app);
    const client = async () => [await add(app, key, 2), await add(app, key, -1)];
    const answers = (await Promise.all(Array.from({ length: 64 }, client))).flat();
    expect(new Set(answers.map(({ __typename }) => __typename))).toEqual(
      new Set(["PeopleChanged"]),
    );
    expect(await peopleIn(key.city)).toEqual([64]);
  });

  test("returns a different count to each of 64 concurrent adds of one", async () => {
    const key = await createParty(app);
    const answers = await Promise.all(upTo(64).map(() => add(app, key, 1)));
    expect(sorted(answers.map(({ people }) => people))).toEqual(upTo(64));
  });

  test("counts each change of 32 clients once, which each expect the last count they have seen", async () => {
    const key = await createParty(app);

    async function client(): Promise<number> {
      let outcome = await change(app, key, 0, 1);
      while (outcome.__typename === "PeopleStale") {
        outcome = await change(app, key, outcome.actual, 1);
      }
      return outcome.people;
    }
    expect(sorted(await Promise.all(Array.from({ length: 32 }, client)))).toEqual(upTo(32));
    expect(await peopleIn(key.city)).toEqual([32]);
  });

  test("stays exact under changes by two services", async () => {
    const key = await createParty(app);
    const clients = upTo(24).map((number) => (number % 2 === 0 ? app : other));
    const added = await Promise.all(
      clients.flatMap((service) => [add(service, key, 1), add(service, key, 1)]),
    );
    expect(sorted(added.map(({ people }) => people))).toEqual(upTo(48));

    async function client(service: TestApp): Promise<number> {
      let outcome = await change(service, key, 48, 1);
      while (outcome.__typename === "PeopleStale") {
        outcome = await change(service, key, outcome.actual, 1);
      }
      return outcome.people;
    }
    const counts = await Promise.all(clients.map(client));
    expect(sorted(counts)).toEqual(upTo(24).map((number) => 48 + number));
  });

  test("never has a count below zero", async () => {
    const key = await createParty(app, { people: 10 });
    const takers = upTo(30).map((number) => add(number % 2 === 0 ? app : other, key, -1));
    const outcomes = (await Promise.all(takers)).map(({ __typename }) => __typename);
    expect(outcomes.filter((outcome) => outcome === "PeopleChanged")).toHaveLength(10);
    expect(outcomes.filter((outcome) => outcome === "PeopleOutOfRange")).toHaveLength(20);
    expect(await peopleIn(key.city)).toEqual([0]);
  });
});

describe("a city", () => {
  test("accepts a change of each of its 64 parties at once, by two services", async () => {
    const city = `City ${randomUUID()}`;
    const keys = await Promise.all(upTo(64).map(() => createParty(app, { city })));
    const answers = await Promise.all(
      keys.flatMap((key) => [add(app, key, 2), add(other, key, 3), change(app, key, 0, 0)]),
    );
    expect(answers.map(({ __typename }) => __typename)).not.toContain("OutcomeUnknown");
    expect(await peopleIn(city)).toEqual(upTo(64).map(() => 5));
  });

  test("accepts concurrent creates, changes, updates and deletes, each with its own outcome", async () => {
    const city = `City ${randomUUID()}`;
    const keys = await Promise.all(upTo(20).map(() => createParty(app, { city })));
    const date = "2044-01-01T00:00:00.000Z";
    const outcomes = await Promise.all([
      ...keys
        .slice(0, 10)
        .flatMap((key) => [
          add(app, key, 1).then(({ __typename }) => __typename),
          app
            .run(UPDATE, { ...key, input: { name: "Moved", date } })
            .then(({ data }) => data.updateParty.__typename),
        ]),
      ...keys
        .slice(10)
        .map(async (key) => (await other.run(DELETE, { ...key })).data.deleteParty.__typename),
      ...upTo(10).map(async () => {
        const input = { city, name: "New", people: 7, date };
        return (await other.run(CREATE, { input })).data.createParty.__typename;
      }),
    ]);
    const counted = Object.groupBy(outcomes, (outcome) => outcome);
    expect(Object.fromEntries(Object.entries(counted).map(([k, v]) => [k, v!.length]))).toEqual({
      PeopleChanged: 10,
      PartyUpdated: 10,
      PartyDeleted: 10,
      PartyCreated: 10,
    });
    expect(sorted(await peopleIn(city))).toEqual([...Array(10).fill(1), ...Array(10).fill(7)]);
    const { data } = await app.run(UPCOMING, { city, first: 100, from: date });
    expect(data.upcomingParties.nodes).toHaveLength(20);
  });

  test("lists nothing after its only party was deleted, and keeps working", async () => {
    const key = await createParty(app);
    const { city } = key;
    await app.run(DELETE, { ...key });
    const page = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };
    for (const first of [1, 20]) {
      const { data, errors } = await app.run(BROWSE, { city, first });
      expect(errors).toBeUndefined();
      expect(data.partiesInCity).toEqual({ nodes: [], edges: [], pageInfo: page });
    }
    expect((await app.run(UPCOMING, { city })).data.upcomingParties.nodes).toEqual([]);
    expect(await add(app, key, 1)).toEqual({ __typename: "PartyNotFound" });
    expect(await change(other, key, 0, 1)).toEqual({ __typename: "PartyNotFound" });
    expect((await app.run(BROWSE, { city })).data.partiesInCity.nodes).toEqual([]);

    const next = await createParty(other, { city });
    expect(await add(app, next, 1)).toEqual(changed(1));
    expect(await peopleIn(city)).toEqual([1]);
  });
});

test("an answer includes the changes of another service at once", async () => {
  const key = await createParty(app);
  expect(await add(app, key, 5)).toEqual(changed(5));
  expect(await add(other, key, 5)).toEqual(changed(10));
  expect(await change(app, key, 5, 1)).toMatchObject({ __typename: "PeopleStale", actual: 10 });
  expect(await change(app, key, 10, 1)).toEqual(changed(11));
  expect(await add(other, key, -11)).toEqual(changed(0));
  expect(await add(app, key, -1)).toMatchObject({ __typename: "PeopleOutOfRange" });
  await other.run(DELETE, { ...key });
  expect(await change(app, key, 0, 1)).toEqual({ __typename: "PartyNotFound" });
  expect(await add(app, key, 1)).toEqual({ __typename: "PartyNotFound" });
  await other.run(CREATE, { input: { ...key, name: "Again", people: 3 } });
  expect(await change(app, key, 3, 1)).toEqual(changed(4));
});
