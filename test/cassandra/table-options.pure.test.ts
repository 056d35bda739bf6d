import { expect, test } from "vitest";
import {
  type Compaction,
  counter,
  createTable,
  desc,
  int,
  table,
  text,
  timestamp,
} from "../../src/cassandra/index.ts";
import { drift } from "../../src/cassandra/drift.ts";

const columns = { device: text(), at: timestamp(), value: int() };
const key = { partition: ["device"], clustering: [desc("at")] } as const;

const Reading = table("reading", columns, {
  ...key,
  defaultTtl: 90 * 86_400,
  compaction: { class: "timeWindow", compaction_window_unit: "DAYS", compaction_window_size: 1 },
  gcGrace: 3600,
  comment: "Readings of the building's devices.",
  readRepair: "none",
  consistency: "LOCAL_ONE",
});

test("the options of a table are in its CQL", () => {
  const [, options] = createTable(Reading).split("\n) WITH ");
  expect(options!.split(" AND ")).toEqual([
    "CLUSTERING ORDER BY (at DESC)",
    "comment = 'Readings of the building''s devices.'",
    "compaction = {'class': 'TimeWindowCompactionStrategy', 'compaction_window_unit': 'DAYS', 'compaction_window_size': '1'}",
    "default_time_to_live = 7776000",
    "gc_grace_seconds = 3600",
    "read_repair = 'NONE'",
  ]);
});

test.each<[Compaction, string]>([
  ["leveled", "{'class': 'LeveledCompactionStrategy'}"],
  ["sizeTiered", "{'class': 'SizeTieredCompactionStrategy'}"],
  [
    { class: "unified", scaling_parameters: "T4" },
    "{'class': 'UnifiedCompactionStrategy', 'scaling_parameters': 'T4'}",
  ],
])("the compaction %j is %s", (compaction, cql) => {
  expect(createTable(table("reading", columns, { ...key, compaction }))).toContain(
    `AND compaction = ${cql}`,
  );
});

test("a table without options has those of Cassandra", () => {
  const Setting = table("setting", columns, { partition: ["device"] });
  expect(createTable(Setting)).toMatch(/\n\)$/);
});

test.each<[object, string]>([
  [{ defaultTtl: 60, lwt: true }, "defaultTtl would expire the rows of lightweight transactions"],
  [
    { consistency: "LOCAL_ONE", lwt: true },
    "its consistency is LOCAL_ONE, but lightweight transactions need that of the session",
  ],
  [
    { consistency: "LOCAL_ONE", sweepAfter: 60 },
    "sweepAfter needs writes to a quorum, but its consistency is LOCAL_ONE",
  ],
  [
    { defaultTtl: -1 },
    "defaultTtl must be a whole number of seconds from 0 to 630720000, but is -1",
  ],
  [{ defaultTtl: 630_720_001 }, "but is 630720001"],
  [
    { compaction: "toString" },
    "compaction must be one of leveled, sizeTiered, timeWindow, unified, but is toString",
  ],
  [{ readRepair: "off" }, "readRepair must be one of blocking, none, but is off"],
  [{ gcGrace: 1.5 }, "gcGrace must be a whole number of seconds from 0 to 2147483647, but is 1.5"],
])("the options %j are refused", (options, why) => {
  expect(() => table("reading", columns, { ...key, ...options } as never)).toThrow(
    `Table "reading" is invalid: ${why.startsWith("but") ? "" : `${why}.`}`,
  );
});

test("counters do not expire", () => {
  expect(() =>
    table("hits", { page: text(), views: counter() }, { partition: ["page"], defaultTtl: 60 }),
  ).toThrow('Table "hits" is invalid: defaultTtl is impossible: counters do not expire.');
});

const asModel = {
  comment: "Readings of the building's devices.",
  compaction: {
    class: "org.apache.cassandra.db.compaction.TimeWindowCompactionStrategy",
    compaction_window_size: "1",
    compaction_window_unit: "DAYS",
    max_threshold: "32",
  },
  default_time_to_live: 7_776_000,
  gc_grace_seconds: 3600,
  read_repair: "NONE",
  speculative_retry: "99p",
};
const differences = (options: object, model = Reading) =>
  drift([model], new Map(), { options: new Map([["reading", { ...asModel, ...options }]]) })
    .differences;

test("options as in the model are no difference, nor are those that it does not set", () => {
  expect(differences({})).toEqual([]);
  expect(
    differences({ comment: "x", gc_grace_seconds: 1 }, table("reading", columns, key)),
  ).toEqual([]);
});

test("a different option is reported with the statement that sets it", () => {
  expect(
    differences({
      comment: "",
      compaction: { class: "org.apache.cassandra.db.compaction.SizeTieredCompactionStrategy" },
      default_time_to_live: 0,
    }),
  ).toEqual([
    {
      table: "reading",
      option: "comment",
      found: "''",
      model: "'Readings of the building''s devices.'",
      cql: "ALTER TABLE reading WITH comment = 'Readings of the building''s devices.'",
    },
    expect.objectContaining({
      option: "compaction",
      found: "{'class': 'org.apache.cassandra.db.compaction.SizeTieredCompactionStrategy'}",
      cql: "ALTER TABLE reading WITH compaction = {'class': 'TimeWindowCompactionStrategy', 'compaction_window_unit': 'DAYS', 'compaction_window_size': '1'}",
    }),
    {
      table: "reading",
      option: "default_time_to_live",
      found: "0",
      model: "7776000",
      cql: "ALTER TABLE reading WITH default_time_to_live = 7776000",
    },
  ]);
});

test("an option that an older Cassandra does not know is no difference", () => {
  expect(differences({ read_repair: undefined })).toEqual([]);
});
