import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect as connectSocket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, inject, test } from "vitest";
import { connect } from "../../src/cassandra/index.ts";
import { tables } from "../../src/party/index.ts";
import {
  createDirectory,
  npmStart,
  runCommand,
  runShell,
  startCommand,
} from "../fixtures/command.ts";
import { eventually } from "../fixtures/eventually.ts";
import { createKeyspace } from "../fixtures/keyspace.ts";

const cluster = (keyspace: string) => ({
  CASSANDRA_CONTACT_POINTS: inject("cassandra").contactPoints.join(","),
  CASSANDRA_LOCAL_DATA_CENTER: inject("cassandra").localDataCenter,
  CASSANDRA_KEYSPACE: keyspace,
  PORT: "0",
});

const UP = "Ctrl-C stops everything.";
const isOpen = async (port: number) => {
  const socket = connectSocket(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
};

/** Sends the request of the curl command in the banner, as a shell parses it. */
async function runCurl(
  banner: string,
): Promise<{ readonly name: string; readonly people: number }[]> {
  const line = /^ {2}(curl .*)$/m.exec(banner)![1]!;
  const { out } = await runShell(`curl() { printf '%s\\n' "$@"; }; ${line}`, []);
  const [url = "", ...options] = out.trimEnd().split("\n");
  expect(options).toEqual(["-H", "content-type: application/json", "-d", options[3]]);
  const headers = { "content-type": "application/json" };
  const answer = await fetch(url, { method: "POST", headers, body: options[3]! });
  return (await answer.json()).data.partiesInCity.nodes;
}

test("without settings, serve runs an embedded Cassandra with sample parties, and keeps them", async () => {
  await using directory = await createDirectory();
  const options = { cwd: directory.path, env: { PORT: "0" } };

  const first = startCommand(["serve"], options);
  const banner = await first.printed(UP);
  expect(banner).toMatch(/Page +http:\/\/localhost:\d+\/\n/);
  expect(banner).toMatch(/GraphiQL +http:\/\/localhost:\d+\/graphql\n/);
  expect(banner).toMatch(/WebSocket +ws:\/\/localhost:\d+\/graphql\n/);
  expect(banner).toMatch(
    /Cassandra +5\.0\.\d+, embedded \((jars|docker)\) at .*, data in (\.cassandra|a Docker volume)\n/,
  );
  expect(banner).toMatch(/Keyspace +partyfinder\n/);
  const parties = await runCurl(banner);
  expect(parties).toHaveLength(3);
  const cassandraPort = Number(/127\.0\.0\.1:(\d+)/.exec(banner)![1]);
  const [webPort] = /(?<=localhost:)\d+/.exec(banner)!;

  const stopped = await first.end("SIGTERM");
  expect(stopped).toMatchObject({ code: 0 });
  expect(await isOpen(Number(webPort))).toBe(false);
  expect(await isOpen(cassandraPort)).toBe(false);
  expect(stopped.err).toContain("Wrote 7 sample rows.");

  await using second = startCommand(["serve"], options);
  expect(await runCurl(await second.printed(UP))).toEqual(parties);

  // Other commands share the running Cassandra, and leave it running.
  expect((await runCommand(["seed"], options)).err).toMatch(/^0 sample rows written/m);
  expect(await runCurl(await second.printed(UP))).toEqual(parties);

  const again = await second.end("SIGINT");
  expect(again).toMatchObject({ code: 0 });
  expect(again.err).not.toContain("sample rows");
}, 120_000);

test("sample rows are written after a first start that was killed, and deleted ones are not restored", async () => {
  await using directory = await createDirectory();
  const options = { cwd: directory.path, env: { PORT: "0" } };
  const killed = startCommand(["serve"], options);
  await untilTables(directory.path);
  await killed.end("SIGKILL");

  const second = startCommand(["serve"], options);
  const banner = await second.printed(UP);
  expect(await runCurl(banner)).toHaveLength(3);
  const url = /http:\S+(?=\/graphql)/.exec(banner)![0];
  const query = `mutation { deleteParty(city: "Rome", id: "00000000-0000-4000-8000-000000000001") { __typename } }`;
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ query });
  const answer = await fetch(`${url}/graphql`, { method: "POST", headers, body });
  expect(await answer.json()).toEqual({ data: { deleteParty: { __typename: "PartyDeleted" } } });
  await second.end();

  await using third = startCommand(["serve"], options);
  expect(await runCurl(await third.printed(UP))).toHaveLength(2);
  expect((await third.end()).err).not.toContain("sample rows");
}, 180_000);

/** Waits until the Cassandra that runs in a directory has all tables, which is before they have rows. */
async function untilTables(directory: string): Promise<void> {
  const contactPoint = await eventually(() => {
    const lock: unknown = JSON.parse(readFileSync(join(directory, ".cassandra/lock.json"), "utf8"));
    return (lock as { readonly contactPoint: string }).contactPoint.toString();
  }, 60_000);
  const cluster = { contactPoints: [contactPoint], localDataCenter: "datacenter1" };
  await using session = await eventually(() => connect(cluster), 120_000);
  const names = "SELECT table_name FROM system_schema.tables WHERE keyspace_name = 'partyfinder'";
  while ((await session.cql(names)).length < tables.length) await sleep(1);
}

