import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApp, type TestApp } from "../fixtures/app.ts";
import { BROWSE, CREATE, createParty, DELETE } from "../fixtures/parties.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const create = async (input: Readonly<Record<string, unknown>>) =>
  (await app.run(CREATE, { input })).data.createParty;

test("the defaults of a party are a new id, 0 people and the current time", async () => {
  const before = Date.now();
  const { party } = await create({ city: "Defaults", name: "Mine" });

  expect(party).toMatchObject({ city: "Defaults", name: "Mine", people: 0 });
  expect(party.id).toMatch(/^[0-9a-f-]{36}$/);
  expect(Date.parse(party.date)).toBeGreaterThanOrEqual(before);
  expect(Date.parse(party.date)).toBeLessThanOrEqual(Date.now());
});

test("given values are stored and read back unchanged", async () => {
  const input = {
    city: "Kept",
    name: "Theirs",
    people: 7,
    date: "2027-08-15T18:30:00.123Z",
    id: randomUUID(),
  };
  expect(await create(input)).toEqual({ __typename: "PartyCreated", party: input });

  const { data } = await app.run(
    `query ($city: String!, $id: UUID!) { party(city: $city, id: $id) { city id name people date } }`,
    { city: input.city, id: input.id.toUpperCase() },
  );
  expect(data.party).toEqual(input);
});

test("a repeated create with the same id returns the existing party", async () => {
  const id = randomUUID();
  await create({ city: "Twice", name: "First", id });

  expect(await create({ city: "Twice", name: "Second", id })).toMatchObject({
    __typename: "PartyExists",
    party: { id, name: "First" },
  });
});

test("after a delete, a party with the same id can be created again", async () => {
  const key = await createParty(app, { people: 9 });
  await app.run(DELETE, { ...key });

  expect(await create({ ...key, name: "Again" })).toMatchObject({
    __typename: "PartyCreated",
    party: { ...key, name: "Again", people: 0 },
  });
});

test("deleting a party that does not exist returns PartyNotFound", async () => {
  const { data } = await app.run(DELETE, { city: "Nowhere", id: randomUUID() });
  expect(data.deleteParty).toEqual({ __typename: "PartyNotFound" });
});

test.each([
  ["slashes and quotes", `a/b\\c "d" 'e' \`f\` $$ -- ; % _ ?`],
  ["emoji with joiners", "🎉👩‍👩‍👧‍👦🏳️‍🌈"],
  ["other scripts", "Ελλάδα 東京 القاهرة ไทย"],
  ["spaces inside", "New  York\u00a0City"],
  ["combining characters without a letter of their own", "q\u0323\u0307 is not q\u0307"],
  ["the maximum number of characters", "🎈".repeat(200)],
])("%s are read back byte for byte", async (_, text) => {
  const { party } = await create({ city: text, name: text });
  expect(party).toMatchObject({ city: text, name: text });

  const { data } = await app.run(BROWSE, { city: text });
  expect(data.partiesInCity.nodes).toMatchObject([{ city: text, name: text, id: party.id }]);
});

test("white space around a city and a name is trimmed", async () => {
  expect(await create({ city: "  Trimmed\n", name: "\tHere " })).toMatchObject({
    party: { city: "Trimmed", name: "Here" },
  });
  const { data } = await app.run(BROWSE, { city: " Trimmed " });
  expect(data.partiesInCity.nodes).toHaveLength(1);
});

test.each([
  ["an empty city", { city: "" }, { path: ["city"], code: "TOO_SHORT" }],
  ["a blank name", { name: " \t\n" }, { path: ["name"], code: "TOO_SHORT" }],
  ["a name of 201 characters", { name: "x".repeat(201) }, { path: ["name"], code: "TOO_LONG" }],
  ["U+0000 in a city", { city: "a\u0000b" }, { path: ["city"], code: "NUL" }],
  ["a line break in a name", { name: "a\nb" }, { path: ["name"], code: "NOT_A_LINE" }],
  ["half a surrogate pair", { name: "\ud83c" }, { path: ["name"], code: "NOT_UNICODE" }],
  ["people below zero", { people: -1 }, { path: ["people"], code: "OUT_OF_RANGE" }],
])("%s is invalid input, and nothing is written", async (_, wrong, error) => {
  const city = `City ${randomUUID()}`;
  const outcome = await create({ city, name: "A name", ...wrong });

  expect(outcome.__typename).toBe("InvalidInput");
  expect(outcome.errors).toMatchObject([error]);
  expect((await app.run(BROWSE, { city })).data.partiesInCity.nodes).toEqual([]);
});

test("all invalid fields are reported at once", async () => {
  const { errors } = await create({ city: "", name: "", people: -1 });
  expect(errors.map(({ path }: { path: string[] }) => path[0])).toEqual(["city", "name", "people"]);
});

test.each([
  ["a malformed id", { id: "not-a-uuid" }, ["input", "id"]],
  ["an id with a brace", { id: `${randomUUID()}}` }, undefined],
  ["a day that does not exist", { date: "2027-02-30T10:00:00Z" }, ["input", "date"]],
  ["a date without a time", { date: "2027-02-03" }, ["input", "date"]],
  ["people past 32 bits", { people: 2147483648 }, ["input", "people"]],
  ["a null name", { name: null }, ["input", "name"]],
  ["a number for a name", { name: 5 }, ["input", "name"]],
])("%s is rejected and nothing is written", async (_, wrong, argument) => {
  const city = `City ${randomUUID()}`;
  const { data, errors } = await app.run(CREATE, { input: { city, name: "A name", ...wrong } });

  if (argument) {
    expect(errors?.map(({ extensions }) => extensions)).toEqual([
      { code: "BAD_USER_INPUT", argument },
    ]);
  } else {
    expect(data.createParty.errors).toMatchObject([{ path: ["id"], code: "WRONG_TYPE" }]);
  }
  expect((await app.run(BROWSE, { city })).data.partiesInCity.nodes).toEqual([]);
});
