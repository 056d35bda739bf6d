import { randomUUID } from "node:crypto";
import SchemaBuilder from "@pothos/core";
import RelayPlugin from "@pothos/plugin-relay";
import { GraphQLError } from "graphql";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  asc,
  connect,
  int,
  type Session,
  table,
  text,
  timestamp,
} from "../../src/cassandra/index.ts";
import CassandraPlugin, {
  type CassandraScalars,
  clientError,
  takeSkipped,
} from "../../src/pothos/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { graphqlTwice } from "../fixtures/graphql-twice.ts";

const Notes = table(
  "notes",
  { room: text(), name: text({ max: 4 }), at: timestamp(), stars: int().required() },
  { partition: ["room"], clustering: [asc("name")] },
);

interface Context {
  readonly session: Session;
}

const builder = new SchemaBuilder<{
  Context: Context;
  Scalars: CassandraScalars;
  DefaultFieldNullability: false;
  DefaultEdgesNullability: false;
  DefaultNodeNullability: false;
}>({
  plugins: [RelayPlugin, CassandraPlugin],
  defaultFieldNullability: false,
  relay: {
    cursorType: "String",
    nodesOnConnection: true,
    edgesFieldOptions: { nullable: false },
    nodeFieldOptions: { nullable: false },
  },
  // The plugin's types are in this program, and make its option mandatory.
  scopeAuth: { authScopes: () => ({}) },
  cassandra: { session: (context) => context.session },
});
builder.tableObject("Note", Notes);
builder.queryType({
  fields: (t) => ({ note: t.row(Notes), notes: t.partition(Notes) }),
});
const schema = builder.toSchema();

const log: string[] = [];
let keyspace: TestKeyspace;
let session: Session;
beforeAll(async () => {
  keyspace = await createKeyspace(Notes);
  const { cluster, name } = keyspace;
  session = await connect({ ...cluster, keyspace: name, log: (line) => log.push(line) });
});
afterAll(async () => {
  await session.close();
  await keyspace[Symbol.asyncDispose]();
});

async function write(room: string, name: string, at = "'2040-01-01'", stars = "1") {
  const cql = `INSERT INTO notes (room, name, at, stars) VALUES (?, ?, ${at}, ${stars})`;
  await session.cql(cql, [room, name]);
}

/** The result of an operation, and the number of skipped rows in its extensions. */
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
    data: data as any,
    errors: errors.map(({ path, originalError }) => ({
      path,
      ...clientError(originalError)?.toJSON(),
    })),
    skipped: takeSkipped(contextValue),
  };
}

const PAGE = `query ($room: String!, $first: Int! = 20, $after: String) {
  notes(room: $room, first: $first, after: $after) {
    nodes { name at stars }
    pageInfo { hasNextPage startCursor endCursor }
  }
}`;

const names = (data: { notes: { nodes: readonly { name: string }[] } }) =>
  data.notes.nodes.map(({ name }) => name);

test("an unreadable value of a nullable column is null, with an error that names the column", async () => {
  const room = randomUUID();
  await write(room, "a", "1795247560962000000");
  await write(room, "b");
  const { data, errors, skipped } = await run(PAGE, { room });
  expect(data.notes.nodes).toMatchObject([
    { name: "a", at: null, stars: 1 },
    { name: "b", at: new Date("2040-01-01") },
  ]);
  expect(errors).toEqual([
    {
      path: ["notes", "nodes", 0, "at"],
      message: `Table "notes", row {"room":"${room}","name":"a"}: "at" holds a value that is not a date and time.`,
      extensions: {
        code: "UNREADABLE_VALUE",
        table: "notes",
        column: "at",
        key: { room, name: "a" },
      },
    },
  ]);
  expect(skipped).toBe(0);
});

test("a row without a required value is left out of a page, counted, and reported once", async () => {
  const room = randomUUID();
  for (const name of ["a", "c", "e", "g"]) await write(room, name);
  for (const name of ["b", "d", "f", "h"]) await write(room, name, "null", "blobAsInt(0x)");
  log.length = 0;
  const pages: (readonly [readonly string[], number])[] = [];
  for (let after: string | null = null, more = true; more;) {
    const { data, errors, skipped } = await run(PAGE, { room, first: 2, after });
    expect(errors).toEqual([]);
    pages.push([names(data), skipped]);
    ({ endCursor: after, hasNextPage: more } = data.notes.pageInfo);
  }
  expect(pages).toEqual([
    [["a", "c"], 1],
    [["e", "g"], 3],
  ]);
  expect(log).toEqual(
    ["b", "d", "f", "h"].map(
      (name) =>
        `A row is left out. Table "notes", row {"room":"${room}","name":"${name}"}: "stars" holds a value that is not a whole number from -2147483648 to 2147483647.`,
    ),
  );
});

test("a page of unreadable rows is empty, and the next page continues after them", async () => {
  const room = randomUUID();
  const bad = Array.from({ length: 50 }, (_, number) => `b${String(number).padStart(2, "0")}`);
  for (const name of bad) await write(room, name, "null", "null");
  await write(room, "c");
  const first = await run(PAGE, { room, first: 1 });
  expect(first).toMatchObject({ errors: [], skipped: 40 });
  expect(names(first.data)).toEqual([]);
  const { hasNextPage, startCursor, endCursor } = first.data.notes.pageInfo;
  expect({ hasNextPage, startCursor }).toEqual({ hasNextPage: true, startCursor: null });
  const second = await run(PAGE, { room, first: 1, after: endCursor });
  expect(names(second.data)).toEqual(["c"]);
  expect(second.skipped).toBe(10);
  expect(second.data.notes.pageInfo.hasNextPage).toBe(false);
});

test("reading an unreadable row by its key is an error", async () => {
  const room = randomUUID();
  await write(room, "a", "null", "null");
  await write(room, "b");
  const source = `query ($room: String!) {
    a: note(room: $room, name: "a") { stars }
    c: note(room: $room, name: "c") { stars }
  }`;
  const { data, errors, skipped } = await run(source, { room });
  expect(data).toEqual({ a: null, c: null });
  expect(errors).toMatchObject([
    {
      path: ["a"],
      message: `Table "notes", row {"room":"${room}","name":"a"}: "stars" is null, which its model does not allow.`,
      extensions: { code: "UNREADABLE_VALUE", column: "stars" },
    },
  ]);
  expect(skipped).toBe(0);
});

test("a page contains a row whose key is not valid as input, and the next page continues after it", async () => {
  const room = randomUUID();
  for (const name of ["a", "a too long name", "b"]) await write(room, name);
  const first = await run(PAGE, { room, first: 2 });
  expect(names(first.data)).toEqual(["a", "a too long name"]);
  const { endCursor: after } = first.data.notes.pageInfo;
  expect(names((await run(PAGE, { room, after })).data)).toEqual(["b"]);
});

test("an error that is not about a row names no row", () => {
  expect(clientError(new GraphQLError("?"))).toBeUndefined();
});
