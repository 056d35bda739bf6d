import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, inject, test } from "vitest";
import {
  asc,
  batch,
  connect,
  createKeyspace as createKeyspaceCql,
  dropKeyspace,
  frozen,
  insert,
  int,
  select,
  type Session,
  sync,
  table,
  text,
  udt,
  update,
  watchSchema,
} from "../../src/cassandra/index.ts";
import { eventually } from "../fixtures/eventually.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { startProxy } from "../fixtures/proxy.ts";

const Desk = table(
  "desk",
  { room: text(), id: int(), name: text(), seats: int() },
  { partition: ["room"], clustering: [asc("id")], lwt: true },
);
const Note = table(
  "note",
  { room: text(), id: int(), body: text() },
  { partition: ["room"], clustering: [asc("id")] },
);
const tables = [Desk, Note];

/** A watch that checks only on request or when a statement fails. */
const NEVER = 2 ** 30;

let opened = new AsyncDisposableStack();
afterEach(async () => {
  await opened.disposeAsync();
  opened = new AsyncDisposableStack();
});

/** A new keyspace, a session on it with all statements prepared, and another session that changes the schema. */
async function start(contactPoint?: string): Promise<{
  readonly keyspace: TestKeyspace;
  readonly session: Session;
  readonly admin: Session;
}> {
  const keyspace = opened.use(await createKeyspace(...tables));
  const contactPoints =
    contactPoint === undefined ? keyspace.cluster.contactPoints : [contactPoint];
  const options = { ...keyspace.cluster, contactPoints, keyspace: keyspace.name };
  const session = opened.use(await connect(options));
  for (const act of Object.values(statements)) await act(session);
  return { keyspace, session, admin: keyspace.session };
}

const key = { room: "a", id: 1 };
const create = insert(Desk, { ...key, name: "A", seats: 5 }, { if: "not exists" });
const statements = {
  "a read": (session: Session) => session.run(select(Desk, { room: "a" })),
  "a load": (session: Session) => session.load(Desk, key),
  "a lightweight transaction": (session: Session) => session.run(create),
  "a batch": (session: Session) => session.run(batch(Desk, [create])),
  "a plain write": (session: Session) => session.run(insert(Note, { ...key, body: "b" })),
};

/** Runs all statements, one at a time, and returns the codes of those that fail. */
async function failures(session: Session): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const [name, act] of Object.entries(statements)) {
    await act(session).catch((error) => (found[name] = error.code));
  }
  return found;
}

const NOT_SYNCED = "NOT_SYNCED";
const ofDesk = {
  "a read": NOT_SYNCED,
  "a load": NOT_SYNCED,
  "a lightweight transaction": NOT_SYNCED,
  "a batch": NOT_SYNCED,
};
const ofAll = { ...ofDesk, "a plain write": NOT_SYNCED };

/** Changes of the schema, each with what is missing then, the statements that fail, and the repair. */
const changes = [
  ["a column is dropped", "ALTER TABLE desk DROP name", "desk.name is missing", ofDesk],
  ["a table is dropped", "DROP TABLE desk", "table desk is missing", ofDesk],
  [
    "another table is dropped",
    "DROP TABLE note",
    "table note is missing",
    { "a plain write": NOT_SYNCED },
  ],
  ["the keyspace is dropped", "DROP KEYSPACE", "keyspace test_", ofAll],
] as const;

async function change(session: Session, cql: string, { name }: TestKeyspace): Promise<void> {
  await session.cql(cql === "DROP KEYSPACE" ? dropKeyspace(name) : cql);
}

/** Creates what is missing, without rows. */
async function repair({ name, cluster }: TestKeyspace): Promise<void> {
  await using admin = await connect(cluster);
  await admin.cql(createKeyspaceCql(name, 1));
  await using session = await connect({ ...cluster, keyspace: name });
  await sync(session, { keyspace: name, tables });
}

