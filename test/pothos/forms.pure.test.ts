import SchemaBuilder, { PothosSchemaError } from "@pothos/core";
import RelayPlugin from "@pothos/plugin-relay";
import {
  GraphQLScalarType,
  type GraphQLSchema,
  graphql,
  isIntrospectionType,
  isSpecifiedScalarType,
  printSchema,
  printType,
} from "graphql";
import { describe, expect, test } from "vitest";
import {
  asc,
  ascii,
  bigint,
  blob,
  boolean,
  column,
  counter,
  date,
  decimal,
  defineType,
  double,
  duration,
  float,
  frozen,
  inet,
  int,
  list,
  map,
  set,
  smallint,
  table,
  type Table,
  text,
  time,
  timestamp,
  timeuuid,
  tinyint,
  tuple,
  udt,
  uuid,
  varint,
  vector,
} from "../../src/cassandra/index.ts";
import CassandraPlugin, { scalarForm } from "../../src/pothos/index.ts";
import { createBuilder, schemaOf } from "./build.ts";

const Address = udt("postal_address", {
  street: text(),
  "zip-code": text().as("zip"),
  at: tuple(double(), double()),
});

const Everything = table(
  "everything",
  {
    id: uuid(),
    at: timestamp(),
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
    double: double().required(),
    timeuuid: timeuuid(),
    date: date(),
    time: time(),
    duration: duration(),
    inet: inet(),
    blob: blob(),
    list: list(double()),
    set: set(int()),
    map: map(text(), bigint()),
    nested: list(frozen(map(date(), list(text())))),
    frozen: frozen(set(text())),
    doubles: map(blob(), double()),
    tuple: tuple(text(), frozen(list(int()))),
    address: Address,
    home: frozen(Address),
    vector: vector(float(), 3),
    words: vector(text(), 2),
    site: text().static(),
  },
  { partition: ["id"], clustering: [asc("at")] },
);

const fieldsOf = (schema: GraphQLSchema, type: string) =>
  printType(schema.getType(type)!)
    .split("\n")
    .filter((line) => /^ {2}\w/.test(line))
    .map((line) => line.trim());

const typesOf = (schema: GraphQLSchema) =>
  Object.values(schema.getTypeMap())
    .filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type))
    .map(({ name }) => name);

describe("a table of all types", () => {
  const schema = schemaOf(Everything);

  test("has a field with the GraphQL type of each column", () => {
    expect(fieldsOf(schema, "Row")).toEqual([
      "id: UUID!",
      "at: DateTime!",
      "ascii: String",
      "text: String",
      "boolean: Boolean",
      "tinyint: Int",
      "smallint: Int",
      "int: Int",
      "bigint: BigInt",
      "varint: BigInt",
      "decimal: Decimal",
      "float: Float",
      "double: Float!",
      "timeuuid: UUID",
      "date: Date",
      "time: Time",
      "duration: Duration",
      "inet: Inet",
      "blob: Base64",
      "list: [Float]!",
      "set: [Int!]!",
      "map: [StringBigIntEntry!]!",
      "nested: [[DateStringListEntry!]!]!",
      "frozen: [String!]",
      "doubles: [Base64FloatEntry!]!",
      "tuple: StringIntListTuple",
      "address: PostalAddress",
      "home: PostalAddress",
      "vector: Vector",
      "words: [String!]",
      "site: String",
    ]);
  });

  test("has objects for its composite types", () => {
    const named = ["StringBigIntEntry", "DateStringListEntry", "Base64FloatEntry"];
    expect(named.map((name) => fieldsOf(schema, name))).toEqual([
      ["key: String!", "value: BigInt!"],
      ["key: Date!", "value: [String!]!"],
      // A value that is not finite becomes null.
      ["key: Base64!", "value: Float"],
    ]);
    expect(fieldsOf(schema, "StringIntListTuple")).toEqual(["item0: String", "item1: [Int!]"]);
    expect(fieldsOf(schema, "PostalAddress")).toEqual([
      "street: String",
      "zip: String",
      "at: FloatFloatTuple",
    ]);
  });
});

test("counters are BigInts that are never null", () => {
  const Hits = table("hits", { page: text(), views: counter() }, { partition: ["page"] });
  expect(fieldsOf(schemaOf(Hits), "Row")).toEqual(["page: String!", "views: BigInt!"]);
});

test("a schema contains only the scalars and types that it uses", () => {
  const Plain = table(
    "plain",
    { id: int(), name: text() },
    { partition: ["id"], clustering: [asc("name")] },
  );
  expect(typesOf(schemaOf(Plain)).toSorted()).toEqual([
    "PageInfo",
    "Query",
    "Row",
    "RowConnection",
    "RowEdge",
  ]);
});

test("a builder can build the same schema twice", () => {
  const Plain = table("plain", { id: int(), tags: map(date(), text()) }, { partition: ["id"] });
  const builder = createBuilder();
  builder.tableObject("Plain", Plain);
  builder.queryType({ fields: (t) => ({ plain: t.row(Plain) }) });
  expect(printSchema(builder.toSchema())).toBe(printSchema(builder.toSchema()));
});

