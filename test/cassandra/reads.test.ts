import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  asc,
  desc,
  insert,
  int,
  type Key,
  type Range,
  list,
  remove,
  select,
  selectPartition,
  type Session,
  table,
  text,
  timestamp,
  update,
  updatePartition,
} from "../../src/cassandra/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";

const columns = { p: text(), a: int(), b: int(), c: int(), d: int(), note: text() };
/** A table with runs of one and of two columns of equal direction. */
const Mixed = table("mixed", columns, {
  partition: ["p"],
  clustering: [asc("a"), desc("b"), desc("c"), asc("d")],
});
const Even = table("even", columns, {
  partition: ["p"],
  clustering: [desc("a"), desc("b"), desc("c"), desc("d")],
});
const Reading = table(
  "reading",
  {
    device: text(),
    at: timestamp(),
    value: int(),
    tags: list(text()),
    site: text().static(),
    unit: text().static(),
  },
  { partition: ["device"], clustering: [desc("at")] },
);

let keyspace: TestKeyspace;
let session: Session;
beforeAll(async () => {
  keyspace = await createKeyspace(Mixed, Even, Reading);
  ({ session } = keyspace);
  for (const model of [Mixed, Even]) {
    await Promise.all(all.map((row) => session.run(insert(model, { p: "x", ...row }))));
  }
});
afterAll(() => keyspace[Symbol.asyncDispose]());