describe.each(changes)("when %s", (_, cql, difference, failing) => {
  test("a statement that fails was certainly not executed", async () => {
    const { keyspace, session, admin } = await start();
    await change(admin, cql, keyspace);
    expect(await failures(session)).toEqual(failing);
    await repair(keyspace);
    expect(await failures(session)).toEqual({});
  });

  test("a watch detects the change and the repair by itself", async () => {
    const { keyspace, session, admin } = await start();
    const log: string[] = [];
    using watch = watchSchema(session, tables, {
      interval: 100,
      log: (line) => log.push(line),
    });
    await watch.check();
    await change(admin, cql, keyspace);
    const told = expect.stringMatching(
      new RegExp(`^The database does not match the models: .*${difference}.*\\.$`),
    );
    await eventually(() => expect(log).toEqual([told]));
    await repair(keyspace);
    // The watch may check in the middle of that.
    await eventually(() => expect(log.at(-1)).toBe("The database matches the models again."));
  });

  test("a watched session runs nothing, says what differs, and recovers after the repair", async () => {
    const { keyspace, session, admin } = await start();
    using watch = watchSchema(session, tables, { interval: NEVER });
    await watch.check();
    await change(admin, cql, keyspace);
    const message = expect.stringContaining(difference);
    await expect(watch.check()).rejects.toMatchObject({ code: NOT_SYNCED, message });
    expect(await failures(watch.session)).toEqual(ofAll);
    await expect(statements["a plain write"](watch.session)).rejects.toMatchObject({ message });
    await repair(keyspace);
    expect(await failures(watch.session)).toEqual({});
    await watch.check();
  });

  test("the first statement that fails makes the watch check", async () => {
    const { keyspace, session, admin } = await start();
    using watch = watchSchema(session, tables, { interval: NEVER });
    await watch.check();
    await change(admin, cql, keyspace);
    for (const name of Object.keys(failing) as (keyof typeof statements)[]) {
      await expect(statements[name](watch.session)).rejects.toMatchObject({
        code: NOT_SYNCED,
        message: expect.stringContaining(difference),
      });
    }
  });
});

describe("a table that is dropped and created again", () => {
  const wrong =
    "CREATE TABLE desk (room text, id int, name int, seats int, PRIMARY KEY (room, id))";
  const right =
    "CREATE TABLE desk (room text, id int, name text, seats int, PRIMARY KEY (room, id))";

  test("with another type of a column does not match, and with the right one does again", async () => {
    const { session, admin } = await start();
    using watch = watchSchema(session, tables, { interval: NEVER });
    await watch.check();
    await admin.cql("DROP TABLE desk");
    await admin.cql(wrong);
    await expect(statements["a batch"](watch.session)).rejects.toMatchObject({
      code: NOT_SYNCED,
      message: "The database does not match the models: desk.name is int, the model has text.",
    });
    await admin.cql("DROP TABLE desk");
    await admin.cql(right);
    await watch.check();
    expect(await failures(watch.session)).toEqual({});
  });

  test("with another type and then the right one, without a check in between, makes no statement fail", async () => {
    const { session, admin } = await start();
    using watch = watchSchema(session, tables, { interval: NEVER });
    await watch.check();
    await admin.cql("DROP TABLE desk");
    await admin.cql(wrong);
    // The driver caches the wrong type, without the watch.
    await expect(session.run(create)).rejects.toMatchObject({ code: "NOT_SYNCED" });
    await admin.cql("DROP TABLE desk");
    await admin.cql(right);
    const creates = [2, 3, 4].map((id) =>
      watch.session.run(insert(Desk, { ...key, id, name: "A" }, { if: "not exists" })),
    );
    expect(await Promise.all(creates)).toEqual(creates.map(() => ({ applied: true })));
    expect(await failures(watch.session)).toEqual({});
    expect(await watch.session.load(Desk, key)).toEqual({ ...key, name: "A", seats: 5 });
  });

  test("does not affect a write in flight: it is executed once, and its answer arrives", async () => {
    await using proxy = await startProxy(inject("cassandra").contactPoints[0]!);
    const { session, admin } = await start(proxy.contactPoint);
    using watch = watchSchema(session, tables, { interval: NEVER });
    await watch.check();
    const add = (from: number) => update(Desk, key, { seats: from + 1 }, { if: { seats: from } });
    await watch.session.run(add(5));

    const release = proxy.holdRequest(1);
    const held = watch.session.run(add(6));
    await sleep(100);
    await admin.cql("DROP TABLE note");
    await admin.cql("CREATE TABLE note (room text, id int, body text, PRIMARY KEY (room, id))");
    await watch.check();
    await statements["a plain write"](watch.session);
    await release();
    expect(await held).toEqual({ applied: true });
    expect(await watch.session.load(Desk, key)).toMatchObject({ seats: 7 });
  });

  test("makes a write in flight to that table fail as not executed", async () => {
    await using proxy = await startProxy(inject("cassandra").contactPoints[0]!);
    const { session, admin } = await start(proxy.contactPoint);
    using watch = watchSchema(session, tables, { interval: NEVER });
    await watch.check();
    await watch.session.run(create);

    const release = proxy.holdRequest(1);
    const held = watch.session.run(create);
    const settled = expect(held).resolves.toEqual({ applied: true });
    await sleep(100);
    await admin.cql("DROP TABLE desk");
    await admin.cql(right);
    await watch.check();
    void release();
    await settled;
    expect(await watch.session.load(Desk, key)).toEqual({ ...key, name: "A", seats: 5 });
  });
});

