import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import {
  add,
  addToPartition,
  asc,
  blob,
  counter,
  createRow,
  element,
  insert,
  frozen,
  int,
  list,
  map,
  remove,
  removeRow,
  set,
  type Statement,
  table,
  text,
  udt,
  Unreadable,
  update,
  updateCell,
  updatePartition,
  uuid,
} from "../../src/cassandra/index.ts";

// The CQL of a write is cached by its shape. A write must not depend on what was built before.

const process = "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51";
const round = "7f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a52";
const bytes = (...given: readonly number[]) => new Uint8Array(given);

const newDesk = () =>
  table(
    "desk",
    { room: text(), id: int(), seats: int(), Name: text().default("x"), motto: text().static() },
    {
      partition: ["room"],
      clustering: [asc("id")],
      lwt: true,
      hidden: { memory: map(int(), blob()), note: blob() },
      lanes: true,
    },
  );
const newTheatre = () =>
  table(
    "theatre",
    { id: int(), seats: int(), name: text().required() },
    { partition: ["id"], lwt: true, lanes: true },
  );
const newMessage = () =>
  table(
    "message",
    { room: text(), at: int(), body: text(), likes: int() },
    { partition: ["room"], clustering: [asc("at")] },
  );
const newHits = () =>
  table(
    "hits",
    { page: text(), day: int(), views: counter(), all: counter().static() },
    { partition: ["page"], clustering: [asc("day")] },
  );
const newShelf = () =>
  table(
    "shelf",
    {
      id: int(),
      log: list(blob()),
      roles: set(text()),
      stock: map(text(), blob()),
      place: udt("place", { gt: int(), room: blob() }),
      was: frozen(udt("change", { gt: int(), append: int() })),
      count: int(),
    },
    { partition: ["id"], lwt: true },
  );

interface Tables {
  readonly desk: ReturnType<typeof newDesk>;
  readonly theatre: ReturnType<typeof newTheatre>;
  readonly message: ReturnType<typeof newMessage>;
  readonly hits: ReturnType<typeof newHits>;
  readonly shelf: ReturnType<typeof newShelf>;
}
const newTables = (): Tables => ({
  desk: newDesk(),
  theatre: newTheatre(),
  message: newMessage(),
  hits: newHits(),
  shelf: newShelf(),
});

/** Untyped, as in JavaScript. */
const untyped = (call: unknown) => call as (...args: readonly unknown[]) => Statement<unknown>;

const at = { room: "A", id: 1 };
const other = { id: 2, room: "B" };
const cell = { process, previous: round, next: process, ttl: 60 };
const holds = { seats: 1, note: bytes(1) };
const unreadable = new Unreadable(Buffer.of(1));
/** Conditions of many shapes. Some of them are invalid. */
const conditions: readonly object[] = [
  { if: "exists" },
  { if: {} },
  { if: { seats: 1 } },
  { if: { seats: unreadable } },
  { if: { seats: null } },
  { if: { seats: undefined } },
  { if: { seats: 1, Name: undefined } },
  { if: { Name: "A", seats: 1 } },
  { if: holds, isNull: ["Name"] },
  { if: holds, isNotNull: ["Name"] },
  { if: holds, isNull: [], isNotNull: [] },
  { if: {}, isNull: ["Name"] },
  { if: {}, isNotNull: ["Name"] },
  { if: "exists", isNull: ["Name"] },
  { if: { ...holds, memory: element(1, bytes(2)) } },
  { if: { ...holds, memory: element(2, null) } },
  { if: { memory: element(2, null) } },
  { if: { id: 1 } },
  { if: { nope: 1 } },
];
const changes: readonly object[] = [
  { seats: 1 },
  { seats: null },
  { seats: "1" },
  { seats: 2, Name: undefined },
  { Name: "B", seats: 2 },
  { note: bytes(1), memory: element(1, bytes(2)) },
  { memory: element(1, bytes(3)) },
  { memory: element(1, "x") },
  { memory: new Map([[1, bytes(3)]]) },
  { motto: "A" },
  { id: 1 },
  { nope: 1 },
  { constructor: 1 },
  {},
];
const keys: readonly object[] = [
  at,
  other,
  { ...at, seats: undefined },
  { ...at, seats: 1 },
  { room: "A" },
  { room: "A", id: { gt: 1 } },
  { room: "A", id: null },
  { room: "A", id: undefined },
];
/** What a change or a condition can have of each column of a shelf. Some of it is invalid. */
const forms: readonly object[] = [
  { count: 1 },
  { count: { gt: 1 } },
  { count: { gte: 1 } },
  { count: { lt: 2, gt: 1 } },
  { count: { in: [1] } },
  { count: { in: [1, 2] } },
  { count: { ne: 1 } },
  { count: {} },
  { count: { gt: undefined } },
  { count: { contains: 1 } },
  { log: [bytes(1)] },
  { log: [] },
  { log: { append: [bytes(1)] } },
  { log: { prepend: [bytes(1)] } },
  { log: { remove: [bytes(1)] } },
  { log: { add: [bytes(1)] } },
  { log: { append: undefined, remove: [] } },
  { log: { append: [], remove: [] } },
  { log: { append: undefined } },
  { log: { contains: bytes(1) } },
  { log: { lt: [bytes(1)] } },
  { log: element(1, bytes(1)) },
  { log: element(1, null) },
  { log: element(1, { ne: bytes(1) }) },
  { roles: { add: new Set(["a"]) } },
  { roles: { remove: new Set(["a"]) } },
  { roles: element(1, "a") },
  { stock: { put: new Map([["a", bytes(1)]]) } },
  { stock: { remove: new Set(["a"]) } },
  { stock: { containsKey: "a" } },
  { stock: element("a", bytes(1)) },
  { stock: element("a", { gt: bytes(1), lte: bytes(2) }) },
  { stock: element("a", { contains: bytes(1) }) },
  { place: { gt: 1 } },
  { place: { gt: { gt: 1 } } },
  { place: element("gt", 1) },
  { place: element("gt", { gt: 1 }) },
  { place: element("room", bytes(1)) },
  { place: element("room", null) },
  { place: element("door", null) },
  { was: { gt: 1 } },
  { was: { gt: 1, append: 2 } },
  { was: { append: 2 } },
  { was: { lt: { gt: 1 } } },
];

