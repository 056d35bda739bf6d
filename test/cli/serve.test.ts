import { execFile } from "node:child_process";
import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import { promisify } from "node:util";
import { expect, inject, test } from "vitest";
import { createDirectory, npmStart, runCommand, startCommand } from "../fixtures/command.ts";
import { createKeyspace } from "../fixtures/keyspace.ts";

const run = promisify(execFile);

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

/** Runs the curl line that the banner shows, just as it stands there. */
async function runCurl(
  banner: string,
): Promise<{ readonly name: string; readonly people: number }[]> {
  const line = /^ {2}(curl .*)$/m.exec(banner)![1]!;
  const { stdout } = await run("sh", ["-c", line.replace("curl ", "curl -sS ")]);
  return JSON.parse(stdout).data.partiesInCity.nodes;
}

test("with nothing configured it serves sample parties on a Cassandra of its own, and finds them again", async () => {
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
  expect(stopped.err).toContain("Wrote 7 sample parties.");

  await using second = startCommand(["serve"], options);
  expect(await runCurl(await second.printed(UP))).toEqual(parties);

  // While it runs, other commands share its Cassandra, and leave it up.
  expect((await runCommand(["seed"], options)).err).toMatch(/^0 sample parties written/m);
  expect(await runCurl(await second.printed(UP))).toEqual(parties);

  const again = await second.end("SIGINT");
  expect(again).toMatchObject({ code: 0 });
  expect(again.err).not.toContain("sample parties");
}, 120_000);

test("a cluster of one's own is never changed by serve, and completed by sync", async () => {
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
  expect((await runCommand(["seed"], { env })).err).toMatch(/^7 sample parties written/m);
  expect(await runCurl(banner)).toHaveLength(3);
  expect((await served.end()).err).toMatch(/table party is missing.*partyfinder sync/);
});

test("a missing keyspace is created by sync where its replication is said", async () => {
  await using keyspace = await createKeyspace();
  const env = cluster(`${keyspace.name}_new`);

  const refused = await runCommand(["sync"], { env });
  expect(refused).toMatchObject({ code: 12 });
  expect(refused.err).toContain("CASSANDRA_REPLICATION");
  const synced = await runCommand(["sync"], { env: { ...env, CASSANDRA_REPLICATION: "1" } });
  expect(synced).toMatchObject({ code: 0 });
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

test("a signal while Cassandra starts ends everything at once", async () => {
  await using directory = await createDirectory();
  const starting = startCommand(["serve"], { cwd: directory.path, env: { PORT: "0" } });
  await starting.told("Starting Cassandra");
  expect(await starting.end("SIGTERM")).toMatchObject({ code: 0, out: "" });
});
