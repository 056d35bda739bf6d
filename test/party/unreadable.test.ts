import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { insert, select, type UnreadableRow } from "../../src/cassandra/index.ts";
import { backfillOrder } from "../../src/order/index.ts";
import { PartyByDateTable, PartyTable } from "../../src/party/table.ts";
import { startApp, type TestApp } from "../fixtures/app.ts";
import { eventually } from "../fixtures/eventually.ts";
import {
  ADD,
  BROWSE,
  change,
  CREATE,
  createParty,
  DELETE,
  FOLLOW,
  type Key,
  UPCOMING,
  UPDATE,
  WATCH,
} from "../fixtures/parties.ts";
import { schema } from "../../src/party/schema.ts";
import { admitOfSchema } from "../../src/pothos/index.ts";

// Values of another program that JavaScript or GraphQL cannot represent.

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const PARTY = `query ($city: String!, $id: UUID!) {
  party(city: $city, id: $id) { id name people date }
}`;
const PAGE = `query ($city: String!) {
  partiesInCity(city: $city) { nodes { id name people date } }
}`;

const date = "2040-01-01T00:00:00.000Z";
const EPOCH = "1970-01-01T00:00:00.000Z";

/** Writes by a lightweight transaction, like every write of this table. */
const damage = {
  "a date in nanoseconds": ["date", "1795247560962000000"],
  "a date behind the year 9999": ["date", "253402300800000"],
  "a date before the year 0": ["date", "-62167219200001"],
  "a date of no bytes": ["date", "blobAsTimestamp(0x)"],
  "a count of no bytes": ["people", "blobAsInt(0x)"],
} as const;
type Damage = keyof typeof damage;
const damages = Object.keys(damage) as Damage[];

async function damaged(what: Damage, city?: string): Promise<Key> {
  const key = await createParty(app, { ...(city && { city }), people: 3 });
  await write(key, what);
  return key;
}

async function write({ city, id }: Key, what: Damage) {
  const [column, value] = damage[what];
  await app.keyspace.session.cql(
    `UPDATE party SET ${column} = ${value} WHERE city = ? AND id = ? IF EXISTS`,
    [city, id],
  );
}

const unreadable = ({ city, id }: Key, what: Damage) => {
  const [column] = damage[what];
  return {
    message: expect.stringContaining(`"${column}" holds a value that is not `),
    extensions: { code: "UNREADABLE_VALUE", table: "party", column, key: { city, id } },
  };
};

