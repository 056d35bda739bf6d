import { afterAll, beforeAll, expect, test } from "vitest";
import {
  asc,
  createKeyspace as createKeyspaceCql,
  dropKeyspace,
  frozen,
  insert,
  int,
  list,
  map,
  requireSynced,
  select,
  sync,
  syncKeyspace,
  table,
  text,
  udt,
  uuid,
} from "../../src/cassandra/index.ts";
import { PartyTable } from "../../src/party/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await createKeyspace();
});
afterAll(() => keyspace[Symbol.asyncDispose]());

const key = { partition: ["city"], clustering: [asc("id")] } as const;
const columns = { city: text(), id: uuid() };

test("a missing table is created once, and a second sync changes nothing", async () => {
  const { session, name } = keyspace;
  expect(await sync(session, { keyspace: name, tables: [PartyTable] })).toMatchObject([
    { table: "party" },
    { table: "party_by_date" },
  ]);
  expect(await sync(session, { keyspace: name, tables: [PartyTable] })).toEqual([]);
  await requireSynced(session, { keyspace: name, tables: [PartyTable] });
});

test("a new table gets its model's compaction, and an existing one keeps its own", async () => {
  const { session, name } = keyspace;
  const compaction = async (table: string) => {
    const [row] = await session.cql(
      "SELECT compaction FROM system_schema.tables WHERE keyspace_name = ? AND table_name = ?",
      [name, table],
    );
    return (row!["compaction"] as ReadonlyMap<string, string>).get("class");
  };
  const Plain = table("kept", columns, key);
  const Leveled = table("kept", columns, { ...key, compaction: "leveled" });
  await sync(session, {
    keyspace: name,
    tables: [Plain, table("leveled", columns, { ...key, compaction: "leveled" })],
  });

  expect(await sync(session, { keyspace: name, tables: [Leveled] })).toEqual([]);
  await requireSynced(session, { keyspace: name, tables: [Leveled] });
  expect(await compaction("leveled")).toContain("LeveledCompactionStrategy");
  expect(await compaction("kept")).not.toContain("LeveledCompactionStrategy");
});

test("a new column of the model is added, and the rows stay", async () => {
  const { session, name } = keyspace;
  const Before = table("grown", columns, key);
  const After = table("grown", { ...columns, people: int().default(0) }, key);
  await sync(session, { keyspace: name, tables: [Before] });
  await session.cql(`INSERT INTO grown (city, id) VALUES ('Rome', ${crypto.randomUUID()})`);

  await expect(requireSynced(session, { keyspace: name, tables: [After] })).rejects.toThrow(
    "grown.people is missing",
  );
  expect(await sync(session, { keyspace: name, tables: [After] })).toMatchObject([
    { table: "grown", column: "people" },
  ]);
  expect(await session.run(select(After, { city: "Rome" }))).toMatchObject([{ people: 0 }]);
});

test("all contradictions between database and models are listed, and nothing is changed", async () => {
  const { session, name } = keyspace;
  await session.cql("CREATE TABLE other (city text PRIMARY KEY, id text)");
  const Other = table("other", columns, key);
  const New = table("new", columns, key);

  await expect(sync(session, { keyspace: name, tables: [New, Other] })).rejects.toMatchObject({
    code: "NOT_SYNCED",
    remedy: "DECIDE",
    message: expect.stringContaining("other.id is text, the model has uuid (clustering 0 asc)"),
  });
  await expect(requireSynced(session, { keyspace: name, tables: [New] })).rejects.toThrow(
    "table new is missing",
  );
});

test("a missing keyspace is created only if the replication is given", async () => {
  const name = `${keyspace.name}_2`;
  await expect(syncKeyspace(keyspace.cluster, name)).rejects.toMatchObject({
    code: "NOT_SYNCED",
    remedy: "CREATE_KEYSPACE",
  });
  expect(await syncKeyspace(keyspace.cluster, name, { replication: { datacenter1: 1 } })).toBe(
    true,
  );
  expect(await syncKeyspace(keyspace.cluster, name)).toBe(false);
  await keyspace.session.cql(dropKeyspace(name));
});

