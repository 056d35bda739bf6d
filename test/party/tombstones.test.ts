import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RawRow, Table } from "../../src/cassandra/index.ts";
import { PartyByDateTable, PartyTable } from "../../src/party/table.ts";
import { startApp, type TestApp } from "../fixtures/app.ts";
import { eventually } from "../fixtures/eventually.ts";
import { ADD, BROWSE, CREATE, DELETE, UPCOMING } from "../fixtures/parties.ts";
import { type Cluster, startCluster } from "../fixtures/cluster.ts";
import { bury, few } from "../fixtures/tombstones.ts";

let cluster: Cluster;
let app: TestApp;
beforeAll(async () => {
  cluster = await startCluster({ settings: few });
  app = await startApp(undefined, cluster.cluster);
}, 120_000);
afterAll(async () => {
  await app?.[Symbol.asyncDispose]();
  await cluster?.[Symbol.asyncDispose]();
});

const date = "2040-01-01T00:00:00.000Z";
const HOUR = 3600n * 1_000_000n;

const unreadable = {
  message: expect.any(String),
  extensions: { code: "TOO_MANY_TOMBSTONES" },
};

async function buryMany(table: Table, key: () => RawRow, timestamp?: bigint): Promise<void> {
  await bury(
    app.keyspace.session,
    table,
    Array.from({ length: 3 * few.tombstone_failure_threshold }, key),
    timestamp,
  );
}

test("a city with too many deleted parties fails with its own code, can be written, and can be read again after a sweep", async () => {
  const city = `City ${randomUUID()}`;
  await buryMany(PartyTable, () => ({ city, id: randomUUID() }));
  const { errors } = await app.run(BROWSE, { city });
  expect(errors).toMatchObject([unreadable]);

  const input = { city, name: "A party", people: 1, date };
  const { party } = (await app.run(CREATE, { input })).data.createParty;
  const { id } = party;
  expect((await app.run(ADD, { city, id, delta: 1 })).data.addPeople).toMatchObject({ people: 2 });
  const gone = (await app.run(CREATE, { input })).data.createParty.party;
  expect((await app.run(DELETE, { city, id: gone.id })).data.deleteParty).toEqual({
    __typename: "PartyDeleted",
  });

  await eventually(async () => {
    await sleep(500);
    const { data } = await app.run(BROWSE, { city });
    expect(data.partiesInCity.nodes).toEqual([{ city, id, name: "A party", people: 2 }]);
  }, 60_000);
}, 120_000);

test("upcomingParties of a city with too many moved or deleted parties works again after a sweep", async () => {
  const city = `City ${randomUUID()}`;
  const anyDate = () => new Date(Date.parse(date) + Math.random() * 1e10);
  const entry = () => ({ city, date: anyDate(), id: randomUUID() });
  await buryMany(PartyByDateTable, entry, BigInt(Date.now()) * 1000n - HOUR);
  const input = { city, name: "A party", date: "2041-01-01T00:00:00.000Z" };
  const { party } = (await app.run(CREATE, { input })).data.createParty;
  expect((await app.run(UPCOMING, { city })).errors).toMatchObject([unreadable]);
  await eventually(async () => {
    await sleep(500);
    const { data } = await app.run(UPCOMING, { city });
    expect(data.upcomingParties.nodes).toMatchObject([{ id: party.id }]);
  }, 60_000);
}, 120_000);
