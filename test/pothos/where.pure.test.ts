import { graphql, printType } from "graphql";
import { describe, expect, test } from "vitest";
import {
  asc,
  desc,
  float,
  frozen,
  int,
  list,
  map,
  sai,
  set,
  table,
  text,
  timeuuid,
  vector,
} from "../../src/cassandra/index.ts";
import { createBuilder } from "./build.ts";

// The option `where` of t.partition: restrictions by indexes, within a partition.

const Document = table(
  "documents",
  {
    shelf: text(),
    id: timeuuid(),
    title: text(),
    lang: text({ max: 3 }).as("language"),
    labels: set(text()),
    pages: list(int()),
    stock: map(text(), int()),
    tags: map(text(), text()),
    fixed: frozen(set(int())),
    embedding: vector(float(), 2),
    site: text().static(),
  },
  {
    partition: ["shelf"],
    clustering: [desc("id")],
    indexes: [
      sai("lang"),
      sai("labels"),
      sai("pages"),
      sai("stock", { of: "entries" }),
      sai("tags", { of: "keys" }),
      sai("tags", { of: "values" }),
      sai("fixed"),
      sai("embedding"),
      sai("site"),
    ],
  },
);

const where = ["tags", "lang", "labels", "pages", "stock", "fixed", "site"] as const;

function schemaWith(options: object) {
  const builder = createBuilder();
  builder.tableObject("Document", Document);
  builder.queryType({ fields: (t) => ({ documentsWhere: t.partition(Document, options) }) });
  return builder.toSchema({ sortSchema: false });
}

const builder = createBuilder();
builder.tableObject("Document", Document);
builder.queryType({
  fields: (t) => ({
    documentsWhere: t.partition(Document, { where, range: true }),
    newest: t.partition(Document, { where, key: () => ({}) }),
  }),
});
const schema = builder.toSchema({ sortSchema: false });

/** Prints a type without descriptions. */
const typeText = (name: string) =>
  printType(schema.getType(name)!)
    .replaceAll(/^ *"""[^]*?"""\n/gm, "")
    .replaceAll("\n\n", "\n");

test("the argument has a field for what each index serves", () => {
  expect(typeText("DocumentIndexed")).toBe(`input DocumentIndexed {
  language: String
  labelsContain: String
  pagesContain: Int
  stockEntry: StringIntEntryInput
  tagsContainKey: String
  tagsContain: String
  fixed: [Int!]
  site: String
}`);
  expect(typeText("Query")).toMatch(
    /documentsWhere\(\s+shelf: String!\s+id: TimeUUIDRange\s+where: DocumentIndexed!\s+first: Int! = 20\s+after: String\s+\): DocumentConnection!/,
  );
});

describe("an invalid argument is an error that names it, and nothing is read", () => {
  const session = new Proxy({}, { get: () => expect.unreachable() });
  const fail = async (given: string) => {
    const source = `{ documentsWhere(shelf: "A", where: ${given}) { nodes { title } } }`;
    const { errors } = await graphql({ schema, source, contextValue: { session } });
    return errors?.map(({ message, extensions }) => [message, extensions["argument"]]);
  };

  test.each([
    [
      "{}",
      ["where"],
      'Argument "where" must have at least one of language, labelsContain, pagesContain, stockEntry, tagsContainKey, tagsContain, fixed, site.',
    ],
    ["{ language: null }", ["where", "language"], 'Argument "where.language" must not be null.'],
    [
      '{ language: "german" }',
      ["where", "language"],
      'Argument "where.language" must be 0 to 3 characters, but got more.',
    ],
  ])("%s", async (given, argument, message) => {
    expect(await fail(given)).toEqual([[message, argument]]);
  });
});

