import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  add,
  addToPartition,
  asc,
  type Column,
  column,
  counter,
  desc,
  frozen,
  insert,
  int,
  list,
  map,
  select,
  selectPartition,
  set,
  type Statement,
  table,
  text,
  tuple,
  udt,
  Unreadable,
  update,
  updatePartition,
  vector,
} from "../../src/cassandra/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { Place, type Sample, samples } from "../fixtures/values.ts";

type Row = Readonly<Record<string, unknown>>;

const names = Object.keys(samples);
const sortable = names.filter((name) => name !== "duration");
const typeOf = (name: string): Column => samples[name]!.column;
/** The sample values of a type without -0, which a JavaScript `Set` does not distinguish from 0. */
const distinct = (name: string): readonly Sample[] =>
  samples[name]!.values.filter(([value]) => !Object.is(value, -0));

/** Each type as a regular and a static column, and as part of each other type that allows it. */
const Every = table(
  "every",
  Object.fromEntries([
    ["id", int()],
    ["at", int()],
    ...names.flatMap((name) => [
      [name, column(typeOf(name).type)] as const,
      [`static ${name}`, column(typeOf(name).type).static()] as const,
      [`list of ${name}`, list(typeOf(name))] as const,
      [`tuple of ${name}`, tuple(typeOf(name), typeOf(name))] as const,
      [`vector of ${name}`, vector(typeOf(name), 2)] as const,
      [`map to ${name}`, map(int(), typeOf(name))] as const,
    ]),
    ...sortable.flatMap((name) => [
      [`set of ${name}`, set(typeOf(name))] as const,
      [`frozen set of ${name}`, frozen(set(typeOf(name)))] as const,
      [`map of ${name}`, map(typeOf(name), typeOf(name))] as const,
      [`frozen map of ${name}`, frozen(map(typeOf(name), typeOf(name)))] as const,
    ]),
  ]) as Readonly<Record<string, Column>>,
  { partition: ["id"], clustering: [asc("at")] },
);

/** One table per type, which has the type in its key. */
const keyed = new Map(
  sortable.map((name) => [
    name,
    table(
      `key_${name}`,
      { tag: int(), key: typeOf(name), up: typeOf(name), down: typeOf(name), n: int() },
      { partition: ["tag", "key"], clustering: [asc("up"), desc("down")] },
    ),
  ]),
);

const Count = table(
  "count",
  { k: int(), at: int(), row: counter(), all: counter().static() },
  { partition: ["k"], clustering: [asc("at")] },
);

const Loose = table(
  "loose",
  {
    k: int(),
    items: list(text()),
    labels: set(text()),
    sizes: map(text(), int()),
    whole: frozen(list(text())),
    point: udt("point", { x: int(), y: text() }),
    site: Place,
  },
  { partition: ["k"] },
);

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await createKeyspace(Every, Count, Loose, ...keyed.values());
}, 120_000);
afterAll(() => keyspace[Symbol.asyncDispose]());

const run = <Result>(statement: Statement<Result>) => keyspace.session.run(statement);
const cql = (text: string, params?: readonly unknown[]) => keyspace.session.cql(text, params);
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

let last = 0;
/**
 * Writes a value to one new partition by a CQL literal and to another by the model. Reads both as JSON and by the
 * model.
 */
async function bothWays(name: string, value: unknown, literal: string) {
  const [byLiteral, byModel] = [++last, ++last];
  await cql(`INSERT INTO every (id, at, ${quoted(name)}) VALUES (${byLiteral}, 0, ${literal})`);
  await run(insert(Every, { id: byModel, at: 0, [name]: value } as never));
  const rows = await Promise.all(
    [byLiteral, byModel].map(async (id) => {
      const row = (await run(select(Every, { id, at: 0 } as never))) as Row | undefined;
      const [json] = await cql(
        `SELECT JSON ${quoted(name)} FROM every WHERE id = ${id} AND at = 0`,
      );
      return { value: row?.[name], json: json!["[json]"] };
    }),
  );
  return { byLiteral: rows[0]!, byModel: rows[1]! };
}

async function expectBothWays(name: string, value: unknown, literal: string): Promise<void> {
  const { byLiteral, byModel } = await bothWays(name, value, literal);
  expect(byLiteral.value).toStrictEqual(value);
  expect(byModel).toStrictEqual(byLiteral);
}

