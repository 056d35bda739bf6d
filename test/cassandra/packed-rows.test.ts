import { Client, type types } from "cassandra-driver";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  asc,
  blob,
  type Column,
  column,
  connect,
  insert,
  int,
  type RawRow,
  select,
  selectEach,
  type Session,
  type Statement,
  table,
  text,
  updatePartition,
  watchSchema,
} from "../../src/cassandra/index.ts";
import { clientOptions } from "../../src/cassandra/session/client-options.ts";
import { PackedRows } from "../../src/cassandra/session/packed-rows.ts";
import { cqlText } from "../../src/cassandra/statement.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { packed } from "../fixtures/packed.ts";
import { samples } from "../fixtures/values.ts";

const names = Object.keys(samples);
/** Has a column of each type. */
const Every = table(
  "every",
  Object.fromEntries([
    ["id", int()],
    ["at", int()],
    ...names.map((name) => [name, column(samples[name]!.column.type)] as const),
  ]) as Readonly<Record<string, Column>>,
  { partition: ["id"], clustering: [asc("at")] },
);
const Note = table(
  "note",
  { book: text(), page: int(), words: text(), author: text().static() },
  { partition: ["book"], clustering: [asc("page")] },
);
const File = table(
  "file",
  { folder: text(), at: int(), content: blob() },
  { partition: ["folder"], clustering: [asc("at")] },
);
const Seat = table("seat", { id: int(), holder: text() }, { partition: ["id"], lwt: true });

let keyspace: TestKeyspace;
let session: Session;
let client: Client;
beforeAll(async () => {
  keyspace = await createKeyspace(Every, Note, File, Seat);
  ({ session } = keyspace);
  client = new Client(clientOptions({ ...keyspace.cluster, keyspace: keyspace.name }));
  await client.connect();
});
afterAll(async () => {
  await client.shutdown();
  await keyspace[Symbol.asyncDispose]();
});