test("the error of a refused keyspace has Cassandra's reason", async () => {
  const name = `${keyspace.name}_3`;
  await expect(
    syncKeyspace(keyspace.cluster, name, { replication: { nowhere: 3 } }),
  ).rejects.toMatchObject({
    code: "BAD_OPTIONS",
    message: expect.stringMatching(
      /^Keyspace \w+ cannot be created with this replication\. .*nowhere/,
    ),
  });
});

test("the plan with all additions and the other tables is passed on before anything is added", async () => {
  await using own = await createKeyspace();
  const { session, name, cluster } = own;
  const cql: unknown[] = [];
  const stop = (plan: unknown) => {
    cql.push(plan);
    throw new Error("not that");
  };
  await expect(
    syncKeyspace(cluster, `${name}_4`, { replication: 1, onPlan: stop }),
  ).rejects.toThrow("not that");
  expect(cql).toEqual([createKeyspaceCql(`${name}_4`, 1)]);
  await expect(syncKeyspace(cluster, `${name}_4`)).rejects.toThrow("is missing");
  expect(await syncKeyspace(cluster, name, { replication: 1, onPlan: stop })).toBe(false);

  await session.cql("CREATE TABLE customer (id int PRIMARY KEY)");
  const New = table("new", columns, key);
  await expect(sync(session, { keyspace: name, tables: [New], onPlan: stop })).rejects.toThrow(
    "not that",
  );
  await expect(requireSynced(session, { keyspace: name, tables: [New] })).rejects.toThrow(
    "table new is missing",
  );
  await sync(session, {
    keyspace: name,
    tables: [New],
    onPlan: ({ missing, others }) => {
      expect(missing).toMatchObject([{ table: "new" }]);
      expect(others).toEqual(["customer"]);
    },
  });
  await sync(session, { keyspace: name, tables: [New], onPlan: stop });
});

test.each([
  [[], ""],
  [["b", "a"], " Keyspace KEYSPACE has other tables: a, b."],
  [["a", "b", "c", "d", "e"], " Keyspace KEYSPACE has other tables: a, b, c and 2 more."],
])(
  "in a keyspace with none of the models' tables, the other tables are named: %j",
  async (others, more) => {
    await using own = await createKeyspace();
    const { session, name } = own;
    for (const each of others) await session.cql(`CREATE TABLE ${each} (id int PRIMARY KEY)`);
    const Own = table("own", columns, key);
    const Second = table("second", columns, key);
    await expect(
      requireSynced(session, { keyspace: name, tables: [Own, Second] }),
    ).rejects.toMatchObject({
      remedy: "ADD",
      message: `The database does not match the models: table own is missing; table second is missing.${more.replace("KEYSPACE", name)}`,
    });
    await sync(session, { keyspace: name, tables: [Own] });
    await expect(requireSynced(session, { keyspace: name, tables: [Own, Second] })).rejects.toThrow(
      /: table second is missing\.$/,
    );
  },
);

test("concurrent syncs succeed", async () => {
  const { session, name } = keyspace;
  const Both = table("both", columns, key);
  await Promise.all([
    sync(session, { keyspace: name, tables: [Both] }),
    sync(session, { keyspace: name, tables: [Both] }),
  ]);
  const Grown = table("both", { ...columns, people: int(), note: text() }, key);
  await Promise.all([1, 2, 3, 4].map(() => sync(session, { keyspace: name, tables: [Grown] })));
  await requireSynced(session, { keyspace: name, tables: [Grown] });
  await session.cql(createKeyspaceCql(name, 1));
});

