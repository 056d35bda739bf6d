import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApp, type TestApp } from "../fixtures/app.ts";
import { BROWSE, change, createParty, type Key, UPDATE } from "../fixtures/parties.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const update = async (key: Key, input: Readonly<Record<string, unknown>>) =>
  (await app.run(UPDATE, { ...key, input })).data.updateParty;
const date = "2041-05-01T20:00:00.000Z";

test("a name, a date or both are changed, and absent fields stay unchanged", async () => {
  const key = await createParty(app, { people: 7 });
  const updated = (party: object) => ({ __typename: "PartyUpdated", party });

  expect(await update(key, { name: "  Renamed " })).toMatchObject(
    updated({ ...key, name: "Renamed", people: 7 }),
  );
  expect(await update(key, { date })).toEqual(
    updated({ ...key, name: "Renamed", people: 7, date }),
  );
  const both = { name: "Both", date: "2041-06-01T20:00:00.000Z" };
  expect(await update(key, both)).toEqual(updated({ ...key, people: 7, ...both }));
});

test("updating a party that does not exist does not create it", async () => {
  const key = { city: "Nowhere", id: randomUUID() };
  expect(await update(key, { name: "A", date })).toEqual({ __typename: "PartyNotFound" });
  expect(await change(app, key, 0, 1)).toEqual({ __typename: "PartyNotFound" });
});

test.each([
  ["nothing to change", {}, { path: [], code: "EMPTY" }],
  ["a blank name", { name: " " }, { path: ["name"], code: "TOO_SHORT" }],
  ["null for a name", { name: null }, { path: ["name"], code: "WRONG_TYPE" }],
  ["null for a date", { date: null }, { path: ["date"], code: "WRONG_TYPE" }],
])("%s is invalid input", async (_, input, error) => {
  const key = await createParty(app);
  expect(await update(key, input)).toEqual({ __typename: "InvalidInput", errors: [error] });
});

test("concurrent updates of a party all return PartyUpdated", async () => {
  const key = await createParty(app);
  const days = Array.from({ length: 6 }, (_, number) => `2042-01-0${number + 1}T00:00:00.000Z`);
  const outcomes = await Promise.all(days.map((day) => update(key, { date: day })));
  expect(outcomes.map(({ __typename }) => __typename)).toEqual(Array(6).fill("PartyUpdated"));
});

test("a party that another program has written without a name and a date is listed and can get both", async () => {
  const key = { city: "Nameless", id: randomUUID() };
  await app.keyspace.session.cql("INSERT INTO party (city, id, people) VALUES (?, ?, 3)", [
    key.city,
    key.id,
  ]);
  const { data, errors } = await app.run(BROWSE, { city: key.city });
  expect(errors).toBeUndefined();
  expect(data.partiesInCity.nodes).toEqual([{ ...key, name: "", people: 3 }]);

  expect(await update(key, { name: "Named", date })).toMatchObject({
    party: { ...key, name: "Named", date },
  });
});
