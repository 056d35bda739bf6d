import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  asc,
  connect,
  double,
  float,
  frozen,
  insert,
  list,
  map,
  type Session,
  table,
  text,
  timestamp,
  tuple,
  varint,
  vector,
} from "../../src/cassandra/index.ts";
import { clientError, takeSkipped } from "../../src/pothos/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { graphqlTwice } from "../fixtures/graphql-twice.ts";
import { schemaOf } from "./build.ts";

// Values that a column's type supports and GraphQL cannot show: NaN, the infinities, years beyond 9999.

const Readings = table(
  "readings",
  {
    device: text(),
    at: timestamp(),
    value: double(),
    exact: double().required(),
    usual: double().required().nullAs(20),
    odd: double().required().nullAs(Infinity),
    samples: list(float()),
    times: frozen(list(timestamp())),
    by_name: map(text(), double()).as("byName"),
    by_value: frozen(map(double(), text())).as("byValue"),
    pair: tuple(double(), timestamp()),
    whole: varint(),
    embedding: vector(float(), 2),
  },
  { partition: ["device"], clustering: [asc("at")] },
);

const schema = schemaOf(Readings);

const log: string[] = [];
let keyspace: TestKeyspace;
let session: Session;
beforeAll(async () => {
  keyspace = await createKeyspace(Readings);
  const { cluster, name } = keyspace;
  session = await connect({ ...cluster, keyspace: name, log: (line) => log.push(line) });
});
afterAll(async () => {
  await session.close();
  await keyspace[Symbol.asyncDispose]();
});

type Values = Partial<Parameters<typeof insert<typeof Readings>>[1]>;

const at = (second: number) => new Date(Date.UTC(2040, 0, 1, 0, 0, second));

async function write(device: string, second: number, values: Values = {}) {
  const row = { device, at: at(second), exact: 1, usual: 1, odd: 1, ...values };
  await session.run(insert(Readings, row));
}

async function run(source: string, variableValues: Readonly<Record<string, unknown>>) {
  const contextValue = { session };
  const { data, errors = [] } = await graphqlTwice({
    schema,
    source,
    variableValues,
    contextValue,
  });
  return {
    // oxlint-disable-next-line typescript/no-explicit-any -- any data of an operation
    data: JSON.parse(JSON.stringify(data)) as any,
    errors: errors.map(({ path, originalError }) => ({
      path,
      ...clientError(originalError)?.toJSON(),
    })),
    skipped: takeSkipped(contextValue),
  };
}

const rowsOf = (fields: string) => `query ($device: String!, $first: Int! = 20, $after: String) {
  rows(device: $device, first: $first, after: $after) {
    nodes { at ${fields} }
    pageInfo { hasNextPage endCursor }
  }
}`;

const unshowable = (device: string, column: string, expects: string, ...path: unknown[]) => ({
  path: ["rows", "nodes", 0, ...path],
  message: `Table "readings", row {"device":"${device}","at":"${at(1).toISOString()}"}: "${column}" holds a value that is not ${expects}.`,
  extensions: {
    code: "UNREADABLE_VALUE",
    table: "readings",
    column,
    key: { device, at: at(1).toISOString() },
  },
});

const late = new Date("+010000-01-01T00:00:00.000Z");
const nullable: readonly (readonly [
  values: Values,
  fields: string,
  shown: unknown,
  column: string,
  expects: string,
  path: readonly unknown[],
])[] = [
  [{ value: NaN }, "value", { value: null }, "value", "a finite number", ["value"]],
  [{ value: -Infinity }, "value", { value: null }, "value", "a finite number", ["value"]],
  [
    { samples: [1, NaN, 2] },
    "samples",
    { samples: [1, null, 2] },
    "samples",
    "a finite number",
    ["samples", 1],
  ],
  [
    { times: [late, at(1)] },
    "times",
    { times: null },
    "times",
    "a list of values each of which is a date and time in the years 0 to 9999",
    ["times"],
  ],
  [
    { by_name: new Map([["a", Infinity]]) },
    "byName { key value }",
    { byName: [{ key: "a", value: null }] },
    "by_name",
    "a finite number",
    ["byName", 0, "value"],
  ],
  [
    { by_value: new Map([[NaN, "a"]]) },
    "byValue { key }",
    { byValue: null },
    "by_value",
    "a map of which every entry can be shown",
    ["byValue"],
  ],
  [
    { pair: [NaN, at(1)] },
    "pair { item0 item1 }",
    { pair: { item0: null, item1: at(1).toISOString() } },
    "pair",
    "a finite number",
    ["pair", "item0"],
  ],
  [
    { pair: [1, late] },
    "pair { item0 item1 }",
    { pair: { item0: 1, item1: null } },
    "pair",
    "a date and time in the years 0 to 9999",
    ["pair", "item1"],
  ],
  [
    { whole: -(10n ** 10_000n) },
    "whole",
    { whole: null },
    "whole",
    "a whole number of at most 10000 digits",
    ["whole"],
  ],
  [
    { embedding: [1, NaN] },
    "embedding",
    { embedding: null },
    "embedding",
    "a vector of finite numbers",
    ["embedding"],
  ],
];

