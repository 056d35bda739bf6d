import { buildSchema, graphqlSync, type GraphQLObjectType, type GraphQLResolveInfo } from "graphql";
import { describe, expect, test } from "vitest";
import { boundedColumns, int, table, text } from "../../src/cassandra/index.ts";
import { selectionOf } from "../../src/pothos/selection.ts";

const schema = buildSchema(`
  interface Named { name: String }
  interface Sized { size: Int }
  type Row implements Named { id: Int name: String body: String place: Place length: Int age: Int }
  type Place { x: Int }
  type Other implements Named & Sized { name: String size: Int }
  union Found = Row | Other
  type Edge { cursor: String node: Row extra: Int }
  type Connection { edges: [Edge] nodes: [Row] pageInfo: PageInfo total: Int }
  type PageInfo { hasNextPage: Boolean }
  type Query { row: Row rows: Connection }
`);
const fields = (type: string) => (schema.getType(type) as GraphQLObjectType).getFields();
schema.getType("Row")!.extensions = { cassandra: { table: "t" } };
for (const column of ["id", "name", "body", "place"]) {
  fields("Row")[column]!.extensions = { cassandra: { column } };
}
fields("Row")["length"]!.extensions = { cassandra: { columns: ["body"] } };
fields("Connection")["total"]!.extensions = { cassandra: { columns: [] } };

/** What `row` or `rows` is asked for by a query. */
function selection(source: string, variableValues: Readonly<Record<string, unknown>> = {}) {
  const found: unknown[] = [];
  const note = (_: unknown, _context: unknown, info: GraphQLResolveInfo) => {
    found.push(selectionOf(info));
    return null;
  };
  const result = graphqlSync({
    schema,
    source,
    variableValues,
    rootValue: { row: note, rows: note },
  });
  expect(result.errors).toBeUndefined();
  return found[0];
}

const needs = (...columns: readonly string[]) => ({ columns, shown: columns });

describe("a selection needs", () => {
  test.each([
    ["the columns of its fields", "{ row { name place { x } } }", ["name", "place"]],
    ["a column once", "{ row { name also: name } }", ["name"]],
    ["none for its type's name", "{ row { __typename } }", []],
    ["what is selected anywhere", "{ row { name } row { body } }", ["name", "body"]],
    ["what a fragment selects", "{ row { ... { name } ... on Row { body } } }", ["name", "body"]],
    ["what a named fragment selects", "{ row { ...f } } fragment f on Row { name }", ["name"]],
    ["what a fragment on an interface selects", "{ row { ... on Named { name } } }", ["name"]],
    [
      "what a fragment on a union selects",
      "{ row { ... on Found { ... on Row { body } ... on Other { size } } } }",
      ["body"],
    ],
    [
      "nothing of a fragment on another type",
      "{ row { ... on Named { ... on Sized { size } } name } }",
      ["name"],
    ],
    ["the columns of nodes", "{ rows { nodes { name } pageInfo { hasNextPage } } }", ["name"]],
    ["the columns of edges", "{ rows { edges { cursor node { body } } } }", ["body"]],
    [
      "what fragments on a connection select",
      "{ rows { ...c } } fragment c on Connection { edges { ...e } } fragment e on Edge { node { id } }",
      ["id"],
    ],
    ["the key alone for cursors", "{ rows { edges { cursor } pageInfo { hasNextPage } } }", []],
  ])("%s", (_, source, columns) => {
    expect(selection(source)).toEqual(needs(...columns));
  });

  test.each([
    [true, ["name"]],
    [false, ["body"]],
  ])("nothing that is left out by @skip and @include: %s", (yes, columns) => {
    const source = `query ($yes: Boolean!) {
      row { name @include(if: $yes) body @skip(if: $yes) ... @skip(if: $yes) { body } }
    }`;
    expect(selection(source, { yes })).toEqual(needs(...columns));
  });

  test("the columns that a field says it needs, which it does not show", () => {
    expect(selection("{ row { name length } }")).toEqual({
      columns: ["name", "body"],
      shown: ["name"],
    });
    expect(selection("{ rows { total nodes { name } } }")).toEqual(needs("name"));
  });

  test("the whole row for a field that does not say what it needs", () => {
    const whole = { columns: undefined, shown: ["name"] };
    expect(selection("{ row { name age } }")).toEqual(whole);
    expect(selection("{ rows { edges { extra node { name } } } }")).toEqual(whole);
  });
});

test("so many sets of columns are read of a table, and past them all of its columns", () => {
  const names = Array.from({ length: 40 }, (_, at) => `c${at}`);
  const columns = Object.fromEntries(names.map((name) => [name, text()]));
  const Wide = table("wide", { id: int(), ...columns }, { partition: ["id"] });
  const bounded = names.map((name) => boundedColumns(Wide, [name]));
  expect(bounded.slice(0, 32)).toEqual(names.slice(0, 32).map((name) => [name]));
  expect(bounded.slice(32)).toEqual(names.slice(32).map(() => undefined));
  // One that is read already stays.
  expect(boundedColumns(Wide, ["c0", "id", "c0"])).toEqual(["c0", "id", "c0"]);
  expect(boundedColumns(Wide, names)).toBeUndefined();
});