test("serve does not change a cluster, and sync adds its missing tables", async () => {
  await using keyspace = await createKeyspace();
  const env = cluster(keyspace.name);

  await using served = startCommand(["serve"], { env });
  const banner = await served.printed(UP);
  const ready = async () =>
    (await fetch(/http:\S+(?=\/graphql)/.exec(banner)![0] + "/ready")).text();
  await expect.poll(ready).toMatch(/^{"status":"unavailable","reason":".*table party is missing/);
  expect((await runCommand(["seed"], { env })).code).toBe(12);

  const synced = await runCommand(["sync"], { env });
  expect(synced).toMatchObject({ code: 0 });
  expect(synced.out).toMatch(/^CREATE TABLE IF NOT EXISTS party \(/);
  expect((await runCommand(["sync"], { env })).out).toBe("");

  await expect.poll(ready, { timeout: 5000 }).toBe('{"status":"ready"}');
  expect(await runCurl(banner)).toEqual([]);
  expect((await runCommand(["seed"], { env })).err).toMatch(/^7 sample rows written/m);
  expect(await runCurl(banner)).toHaveLength(3);
  expect((await served.end()).err).toMatch(/table party is missing.*the command "sync"/);
});

/** Returns what the banner, `/ready` and standard error report about the database. */
async function serveReports(env: Readonly<Record<string, string>>) {
  await using served = startCommand(["serve"], { env });
  const banner = await served.printed(UP);
  const url = /http:\S+(?=\/graphql)/.exec(banner)![0];
  const reason = async () => (await (await fetch(`${url}/ready`)).json()).reason as string;
  await expect.poll(reason, { timeout: 5000 }).not.toMatch(/^Connecting/);
  const ready = await reason();
  const { err } = await served.end();
  const rows = banner.match(/^Partyfinder .*$|^ {2}(Cassandra|Keyspace) .*$/gm);
  return { rows, ready, err };
}

describe("serve reports a missing part of its database", () => {
  const address = () => inject("cassandra").contactPoints.join(", ");
  const WAITS = "Partyfinder is up and waiting for its database.";

  test("a missing keyspace", async () => {
    await using keyspace = await createKeyspace();
    const name = `${keyspace.name}_none`;
    const { rows, ready, err } = await serveReports(cluster(name));
    expect(rows).toEqual([
      WAITS,
      `  Cassandra  at ${address()}`,
      `  Keyspace   ${name}, which does not exist`,
    ]);
    const reason = `The database does not match the models: keyspace ${name} is missing.`;
    expect(ready).toBe(reason);
    expect(err).toBe(
      `${reason} (the command "sync" creates it if CASSANDRA_REPLICATION sets the number of copies of each row.) Trying again every second.\n/ready: ${reason}\nStopping.\n`,
    );
  });

  test("missing tables in a keyspace of another program", async () => {
    await using keyspace = await createKeyspace();
    const { session, name } = keyspace;
    await session.cql("CREATE TABLE customer (id int PRIMARY KEY)");
    const { rows, ready, err } = await serveReports(cluster(name));
    expect(rows).toEqual([
      WAITS,
      `  Cassandra  at ${address()}`,
      `  Keyspace   ${name}, which does not match the models`,
    ]);
    const reason = `The database does not match the models: table party is missing; table party_by_date is missing. Keyspace ${name} has other tables: customer.`;
    expect(ready).toBe(reason);
    expect(err).toBe(
      `${reason} (the command "sync" adds what is missing.) Trying again every second.\n/ready: ${reason}\nStopping.\n`,
    );
    expect(
      await session.cql("SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?", [
        name,
      ]),
    ).toHaveLength(1);
  });

  test("a cluster that cannot be reached", async () => {
    const { rows } = await serveReports({
      ...cluster("k"),
      CASSANDRA_CONTACT_POINTS: "127.0.0.1:1",
    });
    expect(rows).toEqual([WAITS, "  Cassandra  at 127.0.0.1:1, not reached yet", "  Keyspace   k"]);
  });

  test("but nothing if all tables exist", async () => {
    await using keyspace = await createKeyspace(...tables);
    await using served = startCommand(["serve"], { env: cluster(keyspace.name) });
    const banner = await served.printed(UP);
    expect(banner).toMatch(/^Partyfinder is up\.$/m);
    expect(banner).toMatch(
      new RegExp(`Cassandra +5\\.0\\.\\d+, at ${address()}\n +Keyspace +${keyspace.name}\n`),
    );
  });
});

test("sync creates a missing keyspace if its replication is set", async () => {
  await using keyspace = await createKeyspace();
  const env = cluster(`${keyspace.name}_new`);

  const refused = await runCommand(["sync"], { env });
  expect(refused).toMatchObject({ code: 12 });
  expect(refused.err).toContain("CASSANDRA_REPLICATION");
  const synced = await runCommand(["sync"], { env: { ...env, CASSANDRA_REPLICATION: "1" } });
  expect(synced).toMatchObject({ code: 0 });
  expect(synced.out).toMatch(/^CREATE KEYSPACE .*^CREATE TABLE /ms);
  await keyspace.session.cql(`DROP KEYSPACE ${keyspace.name}_new`);
});

test.each(["SIGTERM", "SIGINT"] as const)("%s to npm stops the service", async (signal) => {
  await using keyspace = await createKeyspace();
  const env = cluster(keyspace.name);
  await runCommand(["sync"], { env });
  const service = npmStart({ env });
  const [port] = /(?<=localhost:)\d+/.exec(await service.printed(UP))!;

  expect(await service.end(signal)).toMatchObject({ code: 0 });
  expect(await isOpen(Number(port))).toBe(false);
});

test("a signal stops serve while Cassandra starts", async () => {
  await using directory = await createDirectory();
  const starting = startCommand(["serve"], { cwd: directory.path, env: { PORT: "0" } });
  await starting.printedToStderr("Starting Cassandra");
  expect(await starting.end("SIGTERM")).toMatchObject({ code: 0, out: "" });
});