describe.each(names)("%s", (name) => {
  const { values } = samples[name]!;
  const literals = values.map(([, literal]) => literal);
  const all = values.map(([value]) => value);

  test("reads what CQL wrote, and writes what CQL would write", async () => {
    for (const [value, literal] of values) await expectBothWays(name, value, literal);
  });

  test("can be a static column", async () => {
    for (const [value, literal] of values) {
      const [first, second] = [++last, ++last];
      await cql(
        `INSERT INTO every (id, ${quoted(`static ${name}`)}) VALUES (${first}, ${literal})`,
      );
      const changes = { [`static ${name}`]: value } as never;
      await run(updatePartition(Every, { id: second } as never, changes));
      for (const id of [first, second]) {
        const row = (await run(selectPartition(Every, { id } as never))) as Row;
        expect(row[`static ${name}`]).toStrictEqual(value);
        expect(await run(select(Every, { id } as never))).toEqual([]);
      }
    }
  });

  test("can be part of lists, maps, tuples and vectors", async () => {
    await expectBothWays(`list of ${name}`, all, `[${literals.join(", ")}]`);
    for (const [value, literal] of values) {
      const pair = [value, null];
      await expectBothWays(`tuple of ${name}`, pair, `(${literal}, null)`);
      const two = [value, all[0]];
      await expectBothWays(`vector of ${name}`, two, `[${literal}, ${literals[0]}]`);
    }
    const numbered = new Map(all.map((value, at) => [at, value]));
    const entries = literals.map((literal, at) => `${at}: ${literal}`);
    await expectBothWays(`map to ${name}`, numbered, `{${entries.join(", ")}}`);
  });

  test("can be a parameter and a result of raw CQL", async () => {
    for (const [value] of values) {
      const id = ++last;
      await cql(`INSERT INTO every (id, at, ${quoted(name)}) VALUES (?, ?, ?)`, [id, 0, value]);
      const [row] = await cql(`SELECT ${quoted(name)} FROM every WHERE id = ${id}`);
      expect(row).toStrictEqual({ [name]: value });
    }
  });
});

test.each(sortable)("sets and maps with keys of %s are sorted", async (name) => {
  const items = distinct(name);
  const elements = items.toReversed().map(([, literal]) => literal);
  const entries = elements.map(
    (literal, at) => `${literal}: ${elements[elements.length - 1 - at]}`,
  );
  const [first, ...others] = items.map(([value]) => value);
  const shuffled = [...others, first];
  const sorted = items.map(([value]) => value);
  const pairs = sorted.map((value, at) => [value, sorted[sorted.length - 1 - at]] as const);
  for (const prefix of ["", "frozen "]) {
    const sets = await bothWays(
      `${prefix}set of ${name}`,
      new Set(shuffled),
      `{${elements.join(", ")}}`,
    );
    expect([...(sets.byLiteral.value as Set<unknown>)]).toStrictEqual(sorted);
    expect([...(sets.byModel.value as Set<unknown>)]).toStrictEqual(sorted);
    expect(sets.byModel.json).toBe(sets.byLiteral.json);
    const given = new Map(pairs.toReversed());
    const maps = await bothWays(`${prefix}map of ${name}`, given, `{${entries.join(", ")}}`);
    expect([...(maps.byLiteral.value as Map<unknown, unknown>)]).toStrictEqual(pairs);
    expect([...(maps.byModel.value as Map<unknown, unknown>)]).toStrictEqual(pairs);
    expect(maps.byModel.json).toBe(maps.byLiteral.json);
  }
});

