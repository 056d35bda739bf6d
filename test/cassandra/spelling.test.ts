import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  asc,
  type Column,
  desc,
  frozen,
  insert,
  int,
  list,
  map,
  remove,
  requireSynced,
  select,
  selectPartition,
  selectRows,
  selectStored,
  selectWritetimes,
  set,
  sync,
  table,
  text,
  tuple,
  udt,
  update,
  updatePartition,
  varchar,
  vector,
} from "../../src/cassandra/index.ts";
import { canonicalType } from "../../src/cassandra/cql-type.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { samples } from "../fixtures/values.ts";

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await createKeyspace();
});
afterAll(() => keyspace[Symbol.asyncDispose]());

const Geo = udt("GeoPoint", { lat: int(), Länge: int(), select: text() });
const Stop = udt("stop", {
  name: varchar(),
  at: frozen(Geo),
  tags: list(text()),
  pair: tuple(int(), list(int())),
});

const shapes: Readonly<Record<string, Column>> = {
  v: varchar(),
  l: list(varchar()),
  fl: frozen(list(text())),
  ll: list(frozen(list(set(int())))),
  m: map(text(), frozen(map(text(), int()))),
  t: tuple(int(), list(text()), tuple(text(), int())),
  lt: list(tuple(int(), text())),
  v1: vector(int(), 3),
  v2: vector(list(varchar()), 2),
  v3: list(vector(text(), 1)),
  v4: vector(vector(tuple(int(), list(int())), 2), 2),
  u: Geo,
  fu: frozen(Geo),
  lu: list(frozen(Stop)),
  mu: map(frozen(Geo), frozen(list(frozen(Stop)))),
  vu: vector(Geo, 2),
  tu: tuple(Geo, map(text(), Stop)),
  s: frozen(set(int())).static(),
};
const Shapes = table(
  "Shapes",
  { k: frozen(map(text(), list(Geo))), c: vector(list(text()), 1), ...shapes },
  { partition: ["k"], clustering: [desc("c")] },
);

const typesIn = async (name: string) => {
  const rows = await keyspace.session.cql(
    "SELECT column_name, type FROM system_schema.columns WHERE keyspace_name = ? AND table_name = ?",
    [keyspace.name, name],
  );
  return new Map(rows.map((row) => [String(row["column_name"]), String(row["type"])]));
};

test("a type is spelled as in the database, and a second sync finds no difference", async () => {
  const { session, name } = keyspace;
  await sync(session, { keyspace: name, tables: [Shapes] });
  const found = await typesIn("Shapes");
  for (const [column, { type }] of Object.entries(Shapes.columns)) {
    expect([column, found.get(column)]).toEqual([column, type.cql]);
    expect(canonicalType(type.cql)).toBe(type.cql);
  }
  expect(await sync(session, { keyspace: name, tables: [Shapes] })).toEqual([]);
  await requireSynced(session, { keyspace: name, tables: [Shapes] });
});

test("a table created with other spellings of its types matches", async () => {
  const { session, name } = keyspace;
  await session.cql(`CREATE TABLE byHand (
    K varchar, C TUPLE<INT, list<varchar>>, "Größe" frozen< map<varchar,frozen<List<INT>>> >,
    l List < frozen<tuple<int,varchar>> >, V vector<list<varchar>,2>, w vector<frozen<list<text>>, 2>,
    u frozen<"GeoPoint">, x set<frozen<"GeoPoint">> STATIC, PRIMARY KEY (K, C))
    WITH CLUSTERING ORDER BY (C DESC)`);
  const ByHand = table(
    "byhand",
    {
      k: text(),
      c: tuple(int(), list(text())),
      Größe: frozen(map(text(), list(int()))),
      l: list(tuple(int(), text())),
      v: vector(list(text()), 2),
      w: vector(list(text()), 2),
      u: frozen(Geo),
      x: set(frozen(Geo)).static(),
    },
    { partition: ["k"], clustering: [desc("c")] },
  );
  expect(await sync(session, { keyspace: name, tables: [ByHand] })).toEqual([]);
  const row = {
    k: "a",
    c: [1, ["x"]],
    Größe: new Map([["m", [1, 2]]]),
    l: [[1, "y"]],
    v: [["a"], []],
    w: [[], ["b"]],
    u: { lat: 1, Länge: null, select: "s" },
    x: new Set<never>(),
  } as const;
  const { x: _, ...written } = row;
  await session.run(insert(ByHand, written as never));
  expect(await session.run(select(ByHand, { k: "a", c: row.c } as never))).toEqual(row);
});

test("every CQL type is recognised by its name in the database", async () => {
  const { session, name } = keyspace;
  const columns = Object.fromEntries(
    Object.entries(samples).map(([each, { column }]) => [each, column]),
  );
  const All = table("all_types", { id: int(), ...columns }, { partition: ["id"] });
  await sync(session, { keyspace: name, tables: [All] });
  expect(await sync(session, { keyspace: name, tables: [All] })).toEqual([]);
});

