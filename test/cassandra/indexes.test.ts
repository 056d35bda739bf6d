import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  asc,
  desc,
  float,
  frozen,
  int,
  list,
  map,
  put,
  findState,
  requireSynced,
  sai,
  select,
  selectEach,
  type Session,
  set,
  sync,
  table,
  text,
  tuple,
  udt,
  vector,
  watchSchema,
} from "../../src/cassandra/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await createKeyspace();
});
afterAll(() => keyspace[Symbol.asyncDispose]());

const columns = {
  device: text(),
  day: int(),
  n: int(),
  m: int(),
  quality: int(),
  tags: map(text(), text()),
  stock: map(text(), int()),
  labels: set(text()),
  log: list(text()),
  steps: frozen(list(int())),
  place: frozen(udt("place", { room: text(), floor: int() })),
  pair: tuple(text(), int()),
  select: text(),
  Speed: int().static(),
  shape: vector(float(), 2),
};
const key = { partition: ["device", "day"], clustering: [desc("n"), desc("m")] } as const;
const indexes = [
  sai("quality"),
  sai("tags"),
  sai("tags", { of: "keys" }),
  sai("stock", { of: "entries" }),
  sai("labels"),
  sai("log"),
  sai("steps"),
  sai("place"),
  sai("pair"),
  sai("select", { caseSensitive: false }),
  sai("Speed"),
  sai("shape", { similarity: "euclidean" }),
  sai("n"),
  sai("day"),
] as const;

const Plain = table("reading", columns, key);
const Reading = table("reading", columns, { ...key, indexes });
const lamp = { device: "lamp", day: 1 };

test("indexes are built over existing rows, and reads use them as soon as sync returns", async () => {
  const { session, name } = keyspace;
  await sync(session, { keyspace: name, tables: [Plain] });
  const rows = Array.from({ length: 500 }, (_, i) => ({
    ...lamp,
    n: Math.floor(i / 10),
    m: i % 10,
    quality: i % 5,
    tags: new Map([[`k${i % 3}`, `v${i % 7}`]]),
    stock: new Map([["apple", i % 4]]),
    labels: new Set([`l${i % 2}`]),
    log: [`x${i % 10}`],
    steps: [i % 3],
    place: { room: `r${i % 2}`, floor: null },
    pair: ["p", i % 2] as const,
    select: i % 2 === 0 ? "Even" : "odd",
    shape: [i, 0],
  }));
  for (const row of rows) await session.run(put(Plain, row));
  await session.run(put(Plain, { ...lamp, device: "other", n: 1, m: 1, quality: 0 }));

  await expect(requireSynced(session, { keyspace: name, tables: [Reading] })).rejects.toThrow(
    "index reading_quality_idx is missing; index reading_tags_idx is missing",
  );
  const added = await sync(session, { keyspace: name, tables: [Reading] });
  expect(added.map(({ index }) => index)).toContain("reading_tags_keys_idx");
  const found = await session.run(select(Reading, lamp, { where: { quality: 3 } }));
  expect(found.map(({ n, m }) => [n, m])).toEqual(
    rows
      .filter(({ quality }) => quality === 3)
      .map(({ n, m }) => [n, m])
      .toReversed(),
  );
  expect(await sync(session, { keyspace: name, tables: [Reading] })).toEqual([]);
  await requireSynced(session, { keyspace: name, tables: [Reading] });
});

describe("a read finds by an index of", () => {
  const count = async (where: object) =>
    (await keyspace.session.run(select(Reading, lamp, { where }))).length;
  test.each<[string, object, number]>([
    ["the values of a map", { tags: { contains: "v1" } }, 72],
    ["the keys of a map", { tags: { containsKey: "k0" } }, 167],
    ["both", { tags: { contains: "v1", containsKey: "k0" } }, 24],
    ["the entries of a map", { stock: { entry: ["apple", 3] } }, 125],
    ["a set", { labels: { contains: "l1" } }, 250],
    ["a list", { log: { contains: "x9" } }, 50],
    ["a frozen list", { steps: [2] }, 166],
    ["a frozen user-defined type", { place: { room: "r1", floor: null } }, 250],
    ["a tuple", { pair: ["p", 1] }, 250],
    ["a text without regard to case", { select: "ODD" }, 250],
    ["several columns", { quality: 3, labels: { contains: "l1" } }, 50],
    ["nothing", { quality: 9 }, 0],
  ])("%s", async (_, where, expected) => {
    expect(await count(where)).toBe(expected);
  });
});

test("pages by an index are complete and in the stored order", async () => {
  const { session } = keyspace;
  const where = { quality: 2 };
  const all = await session.run(select(Reading, lamp, { where }));
  for (const range of [{}, { n: { lte: 40, gt: 10 } }] as const) {
    const expected = all.filter(({ n }) => !("n" in range) || (n <= 40 && n > 10));
    const seen: unknown[] = [];
    let after: { readonly n: number; readonly m: number } | undefined;
    for (;;) {
      const page = await session.run(
        selectEach(Reading, { ...lamp, ...range }, { where, after, limit: 7 }),
      );
      seen.push(...page);
      if (page.length < 7) break;
      after = page.at(-1) as typeof after;
    }
    expect(seen).toEqual(expected);
  }
});

test("a static column is found by its index", async () => {
  const { session } = keyspace;
  await session.cql(`UPDATE reading SET "Speed" = 5 WHERE device = 'lamp' AND day = 1`);
  expect(await session.run(select(Reading, lamp, { where: { Speed: 5 } }))).toHaveLength(500);
});

