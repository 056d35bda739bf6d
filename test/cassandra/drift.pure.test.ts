import { expect, test } from "vitest";
import { asc, table, text, timestamp, uuid } from "../../src/cassandra/index.ts";
import { drift } from "../../src/cassandra/drift.ts";
import type { LiveColumn } from "../../src/cassandra/drift.ts";

const Event = table(
  "event",
  { city: text(), at: timestamp(), id: uuid(), name: text() },
  { partition: ["city"], clustering: [asc("at"), asc("id")] },
);

const column = (
  name: string,
  type: string,
  kind: LiveColumn["kind"] = "regular",
  position = -1,
  order: LiveColumn["order"] = kind === "clustering" ? "asc" : "none",
): LiveColumn => ({ name, type, kind, position, order });

const event = [
  column("city", "text", "partition_key", 0),
  column("at", "timestamp", "clustering", 0),
  column("id", "uuid", "clustering", 1),
  column("name", "text"),
];
const live = (columns: readonly LiveColumn[]) =>
  new Map([["event", new Map(columns.map((each) => [each.name, each]))]]);
const without = (name: string) => event.filter((each) => each.name !== name);

test("a table as its model says has no drift, whatever else is there", () => {
  const more = [...event, column("note", "text"), column("total", "int", "static")];
  expect(drift([Event], live(more))).toEqual({ missing: [], conflicts: [], others: [] });
});

test("the tables that no model has are named, and are no conflict", () => {
  const tables = new Map([...live(event), ["order", new Map()], ["user", new Map()]]);
  expect(drift([Event], tables)).toEqual({
    missing: [],
    conflicts: [],
    others: ["order", "user"],
  });
});

test.each([
  [
    true,
    60,
    ["event has a default_time_to_live of 60 s, by which its rows would expire: set it to 0"],
  ],
  [true, 0, []],
  [false, 60, []],
])(
  "a default TTL is a conflict for lightweight transactions alone: %j, %i s",
  (lwt, ttl, conflicts) => {
    const model = { ...Event, lwt };
    expect(drift([model], live(event), new Map([["event", ttl]])).conflicts).toEqual(conflicts);
  },
);

test("a missing table is created", () => {
  const { missing, conflicts } = drift([Event], new Map());
  expect(missing).toMatchObject([{ table: "event", cql: expect.stringMatching(/^CREATE TABLE/) }]);
  expect(conflicts).toEqual([]);
});

test("a missing column is added", () => {
  expect(drift([Event], live(without("name")))).toMatchObject({
    missing: [{ table: "event", column: "name", cql: "ALTER TABLE event ADD name text" }],
    conflicts: [],
  });
});

test.each<[string, readonly LiveColumn[], string]>([
  [
    "another type",
    [...without("name"), column("name", "blob")],
    "event.name is blob, the model has text",
  ],
  [
    "a static column",
    [...without("name"), column("name", "text", "static")],
    "event.name is static text, the model has text",
  ],
  [
    "another order",
    [...without("at"), column("at", "timestamp", "clustering", 0, "desc")],
    "event.at is timestamp (clustering 0 desc), the model has timestamp (clustering 0 asc)",
  ],
  [
    "a key column that is none",
    [...without("id"), column("id", "uuid")],
    "event.id is uuid, the model has uuid (clustering 1 asc)",
  ],
  ["a missing key column", without("id"), "event.id is missing, and a key cannot be changed"],
  [
    "a key column too many",
    [...event, column("day", "int", "partition_key", 1)],
    "event.day is a partition_key column, the model has none",
  ],
])("%s is a conflict", (_, columns, conflict) => {
  expect(drift([Event], live(columns))).toMatchObject({ missing: [], conflicts: [conflict] });
});