test.each(nullable)(
  "%o costs its field, whose error names the column",
  async (values, fields, shown, column, expects, path) => {
    const device = randomUUID();
    await write(device, 1, values);
    await write(device, 2);
    const { data, errors, skipped } = await run(rowsOf(fields), { device });
    expect(data.rows.nodes).toMatchObject([
      { at: at(1).toISOString(), ...(shown as object) },
      { at: at(2).toISOString() },
    ]);
    expect(errors).toEqual([unshowable(device, column, expects, ...path)]);
    expect(skipped).toBe(0);
  },
);

test("a page replaces a value that cannot be shown by nullAs in a column that is not nullable", async () => {
  const device = randomUUID();
  await write(device, 1, { usual: NaN });
  expect(await run(rowsOf("usual"), { device })).toMatchObject({
    data: { rows: { nodes: [{ usual: 20 }] } },
    errors: [],
    skipped: 0,
  });
});

test.each(["exact", "odd"])(
  "a row whose %s has nothing to be shown instead is left out, counted and told of once",
  async (column) => {
    const device = randomUUID();
    for (const second of [1, 3, 5]) await write(device, second);
    for (const second of [2, 4, 6]) await write(device, second, { [column]: Infinity });
    log.length = 0;
    const pages: unknown[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { data, errors, skipped } = await run(rowsOf(column), { device, first: 2, after });
      expect(errors).toEqual([]);
      pages.push([data.rows.nodes.map((node: { at: string }) => node.at.slice(18, 19)), skipped]);
      ({ endCursor: after, hasNextPage: more } = data.rows.pageInfo);
    }
    expect(pages).toEqual([
      [["1", "3"], 1],
      [["5"], 2],
    ]);
    await run(rowsOf(column), { device });
    expect(log).toEqual(
      [2, 4, 6].map(
        (second) =>
          `A row is left out. Table "readings", row {"device":"${device}","at":"${at(second).toISOString()}"}: "${column}" holds a value that is not a finite number.`,
      ),
    );
  },
);

test.each([undefined, null])(
  "a page that is read with the context %s leaves it out, too",
  async (contextValue) => {
    const device = randomUUID();
    await write(device, 1, { exact: NaN });
    await write(device, 2);
    log.length = 0;
    const result = await graphqlTwice({
      schema: schemaOf(Readings, { session: () => session }),
      source: rowsOf("exact"),
      variableValues: { device },
      contextValue,
    });
    expect(result).toMatchObject({ data: { rows: { nodes: [{ exact: 1 }] } } });
    expect(result.errors).toBeUndefined();
    expect(log).toHaveLength(1);
  },
);

test("a value that cannot be shown has no effect if it is not selected", async () => {
  const device = randomUUID();
  await write(device, 1, { exact: NaN, value: NaN });
  expect(await run(rowsOf("usual"), { device })).toMatchObject({
    data: { rows: { nodes: [{ usual: 1 }] } },
    errors: [],
    skipped: 0,
  });
});

test("reading a row that cannot be shown by its key is an error", async () => {
  const device = randomUUID();
  await write(device, 1, { usual: NaN, value: NaN });
  const source = `query ($device: String!, $at: DateTime!) {
    a: row(device: $device, at: $at) { usual }
    b: row(device: $device, at: $at) { value exact }
  }`;
  const { data, errors } = await run(source, { device, at: at(1).toISOString() });
  expect(data).toEqual({ a: null, b: { value: null, exact: 1 } });
  const error = (column: string, ...path: unknown[]) => ({
    ...unshowable(device, column, "a finite number"),
    path,
  });
  expect(errors).toHaveLength(2);
  expect(errors).toContainEqual(error("usual", "a"));
  expect(errors).toContainEqual(error("value", "b", "value"));
});

test("a row whose key cannot be shown is left out of a page that selects the key", async () => {
  const device = randomUUID();
  await write(device, 1);
  await session.run(insert(Readings, { device, at: late, exact: 1, usual: 1, odd: 1 }));
  const shown = await run(rowsOf("exact"), { device });
  expect(shown).toMatchObject({ data: { rows: { nodes: [{ exact: 1 }] } }, skipped: 1 });
  const hidden = await run(
    `query ($device: String!) { rows(device: $device) { nodes { exact } } }`,
    {
      device,
    },
  );
  expect(hidden).toMatchObject({
    data: { rows: { nodes: [{ exact: 1 }, { exact: 1 }] } },
    skipped: 0,
  });
});