/** Writes of many shapes. Some of them are invalid. */
const writes: readonly ((tables: Tables) => Statement<unknown>)[] = [
  ...keys.map((key) => (t: Tables) => untyped(update)(t.desk, key, { seats: 1 }, { if: holds })),
  ...keys.map((key) => (t: Tables) => untyped(remove)(t.desk, key, { if: "exists" })),
  ...keys.map((key) => (t: Tables) => untyped(removeRow)(t.desk, key)),
  ...keys.map(
    (key) => (t: Tables) =>
      untyped(updatePartition)(t.desk, key, { motto: "A" }, { if: { motto: "B" } }),
  ),
  ...changes.flatMap((set) =>
    conditions.map((options) => (t: Tables) => untyped(update)(t.desk, at, set, options)),
  ),
  ...conditions.map(
    (options) => (t: Tables) => untyped(update)(t.theatre, { id: 1 }, { seats: 5 }, options),
  ),
  ...[{}, { ttl: 5 }, { ttl: 1.5 }, { byName: true }, { byName: true, ttl: 7 }].flatMap((more) =>
    [{ motto: "A" }, { motto: null }, { motto: "B", seats: 1 }, {}].map(
      (set) => (t: Tables) =>
        untyped(updatePartition)(t.desk, { room: "A" }, set, {
          if: { motto: "A" },
          isNull: [],
          ...more,
        }),
    ),
  ),
  ...[
    cell,
    { ...cell, previous: null },
    { ...cell, byName: true },
    { ...cell, if: { motto: "A" } },
    { ...cell, if: { seats: 1 } },
    { ...cell, isNull: ["motto"] },
    { ...cell, next: "x" },
  ].flatMap((given) => [
    (t: Tables) => untyped(updateCell)(t.desk, { room: "A" }, given),
    (t: Tables) => untyped(updateCell)(t.theatre, { id: 1 }, given),
  ]),
  ...[{ ...at }, { ...at, seats: 1 }, { seats: 2, ...other }, { ...at, seats: "x" }].flatMap(
    (values) => [
      (t: Tables) => untyped(insert)(t.desk, values, { if: "not exists" }),
      (t: Tables) => untyped(insert)(t.desk, values),
      (t: Tables) => untyped(createRow)(t.desk, values),
      (t: Tables) => untyped(createRow)(t.theatre, { ...values, id: 1, name: "A" }),
    ],
  ),
  ...forms.flatMap((form) => [
    (t: Tables) => untyped(update)(t.shelf, { id: 1 }, form, { if: "exists" }),
    (t: Tables) => untyped(update)(t.shelf, { id: 1 }, { count: 1 }, { if: form }),
    (t: Tables) =>
      untyped(update)(t.shelf, { id: 1 }, form, { if: form, isNull: ["count"], isNotNull: [] }),
    (t: Tables) => untyped(remove)(t.shelf, { id: 1 }, { if: form, isNotNull: ["count"] }),
    (t: Tables) => untyped(removeRow)(t.shelf, { id: 1 }, { if: form, isNull: [] }),
  ]),
  (t) => removeRow(t.theatre, { id: 1 }),
  ...conditions.map((options) => (t: Tables) => untyped(removeRow)(t.desk, at, options)),
  ...conditions.map((options) => (t: Tables) => untyped(removeRow)(t.theatre, { id: 1 }, options)),
  (t) => removeRow(t.theatre, { id: 2 }, { if: { seats: 0 } }),
  (t) => removeRow(t.theatre, { id: 2 }, { if: { name: { gt: "a" } } }),
  (t) => removeRow(t.theatre, { id: 2 }, { if: { name: { ne: "a" } } }),
  (t) => insert(t.message, { room: "A", at: 1, body: "x" }),
  (t) => insert(t.message, { room: "A", at: 2, likes: 3 }),
  (t) => untyped(insert)(t.message, { room: "A", at: 1 }, { if: "not exists" }),
  (t) => update(t.message, { room: "A", at: 1 }, { body: "x" }),
  (t) => untyped(update)(t.message, { room: "A", at: 1 }, { body: "x" }, { if: "exists" }),
  (t) => remove(t.message, { room: "A", at: 1 }),
  (t) => remove(t.message, { room: "A", at: 1 }, { timestamp: 5n }),
  (t) => remove(t.message, { room: "B", at: 2 }, { timestamp: 2n ** 63n }),
  (t) => add(t.hits, { page: "A", day: 1 }, { views: 1n }),
  (t) => add(t.hits, { page: "B", day: 2 }, { views: -2n }),
  (t) => untyped(add)(t.hits, { page: "B", day: 2 }, { all: 1n }),
  (t) => addToPartition(t.hits, { page: "A" }, { all: 1n }),
  (t) => untyped(addToPartition)(t.hits, { page: "A" }, { views: 1n }),
];

