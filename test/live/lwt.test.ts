import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { insert, remove, type Session, update } from "../../src/cassandra/index.ts";
import { createLive, type Live } from "../../src/live/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { Seat } from "./models.ts";
import { ended, next, existing, takenWithin } from "./next.ts";

// Live values of a table of lightweight transactions, in which columns may be null or collections.

let keyspace: TestKeyspace;
let session: Session;
beforeAll(async () => {
  keyspace = await createKeyspace(Seat);
  ({ session } = keyspace);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

/** The number of reads of tables. */
let reads = 0;
/** Live values with hints and without the poll. */
let live: Live;
let key: { readonly hall: string; readonly number: number };
beforeEach(async () => {
  const run: Session["run"] = (statement) => {
    if (statement.kind === "read") reads += 1;
    return session.run(statement);
  };
  live = createLive({ session: { ...session, run } });
  key = { hall: randomUUID(), number: 1 };
  await session.run(insert(Seat, { ...key, taken: 1, holder: "Ada" }, { if: "not exists" }));
});
afterEach(() => live.close());

async function set(changes: Parameters<typeof update<typeof Seat>>[2]) {
  await session.run(update(Seat, key, changes, { if: "exists" }));
  live.hint(Seat, key, Object.keys(changes) as never);
}

describe("watches of one row", () => {
  test("watches of different columns get their own columns", async () => {
    const taken = existing(await live.watch(Seat, key, { columns: ["taken"] }));
    const holder = existing(await live.watch(Seat, key, { columns: ["holder"] }));
    const both = existing(await live.watch(Seat, key, { columns: ["taken", "holder"] }));
    expect((await next(taken)).row).toEqual({
      ...key,
      taken: 1,
      "writetime(taken)": expect.any(BigInt),
    });
    expect((await next(holder)).row).toMatchObject({ ...key, holder: "Ada" });
    expect((await next(both)).row).toMatchObject({ ...key, taken: 1, holder: "Ada" });

    await set({ taken: 2 });
    const newer = await next(taken);
    expect(newer.row.taken).toBe(2);
    expect(await next(both)).toMatchObject({
      row: { taken: 2, holder: "Ada" },
      asOf: newer.asOf,
    });
    await set({ holder: "Grace" });
    expect((await next(holder)).row.holder).toBe("Grace");
    expect((await next(both)).row).toMatchObject({ taken: 2, holder: "Grace" });
    expect(await takenWithin(taken, 50)).toEqual([]);
    expect(live.size).toBe(1);
  });

  test("watches of the same columns share their reads, in any order of names", async () => {
    const one = existing(await live.watch(Seat, key, { columns: ["taken", "holder"] }));
    const other = existing(await live.watch(Seat, key, { columns: ["holder", "taken", "holder"] }));
    const versions = [await next(one), await next(other)];
    expect(versions[0]).toBe(versions[1]);
    reads = 0;
    await set({ taken: 2 });
    expect(await next(one)).toBe(await next(other));
    expect(reads).toBe(1);
  });

  test("a hint at other columns reads nothing", async () => {
    const watched = existing(
      await live.watch(Seat, key, { columns: ["taken"], beside: ["holder"] }),
    );
    await next(watched);
    reads = 0;
    await set({ holder: "Grace" });
    await set({ wishes: new Set(["window"]) });
    expect(reads).toBe(0);
    expect(await takenWithin(watched, 50)).toEqual([]);
    await set({ taken: 2 });
    expect((await next(watched)).row).toMatchObject({ taken: 2, holder: "Grace" });
  });

  test("watches with different admit functions share nothing", async () => {
    const hide = <R extends object>(row: R): R => ({ ...row, holder: "somebody" });
    const plain = existing(await live.watch(Seat, key, { columns: ["holder"] }));
    const hidden = existing(await live.watch(Seat, key, { columns: ["holder"], admit: hide }));
    expect((await next(plain)).row.holder).toBe("Ada");
    expect((await next(hidden)).row.holder).toBe("somebody");
  });
});

describe("a column that may be null", () => {
  test("a version is sent when the column becomes null, and when it gets its old value again", async () => {
    const watched = existing(await live.watch(Seat, key, { columns: ["holder"] }));
    const first = await next(watched);
    await set({ holder: null });
    expect(await next(watched)).toMatchObject({ row: { holder: null }, asOf: null });
    await set({ holder: null });
    expect(await takenWithin(watched, 50)).toEqual([]);
    await set({ holder: "Ada" });
    const last = await next(watched);
    expect(last.row.holder).toBe("Ada");
    expect(last.asOf).toBeGreaterThan(first.asOf!);
  });

  test("a null is sent beside a column with a larger ballot", async () => {
    const watched = existing(await live.watch(Seat, key, { columns: ["taken", "holder"] }));
    await next(watched);
    await set({ taken: 2 });
    const { asOf } = await next(watched);
    await set({ holder: null });
    expect(await next(watched)).toMatchObject({ row: { taken: 2, holder: null }, asOf });
    await set({ taken: 2 });
    const newer = await next(watched);
    expect(newer.row).toMatchObject({ taken: 2, holder: null });
    expect(newer.asOf).toBeGreaterThan(asOf!);
  });

  test("a version without a ballot is sent again to a returning subscriber", async () => {
    const first = existing(await live.watch(Seat, key, { columns: ["taken", "holder"] }));
    await set({ holder: null });
    await set({ taken: 2 });
    let seen = await next(first);
    while (seen.row.taken !== 2) seen = await next(first);
    const since = seen.asOf!;
    const again = existing(await live.watch(Seat, key, { columns: ["taken", "holder"], since }));
    expect(await next(again)).toBe(seen);
  });
});

describe("with the asOf of the present version as since", () => {
  test("nothing is sent until there is a newer version", async () => {
    const columns = ["taken", "holder"] as const;
    const first = existing(await live.watch(Seat, key, { columns }));
    const { asOf } = await next(first);
    const again = existing(await live.watch(Seat, key, { columns, since: asOf! }));
    expect(again.take()).toBeUndefined();
    await set({ taken: 5 });
    expect((await next(again)).row.taken).toBe(5);
  });

  test("with an older or newer since, the present version is sent", async () => {
    const { asOf } = await next(existing(await live.watch(Seat, key, { columns: ["taken"] })));
    for (const since of [asOf! - 1n, asOf! + 1n]) {
      const again = existing(await live.watch(Seat, key, { columns: ["taken"], since }));
      expect((await next(again)).row.taken).toBe(1);
    }
  });
});

test("removing an element of a set makes a version, although no write time shows it", async () => {
  await set({ wishes: new Set(["aisle", "window"]) });
  const watched = existing(await live.watch(Seat, key, { columns: ["wishes"] }));
  const first = await next(watched);
  expect(first.asOf).not.toBeNull();
  await session.cql(
    "UPDATE seat SET wishes = wishes - {'aisle'} WHERE hall = ? AND number = ? IF EXISTS",
    [key.hall, key.number],
  );
  live.hint(Seat, key, ["wishes"]);
  const second = await next(watched);
  expect(second.row.wishes).toEqual(new Set(["window"]));
  expect(second.asOf).toBe(first.asOf);
  const since = second.asOf!;
  const again = existing(await live.watch(Seat, key, { columns: ["wishes"], since }));
  expect(await next(again)).toBe(second);
});

test("a watch completes when its row is deleted, and watching a row that does not exist returns nothing", async () => {
  const watched = existing(await live.watch(Seat, key, { columns: ["holder"] }));
  await next(watched);
  await session.run(remove(Seat, key, { if: "exists" }));
  live.hint(Seat, key, "deleted");
  await ended(watched);
  expect(await live.watch(Seat, key, { columns: ["holder"] })).toBeUndefined();
  expect(live.size).toBe(0);
});

test("a followed partition names the columns that were written", async () => {
  const { hall } = key;
  const followed = await live.follow(Seat, { hall }, { apart: ["taken", "holder"] });
  await set({ taken: 2 });
  const event = await next(followed);
  expect(event).toMatchObject({ kind: "updated", changed: new Set(["taken"]), others: false });
  if (event.kind !== "updated") throw new Error("It is an update.");
  expect(event.row).toEqual({
    ...key,
    taken: 2,
    holder: "Ada",
    wishes: new Set(),
    "writetime(taken)": expect.any(BigInt),
    "writetime(holder)": expect.any(BigInt),
  });
  await set({ holder: null, wishes: new Set(["aisle"]) });
  expect(await next(followed)).toMatchObject({
    kind: "updated",
    row: { holder: null, wishes: new Set(["aisle"]), "writetime(holder)": null },
    changed: new Set(["holder"]),
    others: true,
  });
  const other = { hall, number: 2 };
  await session.run(insert(Seat, other, { if: "not exists" }));
  live.hint(Seat, other, "created");
  expect(await next(followed)).toMatchObject({ kind: "created", row: { ...other, taken: 0 } });
  await session.run(remove(Seat, other, { if: "exists" }));
  live.hint(Seat, other, "deleted");
  expect(await next(followed)).toEqual({ kind: "deleted", key: other });
});

test("columns that cannot be watched are refused", async () => {
  const columns = ["number"] as unknown as readonly "taken"[];
  await expect(live.watch(Seat, key, { columns })).rejects.toMatchObject({
    code: "BAD_STATEMENT",
    message: 'Table "seat" has "number" in its key, which never changes.',
  });
  const stray = ["price"] as unknown as readonly "taken"[];
  await expect(live.watch(Seat, key, { columns: stray })).rejects.toMatchObject({
    code: "BAD_STATEMENT",
    message: 'Table "seat" has no column "price".',
  });
  await expect(live.watch(Seat, key, { columns: [] })).rejects.toMatchObject({
    code: "BAD_STATEMENT",
    message: 'Table "seat" needs columns to watch.',
  });
  await expect(live.follow(Seat, { hall: "a" }, { apart: stray })).rejects.toMatchObject({
    code: "BAD_STATEMENT",
  });
});
