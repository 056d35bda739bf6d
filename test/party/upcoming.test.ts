import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { insert, select } from "../../src/cassandra/index.ts";
import { PartyByDateTable } from "../../src/party/table.ts";
import { startApp, type TestApp } from "../fixtures/app.ts";
import { CREATE, DELETE, UPCOMING, UPDATE } from "../fixtures/parties.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const day = (number: number) => new Date(Date.UTC(2040, 0, 1 + number)).toISOString();
const DAY_0 = day(0);

async function create(city: string, number: number): Promise<string> {
  const input = { city, name: `Day ${number}`, date: day(number) };
  return (await app.run(CREATE, { input })).data.createParty.party.id;
}

const move = async (city: string, id: string, number: number) =>
  (await app.run(UPDATE, { city, id, input: { date: day(number) } })).data.updateParty;

async function upcoming(city: string, more: Readonly<Record<string, unknown>> = {}) {
  const { data } = await app.run(UPCOMING, { city, from: DAY_0, first: 100, ...more });
  return data.upcomingParties;
}

const names = ({ nodes }: { nodes: readonly { name: string }[] }) => nodes.map(({ name }) => name);
const ids = ({ nodes }: { nodes: readonly { id: string }[] }) => nodes.map(({ id }) => id);

/** Returns the stored entries of a city. */
const entries = async (city: string) => {
  const rows = await app.keyspace.session.run(select(PartyByDateTable, { city }));
  return rows.map(({ id, date }) => `${id} ${date.toISOString()}`);
};

test("the parties of a city are listed by date, from a date on, page by page", async () => {
  const city = "Ordered";
  for (const number of [5, 1, 3, 2, 4]) await create(city, number);

  expect(names(await upcoming(city))).toEqual(["Day 1", "Day 2", "Day 3", "Day 4", "Day 5"]);
  expect(names(await upcoming(city, { from: day(3) }))).toEqual(["Day 3", "Day 4", "Day 5"]);

  const first = await upcoming(city, { first: 2 });
  expect(names(first)).toEqual(["Day 1", "Day 2"]);
  expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
  const second = await upcoming(city, { first: 3, after: first.pageInfo.endCursor });
  expect(names(second)).toEqual(["Day 3", "Day 4", "Day 5"]);
  expect(second.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
});

test("from defaults to now", async () => {
  const city = "Now";
  const create = (name: string, date: Date) =>
    app.run(CREATE, { input: { city, name, date: date.toISOString() } });
  await create("Yesterday", new Date(Date.now() - 86_400_000));
  await create("Tomorrow", new Date(Date.now() + 86_400_000));

  expect(names(await upcoming(city, { from: undefined }))).toEqual(["Tomorrow"]);
});

test("a cursor of partiesInCity is rejected", async () => {
  const place = ["partiesInCity", '["Rome"]', JSON.stringify([randomUUID()])];
  const after = Buffer.from(JSON.stringify(place)).toString("base64url");
  const { errors } = await app.run(UPCOMING, { city: "Rome", after });
  expect(errors?.[0]?.extensions).toMatchObject({ code: "BAD_CURSOR" });
});

test("a moved, renamed or deleted party is listed once, in its current state", async () => {
  const city = "Moved";
  const [moved, deleted] = [await create(city, 1), await create(city, 2)];
  await create(city, 3);

  expect(await move(city, moved, 9)).toMatchObject({ party: { date: day(9), name: "Day 1" } });
  await app.run(UPDATE, { city, id: moved, input: { name: "Renamed" } });
  await app.run(DELETE, { city, id: deleted });
  expect(names(await upcoming(city))).toEqual(["Day 3", "Renamed"]);
});

test("a party that is moved and moved back keeps its entry", async () => {
  const city = "Back";
  const id = await create(city, 1);
  for (const number of [2, 1, 2, 1]) await move(city, id, number);

  expect(await entries(city)).toContain(`${id} ${day(1)}`);
  expect(ids(await upcoming(city))).toEqual([id]);
});

describe("entries without their party", () => {
  const putEntry = (city: string, id: string, number: number) =>
    app.keyspace.session.run(insert(PartyByDateTable, { city, id, date: new Date(day(number)) }));

  test("are skipped, and the page is filled with other parties", async () => {
    const city = "Orphans";
    for (let number = 0; number < 60; number++) await putEntry(city, randomUUID(), 1);
    for (const number of [2, 3, 4]) await create(city, number);

    const page = await upcoming(city, { first: 2 });
    expect(names(page)).toEqual(["Day 2", "Day 3"]);
    expect(page.pageInfo.hasNextPage).toBe(true);
  });

  test("are removed only when they are older than ten minutes", async () => {
    const city = "Aged";
    const id = await create(city, 1);
    const [young, old] = [randomUUID(), randomUUID()];
    await putEntry(city, young, 2);
    const written = BigInt(Date.now() - 11 * 60_000) * 1000n;
    for (const [each, number] of [
      [old, 3],
      [id, 5],
    ] as const) {
      await app.keyspace.session.cql(
        `INSERT INTO party_by_date (city, date, id, entered) VALUES ('${city}', '${day(number)}', ${each}, '${day(0)}') USING TIMESTAMP ${written}`,
      );
    }

    expect(ids(await upcoming(city))).toEqual([id]);
    await expect.poll(() => entries(city)).toEqual([`${id} ${day(1)}`, `${young} ${day(2)}`]);
  });
});

test("concurrent moves of a party leave it with the entry of its date", async () => {
  const city = "Both";
  for (let round = 0; round < 20; round++) {
    const id = await create(city, 0);
    await Promise.all([move(city, id, 1), move(city, id, 2), move(city, id, 3)]);
    const { nodes } = await upcoming(city);
    const [{ date }] = nodes.filter((node: { id: string }) => node.id === id);
    expect(await entries(city)).toContain(`${id} ${date}`);
  }
});

test("reading while parties are created and moved misses none and returns none twice", async () => {
  const city = "Hammered";
  const created: string[] = [];
  let done = false;
  let reads = 0;

  async function read() {
    while (!done) {
      const before = [...created];
      const listed = ids(await upcoming(city));
      expect(new Set(listed).size).toBe(listed.length);
      expect(listed).toEqual(expect.arrayContaining(before));
      reads += 1;
    }
  }
  async function write(writer: number) {
    const own: string[] = [];
    for (let turn = 0; turn < 250; turn++) {
      if (turn % 12 === 0) {
        const id = await create(city, (writer * 7 + turn) % 50);
        own.push(id);
        created.push(id);
      } else {
        const id = own[turn % own.length]!;
        await move(city, id, (writer * 13 + turn * 31) % 50);
      }
    }
  }

  const readers = [read(), read()];
  await Promise.all([0, 1, 2, 3].map(write));
  done = true;
  await Promise.all(readers);
  expect(created).toHaveLength(84);
  expect(reads).toBeGreaterThan(20);
  expect(ids(await upcoming(city)).toSorted()).toEqual(created.toSorted());
}, 60_000);