const built = (write: (tables: Tables) => Statement<unknown>, tables: Tables) => {
  try {
    const { cql, params, types, kind } = write(tables);
    return { cql, params, types: types.map((type) => type.cql), kind };
  } catch (error) {
    return String(error);
  }
};

/** Updates a row with values that nothing else references. */
function updateOnce(Desk: ReturnType<typeof newDesk>): readonly WeakRef<Uint8Array>[] {
  const [note, was, memory, expected] = [bytes(1), bytes(2), bytes(3), bytes(4)];
  const holds = { note: was, memory: element(1, expected) };
  update(Desk, at, { note, memory: element(1, memory) }, { if: holds });
  return [note, was, memory, expected].map((value) => new WeakRef(value));
}

/** Updates parts of a row by values that nothing else references. */
function updatePartsOnce(Shelf: ReturnType<typeof newShelf>): readonly WeakRef<object>[] {
  const [item, room, contained, compared] = [bytes(1), bytes(2), bytes(3), bytes(4)];
  const [log, place] = [{ append: [item] }, element("room", room)];
  const holds = {
    log: { contains: contained },
    stock: element("a", { gt: compared, in: [compared] }),
    place: { lte: { gt: 1, room } },
  };
  update(Shelf, { id: 1 }, { log, place }, { if: holds });
  return [item, room, contained, compared, log, place, holds].map((value) => new WeakRef(value));
}

describe("a write", () => {
  const first = writes.map((write) => built(write, newTables()));

  test("has the same result as on a new table, whatever was built before", () => {
    const tables = newTables();
    for (const order of [writes.keys(), [...writes.keys()].toReversed(), writes.keys()]) {
      for (const at of order) expect(built(writes[at]!, tables)).toEqual(first[at]);
    }
    expect(first.filter((each) => typeof each === "string").length).toBeGreaterThan(50);
    expect(first.filter((each) => typeof each !== "string").length).toBeGreaterThan(50);
  });

  test("keeps no value in memory", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const Desk = newDesk();
    const Shelf = newShelf();
    const values = [...updateOnce(Desk), ...updatePartsOnce(Shelf)];
    // Values may be referenced until the current turn of the event loop ends.
    await setImmediate();
    collect();
    expect(values.map((value) => value.deref())).toEqual(values.map(() => undefined));
  });

  test("is correct if a table has more shapes of writes than are cached", () => {
    const names = Array.from({ length: 10 }, (_, at) => `Column ${at}`);
    const columns = Object.fromEntries(names.map((name) => [name, int()]));
    const Wide = table("wide", { id: uuid(), ...columns }, { partition: ["id"] });
    for (let shape = 1; shape < 2 ** names.length; shape++) {
      const set = names.filter((_, at) => (shape & (2 ** at)) !== 0);
      const values = Object.fromEntries(set.map((name) => [name, shape]));
      const { cql, params } = untyped(update)(Wide, { id: process }, values);
      const assignments = set.map((name) => `"${name}" = ?`).join(", ");
      expect(cql).toBe(`UPDATE wide SET ${assignments} WHERE id = ?`);
      expect(params).toEqual([...set.map(() => shape), process]);
    }
  });
});
