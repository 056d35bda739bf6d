import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  asc,
  type Condition,
  desc,
  double,
  duration,
  element,
  float,
  frozen,
  insert,
  int,
  list,
  map,
  put,
  remove,
  removePartition,
  removeRange,
  removeRow,
  select,
  type Session,
  set,
  table,
  text,
  tuple,
  udt,
  update,
  updatePartition,
  vector,
} from "../../src/cassandra/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";

// What Cassandra does with the conditions, changes of collections, TTLs and removals that the statements have.

const seatColumns = {
  theatre: text(),
  id: int(),
  taken: int(),
  zone: text(),
  tags: set(text()),
  log: list(text()),
  stock: map(text(), int()),
  sizes: frozen(list(int())),
  at: tuple(int(), int()),
  place: udt("place", { floor: int(), room: text() }),
  was: frozen(udt("was", { floor: int() })),
  wait: duration(),
  shape: vector(float(), 2),
  motto: text().static(),
};
const Seat = table("seat", seatColumns, {
  partition: ["theatre"],
  clustering: [asc("id")],
  lwt: true,
});
const Shelf = table(
  "shelf",
  {
    id: int(),
    note: text(),
    log: list(text()),
    roles: set(text()),
    stock: map(text(), int()),
    Address: udt("Address", { street: text(), Zip: text() }),
  },
  { partition: ["id"] },
);
const Reading = table(
  "reading",
  { device: text(), at: int(), sensor: int(), value: double(), place: text().static() },
  { partition: ["device"], clustering: [desc("at"), asc("sensor")] },
);

