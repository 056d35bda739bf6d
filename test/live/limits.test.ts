import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  asc,
  decimal,
  insert,
  int,
  type Session,
  table,
  text,
  update,
} from "../../src/cassandra/index.ts";
import { createLive, type Live, type LiveOptions, loadRelay } from "../../src/live/index.ts";
import { startApp } from "../fixtures/app.ts";
import { eventually } from "../fixtures/eventually.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { needs } from "../fixtures/needs.ts";
import { createParty, WATCH } from "../fixtures/parties.ts";
import { startRedis } from "../fixtures/redis.ts";
import { Reading, Seat, Setting } from "./models.ts";
import { next, existing, takenWithin } from "./next.ts";

// Tests that are marked as failing describe what live values do not do yet.

const Price = table(
  "price",
  { shop: text(), amount: decimal(), note: text() },
  { partition: ["shop"], clustering: [asc("amount")] },
);
const Many = table(
  "many",
  { p: text(), n: int(), v: int() },
  { partition: ["p"], clustering: [asc("n")] },
);

let keyspace: TestKeyspace;
let session: Session;
beforeAll(async () => {
  keyspace = await createKeyspace(Reading, Seat, Setting, Price, Many);
  ({ session } = keyspace);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

const opened: Live[] = [];
afterEach(async () => {
  for (const live of opened.splice(0)) {
    await live.close();
    await live.leave();
  }
});
function open(options: Partial<LiveOptions> = {}): Live {
  const live = createLive({ session, ...options });
  opened.push(live);
  return live;
}

const cql = (query: string, ...params: readonly unknown[]) => session.cql(query, params);

async function createReading() {
  const key = { device: randomUUID(), at: new Date(1) };
  await session.run(insert(Reading, { ...key, value: 1 }));
  return key;
}

async function createSeat() {
  const key = { hall: randomUUID(), number: 1 };
  await session.run(insert(Seat, { ...key, taken: 1 }, { if: "not exists" }));
  return key;
}

const damage = ({ device, at }: { readonly device: string; readonly at: Date }) =>
  cql("UPDATE reading SET value = blobAsDouble(0x) WHERE device = ? AND at = ?", device, at);

describe("through Redis", () => {
  needs("redis-server");

  test("a subscriber to a one-row partition gets the changes that another process hints at", async () => {
    await using redis = await startRedis();
    const relay = await loadRelay({ url: redis.url, keyspace: keyspace.name }, () => {});
    const [here, other] = [open({ relay }), open({ relay })];
    const name = { name: randomUUID() };
    await session.run(insert(Setting, { ...name, value: "on" }));
    const followed = await here.follow(Setting, name);
    await eventually(async () =>
      expect(await redis.ask("PUBSUB", "CHANNELS", "*")).toHaveLength(1),
    );
    await session.run(update(Setting, name, { value: "off" }));
    other.hint(Setting, name, ["value"]);
    expect(await takenWithin(followed, 1000)).toMatchObject([{ kind: "updated" }]);
  });
});

describe("a change by another program after follow", () => {
  test("a change is found even if the first page is read late", async () => {
    const run: Session["run"] = async (statement) => {
      if (statement.kind === "read") await sleep(300);
      return session.run(statement);
    };
    const live = open({ pollInterval: 50, session: { ...session, run } });
    const key = await createReading();
    const followed = await live.follow(Reading, { device: key.device });
    await session.run(update(Reading, key, { value: 2 }));
    expect(await takenWithin(followed, 2000)).toHaveLength(1);
  });

  test.fails("a change of a row beyond the first page is found", async () => {
    const live = open({ pollInterval: 300 });
    const p = randomUUID();
    for (let from = 0; from < 2500; from += 500) {
      const some = Array.from({ length: 500 }, (_, at) => ({ p, n: from + at, v: 0 }));
      await Promise.all(some.map((row) => session.run(insert(Many, row))));
    }
    const followed = await live.follow(Many, { p });
    await cql("UPDATE many SET v = 1 WHERE p = ? AND n = 2400", p);
    await cql("INSERT INTO many (p, n, v) VALUES (?, 4000, 9)", p);
    await cql("DELETE FROM many WHERE p = ? AND n = 2300", p);
    expect((await takenWithin(followed, 5000)).length).toBeGreaterThan(0);
  });
});

describe("a row that cannot be read", () => {
  test("an unreadable row makes one reset, and not one with every poll", async () => {
    const live = open({ pollInterval: 50 });
    const key = await createReading();
    const followed = await live.follow(Reading, { device: key.device });
    await takenWithin(followed, 500);
    await damage(key);
    expect(await takenWithin(followed, 1500)).toHaveLength(1);
  });

  test.fails("a hint at an unreadable row that was never sent makes no reset, but a report", async () => {
    let reported = 0;
    const live = open({ session: { ...session, report: () => void (reported += 1) } });
    const key = await createReading();
    await damage(key);
    const followed = await live.follow(Reading, { device: key.device });
    live.hint(Reading, key, ["value"]);
    expect({ events: await takenWithin(followed, 500), reported }).toEqual({
      events: [],
      reported: 1,
    });
  });
});

describe("a partition given as a row of it, which compiles", () => {
  test("a partition given as a row is followed like any other, also by subscribers who share it", async () => {
    const live = open({ pollInterval: 50 });
    const key = await createReading();
    await live.follow(Reading, key);
    const followed = await live.follow(Reading, { device: key.device });
    await takenWithin(followed, 500);
    await session.run(insert(Reading, { ...key, at: new Date(2), value: 2 }));
    expect(await takenWithin(followed, 1000)).toMatchObject([{ kind: "created" }]);
  });

  // As above. With a column outside the key the scan would fail each time, without an event.
  test("a partition given with a column outside its key is followed or refused", async () => {
    const live = open({ pollInterval: 50 });
    const key = await createReading();
    const row = { ...key, value: 1 };
    const followed = await live.follow(Reading, row).catch(() => undefined);
    if (!followed) return;
    await takenWithin(followed, 500);
    await session.run(update(Reading, key, { value: 2 }));
    expect(await takenWithin(followed, 1000)).toHaveLength(1);
  });
});

describe("since, in a table of lightweight transactions", () => {
  test.fails("a smaller since gives the present version at once", async () => {
    const live = open();
    const key = await createSeat();
    const first = existing(await live.watch(Seat, key, { columns: ["taken"] }));
    const { asOf } = await next(first);
    await cql("UPDATE seat SET taken = 2 WHERE hall = ? AND number = 1 IF EXISTS", key.hall);
    const since = asOf! - 1n;
    const again = existing(await live.watch(Seat, key, { columns: ["taken"], since }));
    expect((await next(again)).row.taken).toBe(2);
  });

  test.fails("a since of a deleted row gives nothing", async () => {
    const live = open();
    const key = await createSeat();
    const first = existing(await live.watch(Seat, key, { columns: ["taken"] }));
    const { asOf } = await next(first);
    await cql("DELETE FROM seat WHERE hall = ? AND number = 1 IF EXISTS", key.hall);
    const since = asOf!;
    expect(await live.watch(Seat, key, { columns: ["taken"], since })).toBeUndefined();
  });
});

describe("two spellings of a key that Cassandra treats as one", () => {
  test.fails("a hint with the other spelling reaches the subscribers to the row", async () => {
    const live = open();
    const shop = randomUUID();
    await session.run(insert(Price, { shop, amount: "1.0", note: "a" }));
    const watched = existing(
      await live.watch(Price, { shop, amount: "1.0" }, { columns: ["note"] }),
    );
    await next(watched);
    await session.run(update(Price, { shop, amount: "1.00" }, { note: "b" }));
    live.hint(Price, { shop, amount: "1.00" }, ["note"]);
    expect(await takenWithin(watched, 500)).toMatchObject([{ row: { note: "b" } }]);
  });

  test.fails("a write with the other spelling is no new row for followers of the partition", async () => {
    const live = open({ pollInterval: 50 });
    const shop = randomUUID();
    await session.run(insert(Price, { shop, amount: "1.0", note: "a" }));
    const followed = await live.follow(Price, { shop });
    await takenWithin(followed, 500);
    await session.run(update(Price, { shop, amount: "1.00" }, { note: "b" }));
    live.hint(Price, { shop, amount: "1.00" }, ["note"]);
    const kinds = (await takenWithin(followed, 1500)).map(({ kind }) => kind);
    expect(kinds).toEqual(["updated"]);
  });
});

test("a caller that mutates its key does not change what is watched", async () => {
  const live = open();
  const { device, at } = await createReading();
  await session.run(insert(Reading, { device, at: new Date(2), value: 2 }));
  const watched = existing(await live.watch(Reading, { device, at }, { columns: ["value"] }));
  await next(watched);
  at.setTime(2);
  live.hint(Reading, { device, at: new Date(1) }, ["value"]);
  expect(await takenWithin(watched, 500)).toEqual([]);
});

test("a watch that is being opened during close ends", async () => {
  const live = open();
  const coming = live.watch(Reading, await createReading(), { columns: ["value"] });
  await live.close();
  await coming;
  expect(live.size).toBe(0);
});

test("failed reads are not repeated without subscribers", async () => {
  let isDown = false;
  let reads = 0;
  const run: Session["run"] = async (statement) => {
    if (statement.kind === "read") reads += 1;
    if (isDown) throw new Error("It is down.");
    return session.run(statement);
  };
  const live = open({ session: { ...session, run } });
  const key = await createReading();
  const watched = existing(await live.watch(Reading, key, { columns: ["value"] }));
  await next(watched);
  isDown = true;
  for (let times = 0; times < 5; times++) live.hint(Reading, key, ["value"]);
  await sleep(200);
  await watched.return();
  reads = 0;
  await sleep(1500);
  expect(reads).toBe(0);
});

describe("wrong hints make no events", () => {
  test("a hint at a row that never existed makes no event", async () => {
    const live = open({ pollInterval: 50 });
    const key = await createReading();
    const followed = await live.follow(Reading, { device: key.device });
    await takenWithin(followed, 500);
    live.hint(Reading, { ...key, at: new Date(77) }, ["value"]);
    expect(await takenWithin(followed, 500)).toEqual([]);
  });

  test.fails("a hint that an existing row was created makes no event", async () => {
    const live = open({ pollInterval: 50 });
    const key = await createReading();
    const followed = await live.follow(Reading, { device: key.device });
    await takenWithin(followed, 500);
    live.hint(Reading, key, "created");
    expect(await takenWithin(followed, 500)).toEqual([]);
  });
});

test.fails("two waiting calls of next both end", async () => {
  const live = open();
  const watched = existing(
    await live.watch(Reading, await createReading(), { columns: ["value"] }),
  );
  await next(watched);
  let ends = 0;
  for (let times = 0; times < 2; times++) void watched.next().then(() => (ends += 1));
  await watched.return();
  await sleep(200);
  expect(ends).toBe(2);
});

// PeopleChanged.asOf: "Given by every subscription".
test.fails("peopleChanged has asOf for a count that another program has set to null", async () => {
  await using app = await startApp();
  const key = await createParty(app);
  await app.keyspace.session.cql(
    "UPDATE party SET people = null WHERE city = ? AND id = ? IF EXISTS",
    [key.city, key.id],
  );
  const watched = app.subscribe(WATCH, { ...key });
  const { value } = await watched.next();
  await watched.return!();
  expect(value.data.peopleChanged.asOf).not.toBeNull();
});