describe("the schema cannot be built", () => {
  const cannot = (why: string) => `Table "documents": the option where of t.partition ${why}.`;

  test.each([
    [["title"], 'cannot have the column "title", which has no index'],
    [["id"], 'cannot have the column "id", which has no index'],
    [
      ["embedding"],
      'cannot have the column "embedding", which is a vector: these have no equality',
    ],
    [[], "needs a column"],
  ])("with where: %j", (columns, why) => {
    expect(() => schemaWith({ where: columns })).toThrow(cannot(why));
  });

  test("with where and order", () => {
    expect(() => schemaWith({ where: ["lang"], order: true })).toThrow(
      'Table "documents": t.partition takes where or order, not both: Cassandra does not sort what it finds by an index.',
    );
  });

  test("if two columns would have the same field", () => {
    const Odd = table(
      "odd",
      { a: text(), b: int(), tags: set(text()), other: text().as("tagsContain") },
      { partition: ["a"], clustering: [asc("b")], indexes: [sai("tags"), sai("other")] },
    );
    const own = createBuilder();
    own.tableObject("Odd", Odd);
    own.queryType({ fields: (t) => ({ odd: t.partition(Odd, { where: ["tags", "other"] }) }) });
    expect(() => own.toSchema()).toThrow(
      'Table "odd": the option where of t.partition has columns "tags" and "other" by the same field "tagsContain": rename one by .as("name").',
    );
  });

  test("if two fields of a table restrict different columns", () => {
    const own = createBuilder();
    own.tableObject("Document", Document);
    own.queryType({
      fields: (t) => ({
        one: t.partition(Document, { where: ["lang"] }),
        other: t.partition(Document, { where: ["labels"] }),
      }),
    });
    expect(() => own.toSchema()).toThrow(
      'the GraphQL type "DocumentIndexed" would be both restrictions of "Document" by indexes: language and restrictions of "Document" by indexes: labelsContain: give the option where the same columns in all fields of the table',
    );
  });
});

test("a column with an index that is in the key is not restricted by where", () => {
  const Indexed = table(
    "indexed",
    { a: text(), b: int(), c: int() },
    { partition: ["a"], clustering: [asc("c"), asc("b")], indexes: [sai("b")] },
  );
  const own = createBuilder();
  own.tableObject("Indexed", Indexed);
  const options: object = { where: ["b"] };
  own.queryType({ fields: (t) => ({ indexed: t.partition(Indexed, options) }) });
  expect(() => own.toSchema()).toThrow(
    'Table "indexed": the option where of t.partition cannot have the column "b", which is in the key: it is an argument or in range.',
  );
});

test("the order in which a field lists its columns does not matter", () => {
  const own = createBuilder();
  own.tableObject("Document", Document);
  own.queryType({
    fields: (t) => ({
      one: t.partition(Document, { where: ["lang", "labels"] }),
      other: t.partition(Document, { where: ["labels", "lang"] }),
    }),
  });
  expect(() => own.toSchema()).not.toThrow();
});

test("the compiler rejects columns without an index, and where with order", () => {
  const Plain = table(
    "plain",
    { a: text(), b: int(), c: int() },
    { partition: ["a"], clustering: [asc("b")] },
  );
  const own = createBuilder();
  own.tableObject("Plain", Plain);
  own.tableObject("Document", Document);
  void (() =>
    own.queryFields((t) => ({
      // @ts-expect-error -- it has no index.
      none: t.partition(Plain, { where: ["c"] }),
      // @ts-expect-error -- it has no index.
      other: t.partition(Document, { where: ["title"] }),
      // @ts-expect-error -- there is no order.
      sorted: t.partition(Document, { where: ["lang"], order: true }),
      part: t.partition(Document, {
        where: ["lang"],
        args: { from: t.arg({ type: "UUID" }) },
        key: (_, { from }) => (from ? { id: { gt: from } } : {}),
        resolve: (next, _, { shelf, where: given }) => (shelf && given ? next() : next()),
      }),
    })));
  expect(Plain.indexes).toEqual([]);
});