describe.each(damages)("a party with %s", (what) => {
  const [column] = damage[what];

  test("is shown in a page as if it did not have that value", async () => {
    const key = await damaged(what);
    const sound = await createParty(app, { city: key.city });
    const { data, errors } = await app.run(PAGE, { city: key.city });
    expect(errors).toBeUndefined();
    const found = data.partiesInCity.nodes.find(({ id }: Key) => id === key.id);
    expect(found).toMatchObject(column === "date" ? { date: EPOCH } : { people: 0 });
    expect(data.partiesInCity.nodes.map(({ id }: Key) => id).toSorted()).toEqual(
      [key.id, sound.id].toSorted(),
    );
  });

  test("is an error with table, column and key if it is read by its key", async () => {
    const key = await damaged(what);
    const { data, errors } = await app.run(PARTY, { ...key });
    expect(data).toEqual({ party: null });
    expect(errors).toMatchObject([unreadable(key, what)]);
    const watched = app.subscribe(WATCH, { ...key });
    expect((await watched.next()).value).toMatchObject({ errors: [unreadable(key, what)] });
  });

  test("can be renamed and keeps that value", async () => {
    const key = await damaged(what);
    const { data } = await app.run(UPDATE, { ...key, input: { name: "B" } });
    expect(data.updateParty).toMatchObject({ __typename: "PartyUpdated", party: { name: "B" } });
    expect((await app.run(PARTY, { ...key })).errors).toMatchObject([unreadable(key, what)]);
  });

  test("can be repaired", async () => {
    const key = await damaged(what);
    if (column === "date") {
      const { data } = await app.run(UPDATE, { ...key, input: { date } });
      expect(data.updateParty).toMatchObject({ __typename: "PartyUpdated", party: { date } });
    } else {
      const { data } = await app.run(ADD, { ...key, delta: 2 });
      expect(data.addPeople).toEqual({ __typename: "PeopleChanged", people: 2 });
    }
    const { data, errors } = await app.run(PARTY, { ...key });
    expect(errors).toBeUndefined();
    expect(data.party).toMatchObject(column === "date" ? { date, people: 3 } : { people: 2 });
    const upcoming = await app.run(UPCOMING, { city: key.city, from: EPOCH });
    expect(upcoming.data.upcomingParties.nodes).toMatchObject([{ id: key.id }]);
  });

  test("can be counted from the count that is shown", async () => {
    const key = await damaged(what);
    const shown = column === "people" ? 0 : 3;
    expect(await change(app, key, shown + 1, 1)).toMatchObject({
      __typename: "PeopleStale",
      actual: shown,
    });
    expect(await change(app, key, shown, 1)).toEqual({
      __typename: "PeopleChanged",
      people: shown + 1,
    });
  });

  test("can be deleted", async () => {
    const key = await damaged(what);
    const { data, errors } = await app.run(DELETE, { ...key });
    expect(errors).toBeUndefined();
    expect(data.deleteParty).toEqual({ __typename: "PartyDeleted" });
    expect(await app.run(PARTY, { ...key })).toEqual({ data: { party: null } });
  });

  test("is returned by a create with the same id", async () => {
    const key = await damaged(what);
    const { data } = await app.run(CREATE, { input: { ...key, name: "B" } });
    expect(data.createParty).toMatchObject({
      __typename: "PartyExists",
      party: column === "date" ? { date: EPOCH } : { people: 0 },
    });
  });

  test("does not prevent the list of upcoming parties", async () => {
    const key = await damaged(what);
    const sound = await createParty(app, { city: key.city });
    const { data, errors } = await app.run(UPCOMING, { city: key.city, from: EPOCH });
    expect(errors).toBeUndefined();
    const ids = data.upcomingParties.nodes.map(({ id }: Key) => id);
    expect(ids).toContain(sound.id);
  });

  test("is part of the events of its city", async () => {
    const key = await createParty(app);
    const events = app.subscribe(FOLLOW, { city: key.city });
    const first = events.next();
    await eventually(async () => {
      await write(key, what);
      await app.run(ADD, { ...key, delta: 1 });
      const event = await Promise.race([first, Promise.resolve()]);
      expect(event?.value.data.partiesChanged).toMatchObject({
        __typename: expect.stringMatching(/^P(arty|eople)/),
      });
    });
  });
});

describe("a backfill", () => {
  const { signal } = new AbortController();

  test("skips and reports parties that cannot have an entry", async () => {
    await using own = await startApp();
    const { session } = own.keyspace;
    const sound = await createParty(own);
    for (const what of damages) {
      const key = await createParty(own);
      const [column, value] = damage[what];
      await session.cql(
        `UPDATE party SET ${column} = ${value} WHERE city = ? AND id = ? IF EXISTS`,
        [key.city, key.id],
      );
    }
    for (const city of [" Rome ", "R".repeat(201)]) {
      await session.cql(
        "INSERT INTO party (city, id, name, date) VALUES (?, ?, 'A', '2040-01-01') IF NOT EXISTS",
        [city, randomUUID()],
      );
    }
    await session.cql(
      "INSERT INTO party (city, id, name, date) VALUES ('Rome', blobAsUuid(0x), 'A', '2040-01-01') IF NOT EXISTS",
    );
    await session.cql("TRUNCATE party_by_date");
    const told: UnreadableRow[] = [];
    const telling = { ...session, report: (row: UnreadableRow) => told.push(row) };
    const state = await backfillOrder(telling, PartyByDateTable, {
      admit: admitOfSchema(schema)!,
      progress: () => {},
      signal,
    });
    // The party without a count has a valid date.
    expect(state).toMatchObject({ written: 2, unordered: 0, unreadable: 7 });
    expect(told.map(({ column }) => column).toSorted()).toEqual([
      "city",
      "city",
      "date",
      "date",
      "date",
      "date",
      "id",
    ]);
    const [entry] = await session.run(select(PartyByDateTable, { city: sound.city }));
    expect(entry).toMatchObject({ id: sound.id });
  });
});

