import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { randomUuid } from "../../../src/client/index.ts";
import { type PartyClient, createPartyClient } from "../../../src/party/client/index.ts";
import { startApp, type TestApp } from "../../fixtures/app.ts";
import { startProxy } from "../../fixtures/proxy.ts";

let app: TestApp;
let client: PartyClient;
beforeAll(async () => {
  app = await startApp();
  client = createPartyClient({ url: app.url });
});
afterAll(async () => {
  await client.close();
  await app[Symbol.asyncDispose]();
});

const newCity = () => `City ${randomUUID()}`;
const date = "2040-01-01T00:00:00.000Z";

/** Creates a party in a city of its own. */
async function create({ people = 0, city = newCity() } = {}) {
  const result = await client.createParty({ input: { city, name: "A party", people, date } });
  if (result.__typename !== "PartyCreated") throw new Error(result.message);
  const { party } = result;
  return { party, key: { city, id: party.id } };
}

test("a party is created and read", async () => {
  const city = newCity();
  const created = await client.createParty({
    input: { city, name: "A party", date: new Date(date) },
  });
  expect(created).toEqual({
    __typename: "PartyCreated",
    party: { city, id: expect.any(String), name: "A party", people: 0, date },
  });
  if (created.__typename === "PartyCreated") {
    expect(await client.party({ city, id: created.party.id })).toEqual(created.party);
  }
});

test("an unknown party is null", async () => {
  expect(await client.party({ city: newCity(), id: randomUUID() })).toBeNull();
});

test("a second create with the same id answers PartyExists with the party of the first", async () => {
  const { party, key } = await create({ people: 3 });
  expect(await client.createParty({ input: { ...key, name: "Another" } })).toEqual({
    __typename: "PartyExists",
    message: expect.any(String),
    party,
  });
});

test("a create with a wrong input answers InvalidInput with an error for each field", async () => {
  const result = await client.createParty({ input: { city: newCity(), name: "", people: -1 } });
  expect(result).toEqual({
    __typename: "InvalidInput",
    message: expect.any(String),
    errors: [
      { path: ["name"], code: expect.any(String), message: expect.any(String) },
      { path: ["people"], code: expect.any(String), message: expect.any(String) },
    ],
  });
});

test("the parties of a city are read in pages", async () => {
  const city = newCity();
  const ids = (await Promise.all([1, 2, 3].map(() => create({ city })))).map(({ key }) => key.id);
  const first = await client.partiesInCity({ city, first: 2 });
  expect(first.pageInfo).toEqual({
    hasNextPage: true,
    hasPreviousPage: false,
    startCursor: expect.any(String),
    endCursor: expect.any(String),
  });
  const second = await client.partiesInCity({ city, after: first.pageInfo.endCursor });
  expect(second.pageInfo.hasNextPage).toBe(false);
  const read = [...first.nodes, ...second.nodes].map(({ id }) => id);
  expect(read).toEqual(ids.toSorted());
});

test("upcoming parties begin at a date, which is given as a Date or as a string", async () => {
  const city = newCity();
  const { party } = await create({ city });
  const before = { city, from: new Date("2039-12-31T00:00:00Z") };
  const { nodes } = await client.upcomingParties(before);
  expect(nodes).toEqual([party]);
  const after = await client.upcomingParties({ city, from: "2040-01-02T00:00:00Z" });
  expect(after.nodes).toEqual([]);
});

test("updateParty changes the name, or answers InvalidInput", async () => {
  const { party, key } = await create();
  expect(await client.updateParty({ ...key, input: { name: "Renamed" } })).toEqual({
    __typename: "PartyUpdated",
    party: { ...party, name: "Renamed" },
  });
  expect(await client.updateParty({ ...key, input: { name: "" } })).toMatchObject({
    __typename: "InvalidInput",
    errors: [{ path: ["name"] }],
  });
});

test("changePeople changes the expected count, or answers with the actual one", async () => {
  const { key } = await create();
  const change = { ...key, expected: 0, delta: 2 };
  const asOf = expect.stringMatching(/^\d+$/);
  const changed = { __typename: "PeopleChanged", ...key, people: 2, asOf };
  expect(await client.changePeople(change)).toEqual(changed);
  expect(await client.changePeople(change)).toEqual({
    __typename: "PeopleStale",
    message: "people is 2, not 0.",
    ...key,
    expected: 0,
    actual: 2,
  });
  expect(await client.changePeople({ ...change, delta: -1 })).toEqual({
    __typename: "PeopleOutOfRange",
    message: expect.any(String),
    ...key,
    minimum: 0,
    maximum: 2147483647,
  });
});

test("addPeople changes any count within its range", async () => {
  const { key } = await create({ people: 5 });
  expect(await client.addPeople({ ...key, delta: 2 })).toMatchObject({ people: 7 });
  expect(await client.addPeople({ ...key, delta: -8 })).toMatchObject({
    __typename: "PeopleOutOfRange",
    minimum: 0,
  });
});

test("a change that is repeated with its operation id is applied once", async () => {
  const { key } = await create();
  const add = { ...key, delta: 1, operationId: randomUuid() };
  expect(await client.addPeople(add)).toMatchObject({ people: 1 });
  expect(await client.addPeople(add)).toMatchObject({ people: 1 });
});

test("a deleted party is not found by any operation", async () => {
  const { key } = await create();
  expect(await client.deleteParty(key)).toEqual({ __typename: "PartyDeleted", ...key });
  const notFound = { __typename: "PartyNotFound", message: expect.any(String), ...key };
  expect(await client.deleteParty(key)).toEqual(notFound);
  expect(await client.updateParty({ ...key, input: { name: "X" } })).toEqual(notFound);
  expect(await client.addPeople({ ...key, delta: 1 })).toEqual(notFound);
  expect(await client.changePeople({ ...key, expected: 0, delta: 1 })).toEqual(notFound);
});

test("a change whose outcome is unknown answers OutcomeUnknown", async () => {
  await using proxy = await startProxy(inject("cassandra").contactPoints[0]!);
  // Without the poll, whose requests the proxy would count, too.
  const quiet = { pollInterval: 0 };
  await using own = await startApp(proxy.contactPoint, inject("cassandra"), quiet);
  await using ownClient = createPartyClient({ url: own.url });
  const city = newCity();
  await ownClient.createParty({ input: { city, name: "First" } });
  const [first] = (await ownClient.partiesInCity({ city })).nodes;
  // The proxy passes the read of the operation ids. It loses the answers of the change and of what settles it.
  for (const next of [2, 3]) proxy.loseAnswer(next);
  expect(await ownClient.addPeople({ city, id: first!.id, delta: 1 })).toEqual({
    __typename: "OutcomeUnknown",
    message: expect.any(String),
  });
});

test("an error has the code and the errors of the service", async () => {
  const failed = client.party({ city: "", id: randomUUID() });
  await expect(failed).rejects.toMatchObject({
    name: "ClientError",
    code: "BAD_USER_INPUT",
    message: 'Argument "city" must be one line of 1 to 200 characters, but got 0.',
    errors: [{ extensions: { code: "BAD_USER_INPUT", argument: ["city"] } }],
  });
});