test("a scalar is in the schema only if a field uses it", () => {
  const builder = createBuilder();
  builder.queryType({
    fields: (t) => ({
      add: t.field({
        type: "BigInt",
        args: { to: t.arg({ type: "Decimal", required: true }) },
        resolve: () => 1n,
      }),
    }),
  });
  expect(typesOf(builder.toSchema()).toSorted()).toEqual(["BigInt", "Decimal", "Query"]);
});

test("a key of composite types has input objects as arguments, with descriptions", () => {
  const Keyed = table(
    "keyed",
    {
      address: frozen(Address),
      "in-order": frozen(list(int())).as("inOrder"),
      tags: frozen(map(date(), text())),
      pair: tuple(text(), double()),
      embedding: vector(float(), 2),
      name: text(),
      note: text(),
    },
    {
      partition: ["address"],
      clustering: [asc("in-order"), asc("tags"), asc("pair"), asc("embedding"), asc("name")],
    },
  );
  const schema = schemaOf(Keyed);
  expect(
    schema
      .getQueryType()!
      .getFields()
      ["row"]!.args.map(({ name, type }) => `${name}: ${String(type)}`),
  ).toEqual([
    "address: PostalAddressInput!",
    "inOrder: [Int!]!",
    "tags: [DateStringEntryInput!]!",
    "pair: StringFloatTupleInput!",
    "embedding: Vector!",
    "name: String!",
  ]);
  const { args } = schema.getQueryType()!.getFields()["row"]!;
  expect(args.map(({ description }) => description)).toEqual([
    "Part of the partition key.",
    "Part of the clustering key.",
    "Part of the clustering key.",
    "Part of the clustering key.",
    "Part of the clustering key; must be a list of 2 values of float.",
    "Part of the clustering key; must be Unicode text.",
  ]);
  expect(fieldsOf(schema, "Row")).toContain("inOrder: [Int!]!");
  expect(fieldsOf(schema, "PostalAddressInput")).toEqual([
    "street: String",
    "zip: String",
    "at: FloatFloatTupleInput",
  ]);
  expect(fieldsOf(schema, "DateStringEntryInput")).toEqual(["key: Date!", "value: String!"]);
  expect(fieldsOf(schema, "FloatFloatTupleInput")).toEqual(["item0: Float", "item1: Float"]);
});

test("the option udts defines the name of a user-defined type", () => {
  const Users = table("users", { id: uuid(), home: Address }, { partition: ["id"] });
  const schema = schemaOf(Users, { udts: { postal_address: "Home" } });
  expect(fieldsOf(schema, "Row")).toEqual(["id: UUID!", "home: Home"]);
});

describe("a column type of a custom kind", () => {
  const money = () =>
    column(defineType<bigint>({ ...bigint().type, kind: "money", expects: "an amount" }));
  const Money = new GraphQLScalarType<bigint, string>({
    name: "Money",
    serialize: (cents) => `${String(Number(cents) / 100)} €`,
    parseValue: (given) => BigInt(Math.round(parseFloat(String(given)) * 100)),
  });
  const Bills = table(
    "bills",
    { total: money(), parts: frozen(list(money())) },
    { partition: ["total"] },
  );

  test("has the form of the option forms, also as a part of other types", async () => {
    const schema = schemaOf(Bills, { forms: { money: scalarForm(Money) } });
    expect(fieldsOf(schema, "Row")).toEqual(["total: Money!", "parts: [Money!]"]);
    const asked: unknown[] = [];
    const load = (_: unknown, key: object) => {
      asked.push(key);
      return Promise.resolve({ ...key, parts: [250n, 50n] });
    };
    const source = `{ row(total: "3.00 €") { total parts } }`;
    const result = await graphql({ schema, source, contextValue: { session: { load } } });
    expect(asked).toEqual([{ total: 300n }]);
    expect(result).toEqual({ data: { row: { total: "3 €", parts: ["2.5 €", "0.5 €"] } } });
  });

  test("cannot be used without a form, and the error says how to add one", () => {
    expect(() => schemaOf(Bills)).toThrow(
      new PothosSchemaError(
        `Table "bills", column "total": bigint is of kind "money", which has no GraphQL form: add one by the builder's option cassandra: { forms: { money: … } }`,
      ),
    );
  });
});

