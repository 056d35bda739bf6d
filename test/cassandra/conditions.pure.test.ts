import { describe, expect, test } from "vitest";
import {
  asc,
  type Condition,
  duration,
  element,
  frozen,
  int,
  list,
  map,
  set,
  table,
  text,
  udt,
  Unreadable,
  update,
  updatePartition,
  uuid,
  vector,
  float,
} from "../../src/cassandra/index.ts";

const Seat = table(
  "seat",
  {
    theatre: text(),
    id: uuid(),
    taken: int(),
    zone: text({ normalize: "NFC" }),
    name: text(),
    tags: set(text()),
    log: list(text()),
    stock: map(text(), int()),
    sizes: frozen(list(int())),
    place: udt("place", { floor: int(), room: text() }),
    bounds: frozen(udt("bounds", { gt: int(), lt: int() })),
    wait: duration(),
    shape: vector(float(), 2),
    motto: text().static(),
  },
  { partition: ["theatre"], clustering: [asc("id")], lwt: true },
);
const id = "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51";
const key = { theatre: "Globe", id };
const where = "UPDATE seat SET name = ? WHERE theatre = ? AND id = ? IF ";

const ifOf = (condition: Condition<typeof Seat>) => {
  const { cql, params, types } = update(Seat, key, { name: "A" }, { if: condition });
  expect(cql.startsWith(where)).toBe(true);
  return [cql.slice(where.length), params.slice(3), types.slice(3).map((type) => type.cql)];
};

/** Untyped, as in JavaScript. */
const untyped = (condition: object) => () => ifOf(condition as never);

describe("a condition", () => {
  test.each<[Condition<typeof Seat>, string, readonly unknown[]]>([
    [{ taken: { gte: 1, lt: 6 } }, "taken >= ? AND taken < ?", [1, 6]],
    [{ taken: { lt: 6, gte: 1 } }, "taken >= ? AND taken < ?", [1, 6]],
    [{ taken: { gt: 1, lte: 6, ne: 3 } }, "taken > ? AND taken <= ? AND taken != ?", [1, 6, 3]],
    [{ zone: { in: ["A", "B"] } }, "zone IN ?", [["A", "B"]]],
    [{ zone: { in: [] } }, "zone IN ?", [[]]],
    [{ name: { ne: "x" }, taken: 5 }, "taken = ? AND name != ?", [5, "x"]],
    [{ tags: { contains: "new" } }, "tags CONTAINS ?", ["new"]],
    [{ log: { contains: "new" } }, "log CONTAINS ?", ["new"]],
    [{ stock: { contains: 3 } }, "stock CONTAINS ?", [3]],
    [{ stock: { containsKey: "apple" } }, "stock CONTAINS KEY ?", ["apple"]],
    [{ stock: element("apple", 3) }, "stock[?] = ?", ["apple", 3]],
    [{ stock: element("apple", { gt: 3 }) }, "stock[?] > ?", ["apple", 3]],
    [
      { stock: element("apple", { gt: 3, lt: 9 }) },
      "stock[?] > ? AND stock[?] < ?",
      ["apple", 3, "apple", 9],
    ],
    [{ stock: element("apple", null), taken: 5 }, "taken = ? AND stock[?] = null", [5, "apple"]],
    [{ log: element(0, { in: ["a", "b"] }) }, "log[?] IN ?", [0, ["a", "b"]]],
    [{ place: element("floor", { gte: 2 }) }, "place.floor >= ?", [2]],
    [{ place: element("room", "A"), taken: 1 }, "taken = ? AND place.room = ?", [1, "A"]],
    [{ place: { floor: 1, room: "A" } }, "place = ?", [{ floor: 1, room: "A" }]],
    [{ sizes: { gte: [1] } }, "sizes >= ?", [[1]]],
    [{ sizes: { contains: 1 } }, "sizes CONTAINS ?", [1]],
    [{ bounds: { gt: 1, lt: 2 } }, "bounds = ?", [{ gt: 1, lt: 2 }]],
    [{ bounds: { lte: { gt: 1, lt: 2 } } }, "bounds <= ?", [{ gt: 1, lt: 2 }]],
    [{ wait: { ne: "1h" }, taken: 1 }, "taken = ? AND wait != ?", [1, "1h"]],
    [{ shape: { in: [[0, 1]] } }, "shape IN ?", [[[0, 1]]]],
  ])("%j is %s", (condition, cql, params) => {
    expect(ifOf(condition).slice(0, 2)).toEqual([cql, params]);
  });

  test("sends each value with the type that Cassandra expects", () => {
    expect(ifOf({ zone: { in: ["A"] }, stock: { containsKey: "a", contains: 1 } })[2]).toEqual([
      "frozen<list<text>>",
      "int",
      "text",
    ]);
    expect(ifOf({ tags: { in: [new Set(["a"])] }, log: element(0, "x") })[2]).toEqual([
      "frozen<list<frozen<set<text>>>>",
      "int",
      "text",
    ]);
  });

  test("compares what is stored, whatever rules the model has for new values", () => {
    const decomposed = "u\u0308";
    expect(ifOf({ zone: { gt: decomposed, in: [decomposed] } })[1]).toEqual([
      decomposed,
      [decomposed],
    ]);
    const unreadable = new Unreadable(Buffer.of(1));
    expect(ifOf({ taken: unreadable })[1]).toEqual([unreadable]);
  });

  test("has one CQL text per shape, whatever the values", () => {
    const [one] = ifOf({ taken: { gt: 1 }, zone: { in: ["A"] } });
    expect(ifOf({ zone: { in: ["A", "B", "C"] }, taken: { gt: 7 } })[0]).toBe(one);
  });

  test("of a partition compares static columns", () => {
    const condition = { if: { motto: { ne: "A" } } };
    expect(updatePartition(Seat, { theatre: "Globe" }, { motto: "A" }, condition).cql).toBe(
      "UPDATE seat SET motto = ? WHERE theatre = ? IF motto != ?",
    );
  });
});

