import { subscribe, unsubscribe } from "node:diagnostics_channel";
import SchemaBuilder, { BasePlugin } from "@pothos/core";
import RelayPlugin from "@pothos/plugin-relay";
import ScopeAuthPlugin from "@pothos/plugin-scope-auth";
import { GraphQLError, GraphQLScalarType, type GraphQLSchema, parse } from "graphql";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  asc,
  bigint,
  boolean,
  column,
  connect,
  defineType,
  desc,
  double,
  int,
  type Session,
  smallint,
  table,
  text,
  timestamp,
  uuid,
} from "../../../src/cassandra/index.ts";
import CassandraPlugin, { createExecute, type ExecutedMessage } from "../../../src/pothos/index.ts";
import { graphqlTwice } from "../../fixtures/graphql-twice.ts";
import { createKeyspace, type TestKeyspace } from "../../fixtures/keyspace.ts";
import { createBuilder, schemaOf } from "../build.ts";

/** A text that is stored in reverse. */
const reversed = () =>
  column(
    defineType<string>({
      ...text().type,
      encode: (value) => Buffer.from(value.split("").toReversed().join("")),
      decode: (bytes) => bytes.toString().split("").toReversed().join(""),
    }),
  );

const Seats = table(
  "seats",
  {
    hall: text(),
    row_number: smallint().as("row"),
    seat: int(),
    id: uuid(),
    holder: text(),
    price: double().required(),
    points: bigint().required().nullAs(7n),
    paid: boolean().default(false),
    since: timestamp(),
    code: reversed(),
    stage: text().static(),
  },
  { partition: ["hall"], clustering: [asc("row_number"), desc("seat")] },
);

const Halls = table("halls", { name: text(), size: int().required() }, { partition: ["name"] });

const byPlan: ExecutedMessage["by"] = "planned";
const schema = schemaOf(Seats);

let keyspace: TestKeyspace;
let session: Session;
beforeAll(async () => {
  keyspace = await createKeyspace(Seats, Halls);
  const { cluster, name } = keyspace;
  session = await connect({ ...cluster, keyspace: name, log: () => {} });
});
afterAll(async () => {
  await session.close();
  await keyspace[Symbol.asyncDispose]();
});

/** Executes a query by graphql-js and by the service's own function, and returns the data and how the latter did it. */
async function run(source: string, { of = schema }: { readonly of?: GraphQLSchema } = {}) {
  let told: ExecutedMessage["by"] | undefined;
  const listener = (message: unknown) => void (told = (message as ExecutedMessage).by);
  subscribe("partyfinder:execute", listener);
  try {
    const contextValue = { session };
    const { data, errors } = await graphqlTwice({ schema: of, source, contextValue });
    // oxlint-disable-next-line typescript/no-explicit-any -- any data of an operation
    return { data: data as any, errors, by: told };
  } finally {
    unsubscribe("partyfinder:execute", listener);
  }
}

async function write(hall: string, values: Readonly<Record<string, string>>) {
  const names = ["hall", ...Object.keys(values)];
  const all = [`'${hall}'`, ...Object.values(values)];
  await session.cql(`INSERT INTO seats (${names.join(", ")}) VALUES (${all.join(", ")})`);
}

/** Fills a hall with whole rows of seats. */
async function fill(hall: string, { rows = 3, seats = 3 } = {}) {
  for (let row = 0; row < rows; row++) {
    for (let seat = 0; seat < seats; seat++) {
      await write(hall, {
        row_number: String(row),
        seat: String(seat),
        id: "uuid()",
        holder: seat === 1 ? "null" : `'Zoë "${row}"\n'`,
        price: `${row}.5`,
        points: seat === 2 ? "null" : "9007199254740993",
        since: "'2027-08-15T18:30:00.123Z'",
        code: "'cba'",
      });
    }
  }
}

const ALL = "row seat id holder price points paid since code stage";

