import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  asc,
  ascii,
  bigint,
  blob,
  boolean,
  counter,
  date,
  decimal,
  desc,
  double,
  duration,
  float,
  frozen,
  inet,
  insert,
  int,
  list,
  map,
  set,
  smallint,
  sync,
  table,
  text,
  time,
  timestamp,
  timeuuid,
  tinyint,
  tuple,
  udt,
  update,
  uuid,
  varint,
  vector,
} from "../../src/cassandra/index.ts";
import { clientError } from "../../src/pothos/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { graphqlTwice } from "../fixtures/graphql-twice.ts";
import { schemaOf } from "./build.ts";

// Values of every type, as output of GraphQL and as arguments.

const Bound = udt("bound", { gt: int(), "less-than": text().as("lessThan"), at: timestamp() });

const Everything = table(
  "everything",
  {
    id: uuid(),
    ascii: ascii(),
    text: text(),
    boolean: boolean(),
    tinyint: tinyint(),
    smallint: smallint(),
    int: int(),
    bigint: bigint(),
    varint: varint(),
    decimal: decimal(),
    float: float(),
    double: double(),
    timeuuid: timeuuid(),
    timestamp: timestamp(),
    date: date(),
    time: time(),
    duration: duration(),
    inet: inet(),
    blob: blob(),
    list: list(double()),
    set: set(date()),
    map: map(text(), bigint()),
    by_date: map(date(), text()),
    by_blob: map(blob(), double()),
    frozen: frozen(list(text())),
    nested: list(frozen(map(text(), set(int())))),
    tuple: tuple(text(), double()),
    bound: Bound,
    home: frozen(Bound),
    vector: vector(float(), 3),
    words: vector(text(), 2),
  },
  { partition: ["id"] },
);

const Keys = table(
  "keys",
  {
    group: text(),
    ascii: ascii(),
    boolean: boolean(),
    tinyint: tinyint(),
    bigint: bigint(),
    varint: varint(),
    decimal: decimal(),
    float: float(),
    double: double(),
    uuid: uuid(),
    timeuuid: timeuuid(),
    timestamp: timestamp(),
    date: date(),
    time: time(),
    inet: inet(),
    blob: blob(),
    list: frozen(list(text())),
    set: frozen(set(date())),
    map: frozen(map(blob(), text())),
    tuple: tuple(text(), double()),
    bound: frozen(Bound).as("limits"),
    vector: vector(int(), 2),
    words: vector(text(), 2),
    note: text(),
  },
  {
    partition: ["group", "bigint", "decimal"],
    clustering: [
      asc("ascii"),
      asc("boolean"),
      desc("tinyint"),
      desc("varint"),
      asc("float"),
      asc("double"),
      asc("uuid"),
      asc("timeuuid"),
      desc("timestamp"),
      asc("date"),
      asc("time"),
      asc("inet"),
      desc("blob"),
      asc("list"),
      asc("set"),
      asc("map"),
      asc("tuple"),
      asc("bound"),
      asc("vector"),
      asc("words"),
    ],
  },
);

const Hits = table("hits", { page: text(), views: counter() }, { partition: ["page"] });

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await createKeyspace();
  const { name, session } = keyspace;
  await session.cql('CREATE TYPE bound (gt int, "less-than" text, at timestamp)');
  await sync(session, { keyspace: name, tables: [Everything, Keys, Hits] });
});
afterAll(() => keyspace[Symbol.asyncDispose]());

const everything = schemaOf(Everything);
const keys = schemaOf(Keys);

async function run(
  schema: typeof everything,
  source: string,
  variables: Readonly<Record<string, unknown>> = {},
) {
  const contextValue = { session: keyspace.session };
  const variableValues = JSON.parse(JSON.stringify(variables));
  const result = await graphqlTwice({ schema, source, variableValues, contextValue });
  const errors = result.errors?.map(({ message, path, originalError }) => ({
    ...(clientError(originalError)?.toJSON() ?? { message }),
    path,
  }));
  // As a client gets it.
  return JSON.parse(JSON.stringify({ data: result.data, ...(errors && { errors }) }));
}

const timeBased = "50554d6e-29bb-11e5-b345-feff819cdc9f";
const largest = 170141183460469231731687303715884105727n;