describe("a condition is refused if it also holds for a missing row", () => {
  test.each<Condition<typeof Seat>>([
    { name: { ne: "x" } },
    { stock: element("apple", null) },
    { stock: element("apple", { ne: 3 }) },
    { place: element("floor", null) },
    { tags: { lt: new Set(["a"]) } },
    { log: { lte: ["a"], ne: ["b"] } },
    { motto: "A" },
    { motto: { gt: "A" }, name: { ne: "x" } },
  ])("%j", (condition) => {
    expect(() => ifOf(condition)).toThrow(
      'Table "seat" has a condition that also holds for a missing row: compare a column of the row with a value, or name one in isNotNull.',
    );
    const { cql } = update(Seat, key, { name: "A" }, { if: condition, isNotNull: ["taken"] });
    expect(cql.endsWith(" AND taken != null")).toBe(true);
  });

  test("unless a column of the row is compared besides", () => {
    expect(ifOf({ motto: "A", taken: 5 })[0]).toBe("taken = ? AND motto = ?");
    expect(ifOf({ log: { lte: ["b"], gt: ["a"] } })[0]).toBe("log > ? AND log <= ?");
  });
});

describe("what the compiler was not asked is refused at run time", () => {
  test.each<[object, string]>([
    [{ taken: { contains: 1 } }, 'cannot compare "taken" by contains: int is no collection'],
    [{ shape: { contains: 1 } }, "vector<float, 2> is no collection"],
    [{ log: { containsKey: "a" } }, 'cannot compare "log" by containsKey: list<text> is no map'],
    [{ wait: { gt: "1h" } }, 'cannot compare "wait" by gt: duration has no order'],
    [{ taken: { gt: undefined }, zone: "A" }, 'has an empty condition on "taken"'],
    [{ taken: { gt: null } }, "seat.taken must be a whole number"],
    [{ taken: { ne: null }, zone: "A" }, "seat.taken must be a whole number"],
    [{ zone: { in: "A" } }, "seat.zone must be a list of text"],
    [{ zone: { in: [null] } }, "seat.zone has an invalid item 0"],
    [{ taken: { above: 1 } }, "seat.taken must be a whole number"],
    [{ stock: element("apple", { gt: "x" }) }, "seat.stock must be a whole number"],
    [{ tags: element("a", "b") }, 'has no elements in "tags"'],
    [{ sizes: element(0, 1) }, 'has no elements in "sizes"'],
    [{ log: element(-1, "a") }, "seat.log must be a whole number from 0"],
    [
      { place: element("door", "A") },
      'has no field "door" in "place", whose fields are floor, room',
    ],
    [{ theatre: { gt: "A" } }, 'cannot have a condition on "theatre": it is in the key'],
    [
      { tags: new Set() },
      'compares "tags" with an empty collection, which Cassandra stores as null',
    ],
    [{ log: { gte: [] } }, 'compares "log" with an empty collection'],
    [{ stock: { in: [new Map()] } }, 'compares "stock" with an empty collection'],
  ])("%j", (condition, why) => {
    expect(untyped(condition)).toThrow(why);
  });

  test("a text that is no condition, since it would become a part of the CQL", () => {
    const inText = () => ifOf("exists; drop table seat" as never);
    expect(inText).toThrow('takes the condition "exists" or one on columns, but got another text');
  });

  test("but not an empty collection that is frozen, which is not null", () => {
    expect(ifOf({ sizes: [] })[0]).toBe("sizes = ?");
  });
});