let keyspace: TestKeyspace;
let session: Session;
beforeAll(async () => {
  keyspace = await createKeyspace(Seat, Shelf, Reading);
  ({ session } = keyspace);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

describe("a condition", () => {
  const full = {
    taken: 5,
    zone: "B",
    tags: new Set(["a", "b"]),
    log: ["x", "y"],
    stock: new Map([["apple", 3]]),
    sizes: [1, 2],
    at: [1, 2],
    place: { floor: 2, room: "A" },
    was: { floor: 1 },
    wait: "1h",
    shape: [0, 1],
  } as const;

  /** Returns whether a condition holds for a row with all values. */
  const holds = async (condition: Condition<typeof Seat>) => {
    const key = { theatre: randomUUID(), id: 1 };
    await session.run(insert(Seat, { ...key, ...full }, { if: "not exists" }));
    const { applied } = await session.run(update(Seat, key, { taken: 6 }, { if: condition }));
    return applied;
  };

  test.each<[Condition<typeof Seat>, Condition<typeof Seat>]>([
    [{ taken: { gt: 4 } }, { taken: { gt: 5 } }],
    [{ taken: { gte: 5, lt: 6 } }, { taken: { gte: 5, lt: 5 } }],
    [{ taken: { lte: 5, ne: 4 } }, { taken: { lte: 5, ne: 5 } }],
    [{ zone: { in: ["A", "B"] } }, { zone: { in: ["A"] } }],
    [{ zone: "B", taken: { in: [5] } }, { taken: { in: [] } }],
    [{ tags: { contains: "a" } }, { tags: { contains: "c" } }],
    [{ tags: { gt: new Set(["a"]) } }, { tags: { gt: new Set(["b"]) } }],
    [{ tags: { in: [new Set(["a", "b"])] } }, { tags: { in: [new Set(["a"])] } }],
    [{ log: { contains: "y" } }, { log: { contains: "z" } }],
    [{ log: element(1, "y") }, { log: element(2, "y") }],
    [{ log: element(0, { gt: "w" }) }, { log: element(0, { in: ["y"] }) }],
    [{ log: { in: [["x", "y"]] } }, { log: { in: [["x"]] } }],
    [{ stock: { contains: 3 } }, { stock: { contains: 4 } }],
    [{ stock: { containsKey: "apple" } }, { stock: { containsKey: "pear" } }],
    [{ stock: element("apple", { gte: 3 }) }, { stock: element("apple", { gt: 3 }) }],
    [{ stock: element("apple", { in: [3, 4] }) }, { stock: element("pear", { in: [3] }) }],
    [{ stock: { in: [new Map([["apple", 3]])] } }, { stock: new Map([["apple", 4]]) }],
    [{ sizes: { contains: 2, gte: [1] } }, { sizes: { contains: 3 } }],
    [{ sizes: { in: [[1, 2]] } }, { sizes: { in: [[1]] } }],
    [{ at: { gt: [1, 1] } }, { at: { in: [[1, 1]] } }],
    [{ place: element("floor", { lt: 3 }) }, { place: element("floor", { lt: 2 }) }],
    [{ place: element("room", { in: ["A"] }) }, { place: element("room", "B") }],
    [{ place: { floor: 2, room: "A" } }, { place: { floor: 2, room: null } }],
    [{ place: { gte: { floor: 2, room: "A" } } }, { place: { in: [{ floor: 1, room: "A" }] } }],
    [{ was: { floor: 1 } }, { was: { in: [{ floor: 2 }] } }],
    [{ was: { lt: { floor: 2 } } }, { was: { lt: { floor: 1 } } }],
    [{ wait: { in: ["1h"] } }, { wait: { in: ["2h"] } }],
    [{ shape: { in: [[0, 1]] } }, { shape: { in: [[1, 1]] } }],
    [{ shape: { lte: [0, 1] } }, { shape: { lt: [0, 1] } }],
    [
      { wait: { ne: "2h" }, taken: 5 },
      { wait: { ne: "1h" }, taken: 5 },
    ],
  ])("%j holds, and %j does not", async (one, other) => {
    expect(await holds(one)).toBe(true);
    expect(await holds(other)).toBe(false);
  });

  test.each(["taken != 5", "stock['a'] != 5", "place.floor != 5", "tags = {}", "log = []"])(
    "%s would create a missing row, so it needs another comparison",
    async (condition) => {
      const cql = `UPDATE seat SET zone = 'x' WHERE theatre = ? AND id = 1 IF ${condition}`;
      expect(await session.cql(cql, [randomUUID()])).toEqual([{ "[applied]": true }]);
    },
  );

  test("that is allowed never creates a row", async () => {
    const key = { theatre: randomUUID(), id: 1 };
    const all: readonly Condition<typeof Seat>[] = [
      { taken: { gt: 0 } },
      { taken: { gte: 0 } },
      { taken: { lt: 9 } },
      { taken: { lte: 9 } },
      { taken: { in: [1] } },
      { taken: { in: [] } },
      { tags: { gt: new Set(["a"]) } },
      { tags: { gte: new Set(["a"]) } },
      { tags: { in: [new Set(["a"])] } },
      { tags: { contains: "a" } },
      { stock: { containsKey: "a" } },
      { stock: element("a", { lt: 9 }) },
      { place: element("floor", { lte: 9 }) },
      { place: { floor: null, room: null } },
      { place: { lt: { floor: 1, room: "a" } } },
      { sizes: [] },
      { sizes: { lt: [9] } },
      { sizes: { gte: [] } },
    ];
    for (const condition of all) {
      const result = await session.run(update(Seat, key, { zone: "x" }, { if: condition }));
      expect([condition, result]).toEqual([condition, { applied: false, current: undefined }]);
    }
  });

  test("on a static column alone would create a row", async () => {
    const theatre = randomUUID();
    await session.run(
      updatePartition(Seat, { theatre }, { motto: "A" }, { if: {}, isNull: ["motto"] }),
    );
    const cql = "UPDATE seat SET taken = 1 WHERE theatre = ? AND id = 1 IF motto = 'A'";
    expect(await session.cql(cql, [theatre])).toEqual([{ "[applied]": true }]);
    expect(await session.run(select(Seat, { theatre }, { columns: ["taken"] }))).toHaveLength(1);
  });

  test("decides whether a row is removed, and returns the actual values", async () => {
    const key = { theatre: randomUUID(), id: 1 };
    await session.run(insert(Seat, { ...key, taken: 2 }, { if: "not exists" }));
    expect(await session.run(remove(Seat, key, { if: { taken: 0 } }))).toEqual({
      applied: false,
      current: { taken: 2 },
    });
    const few = { if: { taken: { lt: 3 } }, isNull: ["zone"] } as const;
    expect(await session.run(removeRow(Seat, key, { if: { taken: 1 } }))).toMatchObject({
      applied: false,
      current: { taken: 2 },
    });
    expect(await session.run(remove(Seat, key, few))).toEqual({ applied: true });
    expect(await session.run(remove(Seat, key, few))).toEqual({
      applied: false,
      current: undefined,
    });
  });
});

describe("a change of a collection", () => {
  const shelf = async (id: number) => {
    const row = await session.run(select(Shelf, { id }));
    const { id: _, note: __, ...collections } = row!;
    return collections;
  };

  test("adds and removes elements of what is stored", async () => {
    const key = { id: 1 };
    const whole = {
      log: ["b", "c"],
      roles: new Set(["r"]),
      stock: new Map([["apple", 1]]),
      Address: { street: "Long", Zip: "1" },
    };
    await session.run(put(Shelf, { ...key, ...whole }));
    await session.run(
      update(Shelf, key, {
        log: { append: ["d", "b"] },
        roles: { add: new Set(["s"]) },
        stock: { put: new Map([["pear", 2]]) },
        Address: element("Zip", "2"),
      }),
    );
    await session.run(update(Shelf, key, { log: { prepend: ["a", "0"] } }));
    expect(await shelf(1)).toEqual({
      log: ["a", "0", "b", "c", "d", "b"],
      roles: new Set(["r", "s"]),
      stock: new Map([
        ["apple", 1],
        ["pear", 2],
      ]),
      Address: { street: "Long", Zip: "2" },
    });
    await session.run(
      update(Shelf, key, {
        log: { remove: ["b", "0"] },
        roles: { remove: new Set(["r", "x"]) },
        stock: { remove: new Set(["apple"]) },
        Address: element("street", null),
      }),
    );
    expect(await shelf(1)).toEqual({
      log: ["a", "c", "d"],
      roles: new Set(["s"]),
      stock: new Map([["pear", 2]]),
      Address: { street: null, Zip: "2" },
    });
  });

  test("sets and removes one element", async () => {
    const key = { id: 2 };
    await session.run(put(Shelf, { ...key, log: ["a", "b", "c"], stock: new Map([["x", 1]]) }));
    const changes = { log: element(1, "B"), stock: element("y", 2) };
    await session.run(update(Shelf, key, changes, { ttl: 600 }));
    expect(await shelf(2)).toMatchObject({
      log: ["a", "B", "c"],
      stock: new Map([
        ["x", 1],
        ["y", 2],
      ]),
    });
    await session.run(update(Shelf, key, { log: element(0, null), stock: element("x", null) }));
    expect(await shelf(2)).toMatchObject({ log: ["B", "c"], stock: new Map([["y", 2]]) });
  });

  test("beyond the end of a list is refused by Cassandra", async () => {
    await session.run(put(Shelf, { id: 3, log: ["a"] }));
    await expect(session.run(update(Shelf, { id: 3 }, { log: element(1, "b") }))).rejects.toThrow(
      "List index 1 out of bound",
    );
  });

  test("of nothing changes nothing, and removes from a missing row", async () => {
    const nothing = { log: { append: [] }, roles: { add: new Set<string>() } };
    await session.run(update(Shelf, { id: 4 }, nothing));
    await session.run(update(Shelf, { id: 4 }, { log: { remove: ["x"] } }));
    await session.run(update(Shelf, { id: 4 }, { stock: { remove: new Set<string>() } }));
    expect(await session.run(select(Shelf, { id: 4 }))).toBeUndefined();
  });
});

describe("a removal", () => {
  const fill = async (device: string) => {
    for (const at of [1, 2, 3]) {
      for (const sensor of [1, 2]) {
        await session.run(put(Reading, { device, at, sensor, value: at, place: "roof" }));
      }
    }
  };
  const left = async (device: string) =>
    (await session.run(select(Reading, { device }))).map(({ at, sensor }) => [at, sensor]);

  test("of a range removes its rows only", async () => {
    await fill("a");
    await session.run(removeRange(Reading, { device: "a", at: { lt: 2 } }));
    await session.run(removeRange(Reading, { device: "a", at: 3, sensor: { gt: 1 } }));
    expect(await left("a")).toEqual([
      [3, 1],
      [2, 1],
      [2, 2],
    ]);
    await session.run(removeRange(Reading, { device: "a", at: 2 }));
    expect(await left("a")).toEqual([[3, 1]]);
  });

  test("of a partition removes its static columns too", async () => {
    await fill("b");
    await session.run(removePartition(Reading, { device: "b" }));
    expect(await left("b")).toEqual([]);
    const cql = "SELECT device FROM reading WHERE device = ?";
    expect(await session.cql(cql, ["b"])).toEqual([]);
  });
});

test("a TTL lets the written values expire", async () => {
  const key = { theatre: randomUUID(), id: 1 };
  await session.run(insert(Seat, { ...key, taken: 0 }, { if: "not exists", ttl: 1000 }));
  await session.run(update(Seat, key, { zone: "A" }, { if: { taken: 0 }, ttl: 2000 }));
  const row = await session.run(select(Seat, key, { ttl: ["taken", "zone"] }));
  expect(row).toMatchObject({ taken: 0, zone: "A" });
  const cql =
    "SELECT TTL(taken) AS taken, TTL(zone) AS zone FROM seat WHERE theatre = ? AND id = 1";
  const [left] = await session.cql(cql, [key.theatre]);
  expect(left!["taken"]).toBeGreaterThan(900);
  expect(left!["zone"]).toBeGreaterThan(1900);
});
