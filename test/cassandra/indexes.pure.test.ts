import { describe, expect, test } from "vitest";
import {
  asc,
  blob,
  counter,
  createTable,
  duration,
  float,
  frozen,
  indexName,
  indexTarget,
  int,
  list,
  map,
  sai,
  type SaiIndex,
  set,
  table,
  text,
  timestamp,
  tuple,
  udt,
  vector,
} from "../../src/cassandra/index.ts";
import { createIndex } from "../../src/cassandra/ddl.ts";
import { drift, type LiveColumn, type LiveMore } from "../../src/cassandra/drift.ts";
import type { LiveIndex } from "../../src/cassandra/index-shape.ts";

const columns = {
  device: text(),
  at: timestamp(),
  quality: int(),
  tags: map(text(), text()),
  labels: set(text()),
  steps: frozen(list(int())),
  place: frozen(udt("place", { room: text() })),
  shape: vector(float(), 3),
  Speed: int(),
};
const key = { partition: ["device"], clustering: [asc("at")] } as const;
const withIndexes = (...indexes: readonly SaiIndex<keyof typeof columns>[]) =>
  table("reading", columns, { ...key, indexes });

test.each([
  [sai("quality"), "reading_quality_idx", "quality"],
  [sai("labels"), "reading_labels_idx", "VALUES(labels)"],
  [sai("tags"), "reading_tags_idx", "VALUES(tags)"],
  [sai("tags", { of: "keys" }), "reading_tags_keys_idx", "KEYS(tags)"],
  [sai("tags", { of: "entries" }), "reading_tags_entries_idx", "ENTRIES(tags)"],
  [sai("steps"), "reading_steps_idx", "FULL(steps)"],
  [sai("place"), "reading_place_idx", "place"],
  [sai("at"), "reading_at_idx", "at"],
  [sai("Speed"), '"reading_Speed_idx"', '"Speed"'],
  [sai("quality", { name: "Best" }), '"Best"', "quality"],
])("%j is created in CQL", (index, name, target) => {
  const Reading = withIndexes(index);
  expect(createIndex(Reading, index)).toBe(
    `CREATE CUSTOM INDEX IF NOT EXISTS ${name} ON reading (${target}) USING 'StorageAttachedIndex'`,
  );
});

test("the options of an index are written if they differ from their defaults", () => {
  const Doc = table(
    "doc",
    { id: int(), lang: text(), title: text(), at: vector(float(), 2) },
    {
      partition: ["id"],
      indexes: [
        sai("lang", { caseSensitive: true, normalize: false }),
        sai("title", { caseSensitive: false, normalize: true, ascii: true }),
        sai("at", { similarity: "euclidean" }),
      ],
    },
  );
  expect(Doc.indexes.map((index) => createIndex(Doc, index).split(" USING ")[1])).toEqual([
    "'StorageAttachedIndex'",
    "'StorageAttachedIndex' WITH OPTIONS = {'case_sensitive': 'false', 'normalize': 'true', 'ascii': 'true'}",
    "'StorageAttachedIndex' WITH OPTIONS = {'similarity_function': 'euclidean'}",
  ]);
  expect(createTable(Doc)).not.toContain("INDEX");
});

test("an index of a collection that is not frozen is of its values", () => {
  const [tags, quality] = [sai("tags"), sai("quality")];
  const Reading = withIndexes(tags, quality);
  expect(indexTarget(Reading, tags)).toBe("values");
  expect(indexTarget(Reading, quality)).toBeUndefined();
  expect(indexName(Reading, quality)).toBe("reading_quality_idx");
});

