import { randomUUID } from "node:crypto";
import { expect, inject, test } from "vitest";
import { runCommand } from "../fixtures/command.ts";
import { createKeyspace } from "../fixtures/keyspace.ts";

const cluster = (keyspace: string) => ({
  CASSANDRA_CONTACT_POINTS: inject("cassandra").contactPoints.join(","),
  CASSANDRA_LOCAL_DATA_CENTER: inject("cassandra").localDataCenter,
  CASSANDRA_KEYSPACE: keyspace,
});

test("sync names the existing data centre if the configured one is wrong", async () => {
  await using keyspace = await createKeyspace();
  const env = { ...cluster(keyspace.name), CASSANDRA_LOCAL_DATA_CENTER: "nowhere" };
  const { code, err } = await runCommand(["sync"], { env });
  expect(err).toContain("'nowhere', but only found hosts in data centers: [datacenter1]");
  expect(code).toBe(11);
});

test("sync --backfill writes the entries of existing parties", async () => {
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
  const strange = randomUUID();
  await session.cql(
    `INSERT INTO party (city, id, name, date) VALUES ('Rome', ${strange}, 'A', 1795247560962000000)`,
  );

  const filled = await runCommand(["sync", "--backfill"], { env: cluster(name) });
  expect(filled).toMatchObject({ code: 0 });
  expect(filled.out).toContain("ALTER TABLE party ADD recent blob;");
  expect(filled.out).toMatch(/^CREATE TABLE IF NOT EXISTS party_by_date \(/m);
  expect(filled.out).not.toContain("ALTER TABLE party WITH");
  expect(filled.err).toMatch(
    /^Not changed: party has compaction = .* \(ALTER TABLE party WITH compaction = .*\)\.$/m,
  );
  expect(filled.err).toContain(
    "3 entries written to party_by_date. Rows without an entry because a column of the order is null: 1. Rows without an entry because they cannot be read: 1.",
  );
  expect(filled.err).toContain(
    `A row is left out. Table "party", row {"city":"Rome","id":"${strange}"}: "date" holds a value that is not a date and time.`,
  );
  expect(await session.cql("SELECT * FROM party_by_date")).toHaveLength(3);

  const again = await runCommand(["sync", "--backfill", `--token=${2n ** 63n - 1n}`], {
    env: cluster(name),
  });
  expect(again.err).toContain("0 entries written to party_by_date.");
});

test("sync prints its changes and the other tables of the keyspace before it makes them", async () => {
  await using keyspace = await createKeyspace();
  const { session, name } = keyspace;
  await session.cql("CREATE TABLE customer (id int PRIMARY KEY)");
  const { code, out, err } = await runCommand(["sync"], { env: cluster(name) });
  expect(code).toBe(0);
  expect(out).toMatch(
    /^CREATE TABLE IF NOT EXISTS party \(.*^CREATE TABLE IF NOT EXISTS party_by_date \(/ms,
  );
  expect(err).toMatch(
    new RegExp(
      `^Adding to keyspace ${name}, which has other tables \\(customer\\):\nDone: keyspace ${name}, `,
    ),
  );
  const again = await runCommand(["sync"], { env: cluster(name) });
  expect(again.err).toMatch(new RegExp(`^Nothing was missing: keyspace ${name}, `));
});

test("sync prints the CQL and one error line if Cassandra cannot create the keyspace", async () => {
  await using keyspace = await createKeyspace();
  const name = `${keyspace.name}_new`;
  const env = { ...cluster(name), CASSANDRA_REPLICATION: "nowhere:3" };
  const { code, out, err } = await runCommand(["sync"], { env });
  expect(out).toMatch(
    new RegExp(`^CREATE KEYSPACE IF NOT EXISTS ${name} WITH .*'nowhere': '3'.*;\n$`),
  );
  const [plan, refusal, ...more] = err.trim().split("\n");
  expect(plan).toBe(`Creating keyspace ${name}:`);
  expect(refusal).toMatch(
    new RegExp(
      `^partyfinder: Keyspace ${name} cannot be created with this replication\\. .*nowhere`,
    ),
  );
  expect(more).toEqual([]);
  expect(code).toBe(4);
});

test("sync adds nothing if a table of another program has the same name", async () => {
  await using keyspace = await createKeyspace();
  const { session, name } = keyspace;
  await session.cql("CREATE TABLE party (id int PRIMARY KEY, name text)");
  const { code, out, err } = await runCommand(["sync"], { env: cluster(name) });
  expect(err).toMatch(
    /party\.id is int \(partition_key 0\), the model has uuid.*\(the command "sync" does not alter anything: set another CASSANDRA_KEYSPACE, /,
  );
  expect({ code, out }).toEqual({ code: 12, out: "" });
  expect(
    await session.cql("SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?", [
      name,
    ]),
  ).toHaveLength(1);
});

test.each([
  [["sync", "--token=5"], /--token requires --backfill/],
  [["sync", "--order=party_by_date"], /--order requires --backfill/],
  [["sync", "--backfill", "--order=none"], /--order must be one of party_by_date, but is "none"/],
  [["sync", "--backfill", "--token=x"], /--token must be a 64-bit integer, but is "x"/],
  [["sync", "--backfill", `--token=${2n ** 63n}`], /--token must be a 64-bit integer/],
])("%j is refused", async (args, message) => {
  const { code, err } = await runCommand(args);
  expect(err).toMatch(message);
  expect(code).toBe(2);
});
