import { expect, test } from "vitest";
import {
  asc,
  CassandraError,
  frozen,
  int,
  list,
  map,
  table,
  text,
  timestamp,
  udt,
  uuid,
} from "../../src/cassandra/index.ts";
import { drift, type LiveColumn } from "../../src/cassandra/drift.ts";

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
const none = { missing: [], conflicts: [], differences: [], building: [] };
const without = (name: string) => event.filter((each) => each.name !== name);

test("a table as its model says has no drift, whatever else is there", () => {
  const more = [...event, column("note", "text"), column("total", "int", "static")];
  expect(drift([Event], live(more))).toEqual({ ...none, others: [] });
});

test("the tables that no model has are named, and are no conflict", () => {
  const tables = new Map([...live(event), ["order", new Map()], ["user", new Map()]]);
  expect(drift([Event], tables)).toEqual({ ...none, others: ["order", "user"] });
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
    const options = new Map([["event", { default_time_to_live: ttl }]]);
    expect(drift([model], live(event), { options }).conflicts).toEqual(conflicts);
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

test("a second model of a table adds what the first one lacks, and they cannot differ", () => {
  const key = { partition: ["id"] } as const;
  const Full = table("event", { id: uuid(), name: text(), note: text() }, key);
  const Brief = table("event", { id: uuid(), name: text() }, key);
  const { missing } = drift([Brief, Full, Brief], new Map());
  expect(missing.map(({ cql }) => cql)).toEqual([
    "CREATE TABLE IF NOT EXISTS event (\n  id uuid,\n  name text,\n  PRIMARY KEY ((id))\n)",
    "ALTER TABLE event ADD note text",
  ]);
  const Other = table("event", { id: uuid(), name: int() }, key);
  expect(drift([Brief, Other], new Map()).conflicts).toEqual([
    "event.name is text, the model has int",
  ]);
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
  ["a missing key column", without("id"), "event.id is missing, but a key cannot be changed"],
  [
    "a key column too many",
    [...event, column("day", "int", "partition_key", 1)],
    "event.day is a partition_key column, the model has none",
  ],
])("%s is a conflict", (_, columns, conflict) => {
  expect(drift([Event], live(columns))).toMatchObject({ missing: [], conflicts: [conflict] });
});

const Address = udt("address", { street: text(), tags: list(text()) });
const User = table("user", { id: uuid(), home: frozen(Address) }, { partition: ["id"] });
const user = new Map([
  [
    "user",
    new Map(
      [column("id", "uuid", "partition_key", 0), column("home", "frozen<address>")].map((each) => [
        each.name,
        each,
      ]),
    ),
  ],
]);
const address = (...fields: readonly (readonly [name: string, type: string])[]) =>
  new Map([
    ["address", { name: "address", fields: fields.map(([name, type]) => ({ name, type })) }],
  ]);
const [street, tags] = [
  ["street", "text"],
  ["tags", "list<text>"],
] as const;

test("a missing type is created before the tables that use it, after those that it is made of", () => {
  const Visit = table(
    "visit",
    { id: uuid(), log: map(text(), frozen(udt("stop", { at: frozen(Address), n: int() }))) },
    { partition: ["id"] },
  );
  expect(drift([Visit, User], new Map()).missing.map(({ cql }) => cql.slice(0, 35))).toEqual([
    "CREATE TYPE IF NOT EXISTS address (",
    "CREATE TYPE IF NOT EXISTS stop (at ",
    "CREATE TABLE IF NOT EXISTS visit (\n",
    "CREATE TABLE IF NOT EXISTS user (\n ",
  ]);
});

test.each([
  ["spelled as in the model", [street, ["tags", "frozen<list<text>>"]]],
  ["spelled without frozen", [street, tags]],
  ["with more fields at its end", [street, tags, ["zip", "int"]]],
] as const)("a type %s is no drift", (_, fields) => {
  expect(drift([User], user, { types: address(...fields) })).toMatchObject({
    missing: [],
    conflicts: [],
  });
});

test("a missing field of a type is added at its end", () => {
  expect(drift([User], user, { types: address(street) })).toMatchObject({
    missing: [
      { type: "address", field: "tags", cql: "ALTER TYPE address ADD tags frozen<list<text>>" },
    ],
    conflicts: [],
  });
});

test.each([
  ["another type", [["street", "blob"], tags], "street blob, tags frozen<list<text>>"],
  ["another name", [["road", "text"], tags], "road text, tags frozen<list<text>>"],
  ["another order", [tags, street], "tags frozen<list<text>>, street text"],
  ["one field too many", [["zip", "int"], street], "zip int, street text"],
] as const)("a type whose fields have %s is a conflict", (_, fields, found) => {
  expect(drift([User], user, { types: address(...fields) })).toMatchObject({
    missing: [],
    conflicts: [
      `type address has the fields ${found}, the model has street text, tags frozen<list<text>>`,
    ],
  });
});

test("two tables cannot have different types of one name", () => {
  const Shop = table(
    "shop",
    { id: uuid(), at: frozen(udt("address", { street: text() })) },
    { partition: ["id"] },
  );
  expect(() => drift([User, Shop], new Map())).toThrow(
    new CassandraError(
      "BAD_TABLE",
      'Tables "user" and "shop" cannot share a keyspace: the type "address" has the fields street text, tags frozen<list<text>> in one of them, and street text in the other.',
    ),
  );
});

test("a column of a custom class is a conflict, or the same if the model has that class", () => {
  const custom = "'org.apache.cassandra.db.marshal.DynamicCompositeType(a=>B, c=>D)'";
  const columns = [...without("name"), column("name", custom)];
  expect(drift([Event], live(columns)).conflicts).toEqual([
    `event.name is ${custom}, the model has text`,
  ]);
});
