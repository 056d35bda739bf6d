import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApp, type TestApp } from "../fixtures/app.ts";
import { BROWSE, createParty } from "../fixtures/parties.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app[Symbol.asyncDispose]());

test("pages of a city contain each party once, in the order of ids", async () => {
  const city = "Paged";
  const created = await Promise.all(Array.from({ length: 7 }, () => createParty(app, { city })));
  const ids: string[] = [];
  const pages: number[] = [];

  for (let after: string | null = null, more = true; more;) {
    const { data } = await app.run(BROWSE, { city, first: 3, after });
    const { nodes, edges, pageInfo } = data.partiesInCity;
    ids.push(...nodes.map(({ id }: { id: string }) => id));
    pages.push(nodes.length);
    expect(pageInfo.hasPreviousPage).toBe(after !== null);
    expect(pageInfo.startCursor).toBe(edges[0].cursor);
    expect(pageInfo.endCursor).toBe(edges.at(-1).cursor);
    after = pageInfo.endCursor;
    more = pageInfo.hasNextPage;
  }

  expect(pages).toEqual([3, 3, 1]);
  expect(ids).toEqual(created.map(({ id }) => id).toSorted());
});

test("the last page has no next page", async () => {
  const city = "Exact";
  await Promise.all([createParty(app, { city }), createParty(app, { city })]);

  const { data } = await app.run(BROWSE, { city, first: 2 });
  expect(data.partiesInCity.pageInfo.hasNextPage).toBe(false);
});

test("an empty city has an empty page without cursors", async () => {
  const { data } = await app.run(BROWSE, { city: "Nobody" });
  expect(data.partiesInCity).toEqual({
    nodes: [],
    edges: [],
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  });
});

test("a cursor stays valid when its party has been deleted", async () => {
  const city = "Deleted";
  await Promise.all(Array.from({ length: 3 }, () => createParty(app, { city })));
  const { data } = await app.run(BROWSE, { city, first: 2 });
  const [, second] = data.partiesInCity.nodes;
  await app.run(`mutation ($id: UUID!) { deleteParty(city: "Deleted", id: $id) { __typename } }`, {
    id: second.id,
  });

  const rest = await app.run(BROWSE, {
    city,
    after: data.partiesInCity.pageInfo.endCursor,
  });
  expect(rest.data.partiesInCity.nodes).toHaveLength(1);
});

const forged = (place: unknown) => Buffer.from(JSON.stringify(place)).toString("base64url");
const id = randomUUID();

test.each([
  ["of another city", forged(["partiesInCity", '["Berlin"]', JSON.stringify([id])])],
  ["of another field", forged(["upcomingParties", '["Rome"]', JSON.stringify([id])])],
  ["without an id", forged(["partiesInCity", '["Rome"]', '["x"]'])],
  ["with an additional part", forged(["partiesInCity", '["Rome"]', JSON.stringify([id, id])])],
  ["that is not a cursor", "now"],
  ["that is empty", ""],
  ["that is JSON of another kind", forged({ a: 1 })],
])("a cursor %s is rejected", async (_, after) => {
  const { errors } = await app.run(BROWSE, { city: "Rome", after });
  expect(errors?.[0]?.extensions).toEqual({ code: "BAD_CURSOR", argument: ["after"] });
});

test.each([0, -1, 101])("a page size of %i is rejected", async (first) => {
  const { errors } = await app.run(BROWSE, { city: "Rome", first });
  expect(errors?.[0]?.extensions).toEqual({ code: "BAD_USER_INPUT", argument: ["first"] });
});

test.each([
  ["a blank city", `{ partiesInCity(city: " ") { nodes { id } } }`, ["city"]],
  ["a city too long", `{ partiesInCity(city: "${"x".repeat(201)}") { nodes { id } } }`, ["city"]],
  ["U+0000", `{ partiesInCity(city: "a\\u0000") { nodes { id } } }`, ["city"]],
  ["null for a city", `{ partiesInCity(city: null) { nodes { id } } }`, ["city"]],
  ["null for a page size", `{ partiesInCity(city: "R", first: null) { nodes { id } } }`, ["first"]],
  ["a malformed id", `{ party(city: "Rome", id: "5") { id } }`, ["id"]],
])("%s is an error about that argument", async (_, query, argument) => {
  const { errors } = await app.run(query);
  expect(errors?.[0]?.extensions).toEqual({ code: "BAD_USER_INPUT", argument });
});

test("a missing argument is an error with a code", async () => {
  const { errors } = await app.run(`{ party(city: "Rome") { id } }`);
  expect(errors?.[0]?.message).toContain('argument "id"');
  expect(errors?.[0]?.extensions).toEqual({ code: "GRAPHQL_VALIDATION_FAILED" });
});

test("a party that does not exist is null", async () => {
  const { data, errors } = await app.run(`{ party(city: "Rome", id: "${randomUUID()}") { id } }`);
  expect(errors).toBeUndefined();
  expect(data).toEqual({ party: null });
});