test("pages and rows of all kinds of values are written by plans", async () => {
  await fill("all");
  await session.cql("UPDATE seats SET stage = 'Große Bühne' WHERE hall = 'all'");
  const { data, by } = await run(`{
    rows(hall: "all") { __typename edges { cursor node { ${ALL} } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
    again: rows(hall: "all", first: 2) { nodes { hall twice: hall seat } pageInfo { hasNextPage endCursor } edges { node { code } } }
    row(hall: "all", row: 1, seat: 1) { ${ALL} }
    __typename
  }`);
  expect(by).toEqual(byPlan);
  expect(data.rows.edges).toHaveLength(9);
  expect(data.row).toMatchObject({ holder: null, code: "abc", stage: "Große Bühne", paid: false });
  expect(data.again.pageInfo.hasNextPage).toBe(true);
  const none = await run(`{ row(hall: "all", row: 9, seat: 9) { id } }`);
  expect([none.data, none.by]).toEqual([{ row: null }, byPlan]);
});

test("every page of a partition whose columns have several directions follows the one before", async () => {
  await fill("pages", { rows: 3, seats: 4 });
  const seats: string[] = [];
  for (let after = "null", more = true; more;) {
    const { data, by } = await run(
      `{ rows(hall: "pages", first: 5, after: ${after}) { nodes { row seat } pageInfo { hasNextPage hasPreviousPage endCursor } } }`,
    );
    expect(by).toEqual(byPlan);
    const { nodes, pageInfo } = data.rows;
    seats.push(...nodes.map(({ row, seat }: Record<string, number>) => `${row}${seat}`));
    after = JSON.stringify(pageInfo.endCursor);
    more = pageInfo.hasNextPage;
  }
  expect(seats.join(" ")).toBe("03 02 01 00 13 12 11 10 23 22 21 20");
});

test("a partition that has only static columns has no rows", async () => {
  await session.cql("UPDATE seats SET stage = 'empty' WHERE hall = 'static'");
  const { data, by } = await run(
    `{ rows(hall: "static") { nodes { id } pageInfo { hasNextPage startCursor endCursor } } nobody: rows(hall: "nowhere") { nodes { id } } }`,
  );
  expect(by).toEqual(byPlan);
  expect(data.rows).toEqual({
    nodes: [],
    pageInfo: { hasNextPage: false, startCursor: null, endCursor: null },
  });
});

test.each([
  ["a value is null that must not be", { price: "null" }],
  ["a number is none", { price: "NaN" }],
  ["a value has no bytes", { price: "blobAsDouble(0x)" }],
  ["a date is beyond the year 9999", { since: "253402300800000" }],
  ["a date is beyond those of JavaScript", { since: "9223372036854775807" }],
])(
  "where %s, the executor answers: the value is an error, or its row is left out",
  async (what, odd) => {
    const hall = `odd ${what}`;
    await fill(hall, { rows: 1, seats: 3 });
    await write(hall, { row_number: "0", seat: "1", price: "1", ...odd });
    for (const selected of [ALL, "seat", "price", "seat since"]) {
      await run(`{ rows(hall: "${hall}") { nodes { ${selected} } pageInfo { hasNextPage } } }`);
      await run(
        `{ rows(hall: "${hall}", first: 1) { nodes { ${selected} } pageInfo { hasNextPage } } }`,
      );
      await run(
        `{ rows(hall: "${hall}", first: 2) { pageInfo { hasNextPage endCursor } edges { cursor } } }`,
      );
      await run(`{ row(hall: "${hall}", row: 0, seat: 1) { ${selected} } }`);
    }
    const { by } = await run(`{ rows(hall: "${hall}") { nodes { ${ALL} } } }`);
    expect(by).toEqual("left");
  },
);

test("the row after a page may be larger than an answer", async () => {
  await fill("large", { rows: 1, seats: 2 });
  await write("large", { row_number: "0", seat: "0", holder: `'${"x".repeat(300_000)}'` });
  const execute = createExecute({ answerBytes: 1000, tooLarge: () => new GraphQLError("large") });
  const document = parse(`{ rows(hall: "large", first: 1) { nodes { holder seat } } }`);
  const args = { schema, document, contextValue: { session } };
  await execute(args);
  expect(await execute(args)).toMatchObject({ data: { rows: { nodes: [{ seat: 1 }] } } });
});

test("a document is planned when it comes again", async () => {
  const execute = createExecute({ answerBytes: 1000, tooLarge: () => new GraphQLError("large") });
  const document = parse(`{ rows(hall: "none") { nodes { seat } } }`);
  const args = { schema, document, contextValue: { session } };
  expect(execute(args)).toBeUndefined();
  expect(await execute(args)).toMatchObject({ data: { rows: { nodes: [] } } });
});