describe.each(sortable)("a key of %s", (name) => {
  const { values } = samples[name]!;
  const Keyed = keyed.get(name)!;
  const [[first, firstLiteral] = [undefined, ""]] = values;
  const rows = values.flatMap(([up], i) =>
    values
      .toReversed()
      .map(([down], k) => ({ tag: 0, key: first, up, down, n: i * 100 + (values.length - 1 - k) })),
  );

  beforeAll(async () => {
    await Promise.all(rows.map((row) => run(insert(Keyed, row as never))));
  });

  test("orders rows as CQL does, in both directions", async () => {
    const whole = { tag: 0, key: first } as never;
    expect(await run(select(Keyed, whole))).toStrictEqual(rows);
    expect(await run(select(Keyed, whole, { order: "reversed" } as never))).toStrictEqual(
      rows.toReversed(),
    );
  });

  test("identifies a row by the model and by a literal", async () => {
    for (const [at, [value, literal]] of values.entries()) {
      const key = { tag: 1, key: value, up: value, down: value };
      await run(insert(Keyed, { ...key, n: at } as never));
      expect(await run(select(Keyed, key as never))).toStrictEqual({ ...key, n: at });
      const where = `tag = 1 AND key = ${literal} AND up = ${literal} AND down = ${literal}`;
      expect(await cql(`SELECT n FROM "key_${name}" WHERE ${where}`)).toStrictEqual([{ n: at }]);
    }
  });

  test("can bound a range and start a page", async () => {
    const whole = { tag: 0, key: first };
    const upOf = new Map(rows.map((row) => [row, Math.floor(row.n / 100)]));
    for (const [at, [value, literal]] of values.entries()) {
      const above = rows.filter((row) => upOf.get(row)! >= at);
      expect(await run(select(Keyed, { ...whole, up: { gte: value } } as never))).toStrictEqual(
        above,
      );
      const count = `SELECT COUNT(*) AS n FROM "key_${name}" WHERE tag = 0 AND key = ${firstLiteral} AND up >= ${literal}`;
      expect(await cql(count)).toStrictEqual([{ n: BigInt(above.length) }]);
      const place = rows[at * values.length + ((at * 7) % values.length)]!;
      const behind = rows.slice(rows.indexOf(place) + 1);
      const after = { up: place.up, down: place.down };
      expect(await run(select(Keyed, whole as never, { after } as never))).toStrictEqual(behind);
      const ahead = rows.slice(0, rows.indexOf(place)).toReversed();
      expect(
        await run(select(Keyed, whole as never, { after, order: "reversed" } as never)),
      ).toStrictEqual(ahead);
      const [last] = values.at(-1)!;
      const within = { ...whole, up: { gte: value, lt: last } };
      const expected = rows.filter(
        (row) => upOf.get(row)! >= at && upOf.get(row)! < values.length - 1,
      );
      const earliest = { up: rows[0]!.up, down: rows[0]!.down };
      expect(await run(select(Keyed, within as never, { after: earliest } as never))).toStrictEqual(
        expected.filter((row) => row !== rows[0]),
      );
    }
  });
});

test("counters are exact beyond the safe integers of JavaScript", async () => {
  const key = { k: 1, at: 1 };
  await run(add(Count, key, { row: 2n ** 53n }));
  await run(add(Count, key, { row: 1n }));
  expect(await run(select(Count, key))).toEqual({ ...key, row: 2n ** 53n + 1n, all: 0n });
  await run(add(Count, key, { row: -(2n ** 62n) }));
  await run(addToPartition(Count, { k: 1 }, { all: 2n ** 53n }));
  await run(addToPartition(Count, { k: 1 }, { all: 1n }));
  expect(await run(select(Count, key))).toEqual({
    ...key,
    row: 2n ** 53n + 1n - 2n ** 62n,
    all: 2n ** 53n + 1n,
  });
  await run(add(Count, { k: 2, at: 1 }, { row: 2n ** 63n - 1n }));
  expect(await cql("SELECT row FROM count WHERE k = 2")).toEqual([{ row: 2n ** 63n - 1n }]);
});

test("an empty collection is null unless it is frozen, and reads as empty", async () => {
  await run(insert(Loose, { k: 1, items: [], labels: new Set(), sizes: new Map(), whole: [] }));
  await run(insert(Loose, { k: 2 }));
  const empty = { items: [], labels: new Set(), sizes: new Map(), point: null, site: null };
  expect(await run(select(Loose, { k: 1 }))).toStrictEqual({ k: 1, ...empty, whole: [] });
  expect(await run(select(Loose, { k: 2 }))).toStrictEqual({ k: 2, ...empty, whole: null });
  expect(await cql("SELECT items, labels, sizes, whole FROM loose WHERE k = 1")).toStrictEqual([
    { items: null, labels: null, sizes: null, whole: [] },
  ]);
});

test("the empty collections of two rows are different objects", async () => {
  await run(insert(Loose, { k: 3 }));
  const rows = await Promise.all([1, 2].map(() => run(select(Loose, { k: 3 }))));
  (rows[0]!.labels as Set<string>).add("x");
  expect(rows[1]!.labels).toEqual(new Set());
});

test("a UDT that is not frozen is written as a whole by the model, and field by field by CQL", async () => {
  await run(insert(Loose, { k: 4, point: { x: 1, y: "a" } }));
  await cql("UPDATE loose SET point.y = null WHERE k = 4");
  expect(await run(select(Loose, { k: 4 }))).toMatchObject({ point: { x: 1, y: null } });
  await run(update(Loose, { k: 4 }, { point: { x: null, y: "b" } }));
  expect(await run(select(Loose, { k: 4 }))).toMatchObject({ point: { x: null, y: "b" } });
  await run(update(Loose, { k: 4 }, { point: { x: null, y: null } }));
  expect(await run(select(Loose, { k: 4 }))).toMatchObject({ point: null });
});

