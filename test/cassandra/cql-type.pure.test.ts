import { describe, expect, test } from "vitest";
import { canonicalType, isOfType, parseType, typeNames } from "../../src/cassandra/cql-type.ts";
import { identifier } from "../../src/cassandra/identifier.ts";
import { frozen, int, list, map, text, tuple, udt, vector } from "../../src/cassandra/index.ts";
import { typeNamed } from "../../src/cassandra/types/named.ts";

describe("canonicalType spells a type as the database does", () => {
  test.each([
    ["TEXT", "text"],
    ["varchar", "text"],
    ["Map<VarChar,int>", "map<text, int>"],
    [" list < frozen < set<int> > > ", "list<frozen<set<int>>>"],
    ["frozen<list<set<int>>>", "frozen<list<frozen<set<int>>>>"],
    ["frozen<int>", "int"],
    ["tuple<int,list<text>>", "frozen<tuple<int, frozen<list<text>>>>"],
    ["list<tuple<int, varchar>>", "list<frozen<tuple<int, text>>>"],
    ["vector<Float, 3>", "vector<float, 3>"],
    ["vector<list<int>, 3>", "vector<frozen<list<int>>, 3>"],
    ["frozen<vector<int, 3>>", "vector<int, 3>"],
    ['frozen<"GeoPoint">', 'frozen<"GeoPoint">'],
    ["frozen<Address>", "frozen<address>"],
    ['"address"', "address"],
    ['frozen<map<text, "a b">>', 'frozen<map<text, frozen<"a b">>>'],
    ['"a""b"', '"a""b"'],
    ['"a<b>,c"', '"a<b>,c"'],
    ["'org.example.Type(a => b, c)'", "'org.example.Type(a => b, c)'"],
  ])("%s", (given, spelled) => {
    expect(canonicalType(given)).toBe(spelled);
    expect(canonicalType(spelled)).toBe(spelled);
  });
});

test.each([
  "",
  "list<",
  "list<int",
  "list<int>>",
  "list<>",
  "<int>",
  "int,",
  "list<int,,int>",
  "int text",
])('parseType rejects "%s"', (wrong) => {
  expect(() => parseType(wrong)).toThrow(SyntaxError);
});

test("typeNames returns the user-defined types in a type", () => {
  const text = `map<address, frozen<tuple<"Größe", int, vector<varchar, 2>, 'a.B'>>>`;
  expect(typeNames(parseType(text))).toEqual(["address", "Größe"]);
});

test("isOfType matches a column type with a type of the database, frozen or not", () => {
  const isOf = ({ type }: { readonly type: unknown }, cql: string) =>
    isOfType(type as never, parseType(cql));
  expect(isOf(text(), "varchar")).toBe(true);
  expect(isOf(text(), "ascii")).toBe(false);
  expect(isOf(list(frozen(list(int()))), "list<list<int>>")).toBe(true);
  expect(isOf(list(int()), "list<text>")).toBe(false);
  expect(isOf(list(int()), "set<int>")).toBe(false);
  expect(isOf(map(int(), text()), "frozen<map<int, text>>")).toBe(true);
  expect(isOf(tuple(int(), text()), "tuple<int, text>")).toBe(true);
  expect(isOf(tuple(int()), "tuple<int, text>")).toBe(false);
  expect(isOf(vector(int(), 2), "vector<int, 2>")).toBe(true);
  expect(isOf(vector(int(), 2), "vector<int, 3>")).toBe(false);
});

test("isOfType accepts a user-defined type with additional fields at its end", () => {
  const found = (...names: readonly string[]) => ({
    name: "point",
    isQuoted: true,
    args: [],
    fields: names.map((name) => ({ name, type: parseType("int") })),
  });
  const { type } = udt("point", { x: int(), y: int() });
  expect(isOfType(type, found("x", "y", "z"))).toBe(true);
  expect(isOfType(type, found("y", "x"))).toBe(false);
  expect(isOfType(type, found("x"))).toBe(false);
});

test("typeNamed keeps the order of fields, whatever their names", () => {
  const fields = ["b", "1", "__proto__", "0"].map((name) => ({ name, type: parseType("text") }));
  const type = typeNamed({ name: "t", isQuoted: true, args: [], fields });
  expect(type?.parts?.map(({ name }) => name)).toEqual(["b", "1", "__proto__", "0"]);
  expect(typeNamed(parseType("list<empty>"))).toBeUndefined();
  expect(typeNamed(parseType("constructor"))).toBeUndefined();
});

test("identifier quotes names that CQL would read differently", () => {
  const names = ["a_1", "A", "select", "1a", "Größe", "Order Id", 'a"b', "token", "default"];
  expect(names.map(identifier).join(" ")).toBe(
    'a_1 "A" "select" "1a" "Größe" "Order Id" "a""b" "token" "default"',
  );
});
