import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { requireSynced, select, sync } from "../../src/cassandra/index.ts";
import { backfillOrder, type BackfillProgress } from "../../src/order/index.ts";
import { tables } from "../../src/party/index.ts";
import { PartyByDateTable } from "../../src/party/table.ts";
import { startApp } from "../fixtures/app.ts";
import { BROWSE, change, createParty, DELETE, UPCOMING } from "../fixtures/parties.ts";
import { createKeyspace } from "../fixtures/keyspace.ts";
import { schema } from "../../src/party/schema.ts";
import { admitOfSchema } from "../../src/pothos/index.ts";

/** The table of the Django sample. Its rows were written by plain INSERTs, some of them without a count. */
const DJANGO_TABLE =
  "CREATE TABLE party (city text, id uuid, name text, people int, date timestamp, PRIMARY KEY (city, id))";

test("a table of another program is served as it is, and sync adds what is missing", async () => {
  await using app = await startApp();
  const { session, name } = app.keyspace;
  await session.cql("DROP TABLE party");
  await session.cql("DROP TABLE party_by_date");
  await session.cql(DJANGO_TABLE);
  const ids = [randomUUID(), randomUUID()];
  await session.cql(
    `INSERT INTO party (city, id, name, people, date) VALUES ('Rome', ${ids[0]}, 'Counted', 5, '2040-01-02')`,
  );
  await session.cql(
    `INSERT INTO party (city, id, name, date) VALUES ('Rome', ${ids[1]}, 'Uncounted', '2040-01-01')`,
  );

  await expect(requireSynced(session, { keyspace: name, tables })).rejects.toThrow(
    "table party_by_date is missing",
  );
  expect(await sync(session, { keyspace: name, tables })).toMatchObject([
    { table: "party", column: "rounds" },
    { table: "party", column: "recent" },
    { table: "party", column: "earlier" },
    { table: "party_by_date" },
  ]);

  const browsed = (await app.run(BROWSE, { city: "Rome" })).data.partiesInCity.nodes;
  expect(
    browsed.toSorted((a: { people: number }, b: { people: number }) => a.people - b.people),
  ).toMatchObject([
    { name: "Uncounted", people: 0 },
    { name: "Counted", people: 5 },
  ]);
  const upcoming = async () =>
    (await app.run(UPCOMING, { city: "Rome" })).data.upcomingParties.nodes.map(
      (party: { name: string }) => party.name,
    );
  expect(await upcoming()).toEqual([]);
  await backfillOrder(session, PartyByDateTable, {
    admit: admitOfSchema(schema)!,
    progress: () => {},
    signal: new AbortController().signal,
  });
  expect(await upcoming()).toEqual(["Uncounted", "Counted"]);

  const key = { city: "Rome", id: ids[1]! };
  expect(await change(app, key, 0, 1)).toEqual({ __typename: "PeopleChanged", people: 1 });
});

test("the backfill ignores a city whose last party was deleted", async () => {
  await using app = await startApp();
  const { session } = app.keyspace;
  const key = await createParty(app);
  await app.run(DELETE, { ...key });
  // The static columns of the city still exist.
  expect(await session.cql("SELECT id FROM party")).toEqual([{ id: null }]);

  const { signal } = new AbortController();
  const state = await backfillOrder(session, PartyByDateTable, {
    admit: admitOfSchema(schema)!,
    progress: () => {},
    signal,
  });
  expect(state).toMatchObject({ written: 0, unordered: 0 });
});

test("an interrupted backfill continues where it stopped", async () => {
  await using keyspace = await createKeyspace(...tables);
  const { session } = keyspace;
  const cities = Array.from({ length: 40 }, (_, number) => `City ${number}`);
  for (const city of cities) {
    const rows = Array.from({ length: 10 }, () =>
      session.cql(
        `INSERT INTO party (city, id, name, date) VALUES ('${city}', ${randomUUID()}, 'A', '2040-01-01')`,
      ),
    );
    await Promise.all(rows);
  }
  await session.cql(`INSERT INTO party (city, id, name) VALUES ('City 0', ${randomUUID()}, 'A')`);

  const stop = new AbortController();
  let reached: BackfillProgress | undefined;
  const first = backfillOrder(session, PartyByDateTable, {
    admit: admitOfSchema(schema)!,
    progress: (state) => {
      reached = state;
      if (state.written > 100) stop.abort(new Error("asked to stop"));
    },
    signal: stop.signal,
  });
  await expect(first).rejects.toThrow("asked to stop");
  expect(reached!.written).toBeLessThan(200);

  const rest = await backfillOrder(session, PartyByDateTable, {
    admit: admitOfSchema(schema)!,
    token: reached!.token,
    progress: () => {},
    signal: new AbortController().signal,
  });
  expect(rest.written).toBeLessThan(400);
  for (const city of cities) {
    expect(await session.run(select(PartyByDateTable, { city }))).toHaveLength(10);
  }
});