describe("an index that Cassandra cannot have is refused", () => {
  const define = (column: object, index: SaiIndex, more: object = {}) => {
    const others = { k: int(), c: int() };
    return () =>
      table("model", { ...others, ...column }, {
        partition: ["k"],
        clustering: [asc("c")],
        indexes: [index],
        ...more,
      } as never);
  };
  test.each<[string, () => unknown, string]>([
    [
      "of an unknown column",
      define({ v: int() }, sai("w")),
      'of "w" names no column: the columns are k, c, v',
    ],
    [
      "of a column with other characters in its name",
      define({ Größe: int() }, sai("Größe")),
      'of "Größe" is impossible: Cassandra indexes only columns named by letters, digits and underscores',
    ],
    [
      "of a hidden column",
      define({ v: int() }, sai("h"), { hidden: { h: int() } }),
      'of "h" names no column: the columns are k, c, v',
    ],
    [
      "of the partition",
      define({ v: int() }, sai("k")),
      'of "k" is needless: it is the only column of the partition key',
    ],
    [
      "of a counter",
      define({ v: counter() }, sai("v")),
      'of "v" is impossible: Cassandra does not index tables of counters',
    ],
    [
      "of blobs",
      define({ v: map(text(), blob()) }, sai("v")),
      'of "v" is impossible: Cassandra does not index blobs',
    ],
    [
      "of durations",
      define({ v: list(duration()) }, sai("v")),
      'of "v" is impossible: Cassandra does not index durations',
    ],
    [
      "of a user-defined type that is not frozen",
      define({ v: udt("place", { room: text() }) }, sai("v")),
      'of "v" is impossible: place must be frozen',
    ],
    [
      "of a vector of other values",
      define({ v: vector(int(), 3) }, sai("v")),
      'of "v" is impossible: vector<int, 3> is no vector of float',
    ],
    [
      "of a vector without a direction",
      define({ v: vector(float(), 1) }, sai("v")),
      'of "v" is impossible: a vector of one value has no cosine',
    ],
    [
      "of the keys of a set",
      define({ v: set(int()) }, sai("v", { of: "keys" })),
      'of "v" is of its keys, but set<int> has only values',
    ],
    [
      "of the values of a frozen map",
      define({ v: frozen(map(int(), int())) }, sai("v", { of: "values" })),
      'of "v" is of its values, but frozen<map<int, int>> is indexed as a whole',
    ],
    [
      "of numbers with an option for texts",
      define({ v: int() }, sai("v", { caseSensitive: false })),
      'of "v" has the option case_sensitive, which int does not have',
    ],
    [
      "of texts with an option for vectors",
      define({ v: text() }, sai("v", { similarity: "euclidean" })),
      'of "v" has the option similarity_function, which text does not have',
    ],
    [
      "of entries with an option for texts",
      define({ v: map(text(), text()) }, sai("v", { of: "entries", normalize: true })),
      'of "v" has the option normalize, which map<text, text> does not have',
    ],
    [
      "with a long name",
      define({ ["v".repeat(200)]: int() }, sai("v".repeat(200))),
      "give it one by sai(",
    ],
    [
      "with a name of other characters",
      define({ v: int() }, sai("v", { name: "v-idx" })),
      'of "v" has the name "v-idx", but a name has 1 to 200 letters, digits and underscores',
    ],
  ])("%s", (_, defining, why) => {
    expect(defining).toThrow(why);
    expect(defining).toThrow('Table "model" is invalid: its index ');
  });

  test("twice of one value, with other names and options", () => {
    const indexes = [sai("v"), sai("v", { name: "other", caseSensitive: false })];
    expect(define({ v: text() }, sai("v"), { indexes })).toThrow(
      'Table "model" is invalid: it has two indexes of v, but Cassandra can have one.',
    );
  });

  test("twice with one name", () => {
    expect(define({ v: int() }, sai("v"), { indexes: [sai("v"), sai("v")] })).toThrow(
      'Table "model" is invalid: it has two indexes "model_v_idx".',
    );
  });

  test.each([
    ["the keys of a map with blobs", map(text(), blob()), sai("v", { of: "keys" })],
    ["a tuple", tuple(int(), blob()), sai("v")],
    ["a static column", int().static(), sai("v")],
  ])("but not one of %s", (_, v, index) => {
    expect(define({ v }, index)).not.toThrow();
  });
});

const live = (name: string, target: string, options: Record<string, string> = {}): LiveIndex => ({
  name,
  table: "reading",
  options: { class_name: "StorageAttachedIndex", target, ...options },
});
const found = (more: LiveMore, ...indexes: readonly SaiIndex<keyof typeof columns>[]) => {
  const Reading = withIndexes(...indexes);
  const bare = drift([Reading], new Map()).missing[1]!;
  expect(bare).toMatchObject({ table: "reading" });
  const asModel = Object.entries(Reading.columns).map(([name, { type }]): [string, LiveColumn] => {
    const position = ["device", "at"].includes(name) ? 0 : -1;
    const kind = name === "device" ? "partition_key" : name === "at" ? "clustering" : "regular";
    const order = name === "at" ? "asc" : "none";
    return [name, { name, type: type.cql, kind, position, order }];
  });
  const types = new Map([["place", { name: "place", fields: [{ name: "room", type: "text" }] }]]);
  const tables = new Map([["reading", new Map(asModel)]]);
  const { others, ...drifted } = drift([Reading], tables, { types, ...more });
  expect(others).toEqual([]);
  return drifted;
};
const none = { missing: [], conflicts: [], differences: [], building: [] };

