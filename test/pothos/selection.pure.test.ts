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

/** Returns the selection of the field `row` or `rows` in a query. */
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
    ["no column for __typename", "{ row { __typename } }", []],
    ["columns of all selection sets of a field", "{ row { name } row { body } }", ["name", "body"]],
    [
      "columns of an inline fragment",
      "{ row { ... { name } ... on Row { body } } }",
      ["name", "body"],
    ],
    ["columns of a named fragment", "{ row { ...f } } fragment f on Row { name }", ["name"]],
    ["columns of a fragment on an interface", "{ row { ... on Named { name } } }", ["name"]],
    [
      "columns of a fragment on a union",
      "{ row { ... on Found { ... on Row { body } ... on Other { size } } } }",
      ["body"],
    ],
    [
      "no columns of a fragment on another type",
      "{ row { ... on Named { ... on Sized { size } } name } }",
      ["name"],
    ],
    ["the columns of nodes", "{ rows { nodes { name } pageInfo { hasNextPage } } }", ["name"]],
    ["the columns of edges", "{ rows { edges { cursor node { body } } } }", ["body"]],
    [
      "columns of fragments on a connection",
      "{ rows { ...c } } fragment c on Connection { edges { ...e } } fragment e on Edge { node { id } }",
      ["id"],
    ],
    ["only the key for cursors", "{ rows { edges { cursor } pageInfo { hasNextPage } } }", []],
  ])("%s", (_, source, columns) => {
    expect(selection(source)).toEqual(needs(...columns));
  });

  test.each([
    [true, ["name"]],
    [false, ["body"]],
  ])("no columns that @skip or @include leave out: %s", (yes, columns) => {
    const source = `query ($yes: Boolean!) {
      row { name @include(if: $yes) body @skip(if: $yes) ... @skip(if: $yes) { body } }
    }`;
    expect(selection(source, { yes })).toEqual(needs(...columns));
  });

  test("the declared columns of a field, which it does not show", () => {
    expect(selection("{ row { name length } }")).toEqual({
      columns: ["name", "body"],
      shown: ["name"],
    });
    expect(selection("{ rows { total nodes { name } } }")).toEqual(needs("name"));
  });

  test("the whole row for a field that does not declare its columns", () => {
    const whole = { columns: undefined, shown: ["name"] };
    expect(selection("{ row { name age } }")).toEqual(whole);
    expect(selection("{ rows { edges { extra node { name } } } }")).toEqual(whole);
  });
});

test("a table has a limited number of column sets; further selections read all columns", () => {
  const names = Array.from({ length: 40 }, (_, at) => `c${at}`);
  const columns = Object.fromEntries(names.map((name) => [name, text()]));
  const Wide = table("wide", { id: int(), ...columns }, { partition: ["id"] });
  const bounded = names.map((name) => boundedColumns(Wide, [name]));
  expect(bounded.slice(0, 32)).toEqual(names.slice(0, 32).map((name) => [name]));
  expect(bounded.slice(32)).toEqual(names.slice(32).map(() => undefined));
  // A known set is still used.
  expect(boundedColumns(Wide, ["c0", "id", "c0"])).toEqual(["c0", "id", "c0"]);
  expect(boundedColumns(Wide, names)).toBeUndefined();
});