const ENTRIES = "{ key value }";
const BOUND = "{ gt lessThan at }";
const values: readonly (readonly [
  name: string,
  value: unknown,
  shown: unknown,
  fields?: string,
])[] = [
  ["ascii", "", ""],
  ["text", "", ""],
  ["text", 'Größe "🎈"\u0001', 'Größe "🎈"\u0001'],
  ["boolean", false, false],
  ["tinyint", -128, -128],
  ["smallint", 32_767, 32_767],
  ["int", -(2 ** 31), -(2 ** 31)],
  ["bigint", 1n, "1"],
  ["bigint", 2n ** 53n + 1n, "9007199254740993"],
  ["bigint", -(2n ** 63n), "-9223372036854775808"],
  ["varint", -largest, `-${largest}`],
  ["decimal", "12.50", "12.50"],
  ["decimal", "0E-10", "0E-10"],
  ["decimal", "1E+30", "1E+30"],
  ["float", 1.5, 1.5],
  ["double", 5e-324, 5e-324],
  ["timeuuid", timeBased, timeBased],
  ["timestamp", new Date("1969-07-20T20:17:40.001Z"), "1969-07-20T20:17:40.001Z"],
  ["date", "1969-07-20", "1969-07-20"],
  ["date", "-5877641-06-23", "-5877641-06-23"],
  ["time", "23:59:59.999999999", "23:59:59.999999999"],
  ["duration", "-1y2mo3d4h5ns", "-1y2mo3d4h5ns"],
  ["inet", "2001:db8::1", "2001:db8::1"],
  ["blob", new Uint8Array(), ""],
  ["blob", new Uint8Array([0, 255]), "AP8="],
  ["list", [], []],
  ["list", [1, 0.1, 1], [1, 0.1, 1]],
  ["set", new Set(["+12345-01-31", "1969-07-20"]), ["1969-07-20", "+12345-01-31"]],
  ["map", new Map(), [], ENTRIES],
  [
    "map",
    new Map([
      ["__proto__", 2n ** 60n],
      ["", 0n],
    ]),
    [
      { key: "", value: "0" },
      { key: "__proto__", value: "1152921504606846976" },
    ],
    ENTRIES,
  ],
  [
    "by_date",
    new Map([
      ["2027-08-15", "b"],
      ["-0044-03-15", ""],
    ]),
    [
      { key: "-0044-03-15", value: "" },
      { key: "2027-08-15", value: "b" },
    ],
    ENTRIES,
  ],
  ["by_blob", new Map([[new Uint8Array([255]), 0.5]]), [{ key: "/w==", value: 0.5 }], ENTRIES],
  ["frozen", [], []],
  ["frozen", null, null],
  ["nested", [new Map([["a", new Set([2, 1])]])], [[{ key: "a", value: [1, 2] }]], ENTRIES],
  ["tuple", [null, 1], { item0: null, item1: 1 }, "{ item0 item1 }"],
  ["tuple", ["", null], { item0: "", item1: null }, "{ item0 item1 }"],
  [
    "bound",
    { gt: 1, "less-than": null, at: new Date(0) },
    { gt: 1, lessThan: null, at: "1970-01-01T00:00:00.000Z" },
    BOUND,
  ],
  [
    "home",
    { gt: null, "less-than": null, at: null },
    { gt: null, lessThan: null, at: null },
    BOUND,
  ],
  ["vector", [0.5, -1, 2 ** -149], [0.5, -1, 2 ** -149]],
  ["words", ["", "b"], ["", "b"]],
];

const cases = values.map(([name, value, shown, fields = ""]) => ({ name, value, shown, fields }));

test.each(cases)("$name stores $value and shows $shown", async ({ name, value, shown, fields }) => {
  const id = randomUUID();
  await keyspace.session.run(insert(Everything, { id, [name]: value }));
  const source = `query ($id: UUID!) { row(id: $id) { id value: ${name} ${fields} } }`;
  expect(await run(everything, source, { id })).toEqual({ data: { row: { id, value: shown } } });
});

test("a value that was never written is null, and an empty collection if it is not frozen", async () => {
  const id = randomUUID();
  await keyspace.session.run(insert(Everything, { id }));
  const source = `query ($id: UUID!) {
    row(id: $id) { text list set map { key } frozen tuple { item0 } bound { gt } vector }
  }`;
  expect(await run(everything, source, { id })).toEqual({
    data: {
      row: {
        text: null,
        list: [],
        set: [],
        map: [],
        frozen: null,
        tuple: null,
        bound: null,
        vector: null,
      },
    },
  });
});

