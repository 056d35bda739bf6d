import { readFile } from "node:fs/promises";
import { runInThisContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { createIndex } from "../../src/cassandra/ddl.ts";
import {
  asc,
  desc,
  float,
  frozen,
  int,
  InvalidValue,
  list,
  map,
  put,
  sai,
  select,
  selectEach,
  set,
  table,
  text,
  timestamp,
  vector,
} from "../../src/cassandra/index.ts";

const Reading = table(
  "reading",
  {
    device: text(),
    at: timestamp(),
    n: int(),
    quality: int(),
    tags: map(text(), text()),
    stock: map(text(), int()),
    labels: set(text()),
    steps: frozen(list(int())),
    shape: vector(float(), 2),
    note: text(),
  },
  {
    partition: ["device"],
    clustering: [desc("at"), desc("n")],
    indexes: [
      sai("stock", { of: "entries" }),
      sai("tags", { of: "keys" }),
      sai("tags"),
      sai("labels"),
      sai("quality"),
      sai("steps"),
      sai("shape"),
    ],
  },
);
const device = "lamp";
const at = new Date(0);

const read = (statement: { readonly cql: string; readonly params: readonly unknown[] }) => [
  statement.cql.replace(/^.* WHERE /, ""),
  ...statement.params,
];

describe("a read by an index", () => {
  test("restricts a column within a partition", () => {
    const statement = select(Reading, { device }, { where: { quality: 0 }, limit: 20 });
    expect(read(statement)).toEqual(["device = ? AND quality = ? LIMIT ?", device, 0, 20]);
  });

  test("has no range for the sweeper, since it shows only some of the rows", () => {
    expect(select(Reading, { device }, { where: { quality: 0 } }).range).toBeUndefined();
    expect(select(Reading, { device }).range).toBeDefined();
  });

  test("restricts several columns in the order of the table", () => {
    const where = { steps: [1, 2], labels: { contains: "new" }, quality: 1 } as const;
    expect(read(select(Reading, { device, at: { gt: at } }, { where }))).toEqual([
      "device = ? AND at > ? AND quality = ? AND labels CONTAINS ? AND steps = ?",
      device,
      at,
      1,
      "new",
      [1, 2],
    ]);
  });

  test("restricts what a map contains: values, keys and entries", () => {
    expect(read(select(Reading, { device }, { where: { tags: { contains: "1" } } }))).toEqual([
      "device = ? AND tags CONTAINS ?",
      device,
      "1",
    ]);
    expect(
      read(
        select(Reading, { device }, { where: { tags: { contains: "1", containsKey: "room" } } }),
      ),
    ).toEqual(["device = ? AND tags CONTAINS ? AND tags CONTAINS KEY ?", device, "1", "room"]);
    expect(
      read(select(Reading, { device }, { where: { stock: { entry: ["apple", 3] } } })),
    ).toEqual(["device = ? AND stock[?] = ?", device, "apple", 3]);
  });

  test("continues after a row", () => {
    const where = { quality: 0 };
    const first = selectEach(Reading, { device }, { where, after: { at, n: 7 }, limit: 9 });
    expect(read(first)).toEqual([
      "device = ? AND (at, n) < (?, ?) AND quality = ? LIMIT ?",
      device,
      at,
      7,
      0,
      9,
    ]);
  });

  test("has the consistency of the statement", () => {
    const where = { quality: 0 };
    expect(select(Reading, { device }, { where, consistency: "LOCAL_ONE" })).toMatchObject({
      kind: "read",
      consistency: "LOCAL_ONE",
    });
  });
});
describe("a read by an index is refused", () => {
  const refused =
    (where: object, options: object = {}, key: object = { device }) =>
    () =>
      selectEach(Reading, key as never, { where, ...options } as never);
  test.each<[string, () => unknown, string]>([
    ["without a restriction", refused({}), "is read by an index, but where names no column"],
    [
      "of a column without an index",
      refused({ note: "x" }),
      'has no index of "note", which where names',
    ],
    ["of a key column", refused({ n: 1 }), 'has "n" in its key: give it there instead of in where'],
    ["of an unknown column", refused({ nte: "x" }), 'has no column "nte"'],
    [
      "by a null",
      refused({ quality: null }),
      'cannot be read by a null of "quality": indexes have no nulls',
    ],
    [
      "of a vector",
      refused({ shape: [1, 2] }),
      'has the vector "shape", which where cannot compare',
    ],
    [
      "of an undefined value",
      refused({ labels: { contains: undefined } }),
      'takes { contains: … } of "labels" by its index, but got a value',
    ],
    [
      "of a whole collection",
      refused({ labels: new Set(["a"]) }),
      'takes { contains: … } of "labels" by its index, but got a value',
    ],
    [
      "of what its index is not of",
      refused({ stock: { containsKey: "a" } }),
      'takes { entry: … } of "stock" by its index, but got { containsKey: … }',
    ],
    [
      "of half an entry",
      refused({ stock: { entry: ["a"] } }),
      'takes an entry of "stock" as [key, value], but got something else',
    ],
    ["in reverse", refused({ quality: 1 }, { order: "reversed" }), "where excludes order"],
    [
      "at the serial consistency",
      refused({ quality: 1 }, { serial: true }),
      "where excludes serial",
    ],
    [
      "of one row",
      refused({ quality: 1 }, {}, { device, at, n: 1 }),
      "has one row with this key: where is for several rows",
    ],
  ])("%s", (_, reading, why) => {
    expect(reading).toThrow(expect.objectContaining({ code: "BAD_STATEMENT" }));
    expect(reading).toThrow(why);
  });

  test("for a value that the column or its part cannot hold", () => {
    expect(refused({ quality: "1" })).toThrow(InvalidValue);
    expect(refused({ quality: "1" })).toThrow(/^reading\.quality must be/);
    expect(refused({ stock: { entry: ["a", 1.5] } })).toThrow(/^reading\.stock must be/);
    expect(refused({ labels: { contains: null } })).toThrow(InvalidValue);
  });
});

test("a table and a read have a consistency, except for lightweight transactions", () => {
  const columns = { k: int(), c: int(), v: int() };
  const key = { partition: ["k"], clustering: [asc("c")] } as const;
  const Fast = table("fast", columns, { ...key, consistency: "LOCAL_ONE" });
  expect(select(Fast, { k: 1 })).toMatchObject({ consistency: "LOCAL_ONE" });
  expect(select(Fast, { k: 1, c: 1 }, { consistency: "ALL" })).toMatchObject({
    consistency: "ALL",
  });
  expect(select(Fast, { k: 1 }, { serial: true })).not.toHaveProperty("consistency");
  const Plain = table("plain", columns, key);
  expect(select(Plain, { k: 1 })).not.toHaveProperty("consistency");
  const Seat = table("seat", columns, { ...key, lwt: true });
  expect(() => select(Seat, { k: 1 }, { consistency: "LOCAL_ONE" } as never)).toThrow(
    'Table "seat" takes lightweight transactions, which need the consistency of the session, but got LOCAL_ONE.',
  );
});

test("the indexes and restrictions in docs/tables.md are those of the code", async () => {
  const page = await readFile(new URL("../../docs/tables.md", import.meta.url), "utf8");
  const [, section = ""] = page.split("\n## Indexes\n");
  const rows = [...section.matchAll(/^\| `sai\("(\w+)".*\| `(\w+ ON .*)` \| `(.*)` \|$/gm)];
  expect(rows).toHaveLength(5);
  const created = Reading.indexes.map((index) => createIndex(Reading, index));
  for (const [, column, cql, restriction] of rows) {
    expect(created).toContainEqual(expect.stringContaining(` ${cql} USING`));
    const where = runInThisContext(`(${restriction})`) as object;
    expect(Object.keys(where)).toEqual([column]);
    expect(select(Reading, { device }, { where } as never).cql).toContain(` AND ${column}`);
  }
});

test("a write to one replica is refused if deleted rows are swept", () => {
  const columns = { k: int(), c: int(), v: int() };
  const key = { partition: ["k"], clustering: [asc("c")] } as const;
  const Swept = table("swept", columns, { ...key, sweepAfter: 60 });
  expect(() => put(Swept, { k: 1, c: 1 }, { consistency: "LOCAL_ONE" })).toThrow(
    'Table "swept" has sweepAfter, which needs writes to a quorum, but got LOCAL_ONE.',
  );
  expect(select(Swept, { k: 1 }, { consistency: "LOCAL_ONE" }).consistency).toBe("LOCAL_ONE");
});
