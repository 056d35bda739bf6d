import { randomUUID } from "node:crypto";
import { expect, inject, test } from "vitest";
import { runCommand } from "../fixtures/command.ts";
import { createKeyspace } from "../fixtures/keyspace.ts";

const cluster = (keyspace: string) => ({
  CASSANDRA_CONTACT_POINTS: inject("cassandra").contactPoints.join(","),
  CASSANDRA_LOCAL_DATA_CENTER: inject("cassandra").localDataCenter,
  CASSANDRA_KEYSPACE: keyspace,
});

test("a wrong data centre is told with the right one, and the command ends", async () => {
  await using keyspace = await createKeyspace();
  const env = { ...cluster(keyspace.name), CASSANDRA_LOCAL_DATA_CENTER: "nowhere" };
  const { code, err } = await runCommand(["sync"], { env });
  expect(err).toContain("'nowhere', but only found hosts in data centers: [datacenter1]");
  expect(code).toBe(11);
});

test("sync --backfill puts the entries of the parties that were there before", async () => {
  await using keyspace = await createKeyspace();
  const { session, name } = keyspace;
  await session.cql(
    "CREATE TABLE party (city text, id uuid, name text, people int, date timestamp, PRIMARY KEY (city, id))",
  );
  const write = "INSERT INTO party (city, id, name, date) VALUES (?, ?, ?, ?)";
  for (const city of ["Rome", "Berlin", "Tokyo"]) {
    await session.cql(write, [city, randomUUID(), "A", new Date()]);
  }
  await session.cql("INSERT INTO party (city, id, name) VALUES (?, ?, ?)", [
    "Rome",
    randomUUID(),
    "A",
  ]);

  const filled = await runCommand(["sync", "--backfill"], { env: cluster(name) });
  expect(filled).toMatchObject({ code: 0 });
  expect(filled.out).toContain("ALTER TABLE party ADD recent blob;");
  expect(filled.out).toMatch(/^CREATE TABLE IF NOT EXISTS party_by_date \(/m);
  expect(filled.err).toContain(
    "3 entries put in party_by_date. Parties without a date, and so without an entry: 1.",
  );
  expect(await session.cql("SELECT * FROM party_by_date")).toHaveLength(3);

  const again = await runCommand(["sync", "--backfill", `--token=${2n ** 63n - 1n}`], {
    env: cluster(name),
  });
  expect(again.err).toContain("0 entries put in party_by_date.");
});

test.each([
  [["sync", "--token=5"], /--token is for --backfill/],
  [["sync", "--backfill", "--token=x"], /--token must be a whole number of 64 bits, but is "x"/],
  [["sync", "--backfill", `--token=${2n ** 63n}`], /--token must be a whole number of 64 bits/],
])("%j is refused", async (args, message) => {
  const { code, err } = await runCommand(args);
  expect(err).toMatch(message);
  expect(code).toBe(2);
});