describe("a schema cannot be built", () => {
  const keyed = (columns: Parameters<typeof table>[1], partition = Object.keys(columns)[0]!) =>
    table("t", columns, { partition: [partition] } as never) as unknown as Table;
  const Clashing = udt("string_string_entry", { a: text() });
  const wrong: readonly (readonly [string, Table, string])[] = [
    [
      "with a key column whose name is not valid in GraphQL",
      keyed({ "first-name": text() }),
      `Table "t": column "first-name" has a name that is not valid in GraphQL ("first-name"): rename it by .as("name")`,
    ],
    [
      "with a name that GraphQL reserves",
      keyed({ __typename: text() }),
      `Table "t": column "__typename" has a name that is not valid in GraphQL ("__typename"): rename it by .as("name")`,
    ],
    [
      "with two columns of the same GraphQL name",
      keyed({ id: int().as("key"), key: int() }),
      `Table "t": columns "id" and "key" are both called "key" in GraphQL: rename one by .as("name").`,
    ],
    [
      "with a partition key column named like an argument of pages",
      table("t", { first: int(), id: int() }, { partition: ["first"], clustering: [asc("id")] }),
      `Table "t": column "first" and another argument of t.partition are both called "first": rename the column by .as("name").`,
    ],
    [
      "with a field of a user-defined type whose name is not valid in GraphQL",
      keyed({ id: int(), a: udt("point", { "x-y": int() }) }),
      `Table "t", column "a": field "x-y" of type "point" has a name that is not valid in GraphQL ("x-y"): rename it by .as("name")`,
    ],
    [
      "with a user-defined type whose name is not valid in GraphQL",
      keyed({ id: int(), a: udt("größe", { x: int() }) }),
      `Table "t", column "a": type "größe" has a name that is not valid in GraphQL ("Größe"): rename it by the builder's option cassandra: { udts: { "größe": "Name" } }`,
    ],
    [
      "with two fields of the same name in a user-defined type",
      keyed({ id: int(), a: udt("point", { x: int(), y: int().as("x") }) }),
      `Table "t", column "a": fields "x" and "y" of type "point" are both called "x" in GraphQL: rename one by .as("name")`,
    ],
    [
      "with a GraphQL type that has two meanings",
      keyed({ id: int(), a: map(text(), text()), b: Clashing }),
      `Table "t", column "b": the GraphQL type "StringStringEntry" would be both the entries of map<text, text> and the user-defined type "string_string_entry": rename one of them; the builder's option cassandra: { udts: { … } } names user-defined types`,
    ],
    [
      "with a user-defined type named like a root type",
      keyed({ id: int(), a: udt("mutation", { x: int() }) }),
      `Table "t", column "a": the GraphQL type "Mutation" would be both the root type of an operation and the user-defined type "mutation": rename one of them; the builder's option cassandra: { udts: { … } } names user-defined types`,
    ],
    [
      "with a user-defined type named like another type of the schema",
      keyed({ id: int(), a: udt("row", { x: int() }) }),
      `Table "t", column "a": the GraphQL type "Row" would be both another type of the schema and the user-defined type "row": rename one of them; the builder's option cassandra: { udts: { … } } names user-defined types`,
    ],
  ];
  test.each(wrong)("%s", (_, of, message) => {
    expect(() => schemaOf(of)).toThrow(new PothosSchemaError(message));
  });

  test("with a field that needs a column which its table does not have", () => {
    const Notes = table("notes", { id: int(), body: text() }, { partition: ["id"] });
    const builder = createBuilder();
    builder.tableObject("Note", Notes, {
      fields: (t) => ({
        length: t.int({
          extensions: { cassandra: { columns: ["bdy"] } },
          resolve: ({ body }) => body?.length ?? 0,
        }),
      }),
    });
    builder.queryType({ fields: (t) => ({ note: t.row(Notes) }) });
    expect(() => builder.toSchema()).toThrow(
      new PothosSchemaError(
        'Field "Note.length" needs the column "bdy", which table "notes" does not have.',
      ),
    );
  });

  test("with a generated field of a table that has two objects", () => {
    const Notes = table("notes", { id: int(), body: text() }, { partition: ["id"] });
    const builder = createBuilder();
    builder.tableObject("Note", Notes);
    builder.tableObject("Draft", Notes);
    builder.queryType({ fields: (t) => ({ note: t.row(Notes) }) });
    expect(() => builder.toSchema()).toThrow(
      new PothosSchemaError(
        'Table "notes" has the GraphQL objects "Note" and "Draft": generated fields need a table with exactly one.',
      ),
    );
  });

  test("without the option cassandra", () => {
    const builder = new SchemaBuilder<object>({ plugins: [RelayPlugin, CassandraPlugin] } as never);
    builder.queryType({ fields: (t) => ({ one: t.int({ resolve: () => 1 }) }) });
    expect(() => builder.toSchema()).toThrow(
      "The cassandra plugin needs the builder's option cassandra: { session: (context) => … }, which returns the session of a request.",
    );
  });
});

test("column types with the same form share a GraphQL type", () => {
  const Same = table(
    "same",
    {
      id: int(),
      a: map(text(), int()),
      b: map(ascii(), smallint()),
      c: tuple(vector(float(), 2), list(text())),
      d: tuple(vector(int(), 3), set(ascii())),
      e: tuple(vector(float(), 2), vector(text(), 2)),
    },
    { partition: ["id"] },
  );
  const schema = schemaOf(Same);
  expect(fieldsOf(schema, "Row").slice(1)).toEqual([
    "a: [StringIntEntry!]!",
    "b: [StringIntEntry!]!",
    "c: VectorStringListTuple",
    "d: VectorStringListTuple",
    "e: VectorStringListTuple",
  ]);
});
