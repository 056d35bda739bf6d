import { createServer } from "node:net";
import { chmodSync, existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { once } from "node:events";
import { Client } from "cassandra-driver";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Embedded, startEmbedded } from "../../src/local/index.ts";
import { freePort } from "../../src/local/port.ts";
import { isAlive } from "../../src/local/process.ts";
import { cacheDir, javaOf, temporaryDirectory } from "./place.ts";

const place = temporaryDirectory();
const dir = place.path;
const start = (port: number, lines: string[] = []) =>
  startEmbedded({ dir, cacheDir, port, heap: "256m", progress: (line) => lines.push(line) });

async function query(embedded: Embedded, ...statements: readonly string[]) {
  const { contactPoint, localDataCenter } = embedded;
  const client = new Client({ contactPoints: [contactPoint], localDataCenter });
  try {
    let rows: readonly unknown[] = [];
    for (const statement of statements) rows = (await client.execute(statement)).rows ?? [];
    return rows;
  } finally {
    await client.shutdown();
  }
}

afterAll(() => place[Symbol.dispose]());

it("uses other ports if another program takes one first", async () => {
  using own = temporaryDirectory();
  const lines: string[] = [];
  const foreign = createServer();
  const progress = (line: string) => {
    const port = /on 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (lines.push(line) === 1) foreign.listen(Number(port), "127.0.0.1");
  };
  await using embedded = await startEmbedded({
    dir: own.path,
    cacheDir,
    port: 0,
    heap: "256m",
    progress,
  });
  foreign.close();
  expect(lines).toContain("Another program took a port in the meantime: trying others.");
  const [first, second] = lines.filter((line) => line.startsWith("Starting Cassandra"));
  expect(first).not.toContain(embedded.contactPoint);
  expect(second).toContain(embedded.contactPoint);
  expect(await query(embedded, "SELECT key FROM system.local")).toHaveLength(1);
}, 180_000);

it("starts in two directories at once, even if both want the same port", async () => {
  using one = temporaryDirectory();
  using other = temporaryDirectory();
  const port = await freePort("127.0.0.1");
  const started = await Promise.allSettled(
    [one, other].map(({ path }) =>
      startEmbedded({ dir: path, cacheDir, port, heap: "256m", progress: () => {} }),
    ),
  );
  await using opened = new AsyncDisposableStack();
  for (const { value } of started.filter((each) => each.status === "fulfilled")) opened.use(value);
  const hosts = await Promise.all(
    started.map(async (each) => {
      if (each.status === "rejected") throw each.reason;
      const [row] = await query(each.value, "SELECT host_id FROM system.local");
      return String((row as { readonly host_id: unknown }).host_id);
    }),
  );
  expect(new Set(hosts).size).toBe(2);
}, 180_000);

describe("a started Cassandra", () => {
  let embedded: Embedded;
  const lines: string[] = [];

  beforeAll(async () => {
    embedded = await start(0, lines);
  }, 180_000);
  afterAll(() => embedded.stop());

  it("answers CQL on this machine", async () => {
    const rows = await query(embedded, "SELECT release_version FROM system.local");
    expect(rows).toMatchObject([{ release_version: "5.0.6" }]);
    expect(embedded).toMatchObject({
      owned: true,
      runtime: "jars",
      localDataCenter: "datacenter1",
    });
    expect(embedded.contactPoint).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  it("was announced by a single line, since nothing had to be fetched", async () => {
    expect(lines[0]).toMatch(
      /^Starting Cassandra 5\.0\.6 on 127\.0\.0\.1:\d+ \(Java 1[17]\..+\)\.$/,
    );
  });

  it("is shared by a second start, whose stop does not end it", async () => {
    const second = await start(0);
    expect(second).toMatchObject({ owned: false, contactPoint: embedded.contactPoint });
    await second.stop();
    expect(await query(embedded, "SELECT key FROM system.local")).toHaveLength(1);
  });

  it("keeps its data over a stop and a start, on another port if its own is taken", async () => {
    await query(
      embedded,
      "CREATE KEYSPACE kept WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
      "CREATE TABLE kept.party (name text PRIMARY KEY)",
      "INSERT INTO kept.party (name) VALUES ('Toga') IF NOT EXISTS",
    );
    const port = Number(embedded.contactPoint.split(":")[1]);
    const java = javaOf(dir);
    await Promise.all([embedded.stop(), embedded.stop()]);
    expect(isAlive(java)).toBe(false);
    expect(existsSync(join(dir, "lock.json"))).toBe(false);

    const foreign = createServer().listen(port, "0.0.0.0");
    await once(foreign, "listening");
    try {
      const told: string[] = [];
      embedded = await start(port, told);
      const other = embedded.contactPoint.split(":")[1];
      expect(told[0]).toBe(`Port ${port} is taken by another program: using ${other}.`);
      expect(await query(embedded, "SELECT name FROM kept.party")).toMatchObject([
        { name: "Toga" },
      ]);
    } finally {
      foreign.close();
    }
  }, 180_000);

  it("makes its directory accessible to its owner only, even an existing one", async () => {
    await embedded.stop();
    chmodSync(dir, 0o755);
    embedded = await start(0);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
  }, 180_000);

  it("ends for the processes that share it when its owner stops it", async () => {
    const second = await start(0);
    await embedded.stop();
    expect(await second.died).toMatchObject({
      code: "OWNER_ENDED",
      message: `The Cassandra in ${dir} was shared: process ${process.pid} ran it and has stopped it. Start again to run it in this process.`,
    });
  }, 20_000);
});

it("is reported dead to its owner and the processes that share it, if its data is not kept", async () => {
  using own = temporaryDirectory();
  const options = { dir: own.path, cacheDir, port: 0, heap: "256m", progress: () => {} };
  await using embedded = await startEmbedded({ ...options, keep: false });
  const second = await startEmbedded(options);
  process.kill(javaOf(own.path).pid, "SIGKILL");
  expect(await embedded.died).toMatchObject({ code: "DIED", message: /SIGKILL.*\n.*WARN/s });
  expect(await second.died).toMatchObject({ code: "OWNER_ENDED" });
  expect(existsSync(join(own.path, "lock.json"))).toBe(false);
}, 180_000);