test("a schema change that does not concern the models has no effect", async () => {
  const { session, admin } = await start();
  using watch = watchSchema(session, tables, { interval: NEVER });
  await watch.check();
  await admin.cql("ALTER TABLE desk WITH comment = 'ours'");
  await admin.cql("CREATE TABLE other (a text PRIMARY KEY)");
  await admin.cql("ALTER TABLE desk ADD remark text");
  await watch.check();
  expect(await failures(watch.session)).toEqual({});
});

test("a closed watch no longer checks, and its session stays open", async () => {
  const { session, admin } = await start();
  const log: string[] = [];
  const watch = watchSchema(session, tables, { interval: 50, log: (line) => log.push(line) });
  await watch.check();
  watch.close();
  await admin.cql("DROP TABLE note");
  await sleep(500);
  expect(log).toEqual([]);
  expect(await session.run(select(Desk, { room: "a" }))).toHaveLength(1);
});

test("a default TTL is reported before a lightweight transaction writes a row that would expire", async () => {
  const { session, admin } = await start();
  using watch = watchSchema(session, tables, { interval: NEVER });
  await watch.check();
  await admin.cql("ALTER TABLE desk WITH default_time_to_live = 60");
  await expect(watch.check()).rejects.toThrow(
    "desk has a default_time_to_live of 60 s, by which its rows would expire: set it to 0.",
  );
  await expect(watch.session.run(create)).rejects.toMatchObject({ code: NOT_SYNCED });
  await admin.cql("ALTER TABLE desk WITH default_time_to_live = 0");
  await watch.check();
});

test("a change of a user-defined type is detected, including an added field", async () => {
  await using keyspace = await createKeyspace();
  const { session: admin, name, cluster } = keyspace;
  const Size = udt("size", { w: int(), h: int() });
  const Box = table("box", { id: int(), size: frozen(Size) }, { partition: ["id"] });
  await sync(admin, { keyspace: name, tables: [Box] });
  await using session = await connect({ ...cluster, keyspace: name });
  using watch = watchSchema(session, [Box], { interval: NEVER });
  await watch.check();
  const row = { id: 1, size: { w: 1, h: 2 } };
  await watch.session.run(insert(Box, row));

  await admin.cql("ALTER TYPE size ADD depth int");
  await watch.check();
  await watch.session.run(insert(Box, row));
  await admin.cql("ALTER TYPE size RENAME w TO width");
  await expect(watch.check()).rejects.toMatchObject({
    code: "NOT_SYNCED",
    message:
      "The database does not match the models: type size has the fields width int, h int, depth int, the model has w int, h int.",
  });
  await admin.cql("ALTER TYPE size RENAME width TO w");
  await watch.check();
  expect(await watch.session.run(select(Box, { id: 1 }))).toEqual(row);
});