test("user-defined types are created before the tables, and get the fields that they lack", async () => {
  await using own = await createKeyspace();
  const { session, name } = own;
  const tables = (size: ReturnType<typeof Size>) => [
    table(
      "Hall",
      { id: int(), at: frozen(udt("Place", { size: frozen(size) })) },
      { partition: ["id"] },
    ),
    table("desk", { id: int(), size, parts: map(text(), frozen(size)) }, { partition: ["id"] }),
  ];
  const Size = (more: Parameters<typeof udt>[1] = {}) =>
    udt("size of", { "w (cm)": int(), ...more });
  const [Hall, Desk] = tables(Size());
  const plan: string[] = [];
  const added = await sync(session, {
    keyspace: name,
    tables: [Desk!, Hall!],
    onPlan: ({ missing }) => plan.push(...missing.map(({ cql }) => cql)),
  });
  expect(added.map(({ type, table }) => type ?? table)).toEqual([
    "size of",
    "Place",
    "desk",
    "Hall",
  ]);
  expect(plan[0]).toBe('CREATE TYPE IF NOT EXISTS "size of" ("w (cm)" int)');
  await requireSynced(session, { keyspace: name, tables: [Hall!, Desk!] });
  expect(await sync(session, { keyspace: name, tables: [Hall!, Desk!] })).toEqual([]);

  const first = { id: 1, size: { "w (cm)": 3 }, parts: new Map([["leg", { "w (cm)": 4 }]]) };
  await session.run(insert(Desk!, first as never));
  const [WideHall, WideDesk] = tables(Size({ names: frozen(list(text())), h: int() }));
  await expect(
    requireSynced(session, { keyspace: name, tables: [WideHall!, WideDesk!] }),
  ).rejects.toMatchObject({
    remedy: "ADD",
    message: expect.stringContaining("size of.names is missing; size of.h is missing."),
  });
  expect(await sync(session, { keyspace: name, tables: [WideHall!, WideDesk!] })).toMatchObject([
    { type: "size of", field: "names" },
    { type: "size of", field: "h", cql: 'ALTER TYPE "size of" ADD h int' },
  ]);
  expect(await sync(session, { keyspace: name, tables: [WideHall!, WideDesk!] })).toEqual([]);
  const second = { id: 2, size: { "w (cm)": 1, names: ["a"], h: 2 }, parts: new Map() };
  await session.run(insert(WideDesk!, second as never));
  const none = { names: null, h: null };
  expect(await session.run(select(WideDesk!, { id: 1 }))).toEqual({
    id: 1,
    size: { "w (cm)": 3, ...none },
    parts: new Map([["leg", { "w (cm)": 4, ...none }]]),
  });
  expect(await session.run(select(WideDesk!, { id: 2 }))).toEqual(second);
  // The older model still reads and writes its own fields.
  expect(await session.run(select(Desk!, { id: 2 }))).toEqual({ ...second, size: { "w (cm)": 1 } });
  await session.run(insert(Desk!, { ...first, id: 3 } as never));
  await requireSynced(session, { keyspace: name, tables: [Hall!, Desk!] });
});

test("a different type in the database is reported, and nothing is changed", async () => {
  const { session, name } = keyspace;
  await session.cql("CREATE TYPE point (y int, x int)");
  const Dot = table(
    "dot",
    { id: int(), at: frozen(udt("point", { x: int(), y: int() })) },
    { partition: ["id"] },
  );
  const difference = "type point has the fields y int, x int, the model has x int, y int";
  await expect(sync(session, { keyspace: name, tables: [Dot] })).rejects.toMatchObject({
    code: "NOT_SYNCED",
    remedy: "DECIDE",
    message: expect.stringContaining(difference),
  });
  await expect(requireSynced(session, { keyspace: name, tables: [Dot] })).rejects.toThrow(
    difference,
  );
});

test("concurrent syncs of types succeed", async () => {
  const { session, name } = keyspace;
  const Shared = (more: Parameters<typeof udt>[1] = {}) =>
    table(
      "shared",
      { id: int(), v: frozen(udt("both", { a: int(), ...more })) },
      { partition: ["id"] },
    );
  await Promise.all([1, 2, 3].map(() => sync(session, { keyspace: name, tables: [Shared()] })));
  await Promise.all(
    [1, 2, 3].map(() =>
      sync(session, { keyspace: name, tables: [Shared({ b: text(), c: text() })] }),
    ),
  );
  await requireSynced(session, { keyspace: name, tables: [Shared({ b: text(), c: text() })] });
});
