import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import {
  add,
  asc,
  batch,
  connect,
  counter,
  counterBatch,
  int,
  loggedBatch,
  put,
  remove,
  select,
  type Session,
  table,
  text,
} from "../../src/cassandra/index.ts";
import { eventually } from "../fixtures/eventually.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { BATCH, EXECUTE, startProxy } from "../fixtures/proxy.ts";

// Batches of plain writes and of counters. batch.test.ts has those of lightweight transactions.

const Reading = table(
  "reading",
  { device: text(), at: int(), value: int() },
  { partition: ["device"], clustering: [asc("at")] },
);
const Device = table("device", { name: text(), model: text() }, { partition: ["name"] });
const PageHits = table(
  "page_hits",
  { page: text(), day: int(), views: counter() },
  { partition: ["page"], clustering: [asc("day")] },
);

let keyspace: TestKeyspace;
let session: Session;
beforeAll(async () => {
  keyspace = await createKeyspace(Reading, Device, PageHits);
  ({ session } = keyspace);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

const hit = (page: string, day = 1) => add(PageHits, { page, day }, { views: 1n });
const views = async (page: string) =>
  (await session.run(select(PageHits, { page }))).map((row) => row.views);

/** Opens a session behind a proxy. */
async function openBehindProxy() {
  await using opened = new AsyncDisposableStack();
  const [contactPoint] = inject("cassandra").contactPoints;
  const proxy = opened.use(await startProxy(contactPoint!));
  const options = { contactPoints: [proxy.contactPoint], keyspace: keyspace.name };
  const own = opened.use(await connect({ ...keyspace.cluster, ...options }));
  const kept = opened.move();
  return { proxy, own, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

describe("a batch of one partition", () => {
  test("writes and removes rows, and returns nothing", async () => {
    const device = randomUUID();
    await session.run(put(Reading, { device, at: 1, value: 1 }));
    const writes = [
      remove(Reading, { device, at: 1 }),
      put(Reading, { device, at: 2, value: 2 }),
      put(Reading, { device, at: 3, value: 3 }),
    ];
    expect(await session.run(batch(Reading, writes))).toBeUndefined();
    expect(await session.run(select(Reading, { device }))).toEqual([
      { device, at: 2, value: 2 },
      { device, at: 3, value: 3 },
    ]);
  });

  test("is seen as a whole by every reader", async () => {
    const device = randomUUID();
    const seen = new Set<string>();
    let isWriting = true;
    const reader = (async () => {
      while (isWriting) {
        const rows = await session.run(select(Reading, { device }));
        seen.add(new Set(rows.map(({ value }) => value)).size > 1 ? "a part" : `${rows.length}`);
      }
    })();
    for (let value = 0; value < 300; value++) {
      await session.run(
        batch(
          Reading,
          Array.from({ length: 10 }, (_, at) => put(Reading, { device, at, value })),
        ),
      );
    }
    isWriting = false;
    await reader;
    expect([...seen].filter((what) => what !== "0")).toEqual(["10"]);
  });
});

test("a logged batch writes to several tables and partitions", async () => {
  const [one, other] = [randomUUID(), randomUUID()];
  await session.run(
    loggedBatch([
      put(Reading, { device: one, at: 1, value: 1 }),
      put(Reading, { device: other, at: 1, value: 2 }),
      put(Device, { name: one, model: "A" }),
    ]),
  );
  expect(await session.run(select(Reading, { device: other }))).toMatchObject([{ value: 2 }]);
  expect(await session.run(select(Device, { name: one }))).toEqual({ name: one, model: "A" });
});

test("a batch that is too large is refused as a whole", async () => {
  const name = randomUUID();
  const model = "x".repeat(60_000);
  const large = [name, `${name} 2`].map((each) => put(Device, { name: each, model }));
  await expect(session.run(loggedBatch(large))).rejects.toMatchObject({
    code: "REFUSED",
    message: expect.stringMatching(/Batch too large/),
    cql: expect.stringMatching(/^BEGIN BATCH INSERT INTO device .*; APPLY BATCH$/),
  });
  expect(await session.run(select(Device, { name }))).toBeUndefined();
});

describe("counters", () => {
  test("of several partitions are added to by one batch", async () => {
    const [one, other] = [randomUUID(), randomUUID()];
    expect(await session.run(counterBatch([hit(one), hit(other)]))).toBeUndefined();
    expect(await views(one)).toEqual([1n]);
    expect(await views(other)).toEqual([1n]);
  });

  test("of one partition are added to by one batch, each as often as it is named", async () => {
    const page = randomUUID();
    await session.run(batch(PageHits, [hit(page, 1), hit(page, 2), hit(page, 2)]));
    expect(await views(page)).toEqual([1n, 2n]);
  });

  test.each([
    ["an addition", EXECUTE, (page: string) => hit(page)],
    ["a batch", BATCH, (page: string) => batch(PageHits, [hit(page)])],
    ["a batch of partitions", BATCH, (page: string) => counterBatch([hit(page)])],
  ])(
    "%s whose answer is lost is not sent again: its outcome stays unknown",
    async (_, opcode, of) => {
      await using behind = await openBehindProxy();
      const page = randomUUID();
      behind.proxy.dieOn(opcode);
      await expect(behind.own.run(of(page) as ReturnType<typeof hit>)).rejects.toMatchObject({
        code: "OUTCOME_UNKNOWN",
      });
      await eventually(async () => expect(await views(page)).toEqual([1n]));
    },
  );
});
