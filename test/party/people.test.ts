import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApp, type TestApp } from "../fixtures/app.ts";
import { change, CHANGE, createParty, DELETE, type Key } from "../fixtures/parties.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const peopleOf = async (key: Key) => {
  const query = `query ($city: String!, $id: UUID!) { party(city: $city, id: $id) { people } }`;
  return (await app.run(query, { ...key })).data.party?.people;
};

test("concurrent changes of ten clients are counted once each, and never below zero", async () => {
  const key = await createParty(app, { people: 3 });
  const observed: number[] = [];

  async function client(deltas: readonly number[]): Promise<number> {
    let sum = 0;
    let expected = 3;
    for (const delta of deltas) {
      for (let outcome; ;) {
        outcome = await change(app, key, expected, delta);
        if (outcome.__typename === "PeopleChanged") {
          observed.push(outcome.people);
          sum += delta;
          expected = outcome.people;
          break;
        }
        if (outcome.__typename === "PeopleOutOfRange") break;
        expect(outcome.__typename).toBe("PeopleStale");
        expected = outcome.actual;
      }
    }
    return sum;
  }

  const clients = Array.from({ length: 10 }, (_, number) =>
    client(number % 2 === 0 ? [+1, -1, +1] : [-1, +1, -1]),
  );
  const sums = await Promise.all(clients);

  expect(await peopleOf(key)).toBe(3 + sums.reduce((total, sum) => total + sum, 0));
  expect(Math.min(...observed)).toBeGreaterThanOrEqual(0);
});

test("a change out of the range is refused, whatever the count is", async () => {
  const key = await createParty(app);
  const range = { __typename: "PeopleOutOfRange", minimum: 0, maximum: 2147483647 };

  expect(await change(app, key, 0, -1)).toEqual(range);
  expect(await change(app, key, 2147483647, 1)).toEqual(range);
  expect(await change(app, { ...key, id: randomUUID() }, 5, -6)).toEqual(range);
  expect(await peopleOf(key)).toBe(0);
});

test("a change to either end of the range is applied", async () => {
  const key = await createParty(app, { people: 2147483646 });

  expect(await change(app, key, 2147483646, 1)).toMatchObject({ people: 2147483647 });
  expect(await change(app, key, 2147483647, -2147483647)).toMatchObject({ people: 0 });
});

test("a party that does not exist is not found, even if its id exists in another city", async () => {
  const key = await createParty(app);

  const elsewhere = await change(app, { ...key, city: "Elsewhere" }, 0, 1);
  expect(elsewhere).toEqual({ __typename: "PartyNotFound" });
  expect(await change(app, { ...key, id: randomUUID() }, 0, 1)).toEqual({
    __typename: "PartyNotFound",
  });
});

test("changing the count of a deleted party does not create it again", async () => {
  const key = await createParty(app, { people: 4 });
  await app.run(DELETE, { ...key });

  expect(await change(app, key, 4, 1)).toEqual({ __typename: "PartyNotFound" });
  expect(await peopleOf(key)).toBeUndefined();
});

test("an expected value below zero is an error about that argument", async () => {
  const key = await createParty(app);

  const { errors } = await app.run(CHANGE, { ...key, expected: -1, delta: 2 });
  expect(errors?.[0]?.extensions).toEqual({ code: "BAD_USER_INPUT", argument: ["expected"] });
});

test("a mutation returns asOf only while the row still has the returned count", async () => {
  const key = await createParty(app);
  const { data } = await app.run(
    `mutation ($city: String!, $id: UUID!) {
      once: changePeople(city: $city, id: $id, expected: 0, delta: 1) {
        ... on PeopleChanged { people asOf party { people } }
      }
    }`,
    { ...key },
  );

  expect(data.once).toEqual({
    people: 1,
    asOf: expect.stringMatching(/^\d{16}$/),
    party: { people: 1 },
  });
});