describe("the drift of indexes", () => {
  test.each<[string, SaiIndex<keyof typeof columns>, LiveIndex]>([
    ["as in the model", sai("quality"), live("reading_quality_idx", "quality")],
    ["under another name", sai("quality"), live("by_quality", "quality")],
    [
      "of the short class",
      sai("quality"),
      live("reading_quality_idx", "quality", { class_name: "sai" }),
    ],
    [
      "of the whole class",
      sai("quality"),
      live("reading_quality_idx", "quality", {
        class_name: "org.apache.cassandra.index.sai.StorageAttachedIndex",
      }),
    ],
    ["of values", sai("tags"), live("reading_tags_idx", "values(tags)")],
    ["of keys", sai("tags", { of: "keys" }), live("reading_tags_keys_idx", "keys(tags)")],
    ["of a frozen list", sai("steps"), live("reading_steps_idx", "full(steps)")],
    ["of a quoted column", sai("Speed"), live("reading_Speed_idx", '"Speed"')],
    [
      "with options spelled otherwise",
      sai("tags", { of: "keys", caseSensitive: false }),
      live("reading_tags_keys_idx", "keys(tags)", { case_sensitive: "FALSE", ascii: "false" }),
    ],
  ])("an index %s is none", (_, index, existing) => {
    expect(found({ indexes: [existing] }, index)).toEqual(none);
  });

  test("a missing index is added after the tables", () => {
    const cql =
      "CREATE CUSTOM INDEX IF NOT EXISTS reading_quality_idx ON reading (quality) USING 'StorageAttachedIndex'";
    expect(found({}, sai("quality"))).toEqual({
      ...none,
      missing: [{ index: "reading_quality_idx", on: "reading", cql }],
    });
    const { missing } = drift([withIndexes(sai("quality"))], new Map());
    expect(missing.map(({ type, table: name, index }) => type ?? name ?? index)).toEqual([
      "place",
      "reading",
      "reading_quality_idx",
    ]);
  });

  test("an older index of the same column does not stand in for it", () => {
    const older: LiveIndex = { name: "old", table: "reading", options: { target: "quality" } };
    expect(found({ indexes: [older] }, sai("quality")).missing).toHaveLength(1);
  });

  test.each<[string, LiveIndex, string]>([
    [
      "another column",
      live("reading_quality_idx", "at"),
      "index reading_quality_idx is a StorageAttachedIndex on reading (at), the model has a StorageAttachedIndex on reading (quality)",
    ],
    [
      "another table",
      { ...live("reading_quality_idx", "quality"), table: "other" },
      "index reading_quality_idx is a StorageAttachedIndex on other (quality), the model has a StorageAttachedIndex on reading (quality)",
    ],
    [
      "another class",
      live("reading_quality_idx", "quality", { class_name: "org.apache.SASIIndex" }),
      "index reading_quality_idx is a SASIIndex on reading (quality), the model has a StorageAttachedIndex on reading (quality)",
    ],
    [
      "no class",
      { name: "reading_quality_idx", table: "reading", options: { target: "quality" } },
      "index reading_quality_idx is a secondary index on reading (quality), the model has a StorageAttachedIndex on reading (quality)",
    ],
    [
      "other options, under another name",
      live("mine", "quality", { ascii: "true" }),
      "index mine is a StorageAttachedIndex on reading (quality) with ascii: true, the model has a StorageAttachedIndex on reading (quality)",
    ],
  ])("an index of %s is a conflict", (_, existing, conflict) => {
    expect(found({ indexes: [existing] }, sai("quality"))).toEqual({
      ...none,
      conflicts: [conflict],
    });
  });

  test("an index is being built as long as a node cannot use it", () => {
    const indexes = [live("by_quality", "quality"), live("reading_tags_idx", "values(tags)")];
    const queryable = new Map([
      ["10.0.0.1:9042", new Set(["by_quality", "reading_tags_idx"])],
      ["10.0.0.2:9042", new Set(["reading_tags_idx"])],
      ["10.0.0.3:9042", new Set<string>()],
    ]);
    expect(found({ indexes, queryable }, sai("quality"))).toEqual({
      ...none,
      building: [{ index: "by_quality", on: "reading", nodes: ["10.0.0.2:9042", "10.0.0.3:9042"] }],
    });
  });

  test("two models of a table share an index", () => {
    const twice = [withIndexes(sai("quality")), withIndexes(sai("quality"))];
    expect(drift(twice, new Map()).missing.filter(({ index }) => index)).toHaveLength(1);
  });
});