test("a variable whose value is undefined has no default: the executor refuses it", async () => {
  const execute = createExecute({ answerBytes: 1000, tooLarge: () => new GraphQLError("large") });
  const document = parse(
    `query ($all: Boolean = true) { rows(hall: "none") { nodes { seat @include(if: $all) } } }`,
  );
  const args = { schema, document, contextValue: { session } };
  await execute(args);
  expect(await execute(args)).toMatchObject({ data: { rows: { nodes: [] } } });
  expect(execute({ ...args, variableValues: { all: undefined } })).toBeUndefined();
});

test("errors of arguments are at their fields, and null what may not be without them", async () => {
  await fill("errors", { rows: 1, seats: 1 });
  const { data, errors, by } = await run(`{ row(hall: "", row: 0, seat: 0) { seat } __typename }`);
  expect([data, errors, by]).toMatchObject([
    { row: null, __typename: "Query" },
    [{ path: ["row"] }],
    byPlan,
  ]);
  const refused = await run(
    `{ row(hall: "errors", row: 0, seat: 0) { seat } rows(hall: "errors", first: 0) { nodes { seat } } }`,
  );
  expect([refused.data, refused.errors, refused.by]).toMatchObject([
    null,
    [{ path: ["rows"] }],
    "left",
  ]);
});

test("an answer without data has the errors of all fields that were read", async () => {
  await fill("refused", { rows: 1, seats: 1 });
  await write("refused", { row_number: "0", seat: "0", since: "253402300800000" });
  const builder = new SchemaBuilder<{
    Context: { session: Session };
    AuthScopes: { nobody: boolean };
  }>({
    plugins: [ScopeAuthPlugin, RelayPlugin, CassandraPlugin],
    relay: {},
    scopeAuth: { authScopes: () => ({ nobody: false }) },
    cassandra: { session: (context) => context.session },
  });
  builder.tableObject("Seat", Seats);
  builder.queryType({
    fields: (t) => ({
      seat: t.row(Seats),
      refused: t.partition(Seats, { authScopes: { nobody: true } }),
    }),
  });
  const of = builder.toSchema();
  const refused = `refused(hall: "refused") { edges { cursor } }`;
  const alone = await run(`{ ${refused} }`, { of });
  expect([alone.data, alone.by]).toEqual([null, byPlan]);
  const { errors, by } = await run(
    `{ seat(hall: "refused", row: 0, seat: 0) { since } ${refused} }`,
    { of },
  );
  expect(errors).toMatchObject([{ path: ["seat", "since"] }, { path: ["refused"] }]);
  expect(by).toBe("left");
});

test("a resolver that somebody wraps later is called", async () => {
  await fill("wrapped", { rows: 1, seats: 1 });
  const own = schemaOf(Seats);
  const query = `{ rows(hall: "wrapped") { nodes { holder seat } } }`;
  expect((await run(query, { of: own })).by).toEqual(byPlan);
  const field = (own.getType("Row") as never as { getFields(): Fields }).getFields()["holder"]!;
  field.resolve = () => "somebody else";
  const { data, by } = await run(query, { of: own });
  expect([data.rows.nodes, by]).toEqual([[{ holder: "somebody else", seat: 0 }], "executed"]);
});

type Fields = Record<string, { resolve?: () => unknown }>;

test("a field with a resolver of the user's, and one of a table's object, are executed", async () => {
  await fill("own", { rows: 1, seats: 1 });
  const builder = createBuilder();
  builder.tableObject("Seat", Seats, {
    fields: (t) => ({ label: t.string({ resolve: ({ seat }) => `Seat ${seat}` }) }),
  });
  builder.queryType({
    fields: (t) => ({
      seats: t.partition(Seats),
      wrapped: t.partition(Seats, { resolve: (next) => next() }),
      hello: t.string({ resolve: () => "hello" }),
    }),
  });
  const own = builder.toSchema();
  const hall = `hall: "own"`;
  expect((await run(`{ seats(${hall}) { nodes { seat } } }`, { of: own })).by).toEqual(byPlan);
  for (const query of [
    `{ wrapped(${hall}) { nodes { seat } } }`,
    `{ seats(${hall}) { nodes { seat label } } }`,
    `{ seats(${hall}) { nodes { seat } } hello }`,
  ]) {
    expect((await run(query, { of: own })).by).toEqual("executed");
  }
});

