import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApp, type TestApp } from "../fixtures/app.ts";
import { ADD, change, createParty, type Key } from "../fixtures/parties.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const add = async (key: Key, delta: number) =>
  (await app.run(ADD, { ...key, delta })).data.addPeople;
const changed = (people: number) => ({ __typename: "PeopleChanged", people });
const range = { __typename: "PeopleOutOfRange", minimum: 0, maximum: 2147483647 };

test("people are added and subtracted, whatever the count is", async () => {
  const key = await createParty(app, { people: 3 });
  expect(await add(key, 4)).toEqual(changed(7));
  expect(await add(key, -7)).toEqual(changed(0));
  expect(await add(key, 0)).toEqual(changed(0));
});

test("an add is refused only if the actual count would leave its range", async () => {
  const key = await createParty(app, { people: 2 });
  expect(await add(key, -3)).toEqual(range);
  expect(await add(key, 2147483647)).toEqual(range);
  await change(app, key, 2, 1);
  expect(await add(key, -3)).toEqual(changed(0));
});

test("adding to a party that does not exist returns PartyNotFound", async () => {
  expect(await add({ city: "Nowhere", id: randomUUID() }, 1)).toEqual({
    __typename: "PartyNotFound",
  });
});

test("twelve concurrent adds are all counted, and none is refused", async () => {
  const key = await createParty(app);
  const outcomes = await Promise.all(Array.from({ length: 12 }, () => add(key, 1)));
  expect(outcomes.map(({ __typename }) => __typename)).toEqual(Array(12).fill("PeopleChanged"));
  expect(outcomes.map(({ people }) => people).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 12 }, (_, number) => number + 1),
  );
});

test("an add can repair a count below zero that another program has written", async () => {
  const id = randomUUID();
  await app.keyspace.session.cql(
    `INSERT INTO party (city, id, name, people, date) VALUES ('Minus', ${id}, 'Theirs', -1, '2040-01-01')`,
  );
  const key = { city: "Minus", id };
  expect(await add(key, 0)).toEqual(range);
  expect(await change(app, key, 0, 1)).toMatchObject({ __typename: "PeopleStale", actual: -1 });
  expect(await add(key, 1)).toEqual(changed(0));
});

test("a null that another program has written reads as 0 and can be changed", async () => {
  const write = async (): Promise<Key> => {
    const key = { city: "Null", id: randomUUID() };
    await app.keyspace.session.cql(
      `INSERT INTO party (city, id, name, date) VALUES ('Null', ${key.id}, 'Theirs', '2040-01-01')`,
    );
    return key;
  };
  const query = `query ($city: String!, $id: UUID!) { party(city: $city, id: $id) { people } }`;
  const [one, two, three] = [await write(), await write(), await write()];

  expect((await app.run(query, { ...one })).data.party).toEqual({ people: 0 });
  expect(await change(app, one, 3, 1)).toEqual({
    __typename: "PeopleStale",
    expected: 3,
    actual: 0,
  });
  expect(await change(app, one, 0, 2)).toEqual(changed(2));
  expect(await change(app, one, 0, 2)).toMatchObject({ __typename: "PeopleStale", actual: 2 });
  expect(await add(two, 5)).toEqual(changed(5));
  expect(await add(three, -1)).toEqual(range);
});

test("a failed mutation does not hide an applied one of the same request", async () => {
  const key = await createParty(app);
  const { data, errors } = await app.run(
    `mutation ($city: String!, $id: UUID!) {
      a: addPeople(city: $city, id: $id, delta: 2) { ... on PeopleChanged { people } }
      b: addPeople(city: "", id: $id, delta: 1) { __typename }
      c: addPeople(city: $city, id: $id, delta: 3) { ... on PeopleChanged { people } }
    }`,
    { ...key },
  );
  expect(data).toEqual({ a: { people: 2 }, b: null, c: { people: 5 } });
  expect(errors).toMatchObject([{ path: ["b"], extensions: { code: "BAD_USER_INPUT" } }]);
});