describe("an entry by date", () => {
  test("is valid without a write time, and is skipped with an unreadable date", async () => {
    const { session } = app.keyspace;
    const key = await createParty(app);
    const party = await session.run(select(PartyTable, key));
    await session.cql("DELETE FROM party_by_date WHERE city = ?", [key.city]);
    await session.cql("INSERT INTO party_by_date (city, date, id) VALUES (?, ?, ?)", [
      key.city,
      party!.date,
      key.id,
    ]);
    await session.cql(
      `INSERT INTO party_by_date (city, date, id, entered) VALUES (?, 1795247560962000000, ?, '2040-01-01')`,
      [key.city, key.id],
    );
    await session.run(
      insert(PartyByDateTable, { city: key.city, date: new Date(date), id: randomUUID() }),
    );
    const { data, errors } = await app.run(UPCOMING, { city: key.city, from: EPOCH });
    expect(errors).toBeUndefined();
    expect(data.upcomingParties.nodes).toMatchObject([{ id: key.id }]);
  });
});

test("a subscription to a temporarily unreadable party sends its count as soon as it is readable", async () => {
  const key = await createParty(app, { people: 1 });
  const counts = app.subscribe(WATCH, { ...key });
  expect((await counts.next()).value.data.peopleChanged).toMatchObject({ people: 1 });
  const next = counts.next();
  await write(key, "a date in nanoseconds");
  await app.run(ADD, { ...key, delta: 1 });
  await app.run(UPDATE, { ...key, input: { date } });
  expect((await next).value.data.peopleChanged).toMatchObject({ people: 2 });
});

test("a party with only null columns is shown with its key and can be deleted", async () => {
  const key = { city: "Null", id: randomUUID() };
  await app.keyspace.session.cql("INSERT INTO party (city, id) VALUES (?, ?) IF NOT EXISTS", [
    key.city,
    key.id,
  ]);
  for (const [query, variables] of [
    [ADD, { ...key, delta: 1 }],
    [UPDATE, { ...key, input: { name: "New" } }],
  ] as const) {
    const { errors } = await app.run(query, variables);
    expect(errors?.[0]?.extensions).toMatchObject({
      code: "UNREADABLE_VALUE",
      table: "party",
      column: "name",
      key,
    });
  }
  const { data } = await app.run(DELETE, key);
  expect(data.deleteParty.__typename).toBe("PartyDeleted");
});

test("a change with an id is applied once, whatever another program has stored in the journal", async () => {
  const key = await createParty(app, { people: 3 });
  await app.keyspace.session.cql(
    "UPDATE party SET recent = 0x01 WHERE city = ? AND id = ? IF EXISTS",
    [key.city, key.id],
  );
  const add = { ...key, delta: 2, operationId: randomUUID() };
  const answers = [await app.run(ADD, add), await app.run(ADD, add)];
  expect(answers.map(({ data }) => data.addPeople.people)).toEqual([5, 5]);
});

test("a page continues after a party whose id cannot be read", async () => {
  const { city } = await createParty(app);
  await app.keyspace.session.cql(
    "INSERT INTO party (city, id, name) VALUES (?, blobAsUuid(0x), 'Nameless') IF NOT EXISTS",
    [city],
  );
  const others = await Promise.all([createParty(app, { city }), createParty(app, { city })]);
  expect(others).toHaveLength(2);
  const ids: string[] = [];
  const extensions: unknown[] = [];
  for (let after: string | null = null, more = true; more;) {
    const result = await app.run(BROWSE, { city, first: 1, after });
    const { nodes, pageInfo } = result.data.partiesInCity;
    ids.push(...nodes.map(({ id }: Key) => id));
    extensions.push(result.extensions);
    after = pageInfo.endCursor;
    more = pageInfo.hasNextPage;
  }
  expect(ids).toHaveLength(3);
  // Empty ids come first.
  expect(extensions).toEqual([{ skipped: 1 }, undefined, undefined]);
});