test("a dropped index is drift, and the same index under another name is none", async () => {
  const { session, name } = keyspace;
  const models = { keyspace: name, tables: [Reading] };
  await session.cql("DROP INDEX reading_quality_idx");
  await expect(requireSynced(session, models)).rejects.toMatchObject({
    remedy: "ADD",
    message: "The database does not match the models: index reading_quality_idx is missing.",
  });
  await session.cql("CREATE INDEX mine ON reading (quality) USING 'sai'");
  await requireSynced(session, models);
  expect(await sync(session, models)).toEqual([]);
  expect(await session.run(select(Reading, lamp, { where: { quality: 3 } }))).toHaveLength(100);
});

test("an index that differs is a conflict, and nothing is changed", async () => {
  const { session, name } = keyspace;
  const Other = table("reading", columns, { ...key, indexes: [sai("select")] });
  await expect(sync(session, { keyspace: name, tables: [Other] })).rejects.toMatchObject({
    remedy: "DECIDE",
    message: expect.stringContaining(
      'index reading_select_idx is a StorageAttachedIndex on reading ("select") with case_sensitive: false',
    ),
  });
});

test.each([
  ["blob", "v"],
  ["map<text, blob>", "ENTRIES(v)"],
  ["list<duration>", "v"],
  ["room", "v"],
  ["vector<int, 3>", "v"],
  ["vector<float, 1>", "v"],
  ["set<int>", "KEYS(v)"],
  ["frozen<map<int, int>>", "VALUES(v)"],
  ["counter", "v"],
  ["int", "k"],
])("Cassandra refuses what definitions refuse: an index of %s (%s)", async (type, target) => {
  const { session } = keyspace;
  await session.cql("CREATE TYPE IF NOT EXISTS room (name text)");
  await session.cql(`CREATE TABLE refusing (k int PRIMARY KEY, v ${type})`);
  const creating = session.cql(`CREATE INDEX ON refusing (${target}) USING 'sai'`);
  await expect(creating).rejects.toMatchObject({ code: "REFUSED" });
  await session.cql("DROP TABLE refusing");
});

test("concurrent syncs of an index succeed", async () => {
  const { session, name } = keyspace;
  const Both = table(
    "both",
    { k: int(), c: int(), v: int() },
    {
      partition: ["k"],
      clustering: [asc("c")],
      indexes: [sai("v")],
    },
  );
  await Promise.all([1, 2, 3].map(() => sync(session, { keyspace: name, tables: [Both] })));
  expect(await session.run(select(Both, { k: 1 }, { where: { v: 1 } }))).toEqual([]);
});

test("the options of a new table are those of its model, and differences are reported", async () => {
  const { session, name } = keyspace;
  const bare = { k: int(), v: int() };
  const options = {
    partition: ["k"],
    defaultTtl: 3600,
    compaction: { class: "timeWindow", compaction_window_unit: "HOURS" },
    gcGrace: 60,
    comment: "It's one.",
    readRepair: "none",
  } as const;
  const Optional = table("optional", bare, options);
  const models = { keyspace: name, tables: [Optional] };
  await sync(session, models);
  expect((await findState(session, models)).differences).toEqual([]);

  await session.cql("ALTER TABLE optional WITH gc_grace_seconds = 100 AND comment = 'two'");
  const reported: string[] = [];
  await sync(session, {
    ...models,
    onDifferences: (all) => reported.push(...all.map(({ cql }) => cql)),
  });
  expect(reported).toEqual([
    "ALTER TABLE optional WITH comment = 'It''s one.'",
    "ALTER TABLE optional WITH gc_grace_seconds = 60",
  ]);
  for (const cql of reported) await session.cql(cql);
  expect((await findState(session, models)).differences).toEqual([]);
  await requireSynced(session, models);
});

describe("while a node builds an index", () => {
  const Built = table(
    "built",
    { k: int(), c: int(), v: int() },
    {
      partition: ["k"],
      clustering: [asc("c")],
      indexes: [sai("v")],
    },
  );
  const line = "index built_v_idx of built is still being built on 10.0.0.2:9042";
  /** A session with a node that builds all its indexes. */
  const building = (): Session => ({
    ...keyspace.session,
    eachNode: async (statement) => new Map([["10.0.0.2:9042", statement.decode([])]]),
  });
  beforeAll(() => sync(keyspace.session, { keyspace: keyspace.name, tables: [Built] }));

  test("sync waits, reports it, and ends in time", async () => {
    const reported: unknown[] = [];
    const waiting = sync(building(), {
      keyspace: keyspace.name,
      tables: [Built],
      onWait: (indexes) => reported.push(...indexes),
      indexTimeout: 500,
    });
    await expect(waiting).rejects.toMatchObject({
      remedy: "WAIT",
      message: `The database does not match the models: ${line}.`,
    });
    expect(reported).toEqual([{ index: "built_v_idx", on: "built", nodes: ["10.0.0.2:9042"] }]);
  });

  test("a watch of the schema logs it, and the models match", async () => {
    const lines: string[] = [];
    using watch = watchSchema(building(), [Built], { log: (each) => lines.push(each) });
    await watch.check();
    expect(lines).toEqual([`Reads by an index fail: ${line}.`]);
    await requireSynced(building(), { keyspace: keyspace.name, tables: [Built] });
  });
});

test("each node is asked for its own state", async () => {
  const { session } = keyspace;
  const asked = await session.eachNode({
    cql: "SELECT release_version FROM system.local",
    params: [],
    types: [],
    kind: "system",
    decode: ([row]) => row?.["release_version"],
  });
  expect([...asked.values()]).toEqual([session.version]);
});