test("a row is returned even if no selected column has a value", async () => {
  const id = randomUUID();
  await keyspace.session.run(update(Everything, { id }, { text: "a" }));
  const source = `query ($id: UUID!) { row(id: $id) { int } }`;
  expect(await run(everything, source, { id })).toEqual({ data: { row: { int: null } } });
});

test("a counter can be larger than 2^53, and is 0 if nothing was added", async () => {
  const { session } = keyspace;
  await session.cql("UPDATE hits SET views = views + 9007199254740993 WHERE page = 'a'");
  const source = `{ a: row(page: "a") { views } b: row(page: "b") { views } }`;
  expect(await run(schemaOf(Hits), source)).toEqual({
    data: { a: { views: "9007199254740993" }, b: null },
  });
});

const KEY = `group ascii boolean tinyint bigint varint decimal float double uuid timeuuid timestamp date time inet
  blob list set map { key value } tuple { item0 item1 } limits { gt lessThan at } vector words`;

describe("a row with a key of", () => {
  const ordinary = {
    ascii: "a",
    boolean: true,
    tinyint: 1,
    bigint: 2n ** 53n + 1n,
    varint: largest,
    decimal: "12.50",
    float: 1.5,
    double: 0.1,
    uuid: "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51",
    timeuuid: timeBased,
    timestamp: new Date("1969-07-20T20:17:40.001Z"),
    date: "1969-07-20",
    time: "18:30:00.000000001",
    inet: "127.0.0.1",
    blob: new Uint8Array([1, 2]),
    list: ["b", "a"],
    set: new Set(["2027-08-15"]),
    map: new Map([[new Uint8Array([1]), "__proto__"]]),
    tuple: ["a", 0.5] as const,
    bound: { gt: 5, "less-than": "x", at: new Date(1) },
    vector: [1, -1],
    words: ["a", "b"],
  };
  const extreme = {
    ...ordinary,
    bigint: -(2n ** 63n),
    decimal: "1E+30",
    varint: -largest,
    tinyint: -128,
    date: "+5881580-07-11",
    time: "23:59:59.999999999",
    inet: "ffff::",
    timestamp: new Date("9999-12-31T23:59:59.999Z"),
    double: 5e-324,
  };
  const empty = {
    ...ordinary,
    blob: new Uint8Array(),
    ascii: "",
    list: [],
    set: new Set<string>(),
    map: new Map<Uint8Array, string>(),
    tuple: [null, null] as const,
    bound: { gt: null, "less-than": "", at: null },
    words: ["", ""],
  };

  test.each(
    Object.entries({
      "ordinary values": ordinary,
      "extreme values": extreme,
      "empty values": empty,
    }),
  )("%s is found by what its fields show, and so is what follows it", async (note, key) => {
    const group = randomUUID();
    const first = { ...key, group, boolean: false, note };
    await keyspace.session.run(insert(Keys, first));
    await keyspace.session.run(insert(Keys, { ...first, boolean: true, note: "next" }));
    const partition = { group, bigint: String(key.bigint), decimal: key.decimal };
    const page = await run(
      keys,
      `query ($group: String!, $bigint: BigInt!, $decimal: Decimal!, $after: String) {
          rows(group: $group, bigint: $bigint, decimal: $decimal, first: 1, after: $after) {
            nodes { ${KEY} }
            pageInfo { endCursor }
          }
        }`,
      partition,
    );
    expect(page.errors).toBeUndefined();
    const [shown] = page.data.rows.nodes;
    const { args } = keys.getQueryType()!.getFields()["row"]!;
    const found = await run(
      keys,
      `query (${args.map(({ name, type }) => `$${name}: ${String(type)}`).join(", ")}) {
          row(${args.map(({ name }) => `${name}: $${name}`).join(", ")}) { note ${KEY} }
        }`,
      shown,
    );
    expect(found).toEqual({ data: { row: { note, ...shown } } });
    const after = page.data.rows.pageInfo.endCursor;
    const next = await run(
      keys,
      `query ($group: String!, $bigint: BigInt!, $decimal: Decimal!, $after: String) {
          rows(group: $group, bigint: $bigint, decimal: $decimal, after: $after) { nodes { note } }
        }`,
      { ...partition, after },
    );
    expect(next).toEqual({ data: { rows: { nodes: [{ note: "next" }] } } });
  });
});
