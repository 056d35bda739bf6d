import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import {
  asc,
  connect,
  insert,
  remove,
  type Row,
  select,
  selectRows,
  table,
  text,
  timestamp,
  update,
  uuid,
} from "../../src/cassandra/index.ts";
import { PartyTable } from "../../src/party/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";

const Entry = table(
  "entry",
  { city: text(), date: timestamp(), id: uuid(), note: text() },
  { partition: ["city"], clustering: [asc("date"), asc("id")] },
);

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await createKeyspace(PartyTable, Entry);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

const day = (number: number) => new Date(Date.UTC(2027, 0, number));
const idOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
const entry = (city: string, number: number) => ({ city, date: day(number), id: idOf(number) });

async function writeEntries(city: string, numbers: readonly number[]): Promise<void> {
  const write = (number: number) => keyspace.session.run(insert(Entry, entry(city, number)));
  // Fewer at once than the driver allows on one connection.
  for (let at = 0; at < numbers.length; at += 500) {
    await Promise.all(numbers.slice(at, at + 500).map(write));
  }
}

test("every outcome of a lightweight transaction is distinguished", async () => {
  const { session } = keyspace;
  const key = { city: "Rome", id: randomUUID() };
  const party = { ...key, name: "A", people: 5, date: day(1) };
  const change = (from: number, to: number) =>
    session.run(update(PartyTable, key, { people: to }, { if: { people: from } }));

  expect(await change(5, 6)).toEqual({ applied: false, current: undefined });
  const create = insert(PartyTable, party, { if: "not exists" });
  expect(await session.run(create)).toEqual({ applied: true });
  expect(await session.run(create)).toEqual({ applied: false, current: party });
  expect(await change(5, 6)).toEqual({ applied: true });
  expect(await change(5, 6)).toEqual({ applied: false, current: { people: 6 } });
  expect(await session.run(remove(PartyTable, key, { if: "exists" }))).toEqual({ applied: true });
  expect(await session.run(remove(PartyTable, key, { if: "exists" }))).toEqual({
    applied: false,
    current: undefined,
  });
});

test("a change of a missing row does not create it", async () => {
  const { session } = keyspace;
  const key = { city: "Rome", id: randomUUID() };
  await session.run(update(PartyTable, key, { people: 1 }, { if: { people: 0 } }));
  expect(await session.run(select(PartyTable, key))).toBeUndefined();
});

test("the write time under lightweight transactions is a ballot that grows with each one, even if the value stays the same", async () => {
  const { session } = keyspace;
  const key = { city: "Rome", id: randomUUID() };
  const ballot = async () => {
    const row = await session.run(select(PartyTable, key, { writetime: ["people"] }));
    return row!["writetime(people)"]!;
  };
  const party = { ...key, name: "A", people: 0 };
  await session.run(insert(PartyTable, party, { if: "not exists" }));
  const ballots = [await ballot()];
  for (const people of [1, 1, 0]) {
    await session.run(update(PartyTable, key, { people }, { if: "exists" }));
    ballots.push(await ballot());
  }
  await session.run(remove(PartyTable, key, { if: "exists" }));
  await session.run(insert(PartyTable, party, { if: "not exists" }));
  ballots.push(await ballot());

  expect(ballots.every((each, at) => at === 0 || each > ballots[at - 1]!)).toBe(true);
});

test("a range, a prefix and a page of a partition are returned in clustering order", async () => {
  const { session } = keyspace;
  await writeEntries("Ordered", [3, 1, 2, 5, 4]);
  const days = async (rows: Promise<readonly Row<typeof Entry>[]>) =>
    (await rows).map(({ date }) => date.getUTCDate());
  const city = "Ordered";

  expect(await days(session.run(select(Entry, { city })))).toEqual([1, 2, 3, 4, 5]);
  expect(await days(session.run(select(Entry, { city, date: day(2) })))).toEqual([2]);
  const range = { gt: day(1), lte: day(4) };
  expect(await days(session.run(select(Entry, { city, date: range })))).toEqual([2, 3, 4]);
  const after = { date: day(2), id: idOf(2) };
  expect(await days(session.run(select(Entry, { city }, { after, limit: 2 })))).toEqual([3, 4]);
});