interface Row {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

const names = ["a", "b", "c", "d"] as const;
const digits = [0, 1, 2];
/** Only some of all combinations, so that reads also continue after rows that do not exist. */
const every: readonly Row[] = digits.flatMap((a) =>
  digits.flatMap((b) => digits.flatMap((c) => digits.map((d) => ({ a, b, c, d })))),
);
const all = every.filter((_, at) => at % 3 !== 1);

/** Keys of every shape: ranges of every kind, on every column. */
const keys: readonly Partial<Record<keyof Row, number | Range<number>>>[] = [
  {},
  { a: { gte: 1 } },
  { a: { gt: 0, lt: 2 } },
  { a: { lte: 1 } },
  { a: 1 },
  { a: 1, b: { gt: 0 } },
  { a: 1, b: { gte: 0, lte: 1 } },
  { a: 1, b: 1 },
  { a: 1, b: 1, c: { lt: 2 } },
  { a: 1, b: 1, c: 1, d: { gte: 1 } },
];

function isIn(row: Row, key: (typeof keys)[number]): boolean {
  return names.every((name) => {
    const value = row[name];
    const wanted = key[name];
    if (wanted === undefined || wanted === value) return true;
    if (typeof wanted === "number") return false;
    const { gt = -1, gte = 0, lt = 9, lte = 8 } = wanted as Record<string, number>;
    return value > gt && value >= gte && value < lt && value <= lte;
  });
}

describe.each([
  ["mixed directions", Mixed],
  ["one direction", Even],
])("a partition whose columns run in %s", (_, model) => {
  const compare = (one: Row, other: Row) => {
    const at = names.findIndex((name) => one[name] !== other[name]);
    if (at === -1) return 0;
    const difference = one[names[at]!] - other[names[at]!];
    return model.clustering[at]!.order === "ASC" ? difference : -difference;
  };
  const inOrder = (rows: readonly Row[], order: "stored" | "reversed") =>
    order === "stored" ? rows.toSorted(compare) : rows.toSorted(compare).toReversed();
  const rowOf = ({ a, b, c, d }: Row): Row => ({ a, b, c, d });

  describe.each(["stored", "reversed"] as const)("in %s order", (order) => {
    test.each(keys.map((key) => [key] as const))("is read by %j", async (key) => {
      const read: Key<typeof Mixed> = { p: "x", ...key };
      const found = await session.run(select(model as typeof Mixed, read, { order }));
      expect(found.map(rowOf)).toEqual(inOrder(all, order).filter((row) => isIn(row, key)));
    });

    test.each(keys.map((key) => [key] as const))("continues by %j after any row", async (key) => {
      const wanted = inOrder(all, order).filter((row) => isIn(row, key));
      // Also after rows outside the range, but with the same values in the columns named by value.
      const places = every.filter((row) =>
        names.every((name) => typeof key[name] !== "number" || key[name] === row[name]),
      );
      const sample = places.filter((_, at) => at % Math.ceil(places.length / 14) === 0);
      const direction = order === "stored" ? 1 : -1;
      await Promise.all(
        sample.map(async (after, at) => {
          const limit = at % 2 === 0 ? 5 : undefined;
          const read: Key<typeof Mixed> = { p: "x", ...key };
          const options = { order, after, limit };
          const found = await session.run(select(model as typeof Mixed, read, options));
          const behind = wanted.filter((row) => compare(row, after) * direction > 0);
          expect(found.map(rowOf)).toEqual(behind.slice(0, limit));
        }),
      );
    });
  });

  test("is streamed over several reads", async () => {
    const after = { a: 0, b: 1, c: 1, d: 1 };
    const found: Row[] = [];
    for await (const row of session.rows(select(model, { p: "x" }, { after }))) {
      found.push(rowOf(row));
    }
    expect(found).toEqual(inOrder(all, "stored").filter((row) => compare(row, after) > 0));
  });
});

describe("a partition with static columns", () => {
  const at = new Date("2027-08-15T18:30:00Z");

  test("is read while it has no rows", async () => {
    const device = "without rows";
    expect(await session.run(selectPartition(Reading, { device }))).toBeUndefined();
    await session.run(updatePartition(Reading, { device }, { site: "roof" }));
    expect(await session.run(selectPartition(Reading, { device }))).toEqual({
      device,
      site: "roof",
      unit: null,
    });
    expect(await session.run(select(Reading, { device }))).toEqual([]);
    expect(await session.run(select(Reading, { device }, { order: "reversed" }))).toEqual([]);
    const some = select(Reading, { device }, { columns: ["value"], limit: 5 });
    expect(await session.run(some)).toEqual([]);
  });

  test("is read with rows, which share the static columns", async () => {
    const device = "with rows";
    await session.run(insert(Reading, { device, at, value: 1, site: "roof" }));
    await session.run(insert(Reading, { device, at: new Date(0), value: 2 }));
    await session.run(updatePartition(Reading, { device }, { unit: "°C" }));
    expect(await session.run(select(Reading, { device }))).toEqual([
      { device, at, value: 1, tags: [], site: "roof", unit: "°C" },
      { device, at: new Date(0), value: 2, tags: [], site: "roof", unit: "°C" },
    ]);
    expect(await session.run(selectPartition(Reading, { device }, { columns: ["unit"] }))).toEqual({
      device,
      unit: "°C",
    });
  });

  test("keeps them after its last row is removed, until they are removed", async () => {
    const device = "after its rows";
    await session.run(insert(Reading, { device, at, value: 1, site: "roof" }));
    await session.run(remove(Reading, { device, at }));
    expect(await session.run(selectPartition(Reading, { device }))).toMatchObject({ site: "roof" });
    await session.run(updatePartition(Reading, { device }, { site: null }));
    expect(await session.run(selectPartition(Reading, { device }))).toBeUndefined();
  });
});

describe("some columns of rows", () => {
  const device = "columns";
  const at = new Date("2027-08-15T18:30:00Z");

  test("are read with the key, and nothing else", async () => {
    await session.run(insert(Reading, { device, at, value: 1, site: "roof", tags: ["a"] }));
    const row = { device, at, value: 1 };
    const columns = ["value"] as const;
    expect(await session.run(select(Reading, { device, at }, { columns }))).toEqual(row);
    expect(await session.run(select(Reading, { device }, { columns }))).toEqual([row]);
    expect(await session.load(Reading, { device, at }, { columns })).toEqual(row);
    expect(await session.run(select(Reading, { device, at }, { columns: [] }))).toEqual({
      device,
      at,
    });
  });

  test("are returned even if all of them are null", async () => {
    await session.cql("UPDATE reading SET value = 5 WHERE device = 'sparse' AND at = 0");
    const read = select(Reading, { device: "sparse" }, { columns: ["tags"] });
    expect(await session.run(read)).toEqual([{ device: "sparse", at: new Date(0), tags: [] }]);
  });

  test("requested in one tick are read together, and each caller gets its own", async () => {
    await session.run(insert(Reading, { device, at, value: 1, tags: ["a"] }));
    const rows = await Promise.all([
      session.load(Reading, { device, at }, { columns: ["value"] }),
      session.load(Reading, { device, at }, { columns: ["tags"] }),
      session.load(Reading, { device, at: new Date(0) }, { columns: ["tags"] }),
    ]);
    expect(rows).toEqual([{ device, at, value: 1 }, { device, at, tags: ["a"] }, undefined]);
  });
});

describe("the write time and the time to live of a cell", () => {
  const device = "times";
  const at = new Date("2027-08-15T18:30:00Z");

  test("are read with it", async () => {
    await session.cql(
      "INSERT INTO reading (device, at, value) VALUES (?, ?, 1) USING TIMESTAMP ? AND TTL 1000",
      [device, at, 1_700_000_000_000_001n],
    );
    await session.run(update(Reading, { device, at }, { tags: ["a"] }));
    const read = select(Reading, { device, at }, { writetime: ["value", "site"], ttl: ["value"] });
    const found = await session.run(read);
    expect(found).toMatchObject({
      value: 1,
      "writetime(value)": 1_700_000_000_000_001n,
      "writetime(site)": null,
    });
    const ttl = found!["ttl(value)"]!;
    expect(ttl).toBeGreaterThan(900);
    expect(ttl).toBeLessThanOrEqual(1000);
  });

  test("are null where a value has none", async () => {
    await session.run(insert(Reading, { device: "eternal", at, value: 1 }));
    const read = select(Reading, { device: "eternal", at }, { ttl: ["value", "unit"] });
    expect(await session.run(read)).toMatchObject({ "ttl(value)": null, "ttl(unit)": null });
  });

  test("are those of the newest element of a collection, and no TTL", async () => {
    const key = { device: "collected", at };
    const write = async (timestamp: bigint, assignment: string) =>
      session.cql(
        `UPDATE reading USING TIMESTAMP ? SET ${assignment} WHERE device = ? AND at = ?`,
        [timestamp, key.device, at],
      );
    await write(1000n, "value = 1, tags = ['a']");
    await write(3000n, "tags = tags + ['c']");
    await write(2000n, "tags = tags + ['b']");
    const read = select(Reading, key, { columns: ["tags"], writetime: ["tags"] });
    expect(read.cql).toBe(
      'SELECT device, at, tags, MAXWRITETIME(tags) AS "writetime(tags)" FROM reading WHERE device = ? AND at = ?',
    );
    expect(await session.run(read)).toMatchObject({ "writetime(tags)": 3000n });
    await write(4000n, "tags = []");
    expect(await session.run(read)).toMatchObject({ tags: [], "writetime(tags)": null });
    expect(() => select(Reading, key, { ttl: ["tags"] })).toThrow(
      'Table "reading" has a TTL for each element of "tags", not one for the column.',
    );
  });
});
