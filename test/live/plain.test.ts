import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  add,
  insert,
  remove,
  type Session,
  update,
  UnreadableRow,
} from "../../src/cassandra/index.ts";
import { createLive, type Live, loadRelay } from "../../src/live/index.ts";
import { startChild } from "../fixtures/child.ts";
import { eventually } from "../fixtures/eventually.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { needs } from "../fixtures/needs.ts";
import type { ReadingWriter } from "../fixtures/reading-writer.ts";
import { startRedis } from "../fixtures/redis.ts";
import { Hits, Reading, Setting } from "./models.ts";
import { ended, next, existing, takenWithin } from "./next.ts";

// Live values of tables of plain writes.

let keyspace: TestKeyspace;
let session: Session;
beforeAll(async () => {
  keyspace = await createKeyspace(Reading, Setting, Hits);
  ({ session } = keyspace);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

let device: string;
let key: { readonly device: string; readonly at: Date };
beforeEach(async () => {
  device = randomUUID();
  key = { device, at: new Date("2027-08-15T18:30:00Z") };
  await session.run(insert(Reading, { ...key, value: 1, unit: "°C" }));
});

const opened: Live[] = [];
afterEach(async () => {
  for (const live of opened.splice(0)) await live.close();
});

/** Creates live values, by default with hints and without the poll. */
function open(options: { readonly pollInterval?: number; readonly session?: Session } = {}): Live {
  const live = createLive({ session, ...options });
  opened.push(live);
  return live;
}

const cql = (text: string, ...params: readonly unknown[]) => session.cql(text, params);

test("a row that is put while follow still checks its table makes an event", async () => {
  const checking = Promise.withResolvers<void>();
  const run: Session["run"] = async (statement) => {
    if (statement.kind === "system") await checking.promise;
    return session.run(statement);
  };
  const live = open({ pollInterval: 60_000, session: { ...session, run } });
  const following = live.follow(Reading, { device });
  const added = { device, at: new Date(0), value: 2 };
  await session.run(insert(Reading, added));
  live.hint(Reading, added, ["value"]);
  checking.resolve();
  expect(await next(await following)).toMatchObject({ row: added });
});

describe("a watched reading", () => {
  test("the present value is sent at once, and each newer one when a writer of this process hints at it", async () => {
    const live = open();
    const watched = existing(await live.watch(Reading, key, { columns: ["value"] }));
    const seen = [await next(watched)];
    for (const value of [2, 3, 4]) {
      await session.run(update(Reading, key, { value }));
      live.hint(Reading, key, ["value"]);
      seen.push(await next(watched));
    }
    expect(seen.map(({ row }) => row.value)).toEqual([1, 2, 3, 4]);
    expect(seen[0]).toEqual({
      row: { ...key, value: 1, "writetime(value)": expect.any(BigInt) },
      asOf: seen[0]!.row["writetime(value)"],
    });
  });

  test("the poll finds another program's write and deletion", async () => {
    const live = open({ pollInterval: 50 });
    const watched = existing(await live.watch(Reading, key, { columns: ["value", "unit"] }));
    await next(watched);
    await cql("INSERT INTO reading (device, at, value) VALUES (?, ?, 5)", device, key.at);
    expect((await next(watched)).row).toMatchObject({ value: 5, unit: "°C" });
    await cql("UPDATE reading SET unit = null WHERE device = ? AND at = ?", device, key.at);
    expect((await next(watched)).row).toMatchObject({ value: 5, unit: null });
    await cql("DELETE FROM reading WHERE device = ? AND at = ?", device, key.at);
    await ended(watched);
  });

  test("a version is sent only if it differs from the last one, whatever its write time", async () => {
    const live = open();
    const late = { device, at: new Date(0) };
    const write = async (timestamp: number, assignment: string) => {
      await cql(
        `UPDATE reading USING TIMESTAMP ${timestamp} SET ${assignment} WHERE device = ? AND at = ?`,
        device,
        late.at,
      );
      live.hint(Reading, late, ["value", "unit"]);
    };
    await write(1000, "value = 1");
    const watched = existing(await live.watch(Reading, late, { columns: ["value", "unit"] }));
    expect(await next(watched)).toMatchObject({ row: { value: 1, unit: null }, asOf: 1000n });
    await write(3000, "unit = 'K'");
    expect(await next(watched)).toMatchObject({ row: { value: 1, unit: "K" }, asOf: 3000n });
    // With a slower clock.
    await write(2000, "value = 2");
    expect(await next(watched)).toMatchObject({ row: { value: 2, unit: "K" }, asOf: 3000n });
    await write(4000, "unit = null");
    expect(await next(watched)).toMatchObject({ row: { value: 2, unit: null }, asOf: 2000n });
    await write(5000, "value = 2");
    await write(4999, "value = 3");
    expect(await takenWithin(watched, 50)).toEqual([]);
  });

  test("the present version is sent whatever since says, which orders nothing", async () => {
    const live = open();
    const first = existing(await live.watch(Reading, key, { columns: ["value"] }));
    const { asOf } = await next(first);
    for (const since of [asOf!, asOf! - 1n, asOf! + 1n]) {
      const again = existing(await live.watch(Reading, key, { columns: ["value"], since }));
      expect((await next(again)).row.value).toBe(1);
    }
  });

  test("a reading with a collection or with only its key is watched", async () => {
    const live = open({ pollInterval: 50 });
    const watched = existing(await live.watch(Reading, key, { columns: ["tags"] }));
    expect(await next(watched)).toMatchObject({ row: { tags: new Set() }, asOf: null });
    await session.run(update(Reading, key, { tags: new Set(["hot", "dry"]) }));
    expect((await next(watched)).row.tags).toEqual(new Set(["dry", "hot"]));
    await cql("DELETE tags['hot'] FROM reading WHERE device = ? AND at = ?", device, key.at);
    expect((await next(watched)).row.tags).toEqual(new Set(["dry"]));
    await cql("DELETE value, unit, tags FROM reading WHERE device = ? AND at = ?", device, key.at);
    expect(await next(watched)).toMatchObject({ row: { tags: new Set() }, asOf: null });
  });

  test("an unreadable reading is an error, and does not affect others of its partition", async () => {
    const live = open({ pollInterval: 50 });
    const damaged = { device, at: new Date(1) };
    await session.run(insert(Reading, { ...damaged, value: 1 }));
    const [sound, other] = [
      existing(await live.watch(Reading, key, { columns: ["value"] })),
      existing(await live.watch(Reading, damaged, { columns: ["value"] })),
    ];
    await Promise.all([next(sound), next(other)]);
    const write = (value: string) =>
      cql(`UPDATE reading SET value = ${value} WHERE device = ? AND at = ?`, device, damaged.at);
    await write("blobAsDouble(0x)");
    await expect(live.watch(Reading, damaged, { columns: ["value"] })).rejects.toThrow(
      UnreadableRow,
    );
    await session.run(update(Reading, key, { value: 2 }));
    expect((await next(sound)).row.value).toBe(2);
    await write("7");
    expect((await next(other)).row.value).toBe(7);
  });

  test("a reading that is not admitted is an error", async () => {
    const live = open();
    const admit = <R extends object>(): R => {
      throw new Error("Nobody may see it.");
    };
    await expect(live.watch(Reading, key, { columns: ["value"], admit })).rejects.toThrow(
      "Nobody may see it.",
    );
    expect(live.size).toBe(0);
  });
});

describe("a followed partition", () => {
  test("changes that writers of this process hint at are sent at once", async () => {
    const live = open();
    const followed = await live.follow(Reading, { device }, { apart: ["value"] });
    const other = { device, at: new Date(7) };
    await session.run(insert(Reading, { ...other, value: 3 }));
    live.hint(Reading, other, "created");
    expect(await next(followed)).toMatchObject({ kind: "created", row: { ...other, value: 3 } });
    await session.run(update(Reading, other, { value: 4 }));
    live.hint(Reading, other, ["value"]);
    expect(await next(followed)).toMatchObject({
      kind: "updated",
      row: { ...other, value: 4 },
      changed: new Set(["value"]),
      others: false,
    });
    await session.run(remove(Reading, other));
    live.hint(Reading, other, "deleted");
    expect(await next(followed)).toEqual({ kind: "deleted", key: other });
  });

  test("the poll finds what another program does", async () => {
    const live = open({ pollInterval: 50 });
    const followed = await live.follow(Reading, { device }, { apart: ["value"] });
    // The existing rows have been seen when an event for another row arrives.
    let at = 0;
    const seen = next(followed);
    let isSeen = false;
    void seen.then(() => (isSeen = true));
    while (!isSeen) {
      await cql("INSERT INTO reading (device, at, value) VALUES (?, ?, 0)", device, new Date(++at));
      await takenWithin(await live.follow(Reading, { device: "nobody" }), 60);
    }
    await seen;
    await eventually(async () => expect(await takenWithin(followed, 300)).toEqual([]));

    await cql("UPDATE reading SET value = 2 WHERE device = ? AND at = ?", device, key.at);
    expect(await next(followed)).toMatchObject({
      kind: "updated",
      row: { ...key, value: 2 },
      changed: new Set(["value"]),
      others: false,
    });
    await cql("UPDATE reading SET unit = 'K' WHERE device = ? AND at = ?", device, key.at);
    expect(await next(followed)).toMatchObject({
      row: { unit: "K" },
      changed: new Set(),
      others: true,
    });
    await cql("DELETE FROM reading WHERE device = ? AND at = ?", device, key.at);
    expect(await next(followed)).toEqual({ kind: "deleted", key });
  });

  test("a partition with selected columns sends no changes of others", async () => {
    const live = open({ pollInterval: 50 });
    const followed = await live.follow(Reading, { device }, { columns: ["unit"] });
    await session.run(update(Reading, key, { value: 2 }));
    live.hint(Reading, key, ["value"]);
    expect(await takenWithin(followed, 200)).toEqual([]);
    await session.run(update(Reading, key, { unit: "K" }));
    live.hint(Reading, key, ["unit"]);
    expect(await next(followed)).toEqual({
      kind: "updated",
      row: { ...key, unit: "K" },
      changed: new Set(),
      others: true,
    });
  });

  test("a row that is not admitted is left out and reported", async () => {
    const reported: UnreadableRow[] = [];
    const report = (row: UnreadableRow) => void reported.push(row);
    const live = open({ pollInterval: 50, session: { ...session, report } });
    const secret = { device, at: new Date(1) };
    await session.run(insert(Reading, { ...secret, value: 13 }));
    const admit = <R extends object>(row: R): R | UnreadableRow =>
      "value" in row && row.value === 13
        ? new UnreadableRow({
            table: "reading",
            column: "value",
            key: {},
            storedKey: row as never,
            why: "is unlucky",
          })
        : row;
    const followed = await live.follow(Reading, { device }, { admit });
    await eventually(() => expect(reported.length).toBeGreaterThan(0));
    await session.run(update(Reading, key, { value: 2 }));
    expect(await next(followed)).toMatchObject({ kind: "updated", row: { ...key, value: 2 } });
  });
});

describe("through Redis", () => {
  needs("redis-server");

  test("another process' write reaches the subscribers to its row and to its partition", async () => {
    await using redis = await startRedis();
    const { cluster, name } = keyspace;
    const args = [cluster.contactPoints.join(), cluster.localDataCenter, name, redis.url];
    const program = new URL("../fixtures/reading-writer.ts", import.meta.url);
    await using writer = startChild<ReadingWriter>(program, args);
    const relay = await loadRelay({ url: redis.url, keyspace: name }, () => {});
    const live = createLive({ session, relay });
    opened.push(live);
    try {
      const watched = existing(await live.watch(Reading, key, { columns: ["value"] }));
      await next(watched);
      const followed = await live.follow(Reading, { device });
      await eventually(async () =>
        expect(await redis.ask("PUBSUB", "CHANNELS", "*")).toHaveLength(2),
      );
      await writer.ask("put", key, 2);
      expect((await next(watched)).row.value).toBe(2);
      expect(await next(followed)).toMatchObject({ row: { ...key, value: 2 } });
      const other = { device, at: new Date(5) };
      await writer.ask("put", other, 3);
      expect(await next(followed)).toMatchObject({ kind: "created", row: { ...other, value: 3 } });
      await writer.ask("remove", key);
      await ended(watched);
      expect(await next(followed)).toEqual({ kind: "deleted", key });
    } finally {
      await live.close();
      await live.leave();
    }
  });
});

describe("a table without a clustering key", () => {
  test("a row is watched and its partition followed", async () => {
    const live = open({ pollInterval: 50 });
    const name = { name: randomUUID() };
    await session.run(insert(Setting, { ...name, value: "on" }));
    const watched = existing(await live.watch(Setting, name, { columns: ["value"] }));
    expect((await next(watched)).row.value).toBe("on");
    await cql("UPDATE setting SET value = 'off' WHERE name = ?", name.name);
    expect((await next(watched)).row.value).toBe("off");
    const followed = await live.follow(Setting, name);
    await session.run(update(Setting, name, { value: "on" }));
    live.hint(Setting, name, ["value"]);
    expect(await next(followed)).toMatchObject({ kind: "updated", row: { value: "on" } });
    expect((await next(watched)).row.value).toBe("on");
    await cql("DELETE FROM setting WHERE name = ?", name.name);
    await ended(watched);
    expect(await next(followed)).toEqual({ kind: "deleted", key: name });
  });
});

describe("a table of counters", () => {
  test("a row of counters is watched and its partition followed", async () => {
    const live = open({ pollInterval: 50 });
    const hit = { page: randomUUID(), day: "2027-08-15" };
    await session.run(add(Hits, hit, { views: 1n }));
    const watched = existing(await live.watch(Hits, hit, { columns: ["views"] }));
    expect(await next(watched)).toMatchObject({ row: { views: 1n }, asOf: expect.any(BigInt) });
    const followed = await live.follow(Hits, { page: hit.page }, { apart: ["views"] });
    await session.run(add(Hits, hit, { views: 2n }));
    live.hint(Hits, hit, ["views"]);
    expect((await next(watched)).row.views).toBe(3n);
    expect(await next(followed)).toMatchObject({
      kind: "updated",
      row: { views: 3n, likes: 0n },
      changed: new Set(["views"]),
    });
    await cql("UPDATE hits SET views = views - 3 WHERE page = ? AND day = ?", hit.page, hit.day);
    expect((await next(watched)).row.views).toBe(0n);
  });
});
