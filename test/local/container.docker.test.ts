import { existsSync } from "node:fs";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { getContainerRuntimeClient } from "testcontainers";
import { expect, test, vi } from "vitest";
import { connect } from "../../src/cassandra/index.ts";
import { startDocker } from "../../src/local/docker.ts";
import { type Embedded, type EmbeddedOptions, startEmbedded } from "../../src/local/index.ts";
import { eventually } from "../fixtures/eventually.ts";
import { cacheDir, temporaryDirectory } from "./place.ts";

const progress = () => {};

/** Starts Cassandra in Docker for a directory. */
const start = (dir: string, options: Partial<EmbeddedOptions> = {}) =>
  startEmbedded({ dir, cacheDir, runtime: "docker", port: 0, keep: false, progress, ...options });

/** Returns the options of a connection. */
const clusterOf = ({ contactPoint, localDataCenter }: Embedded) => ({
  contactPoints: [contactPoint],
  localDataCenter,
});

/** Connects, with time for a machine that is busy with its disk. */
const connectTo = (embedded: Embedded) => eventually(() => connect(clusterOf(embedded)), 120_000);

/** Returns the ids of the engine's Cassandra containers, running or not. */
async function containers(): Promise<readonly string[]> {
  const { container } = await getContainerRuntimeClient();
  const all = await container.dockerode.listContainers({ all: true });
  return all.filter(({ Image }) => Image === "cassandra:5.0").map(({ Id }) => Id);
}

/** Returns the only new container. */
async function containerSince(before: readonly string[]) {
  const { container } = await getContainerRuntimeClient();
  const [id = ""] = await vi.waitFor(
    async () => {
      const since = (await containers()).filter((each) => !before.includes(each));
      expect(since).toHaveLength(1);
      return since;
    },
    { timeout: 60_000 },
  );
  return container.getById(id);
}

async function isGone(container: { inspect(): Promise<unknown> }): Promise<boolean> {
  return container.inspect().then(
    () => false,
    (error: { statusCode?: number }) => error.statusCode === 404,
  );
}

/** Returns the error with which it has died half a second from now, if any. */
const deathOf = ({ died }: Embedded) => Promise.race([died, sleep(500, "none")]);

test("when Cassandra in Docker dies, its owner and the processes that share it are notified", async () => {
  using place = temporaryDirectory();
  const dir = place.path;
  const before = await containers();
  await using embedded = await start(dir);
  const second = await start(dir);
  expect(second).toMatchObject({ owned: false, contactPoint: embedded.contactPoint });
  expect(await deathOf(embedded)).toBe("none");

  const container = await containerSince(before);
  await container.kill();
  expect(await embedded.died).toMatchObject({
    code: "DIED",
    message: expect.stringMatching(
      /^Cassandra in Docker ended by itself: SIGKILL\. The end of its log:\n(  .*\n)*  INFO .*$/,
    ),
  });
  expect(await second.died).toMatchObject({ code: "OWNER_ENDED" });
  expect(existsSync(join(dir, "lock.json"))).toBe(false);
  expect(await isGone(container)).toBe(true);
});

test("Cassandra in Docker keeps its data over a stop and a start, and a stop is not reported as a death", async () => {
  using place = temporaryDirectory();
  const dir = place.path;
  const before = await containers();
  const embedded = await start(dir, { keep: true });
  const container = await containerSince(before);
  const volume = (await container.inspect()).Mounts[0]?.Name ?? "";
  {
    await using session = await connectTo(embedded);
    await session.cql(
      "CREATE KEYSPACE kept WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
    );
    await session.cql("CREATE TABLE kept.party (name text PRIMARY KEY)");
    await session.cql("INSERT INTO kept.party (name) VALUES ('Toga') IF NOT EXISTS");
  }
  await Promise.all([embedded.stop(), embedded.stop()]);
  expect(await deathOf(embedded)).toBe("none");
  expect(await isGone(container)).toBe(true);

  {
    await using again = await start(dir, { keep: true });
    await using session = await connectTo(again);
    expect(await session.cql("SELECT name FROM kept.party")).toMatchObject([{ name: "Toga" }]);
  }
  const { container: engine } = await getContainerRuntimeClient();
  await engine.dockerode.getVolume(volume).remove();
});

test("a killed Cassandra in Docker is restarted at the same address with all acknowledged writes", async () => {
  using place = temporaryDirectory();
  const dir = place.path;
  const before = await containers();
  const lines: string[] = [];
  await using embedded = await start(dir, { keep: true, progress: (line) => lines.push(line) });
  const container = await containerSince(before);
  const volume = (await container.inspect()).Mounts[0]?.Name ?? "";
  await using session = await connectTo(embedded);
  expect(
    await session.cql("SELECT value FROM system_views.settings WHERE name = 'commitlog_sync'"),
  ).toMatchObject([{ value: "batch" }]);
  await session.cql(
    "CREATE KEYSPACE kept WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
  );
  await session.cql("CREATE TABLE kept.party (name text PRIMARY KEY)");
  await session.cql("INSERT INTO kept.party (name) VALUES ('Toga') IF NOT EXISTS");

  await container.kill();
  const again = `Cassandra answers again on ${embedded.contactPoint}.`;
  await vi.waitFor(() => expect(lines).toContain(again), { timeout: 200_000 });
  const rows = () => session.cql("SELECT name FROM kept.party");
  expect(await vi.waitFor(rows, { timeout: 60_000 })).toMatchObject([{ name: "Toga" }]);
  await embedded.stop();
  const { container: engine } = await getContainerRuntimeClient();
  await engine.dockerode.getVolume(volume).remove();
});

test("the error of a Cassandra in Docker that ends while starting shows the end of its log", async () => {
  using place = temporaryDirectory();
  const dir = place.path;
  const before = await containers();
  const starting = start(dir);
  const refused = expect(starting).rejects.toMatchObject({
    code: "NOT_STARTED",
    message: expect.stringMatching(
      /^Cassandra did not start in Docker: it ended\. The end of its log:\n {2}/,
    ),
  });
  const container = await containerSince(before);
  const logged = async () => expect(String(await container.logs({ stdout: true }))).toMatch(/INFO/);
  await vi.waitFor(logged, { timeout: 60_000 });
  await container.kill();
  await refused;
  expect(await isGone(container)).toBe(true);
});

test("an aborted start in Docker leaves no container", async () => {
  using place = temporaryDirectory();
  const dir = place.path;
  const before = await containers();
  const controller = new AbortController();
  const reason = new Error("changed my mind");
  const starting = expect(start(dir, { signal: controller.signal })).rejects.toBe(reason);
  const container = await containerSince(before);
  controller.abort(reason);
  await starting;
  expect(await isGone(container)).toBe(true);
});

test("Cassandra in Docker does not start on a port of another program", async () => {
  const foreign = createServer().listen(0, "127.0.0.1");
  await once(foreign, "listening");
  const { port } = foreign.address() as AddressInfo;
  try {
    await expect(startDocker({ port, progress })).rejects.toMatchObject({
      code: "NOT_STARTED",
      message: `Cassandra did not start in Docker: port ${port} is taken.`,
    });
  } finally {
    foreign.close();
  }
});
