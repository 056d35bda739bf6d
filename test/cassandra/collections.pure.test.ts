import { describe, expect, test } from "vitest";
import {
  asc,
  type Changes,
  element,
  frozen,
  int,
  list,
  map,
  set,
  table,
  text,
  udt,
  update,
  updatePartition,
  uuid,
} from "../../src/cassandra/index.ts";

const Shelf = table(
  "shelf",
  {
    id: int(),
    log: list(text({ max: 5 })),
    roles: set(text()),
    stock: map(text(), int()),
    Address: udt("address", { street: text(), Zip: text(), add: int() }),
    sizes: frozen(list(int())),
    was: frozen(udt("change", { append: int(), remove: int() })),
  },
  { partition: ["id"] },
);
const Desk = table(
  "desk",
  { room: text(), id: uuid(), seats: int(), log: list(text()), tags: set(text()).static() },
  { partition: ["room"], clustering: [asc("id")], lwt: true },
);
const id = "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51";

const setOf = (changes: Changes<typeof Shelf>) => {
  const { cql, params } = update(Shelf, { id: 1 }, changes);
  const [, assignments] = /^UPDATE shelf SET (.*) WHERE id = \?$/.exec(cql)!;
  expect(params.at(-1)).toBe(1);
  return [assignments, params.slice(0, -1)];
};

/** Untyped, as in JavaScript. */
const untyped = (changes: object) => () => setOf(changes as never);

describe("a change of a collection", () => {
  const [a, stock] = [new Set(["a"]), new Map([["a", 1]])];

  test.each<[Changes<typeof Shelf>, string, readonly unknown[]]>([
    [{ log: { append: ["x"] } }, "log = log + ?", [["x"]]],
    [{ log: { prepend: ["x"] } }, "log = ? + log", [["x"]]],
    [{ log: { remove: ["x"] } }, "log = log - ?", [["x"]]],
    [{ log: ["x"] }, "log = ?", [["x"]]],
    [{ log: element(0, "x") }, "log[?] = ?", [0, "x"]],
    [{ log: element(0, null) }, "log[?] = null", [0]],
    [{ roles: { add: a } }, "roles = roles + ?", [a]],
    [{ roles: { remove: a } }, "roles = roles - ?", [a]],
    [{ stock: { put: stock } }, "stock = stock + ?", [stock]],
    [{ stock: { remove: a } }, "stock = stock - ?", [a]],
    [{ stock: element("a", 1) }, "stock[?] = ?", ["a", 1]],
    [{ stock: element("a", null) }, "stock[?] = null", ["a"]],
    [{ Address: element("Zip", "1") }, '"Address"."Zip" = ?', ["1"]],
    [{ Address: element("street", null) }, '"Address".street = null', []],
    [
      { Address: { street: null, Zip: null, add: 1 } },
      '"Address" = ?',
      [{ street: null, Zip: null, add: 1 }],
    ],
    [{ was: { append: 1, remove: null } }, "was = ?", [{ append: 1, remove: null }]],
    [
      { log: { append: ["x"] }, stock: element("a", 1) },
      "log = log + ?, stock[?] = ?",
      [["x"], "a", 1],
    ],
  ])("%j is %s", (changes, cql, params) => {
    expect(setOf(changes)).toEqual([cql, params]);
  });

  test("sends the keys to remove from a map as a set", () => {
    const { types } = update(Shelf, { id: 1 }, { stock: { remove: a } });
    expect(types.map(({ cql }) => cql)).toEqual(["set<text>", "int"]);
  });

  test("checks new elements by the rules of the model, and removed ones as they are stored", () => {
    expect(untyped({ log: { append: ["123456"] } })).toThrow("shelf.log has an invalid item 0");
    expect(setOf({ log: { remove: ["123456"] } })[1]).toEqual([["123456"]]);
  });

  test("can have a condition, and be of a partition", () => {
    const condition = { if: { log: { contains: "x" } } };
    expect(update(Desk, { room: "A", id }, { log: { remove: ["x"] } }, condition).cql).toBe(
      "UPDATE desk SET log = log - ? WHERE room = ? AND id = ? IF log CONTAINS ?",
    );
    const tags = { add: new Set(["x"]) };
    expect(updatePartition(Desk, { room: "A" }, { tags }, { if: {}, isNull: ["tags"] }).cql).toBe(
      "UPDATE desk SET tags = tags + ? WHERE room = ? IF tags = null",
    );
  });

  test.each<[object, string]>([
    [
      { log: { add: ["x"] } },
      'cannot change "log": list<text> takes one of append, prepend, remove, but got add.',
    ],
    [{ log: { append: ["x"], remove: ["y"] } }, "but got append, remove."],
    [{ log: { append: undefined } }, "but got none."],
    [
      { roles: { put: new Set() } },
      'cannot change "roles": set<text> takes one of add, remove, but got put.',
    ],
    [{ stock: { remove: new Map() } }, "shelf.stock must be a Set"],
    [{ log: { append: "x" } }, "shelf.log must be a list of text"],
    [{ sizes: { append: [1] } }, "shelf.sizes must be a list of int, but got an object"],
    [{ sizes: element(0, 1) }, 'has no elements in "sizes"'],
    [{ roles: element("a", 1) }, 'has no elements in "roles"'],
    [{ log: element(1.5, "x") }, "shelf.log must be a whole number"],
    [
      { Address: element("door", "x") },
      'has no field "door" in "Address", whose fields are street, Zip, add.',
    ],
  ])("is refused: %j", (changes, why) => {
    expect(untyped(changes)).toThrow(why);
  });
});