describe("names that need quotes", () => {
  const Odd = table(
    "Odd",
    {
      "Order Id": int(),
      select: text(),
      Größe: int(),
      'a"b': int(),
      "writetime(x)": int(),
      x: int(),
      Token: text(),
      "[json]": text(),
      From: map(text(), int()),
      static: int().static(),
      "Ü static": text().static(),
    },
    { partition: ["Order Id", "select"], clustering: [asc("Größe"), desc('a"b')] },
  );
  const partition = { "Order Id": 1, select: "'" };
  const row = (size: number, quote: number) => ({
    ...partition,
    Größe: size,
    'a"b': quote,
    "writetime(x)": size * 10 + quote,
    x: quote,
    Token: "c",
    "[json]": null,
    From: new Map([["a", 1]]),
    static: 5,
    "Ü static": "ü",
  });
  const rows = [row(1, 2), row(1, 1), row(2, 2), row(2, 1)];
  const run: TestKeyspace["session"]["run"] = (statement) => keyspace.session.run(statement);

  beforeAll(async () => {
    const { session, name } = keyspace;
    await sync(session, { keyspace: name, tables: [Odd] });
    await run(updatePartition(Odd, partition, { static: 5, "Ü static": "ü" }));
    for (const { static: _, "Ü static": __, ...each } of rows) await run(insert(Odd, each));
  });

  test("are columns, keys, ranges, orders and pages", async () => {
    expect(await sync(keyspace.session, { keyspace: keyspace.name, tables: [Odd] })).toEqual([]);
    expect(await run(select(Odd, partition))).toEqual(rows);
    expect(await run(select(Odd, { ...partition, Größe: 2 }))).toEqual(rows.slice(2));
    expect(await run(select(Odd, { ...partition, Größe: { gt: 1 } }))).toEqual(rows.slice(2));
    expect(await run(select(Odd, { ...partition, Größe: 1, 'a"b': { lte: 1 } }))).toEqual([
      rows[1],
    ]);
    expect(await run(select(Odd, partition, { order: "reversed", limit: 1 }))).toEqual([rows[3]]);
    expect(await run(select(Odd, partition, { after: { Größe: 1, 'a"b': 2 } }))).toEqual(
      rows.slice(1),
    );
    expect(
      await run(
        selectRows(Odd, partition, [
          { Größe: 1, 'a"b': 2 },
          { Größe: 2, 'a"b': 1 },
        ]),
      ),
    ).toEqual([rows[0], rows[3]]);
    expect(
      await run(select(Odd, { ...partition, Größe: 1, 'a"b': 2 }, { columns: ["Token"] })),
    ).toEqual({
      ...partition,
      Größe: 1,
      'a"b': 2,
      Token: "c",
    });
    expect(await run(selectPartition(Odd, partition))).toEqual({
      ...partition,
      static: 5,
      "Ü static": "ü",
    });
    const [stored] = await run(
      selectStored(Odd, partition, [{ Größe: 1, 'a"b': 1 }], ["[json]", "Token"]),
    );
    expect(stored).toEqual({ Größe: 1, 'a"b': 1, "[json]": null, Token: "c" });
  });

  test("have write times and TTLs", async () => {
    const key = { ...partition, Größe: 3, 'a"b': 1 };
    const columns = '"Order Id", "select", "Größe", "a""b", "writetime(x)", "Token"';
    await keyspace.session.cql(
      `INSERT INTO "Odd" (${columns}) VALUES (1, '''', 3, 1, 7, 'x') USING TTL 1000 AND TIMESTAMP 12`,
    );
    const found = await run(
      select(Odd, key, {
        columns: ["Token"],
        writetime: ["writetime(x)", "Token", "[json]", "Ü static"],
        ttl: ["writetime(x)", "x"],
      }),
    );
    expect(found).toEqual({
      ...key,
      Token: "x",
      "writetime(writetime(x))": 12n,
      "writetime(Token)": 12n,
      "writetime([json])": null,
      "writetime(Ü static)": expect.any(BigInt),
      "ttl(writetime(x))": expect.toSatisfy((ttl: number) => ttl > 900 && ttl <= 1000),
      "ttl(x)": null,
    });
    expect(await run(selectWritetimes(Odd, partition, [{ Größe: 3, 'a"b': 1 }], "Token"))).toEqual([
      { Größe: 3, 'a"b': 1, "writetime(Token)": 12n },
    ]);
    expect(() => select(Odd, key, { writetime: ["x"] })).toThrow(
      'Table "Odd" has a column "writetime(x)" of its own.',
    );
    await run(remove(Odd, key));
  });

  test("are updated and removed", async () => {
    const key = { ...partition, Größe: 4, 'a"b': 1 };
    await run(update(Odd, key, { Token: "n", "writetime(x)": 1, From: new Map([["a", 2]]) }));
    expect(await run(select(Odd, key))).toMatchObject({
      Token: "n",
      "writetime(x)": 1,
      From: new Map([["a", 2]]),
    });
    await run(remove(Odd, key));
    expect(await run(select(Odd, key))).toBeUndefined();
  });
});

test("a column may have the name of a property that every object has", async () => {
  const names = ["constructor", "toString", "hasOwnProperty", "get", "values", "length"];
  const Proto = table(
    "proto",
    { k: int(), valueOf: int(), ...Object.fromEntries(names.map((name) => [name, int()])) },
    { partition: ["k"], clustering: [asc("valueOf")] },
  );
  const { session, name } = keyspace;
  await sync(session, { keyspace: name, tables: [Proto] });
  const row = { k: 1, valueOf: 0, ...Object.fromEntries(names.map((each, at) => [each, at])) };
  await session.run(insert(Proto, { k: 2, valueOf: 0 } as never));
  await session.run(insert(Proto, row as never));
  expect(await session.run(select(Proto, { k: 1 } as never))).toStrictEqual([row]);
  const [bare] = (await session.run(
    select(Proto, { k: 2 } as never),
  )) as unknown as readonly object[];
  expect(Object.values(bare!)).toEqual([2, 0, ...names.map(() => null)]);
});
