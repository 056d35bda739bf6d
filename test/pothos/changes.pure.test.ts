import { printType } from "graphql";
import { expect, test } from "vitest";
import {
  asc,
  bigint,
  column,
  decimal,
  defineType,
  double,
  frozen,
  int,
  list,
  map,
  set,
  table,
  text,
  tinyint,
  uuid,
  varint,
} from "../../src/cassandra/index.ts";
import { scalarForm } from "../../src/pothos/index.ts";
import { createBuilder } from "./build.ts";

// The inputs by which numbers and collections change.

const Shelf = table(
  "shelf",
  {
    room: text(),
    id: int(),
    books: int({ min: 0, max: 10 }).default(0),
    level: tinyint(),
    visits: bigint(),
    grains: varint(),
    worth: decimal(),
    width: double(),
    name: text(),
    log: list(text()),
    roles: set(text()),
    owners: set(uuid()),
    stock: map(text(), int()),
    fixed: frozen(set(text())),
    points: list(frozen(list(int()))),
    total: int().default(0).static(),
  },
  { partition: ["room"], clustering: [asc("id")], lwt: true, lanes: true },
);

const columns = [
  "books",
  "level",
  "visits",
  "grains",
  "worth",
  "width",
  "name",
  "log",
  "roles",
  "owners",
  "stock",
  "fixed",
  "points",
  "total",
] as const;

const builder = createBuilder();
builder.tableObject("Shelf", Shelf);
builder.queryType({ fields: (t) => ({ shelf: t.row(Shelf) }) });
builder.mutationType({ fields: (t) => ({ updateShelf: t.update(Shelf, columns) }) });
const schema = builder.toSchema({ sortSchema: false });

/** Prints a type without descriptions. */
const typeText = (name: string) =>
  printType(schema.getType(name)!)
    .replaceAll(/^ *"""[^]*?"""\n/gm, "")
    .replaceAll("\n\n", "\n");

test("an update has a change for each exact number and each collection that is not frozen", () => {
  expect(typeText("UpdateShelfInput")).toBe(`input UpdateShelfInput {
  books: IntChange
  level: IntChange
  visits: BigIntChange
  grains: BigIntChange
  worth: DecimalChange
  width: Float
  name: String
  log: StringListChange
  roles: StringSetChange
  owners: UUIDSetChange
  stock: StringIntMapChange
  fixed: [String!]
  points: IntListListChange
  total: IntChange
}`);
});

test.each([
  ["IntChange", "set: Int", "add: Int"],
  ["BigIntChange", "set: BigInt", "add: BigInt"],
  ["DecimalChange", "set: Decimal", "add: Decimal"],
  [
    "StringListChange",
    "set: [String!]",
    "append: [String!]",
    "prepend: [String!]",
    "remove: [String!]",
  ],
  ["StringSetChange", "set: [String!]", "add: [String!]", "remove: [String!]"],
  [
    "StringIntMapChange",
    "set: [StringIntEntryInput!]",
    "put: [StringIntEntryInput!]",
    "remove: [String!]",
  ],
  [
    "IntListListChange",
    "set: [[Int!]!]",
    "append: [[Int!]!]",
    "prepend: [[Int!]!]",
    "remove: [[Int!]!]",
  ],
])("%s takes exactly one operator", (name, ...operators) => {
  expect(typeText(name)).toBe(
    `input ${name} @oneOf {\n${operators.map((each) => `  ${each}\n`).join("")}}`,
  );
});

test("the inputs are described", () => {
  expect(printType(schema.getType("BigIntChange")!)).toBe(`"""
How to change a number: exactly one of these. \`add\` is exact, however many clients add at the same time.
"""
input BigIntChange @oneOf {
  """The new number."""
  set: BigInt

  """Add this number; negative to subtract. No number counts as 0."""
  add: BigInt
}`);
});

test("a collection whose form is one value can only be replaced", () => {
  const Own = table(
    "own",
    { id: int(), words: list(text()), price: column(defineType({ ...int().type, kind: "money" })) },
    { partition: ["id"], lwt: true, lanes: true },
  );
  const own = createBuilder({ forms: { list: scalarForm("String"), money: scalarForm("Int") } });
  own.tableObject("Own", Own);
  own.queryType({ fields: (t) => ({ own: t.row(Own) }) });
  own.mutationType({ fields: (t) => ({ update: t.update(Own, ["words", "price"]) }) });
  const type = own.toSchema({ sortSchema: false }).getType("UpdateInput")!;
  expect(printType(type)).toContain("words: String\n");
  expect(printType(type)).toContain("price: IntChange\n");
});

test("inputs for creating rows and for other fields stay plain", () => {
  const own = createBuilder();
  own.tableObject("Shelf", Shelf);
  own.queryType({ fields: (t) => ({ shelf: t.row(Shelf) }) });
  own.mutationType({ fields: (t) => ({ create: t.create(Shelf), add: t.add(Shelf, "books") }) });
  const names = Object.keys(own.toSchema().getTypeMap());
  expect(names.filter((name) => name.endsWith("Change"))).toEqual([]);
});
