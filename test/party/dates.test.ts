import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startApp, type TestApp } from "../fixtures/app.ts";
import { BROWSE, CREATE, createParty, type Key, UPCOMING, UPDATE } from "../fixtures/parties.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app[Symbol.asyncDispose]());

/** Times that are valid in RFC 3339, but not expressible in UTC. */
const beyond = ["9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00+00:01"];

const rowsOf = (city: string) =>
  app.keyspace.session.cql("SELECT city FROM party WHERE city = ?", [city]);

describe.each(beyond)("the date %s", (date) => {
  test("is rejected in every argument, as a literal and as a variable", async () => {
    const city = `City ${randomUUID()}`;
    const key = await createParty(app, { city });
    const literal = JSON.stringify(date);
    const input = (fields: string) => `{ city: ${JSON.stringify(city)}, name: "A", ${fields} }`;
    const asked = [
      app.run(CREATE, { input: { city, name: "A", date } }),
      app.run(`mutation { createParty(input: ${input(`date: ${literal}`)}) { __typename } }`),
      app.run(
        `mutation ($date: DateTime) { createParty(input: ${input("date: $date")}) { __typename } }`,
        { date },
      ),
      app.run(UPDATE, { ...key, input: { date } }),
      app.run(UPCOMING, { city, from: date }),
      app.run(`{ upcomingParties(city: "Rome", from: ${literal}) { nodes { id } } }`),
    ];
    const told = (await Promise.all(asked)).map(({ data, errors }) => [
      data,
      errors?.[0]?.extensions,
    ]);
    const refused = (...argument: string[]) => [undefined, { code: "BAD_USER_INPUT", argument }];
    expect(told).toEqual([
      refused("input", "date"),
      refused("input", "date"),
      refused("input", "date"),
      refused("input", "date"),
      refused("from"),
      refused("from"),
    ]);
    expect(await rowsOf(city)).toHaveLength(1);
  });
});

test("a stored date can be passed back, exact to the millisecond", async () => {
  const city = `City ${randomUUID()}`;
  const last = "9999-12-31T23:59:59.999Z";
  const created = await app.run(CREATE, { input: { city, name: "A", date: last } });
  const { id, date } = created.data.createParty.party;
  expect(date).toBe(last);
  const { nodes } = (await app.run(UPCOMING, { city, from: date })).data.upcomingParties;
  expect(nodes).toEqual([{ id, name: "A", date }]);
  const updated = await app.run(UPDATE, { city, id, input: { date } });
  expect(updated.data.updateParty.party.date).toBe(last);
});

describe("a stored date that RFC 3339 cannot express", () => {
  let key: Key;
  beforeAll(async () => {
    key = { city: `City ${randomUUID()}`, id: randomUUID() };
    await app.keyspace.session.cql(
      "INSERT INTO party (city, id, name, people, date) VALUES (?, ?, 'Theirs', 0, ?) IF NOT EXISTS",
      [key.city, key.id, new Date("+010000-01-01T00:00:00.000Z")],
    );
  });

  test("is never returned by a query, a mutation or a subscription", async () => {
    const events = app.subscribe(
      "subscription ($city: String!) { partiesChanged(city: $city) { ... on PartyUpdated { party { date } } } }",
      { city: key.city },
    );
    const event = events.next();
    const byKey = await app.run(
      "query ($city: String!, $id: UUID!) { party(city: $city, id: $id) { date } }",
      { ...key },
    );
    expect(byKey).toMatchObject({
      data: { party: null },
      errors: [{ path: ["party"], extensions: { code: "UNREADABLE_VALUE", column: "date" } }],
    });
    const answers = [
      await app.run("query ($city: String!) { partiesInCity(city: $city) { nodes { date } } }", {
        city: key.city,
      }),
      await app.run(UPDATE, { ...key, input: { name: "Renamed" } }),
      (await event).value,
    ];
    for (const { data, errors } of answers) {
      expect(errors).toBeUndefined();
      // Shown like a party without a date.
      expect(JSON.stringify(data)).toContain("1970-01-01T00:00:00.000Z");
    }
    expect(JSON.stringify([byKey, ...answers])).not.toContain("10000");
  });

  test("does not affect the other columns of its row", async () => {
    const { nodes } = (await app.run(BROWSE, { city: key.city })).data.partiesInCity;
    expect(nodes).toMatchObject([{ id: key.id, people: 0 }]);
  });

  test("is skipped in an entry, and the upcoming parties after it are listed", async () => {
    await app.keyspace.session.cql(
      "INSERT INTO party_by_date (city, date, id, entered) VALUES (?, ?, ?, '2040-01-01')",
      [key.city, new Date("+010000-01-01T00:00:00.000Z"), key.id],
    );
    const { data, errors } = await app.run(UPCOMING, { city: key.city });
    expect(errors).toBeUndefined();
    expect(data.upcomingParties.nodes).toEqual([]);
  });

  test("can be replaced", async () => {
    const date = "2040-01-01T00:00:00.000Z";
    const { data } = await app.run(UPDATE, { ...key, input: { date } });
    expect(data.updateParty.party.date).toBe(date);
  });
});