/** Returns the rows of a query as the driver parses them: those that it hands on one by one are not packed. */
function parsedByDriver(cql: string): Promise<readonly RawRow[]> {
  const rows: RawRow[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<readonly RawRow[]>();
  const options = { prepare: true, fetchSize: 5000 };
  const done = (error?: Error) => (error ? reject(error) : resolve(rows));
  client.eachRow(cql, [], options, (_, row) => rows.push({ ...(row as unknown as RawRow) }), done);
  return promise;
}

const own = (rows: readonly RawRow[]) => rows.map((row) => Object.entries(row));
const unpacked = (pages: readonly PackedRows[]) => pages.flatMap((page) => page.rows());
const rawRead = (cql: string): Statement<readonly RawRow[]> => ({
  ...cqlText(cql),
  kind: "read",
  decode: (rows) => rows,
});

test("the driver hands on packed rows, whose cells are those that it would parse", async () => {
  const most = Math.max(...names.map((name) => samples[name]!.values.length));
  for (let at = 0; at < most; at++) {
    const found = names.flatMap((name) => {
      const literal = samples[name]!.values[at]?.[1];
      return literal === undefined ? [] : [[`"${name.replaceAll('"', '""')}"`, literal] as const];
    });
    const columns = ["id", "at", ...found.map(([name]) => name)].join(", ");
    const values = [1, at, ...found.map(([, literal]) => literal)].join(", ");
    await session.cql(`INSERT INTO every (${columns}) VALUES (${values})`);
  }
  const cql = "SELECT * FROM every WHERE id = 1";
  const { rows } = await client.execute(cql, [], { prepare: true });
  expect(rows).toBeInstanceOf(PackedRows);
  expect(own((rows as unknown as PackedRows).rows())).toEqual(own(await parsedByDriver(cql)));

  const pages = await packed(session, selectEach(Every, { id: 1 } as never));
  expect(pages.map(({ length }) => length)).toEqual([most]);
  expect(unpacked(pages).map((row) => Object.keys(row).length)).toContain(names.length + 2);
  const cells = unpacked(pages).flatMap((row) => Object.values(row));
  expect(cells).toContain(null);
  expect(cells).toContainEqual(Buffer.alloc(0));
});

test("a column may have any name, and any value", async () => {
  await session.cql(
    'CREATE TABLE odd (id int PRIMARY KEY, "__proto__" text, "constructor" text, "[applied]" int)',
  );
  const insertOdd =
    'INSERT INTO odd (id, "__proto__", "constructor", "[applied]") VALUES (?, ?, ?, ?)';
  await session.cql(insertOdd, [1, "p", "", null]);
  await session.cql(insertOdd, [2, null, null, 7]);
  const all = (await session.cql("SELECT * FROM odd")).toSorted(
    (one, other) => Number(one["id"]) - Number(other["id"]),
  );
  expect(all.map((row) => new Map(Object.entries(row)))).toEqual([
    new Map<string, unknown>([
      ["id", 1],
      ["[applied]", null],
      ["__proto__", "p"],
      ["constructor", ""],
    ]),
    new Map<string, unknown>([
      ["id", 2],
      ["[applied]", 7],
      ["__proto__", null],
      ["constructor", null],
    ]),
  ]);
  const [row] = await session.run(rawRead("SELECT * FROM odd WHERE id = 2"));
  expect(row && Object.hasOwn(row, "__proto__")).toBe(true);
});

test("a partition that has static columns only is one row without a clustering key", async () => {
  await session.run(updatePartition(Note, { book: "empty" }, { author: "Ada" }));
  const [row, ...others] = unpacked(await packed(session, selectEach(Note, { book: "empty" })));
  expect(others).toEqual([]);
  expect(row).toMatchObject({ page: null, words: null, author: Buffer.from("Ada") });
  expect(await session.run(selectEach(Note, { book: "empty" }))).toEqual([]);
  expect(unpacked(await packed(session, selectEach(Note, { book: "none" })))).toEqual([]);
});

test("the rows of all pages are read, each page once", async () => {
  const ROWS = 5000;
  const note = (page: number) => ({ book: "long", page, words: `page ${page}`, author: "Ada" });
  for (let at = 0; at < ROWS; at += 500) {
    const some = Array.from({ length: 500 }, (_, i) => session.run(insert(Note, note(at + i))));
    await Promise.all(some);
  }
  const statement = selectEach(Note, { book: "long" });
  const wanted = Array.from({ length: ROWS }, (_, page) => page);
  for (const fetchSize of [7, 1000, 4999, 5000, 5001]) {
    await using other = await connect({ ...keyspace.cluster, keyspace: keyspace.name, fetchSize });
    const pages = await packed(other, statement);
    const rows = unpacked(pages);
    expect(rows.map(({ page }) => (page as Buffer).readInt32BE())).toEqual(wanted);
    expect(Math.max(...pages.map(({ length }) => length))).toBe(Math.min(fetchSize, ROWS));
    const all = await other.run(statement);
    expect(all.map((row) => (row as RawRow)["page"])).toEqual(wanted);
    expect(await Array.fromAsync(other.rows(statement))).toEqual(all);
  }
});

test("values that come in several parts are whole", async () => {
  const contents = [1, 2, 3].map((fill) => new Uint8Array(2 ** 20).fill(fill));
  for (const [at, content] of contents.entries()) {
    await session.run(insert(File, { folder: "f", at, content }));
  }
  const [first, second] = await Promise.all([
    session.run(selectEach(File, { folder: "f" })),
    packed(session, selectEach(File, { folder: "f" })),
  ]);
  for (const [at, content] of contents.entries()) {
    expect(Buffer.compare((first[at] as { content: Uint8Array }).content, content)).toBe(0);
    expect(Buffer.compare(unpacked(second)[at]!["content"] as Buffer, content)).toBe(0);
  }
});

test("a lightweight transaction says in packed rows whether it was applied", async () => {
  const take = (holder: string) => insert(Seat, { id: 1, holder }, { if: "not exists" });
  expect(unpacked(await packed(session, take("Ada")))).toEqual([{ "[applied]": Buffer.of(1) }]);
  expect(unpacked(await packed(session, take("Bob")))).toMatchObject([
    { "[applied]": Buffer.of(0), holder: Buffer.from("Ada") },
  ]);
  expect(await session.run(take("Bob"))).toMatchObject({
    applied: false,
    current: { holder: "Ada" },
  });
});

test("a write without a condition has no rows", async () => {
  const words = insert(Note, { book: "b", page: 1, words: "w" });
  expect(await packed(session, words)).toEqual([]);
});

test("the rows of system tables are not packed, since the driver reads them itself", async () => {
  const local: Statement<unknown> = { ...rawRead("SELECT key FROM system.local"), kind: "system" };
  await expect(packed(session, local)).rejects.toMatchObject({ code: "BAD_STATEMENT" });
  expect(await session.cql("SELECT key FROM system.local")).toEqual([{ key: "local" }]);
  const [traced] = await session.cql("SELECT keyspace_name FROM system_virtual_schema.keyspaces");
  expect(traced).toEqual({ keyspace_name: expect.any(String) });
});

test("the columns of a result are checked, also when they are known", async () => {
  const Wrong = table(
    "note",
    { book: text(), page: int(), words: int() },
    { partition: ["book"], clustering: [asc("page")] },
  );
  const read = <T extends typeof Note | typeof Wrong>(model: T) =>
    packed(session, select(model as typeof Wrong, { book: "b", page: 1 }, { columns: ["words"] }));
  for (let i = 0; i < 2; i++) {
    await expect(read(Wrong)).rejects.toMatchObject({ code: "NOT_SYNCED" });
    expect(unpacked(await read(Note))).toMatchObject([{ words: Buffer.from("w") }]);
  }
});

test("a watched session checks the schema before it returns packed rows", async () => {
  const Missing = table("missing", { id: int() }, { partition: ["id"] });
  using fine = watchSchema(session, [Note]);
  const read = selectEach(Note, { book: "b" });
  expect(unpacked(await packed(fine.session, read))).toHaveLength(1);
  using other = watchSchema(session, [Note, Missing]);
  await expect(other.check()).rejects.toMatchObject({ code: "NOT_SYNCED" });
  await expect(packed(other.session, read)).rejects.toMatchObject({
    code: "NOT_SYNCED",
    message: expect.stringContaining("missing"),
  });
});

describe("what a result says besides its rows", () => {
  const cql = "SELECT * FROM note WHERE book = 'b'";
  const rowsOf = ({ rows }: types.ResultSet) => (rows as unknown as PackedRows).rows();

  test("the state of its next page, and the id of its trace", async () => {
    const options = { prepare: true, fetchSize: 3 };
    const long = "SELECT page FROM note WHERE book = 'long' LIMIT 5";
    const first = await client.execute(long, [], { ...options, traceQuery: true });
    expect(first.info.traceId).toBeDefined();
    const pageState = first.pageState!;
    const second = await client.execute(long, [], { ...options, pageState });
    expect([first, second].flatMap(rowsOf)).toHaveLength(5);
    expect(second.pageState).toBeNull();
  });

  test("warnings", async () => {
    const batch = `BEGIN UNLOGGED BATCH ${Array.from(
      { length: 12 },
      (_, at) => `INSERT INTO note (book, page) VALUES ('w${at}', 1); `,
    ).join("")}APPLY BATCH`;
    const { info } = await client.execute(batch);
    expect(info.warnings?.[0]).toMatch(/Unlogged batch/);
    const aggregate = await client.execute("SELECT count(*) FROM note");
    expect(aggregate.info.warnings?.[0]).toMatch(/[Aa]ggregation/);
    expect(rowsOf(aggregate)).toHaveLength(1);
  });

  test("that it is of a query that was not prepared", async () => {
    expect(rowsOf(await client.execute(cql))).toHaveLength(1);
  });
});
