import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { connect, type Session } from "../../src/cassandra/index.ts";
import { type Embedded, startEmbedded } from "../../src/local/index.ts";
import { isAlive } from "../../src/local/process.ts";
import { cacheDir, javaOf, temporaryDirectory } from "./place.ts";

const place = temporaryDirectory();
const dir = place.path;
const lines: string[] = [];
const start = () =>
  startEmbedded({ dir, cacheDir, port: 0, heap: "256m", progress: (line) => lines.push(line) });

let embedded: Embedded;
let session: Session;

beforeAll(async () => {
  embedded = await start();
  const { contactPoint, localDataCenter } = embedded;
  session = await connect({ contactPoints: [contactPoint], localDataCenter });
  await session.cql(
    "CREATE KEYSPACE kept WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
  );
  await session.cql("CREATE TABLE kept.guest (number int PRIMARY KEY)");
}, 180_000);

afterAll(async () => {
  await session.close();
  await embedded.stop();
  place[Symbol.dispose]();
});

/** Kills Cassandra's process. */
const kill = () => process.kill(javaOf(dir).pid, "SIGKILL");

/** Waits for the next line with this text, starting at a line number. */
const told = (text: string | RegExp, from: number, timeout = 120_000) =>
  vi.waitFor(() => expect(lines.slice(from)).toContainEqual(expect.stringMatching(text)), {
    timeout,
  });

/** Inserts rows, 32 at once, until Cassandra does not answer. Returns how many were acknowledged. */
async function insertUntilItDies(acknowledged: Set<number>): Promise<void> {
  let next = 0;
  async function insertRows(): Promise<void> {
    for (;;) {
      const number = next++;
      await session.cql("INSERT INTO kept.guest (number) VALUES (?) IF NOT EXISTS", [number]);
      acknowledged.add(number);
    }
  }
  await Promise.allSettled(Array.from({ length: 32 }, insertRows));
}

async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

it("keeps all acknowledged writes when it is killed, and is restarted at the same address", async () => {
  const before = lines.length;
  const acknowledged = new Set<number>();
  const inserting = insertUntilItDies(acknowledged);
  await vi.waitFor(() => expect(acknowledged.size).toBeGreaterThan(2000), { timeout: 60_000 });
  kill();
  await inserting;

  await told(`Cassandra answers again on ${embedded.contactPoint}.`, before);
  expect(lines[before]).toMatch(
    /^Cassandra ended by itself with SIGKILL\. The end of its log .*\n.*\nStarting it again\.$/s,
  );
  const rows = await vi.waitFor(() => session.cql("SELECT number FROM kept.guest"), 60_000);
  const present = new Set(rows.map((row) => row["number"]));
  expect([...acknowledged].filter((number) => !present.has(number))).toEqual([]);
}, 180_000);

it("stays shared while its owner restarts it", async () => {
  const before = lines.length;
  const second = await start();
  expect(second).toMatchObject({ owned: false, contactPoint: embedded.contactPoint });
  let ended = false;
  void second.died.then(() => (ended = true));
  kill();
  await told("Starting it again", before);
  const third = await start();
  expect(third).toMatchObject({ owned: false, contactPoint: embedded.contactPoint });
  await third.stop();
  expect(ended).toBe(false);
  await second.stop();
}, 180_000);

it("is given up with the reason after consecutive failed restarts", async () => {
  const before = lines.length;
  const port = Number(embedded.contactPoint.split(":")[1]);
  kill();
  const foreign = await vi.waitFor(() => listen(port));
  try {
    expect(await embedded.died).toMatchObject({
      code: "DIED",
      message: `Cassandra cannot be kept running: 5 restarts in a row have failed. Cassandra needs port ${port}, which its clients connect to, but another program has taken it.`,
    });
  } finally {
    foreign.close();
  }
  expect(lines.slice(before).join("\n")).toMatch(/Starting it again in 8 s\.$/);
}, 180_000);

it("is ended by a stop during a restart", async () => {
  const before = lines.length;
  await embedded.stop();
  embedded = await start();
  kill();
  await told("Starting it again", before);
  await told("Starting Cassandra", before);
  const java = await vi.waitFor(() => javaOf(dir));
  await embedded.stop();
  expect(isAlive(java)).toBe(false);
  expect(() => javaOf(dir)).toThrow("lock.json");
}, 180_000);
