import { describe, expect, test } from "vitest";
import {
  ascii,
  bigint,
  CassandraError,
  type Column,
  counter,
  duration,
  frozen,
  int,
  list,
  map,
  set,
  table,
  text,
  tinyint,
  tuple,
  udt,
  varint,
  vector,
} from "../../src/cassandra/index.ts";
import { rightModels, wrongModels } from "../fixtures/wrong-models.ts";

const bad = (why: string) => new CassandraError("BAD_TABLE", `Table "model" is invalid: ${why}.`);

test.each(wrongModels)("$what is refused", ({ define, why }) => {
  expect(define).toThrow(bad(why));
});

test.each(rightModels)("$what is a model", ({ define }) => {
  expect(define).not.toThrow();
});

test.each<[string, () => Column, string]>([
  ["int", () => int({ max: 2 ** 31 }), "-2147483648 to 2147483648: they must be"],
  ["int", () => int({ min: 5, max: 1 }), "5 to 1: they must be"],
  ["int", () => int({ min: NaN }), "NaN to 2147483647: they must be"],
  ["tinyint", () => tinyint({ min: -129 }), "-129 to 127: they must be"],
  ["bigint", () => bigint({ min: -(2n ** 64n) }), "-18446744073709551616 to"],
  ["varint", () => varint({ min: 1n, max: 0n }), "1 to 0: they must be"],
  ["text", () => text({ min: 2, max: 1 }), "2 to 1 characters."],
  ["ascii", () => ascii({ max: -1 }), "0 to -1 characters."],
])("bounds of %s that no value is within, or one that it does not have: %#", (cql, define, why) => {
  const start = `Table "model" is invalid: "v" is ${cql}, but ${cql} cannot have the bounds ${why}`;
  const defineTable = () => table("model", { k: int(), v: define() }, { partition: ["k"] });
  expect(defineTable).toThrow(CassandraError);
  expect(defineTable).toThrow(start);
});

test.each<[string, () => unknown]>([
  ["a required element", () => list(text().required())],
  ["a static column, frozen", () => frozen(list(text()).static())],
  ["a field with a default", () => udt("place", { name: text().default("x") })],
  ["a field with a value for null", () => udt("place", { name: text().nullAs("x") })],
  [
    "a key with a default",
    () =>
      map(
        int().default(() => 1),
        text(),
      ),
  ],
  ["a static part of a tuple", () => tuple(text().static())],
  ["a required element of a vector", () => vector(int().required(), 2)],
  ["a required element of a set", () => set(int().required())],
])("%s is refused, as a value has only its type", (_, define) => {
  expect(define).toThrow(
    /^A column of (text|int|list<text>) that is required, static or has a default cannot be frozen or part of another type: set this on the whole column\.$/,
  );
});

describe("what Cassandra would take, but this library cannot keep", () => {
  const define =
    (columns: Readonly<Record<string, Column>>, options: object = {}) =>
    () =>
      table("model", { k: int(), ...columns }, { partition: ["k"], ...options } as never);
  const address = (street: Column) => frozen(udt("address", { street }));
  test.each<[string, () => unknown, string]>([
    [
      "a column twice, once hidden",
      define({ v: int() }, { hidden: { v: int() } }),
      'it has two columns "v", one of them hidden',
    ],
    [
      "a column named __proto__",
      define({ ["__proto__"]: int() }),
      'no row can have a column "__proto__" in JavaScript',
    ],
    [
      "a column named [applied]",
      define({ "[applied]": int() }),
      'no row can have a column "[applied]" in JavaScript',
    ],
    [
      "lightweight transactions on counters",
      define({ n: counter() }, { lwt: true }),
      '"n" is a counter, which no lightweight transaction can change',
    ],
    [
      "a clustering column without a direction",
      define({ c: int() }, { clustering: ["c"] }),
      "each column of its clustering key must be one of asc(…) or desc(…)",
    ],
    [
      "a counter with a default",
      define({ n: counter().default(3n) }),
      '"n" has a default, but a counter starts at 0',
    ],
    [
      "a vector of counters",
      define({ v: vector(counter(), 2) }),
      '"v" is vector<counter, 2>, but a counter can only be a column',
    ],
    [
      "a set of lists of durations",
      define({ v: set(frozen(list(duration()))) }),
      '"v" is set<frozen<list<duration>>>, but a duration cannot be sorted: it has no order',
    ],
    [
      "a vector of half a value",
      define({ v: vector(int(), 1.5) }),
      '"v" is vector<int, 1.5>, but a vector has 1 to 2147483647 values',
    ],
    [
      "a type of two definitions",
      define({ v: address(text()), w: address(int()) }),
      '"w" has the type "address", but another column has a type of this name with different fields',
    ],
    [
      "a type with the name of one of CQL",
      define({ v: frozen(udt("list", { a: int() })) }),
      '"v" has the type "list", but a native type has this name',
    ],
    [
      "a type without a name",
      define({ v: frozen(udt("", { a: int() })) }),
      '"v" has the type "", but a type must have a name',
    ],
    [
      "a type without fields",
      define({ v: frozen(udt("empty_type", {})) }),
      '"v" has the type "empty_type", but a type must have fields',
    ],
    [
      "a field without a name",
      define({ v: frozen(udt("t", { "": int() })) }),
      '"v" has the type "t", but one of its fields has no name',
    ],
    [
      "bounds in a list that no value is within",
      define({ v: list(int({ min: 2, max: 1 })) }),
      '"v" is list<int>, but int cannot have the bounds 2 to 1: they must be in this order, within -2147483648 to 2147483647',
    ],
    [
      "a default of another type",
      define({ v: bigint().default(1 as never) }),
      'the default of "v" must be a whole number from -9223372036854775808 to 9223372036854775807, as a bigint, but got a number',
    ],
    [
      "a default outside the bounds of a hidden column",
      define({}, { hidden: { v: text({ min: 1 }).default("") } }),
      'the default of "v" must be at least 1 character, but got 0',
    ],
    [
      "an invalid default whose nulls read as another value",
      define({ v: int().default(1.5).nullAs(0) }),
      'the default of "v" must be a whole number, but got a number',
    ],
    [
      "a value for null that the type cannot hold",
      define({ v: int().nullAs(1.5).required() }),
      'the nullAs value of "v" must be a whole number, but got a number',
    ],
    [
      "a sweep of lightweight transactions",
      define({}, { lwt: true, sweepAfter: 1 }),
      "sweepAfter is for tables of plain writes, but it takes lightweight transactions",
    ],
    [
      "a sweep after no time",
      define({}, { sweepAfter: 0 }),
      "sweepAfter must be a number of seconds above 0, but is 0",
    ],
  ])("%s", (_, attempt, why) => {
    expect(attempt).toThrow(bad(why));
  });
});

test.each(["", "a-b", "größe", "t".repeat(49)])('no table is called "%s"', (name) => {
  expect(() => table(name, { k: int() }, { partition: ["k"] })).toThrow(
    `Table "${name}" is invalid: its name must be 1 to 48 letters, digits and underscores.`,
  );
});

test("one type can be used frozen and not, and by another", () => {
  const Point = udt("point", { x: int(), tags: frozen(list(text())) });
  const Line = udt("line", { from: frozen(Point), to: frozen(Point) });
  const columns = { k: frozen(Point), v: Point, w: list(frozen(Line)) };
  expect(() => table("model", columns, { partition: ["k"] })).not.toThrow();
});