test("a plugin that wraps resolvers sees all values", async () => {
  await fill("plugin", { rows: 1, seats: 2 });
  const seen: unknown[] = [];
  class Watching extends BasePlugin<never> {
    override wrapResolve(resolver: never): never {
      const resolve = resolver as (...given: unknown[]) => unknown;
      return (async (...given: unknown[]) => {
        const value = await resolve(...given);
        seen.push(value);
        return value;
      }) as never;
    }
  }
  SchemaBuilder.registerPlugin("watching" as never, Watching as never);
  const builder = new SchemaBuilder<{ Context: { session: Session } }>({
    plugins: ["watching" as never, RelayPlugin, CassandraPlugin],
    relay: {},
    scopeAuth: { authScopes: () => ({}) },
    cassandra: { session: (context: { session: Session }) => context.session },
  } as never);
  builder.tableObject("Seat", Seats);
  builder.queryType({ fields: (t) => ({ seats: t.partition(Seats) }) });
  const { by } = await run(`{ seats(hall: "plugin") { edges { node { seat } } } }`, {
    of: builder.toSchema(),
  });
  expect(by).toEqual("executed");
  expect(seen.filter((value) => typeof value === "number")).toEqual([1, 0]);
});

test("a builder's own scalar decides how its values look", async () => {
  await fill("scalar", { rows: 1, seats: 1 });
  const builder = createBuilder();
  builder.addScalarType(
    "BigInt",
    new GraphQLScalarType<bigint, string>({
      name: "BigInt",
      serialize: (value) => `#${String(value)}`,
    }),
  );
  builder.tableObject("Seat", Seats);
  builder.queryType({ fields: (t) => ({ seats: t.partition(Seats) }) });
  const { data, by } = await run(`{ seats(hall: "scalar") { nodes { points } } }`, {
    of: builder.toSchema(),
  });
  expect([data.seats.nodes, by]).toEqual([[{ points: "#9007199254740993" }], byPlan]);
});

test("a scalar whose values are none of JSON is left to the executor", async () => {
  await fill("none", { rows: 1, seats: 2 });
  const builder = createBuilder();
  const BigInts = new GraphQLScalarType<bigint, unknown>({
    name: "BigInt",
    serialize: (value) => (value === 7n ? "7" : value),
  });
  builder.addScalarType("BigInt", BigInts as never);
  builder.tableObject("Seat", Seats);
  builder.queryType({ fields: (t) => ({ seats: t.partition(Seats, { order: true }) }) });
  await write("none", { row_number: "0", seat: "1", points: "null" });
  // The value is that of the row after the page.
  const { data, by } = await run(`{ seats(hall: "none", first: 1) { nodes { seat points } } }`, {
    of: builder.toSchema(),
  });
  expect([data.seats.nodes, by]).toEqual([[{ seat: 1, points: "7" }], "left"]);
});

test("a row whose partition is its key is read by it", async () => {
  await session.cql("INSERT INTO halls (name, size) VALUES ('big', 900)");
  const { data, by } = await run(`{ row(name: "big") { name size } }`, { of: schemaOf(Halls) });
  expect([data, by]).toEqual([{ row: { name: "big", size: 900 } }, byPlan]);
});

test("several rows of a table are read by the loader, by one query", async () => {
  await fill("loader", { rows: 1, seats: 2 });
  const { data, by } = await run(
    `{ a: row(hall: "loader", row: 0, seat: 0) { seat } b: row(hall: "loader", row: 0, seat: 1) { seat } }`,
  );
  expect([data, by]).toEqual([{ a: { seat: 0 }, b: { seat: 1 } }, "executed"]);
});

test("a fragment under many aliases is not planned", async () => {
  const aliases = Array.from({ length: 60 }, (_, at) => `a${at}: nodes { ...F }`).join(" ");
  const { by } = await run(`{ rows(hall: "all") { ${aliases} } } fragment F on Row { ${ALL} }`);
  expect(by).toEqual("executed");
});
