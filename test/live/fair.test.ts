import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { insert, type Session, update } from "../../src/cassandra/index.ts";
import { createLive, type Live } from "../../src/live/index.ts";
import { BUDGET } from "../../src/live/poll.ts";
import { READS_AT_ONCE } from "../../src/live/read-queue.ts";
import { eventually } from "../fixtures/eventually.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { Reading } from "./models.ts";
import { existing, next } from "./next.ts";

// A caller with very many subscriptions, and a neighbour with one.

let keyspace: TestKeyspace;
let session: Session;
beforeAll(async () => {
  keyspace = await createKeyspace(Reading);
  ({ session } = keyspace);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

const opened: Live[] = [];
afterEach(async () => {
  for (const live of opened.splice(0)) await live.close();
});

/** Opens live values on a session that counts the reads. */
function openCounted(pollInterval = 0) {
  const counted = { begun: 0, running: 0, most: 0 };
  const run: Session["run"] = async (statement) => {
    if (statement.kind !== "read") return session.run(statement);
    counted.begun += 1;
    counted.running += 1;
    counted.most = Math.max(counted.most, counted.running);
    try {
      return await session.run(statement);
    } finally {
      counted.running -= 1;
    }
  };
  const live = createLive({ session: { ...session, run }, pollInterval });
  opened.push(live);
  return { live, counted };
}

async function createReading(device = randomUUID()) {
  const key = { device, at: new Date(1) };
  await session.run(insert(Reading, { ...key, value: 1 }));
  return key;
}

const devices = (number: number) => Array.from({ length: number }, () => randomUUID());

test("a neighbour's row is polled in each tick while a caller follows 2,500 partitions", async () => {
  const { live, counted } = openCounted(100);
  await Promise.all(
    devices(2500).map((device) => live.follow(Reading, { device }, { caller: "busy" })),
  );
  const key = await createReading();
  const options = { columns: ["value"], caller: "neighbour" } as const;
  const watched = existing(await live.watch(Reading, key, options));
  await next(watched);
  for (let value = 2; value < 5; value++) {
    await session.run(update(Reading, key, { value }));
    counted.begun = 0;
    expect((await next(watched)).row.value).toBe(value);
    // The tick under way, the next one, and the read of the row itself.
    expect(counted.begun).toBeLessThanOrEqual(2 * BUDGET + 1);
  }
});

test("a bounded number of reads run at once, and a neighbour waits neither for its first value nor for a change", async () => {
  const { live, counted } = openCounted();
  const keys = await Promise.all(devices(2000).map(createReading));
  const watch = async (key: (typeof keys)[number], caller: string) =>
    existing(await live.watch(Reading, key, { columns: ["value"], caller }));
  await Promise.all(keys.map((key) => watch(key, "busy")));
  const own = await createReading();
  const watched = await watch(own, "neighbour");
  await next(watched);
  await session.run(update(Reading, own, { value: 2 }));
  const other = await createReading();

  counted.begun = 0;
  for (const key of keys) live.hint(Reading, key, ["value"]);
  live.hint(Reading, own, ["value"]);
  const changed = next(watched).then(({ row }) => ({ value: row.value, after: counted.begun }));
  const first = await next(await watch(other, "neighbour"));
  expect(first.row.value).toBe(1);
  expect(counted.begun).toBeLessThan(keys.length / 2);
  const { value, after } = await changed;
  expect(value).toBe(2);
  expect(after).toBeLessThan(keys.length / 2);
  await eventually(() => expect(counted.begun).toBe(keys.length + 2));
  expect(counted.most).toBe(READS_AT_ONCE);
});