test.each(["", "frozen "])(
  "of decimals that Cassandra takes for equal, a %sset keeps the first one, and a map the last value",
  async (prefix) => {
    const [set, map] = [`${prefix}set of decimal`, `${prefix}map of decimal`];
    const id = ++last;
    const items = new Set(["1.00", "2", "1.0"]);
    const entries = new Map([
      ["1.00", "8"],
      ["2", "7"],
      ["1.0", "9"],
    ]);
    await run(insert(Every, { id, at: 0, [set]: items, [map]: entries } as never));
    const [row] = await cql(`SELECT ${quoted(set)}, ${quoted(map)} FROM every WHERE id = ${id}`);
    expect(row).toStrictEqual({
      [set]: new Set(["1.00", "2"]),
      [map]: new Map([
        ["1.00", "9"],
        ["2", "7"],
      ]),
    });
  },
);

test.each([
  ["int", 1.5, "must be a whole number"],
  ["int", "1", "must be a whole number"],
  ["int", 2 ** 31, "must be a whole number from -2147483648 to 2147483647"],
  ["text", "\ud800", "must be Unicode text"],
  ["text", 1, "must be a string"],
  ["bigint", 1, "as a bigint"],
  ["timestamp", "2027-01-01", "must be a date and time"],
  ["uuid", "x", "must be a UUID such as"],
  ["list", ["a", 1], "has an invalid item 1: it must be a string"],
  ["list", ["a", null], "has an invalid item 1: it must be a string"],
  ["map", { a: 1 }, "must be a Map"],
  ["vectorOfFloats", [1], "must be a list of 2 values of float"],
])("raw CQL does not coerce: %s rejects %j", async (name, value, message) => {
  const statement = `INSERT INTO every (id, at, ${quoted(name)}) VALUES (0, 0, ?)`;
  await expect(cql(statement, [value])).rejects.toMatchObject({
    code: "REFUSED",
    message: expect.stringContaining(message),
  });
});

test("Cassandra rejects an empty text as the whole partition key", async () => {
  const Single = table("single", { k: text(), v: int() }, { partition: ["k"] });
  await cql("CREATE TABLE single (k text PRIMARY KEY, v int)");
  await expect(run(insert(Single, { k: "", v: 1 }))).rejects.toMatchObject({ code: "REFUSED" });
});

test("raw CQL reads system tables exactly", async () => {
  const [local] = await cql(
    "SELECT bootstrapped, host_id, rpc_address, gossip_generation FROM system.local",
  );
  expect(local).toEqual({
    bootstrapped: "COMPLETED",
    host_id: expect.stringMatching(/^[\da-f-]{36}$/),
    rpc_address: expect.stringMatching(/^[\d.]+$/),
    gossip_generation: expect.any(Number),
  });
  const [pool] = await cql("SELECT active_tasks, completed_tasks FROM system_views.thread_pools");
  expect(pool).toEqual({ active_tasks: expect.any(Number), completed_tasks: expect.any(BigInt) });
  const [table] = await cql("SELECT compaction, extensions FROM system_schema.tables LIMIT 1");
  expect(table).toEqual({ compaction: expect.any(Map), extensions: expect.any(Map) });
  // Cassandra itself stores microseconds here, where the type has milliseconds, so the value is no Date.
  const dropped = await cql(
    "SELECT dropped_time FROM system_schema.dropped_columns WHERE keyspace_name = 'system'",
  );
  expect(dropped).toEqual([{ dropped_time: expect.any(Unreadable) }]);
});

test.each<[string, Column, string]>([
  ["list<text>", list(int()), "list<int>"],
  [
    "map<text, frozen<list<text>>>",
    map(text(), frozen(list(int()))),
    "map<text, frozen<list<int>>>",
  ],
  ["duration", vector(int(), 2), "vector<int, 2>"],
  ["vector<int, 3>", vector(int(), 2), "vector<int, 2>"],
  ["frozen<tuple<int, int>>", tuple(int(), text()), "frozen<tuple<int, text>>"],
  ["frozen<point>", frozen(udt("point", { y: text(), x: int() })), "point (y text, x int)"],
])("a column of %s is not read as another type", async (found, wanted, spelled) => {
  const name = `other_${++last}`;
  await cql(`CREATE TABLE ${name} (id int PRIMARY KEY, v ${found})`);
  const Other = table(name, { id: int(), v: wanted }, { partition: ["id"] });
  await expect(run(select(Other, { id: 1 }))).rejects.toMatchObject({
    code: "NOT_SYNCED",
    message: expect.stringContaining(`${name}.v is ${spelled}, the database has `),
  });
});