test("several rows of a partition are read at once, by one or several clustering columns", async () => {
  const { session } = keyspace;
  await writeEntries("Several", [1, 2, 3]);
  const [one, , three] = [1, 2, 3].map((number) => entry("Several", number));
  const rows = await session.run(selectRows(Entry, { city: "Several" }, [three!, one!]));
  expect(rows).toEqual([one, three].map((row) => ({ ...row, note: null })));
});

test("a partition longer than a page is read to its end", async () => {
  const { session } = keyspace;
  const numbers = Array.from({ length: 2500 }, (_, number) => number);
  await writeEntries("Long", numbers);

  expect(await session.run(select(Entry, { city: "Long" }))).toHaveLength(2500);
  let streamed = 0;
  for await (const { id } of session.rows(select(Entry, { city: "Long" }))) {
    expect(id).toBe(idOf(streamed));
    streamed += 1;
  }
  expect(streamed).toBe(2500);
});

test("rows requested in one tick are read by one query per partition, even if a row is requested twice", async () => {
  await using counted = await connect({ ...keyspace.cluster, keyspace: keyspace.name });
  await writeEntries("Loaded", [1, 2]);
  await writeEntries("Elsewhere", [3]);
  const load = (city: string, number: number) => counted.load(Entry, entry(city, number));

  const before = await reads();
  const rows = await Promise.all([
    load("Loaded", 1),
    load("Loaded", 2),
    load("Elsewhere", 3),
    load("Loaded", 1),
    load("Loaded", 9),
  ]);
  expect(rows.map((row) => row?.id)).toEqual([idOf(1), idOf(2), idOf(3), idOf(1), undefined]);
  expect((await reads()) - before).toBe(2);

  /** Returns the number of reads of the table that Cassandra has counted. */
  async function reads(): Promise<number> {
    const rows = await keyspace.session.cql(
      "SELECT count FROM system_views.local_read_latency WHERE keyspace_name = ? AND table_name = ?",
      [keyspace.name, "entry"],
    );
    return Number(rows[0]?.["count"] ?? 0);
  }
});

test("a row loaded again after a write has the new values", async () => {
  const { session } = keyspace;
  const key = entry("Fresh", 1);
  await session.run(insert(Entry, { ...key, note: "old" }));
  expect((await session.load(Entry, key))?.note).toBe("old");
  await session.run(update(Entry, key, { note: "new" }));
  expect((await session.load(Entry, key))?.note).toBe("new");
});

test("a statement for a missing table fails with NOT_SYNCED and its CQL", async () => {
  const Missing = table("missing", { a: text() }, { partition: ["a"] });
  await expect(keyspace.session.run(select(Missing, { a: "x" }))).rejects.toMatchObject({
    code: "NOT_SYNCED",
    cql: "SELECT a FROM missing WHERE a = ?",
  });
});

test("the error of refused raw CQL has Cassandra's message", async () => {
  await expect(keyspace.session.cql("SELEC 1")).rejects.toMatchObject({
    code: "REFUSED",
    message: expect.stringContaining("no viable alternative"),
  });
});

test.each([
  [{ contactPoints: ["127.0.0.1:1"] }, "NOT_CONNECTED", /127\.0\.0\.1:1: connect ECONNREFUSED/],
  [{ localDataCenter: "nowhere" }, "NOT_CONNECTED", /nowhere/],
  [
    { keyspace: "no_such_keyspace" },
    "NOT_SYNCED",
    /^The database does not match the models: keyspace no_such_keyspace is missing\.$/,
  ],
])("a failed connection is explained: %j", async (wrong, code, message) => {
  const opened = connect({ ...inject("cassandra"), ...wrong });
  await expect(opened).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});
