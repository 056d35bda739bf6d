import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { batch, insert, type Session, table, text } from "../../src/cassandra/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { lax } from "../fixtures/lax.ts";

const Lax = table("lax", { room: text(), id: text(), size: lax }, { partition: ["room", "id"] });
const LaxByLwt = table(
  "lax_by_lwt",
  { room: text(), size: lax },
  { partition: ["room"], lwt: true },
);

let keyspace: TestKeyspace;
let session: Session;
beforeAll(async () => {
  keyspace = await createKeyspace(Lax, LaxByLwt);
  ({ session } = keyspace);
  await session.cql(
    "CREATE TABLE typed (a text, b int, big bigint, at timestamp, day date, time time, ip inet, id uuid, bytes blob, list list<int>, map map<text, int>, byte tinyint, real float, big_int varint, PRIMARY KEY (a, b))",
  );
  await session.cql("CREATE TABLE swept (a text PRIMARY KEY, numbers set<int>, note text)");
});
afterAll(() => keyspace[Symbol.asyncDispose]());

/** Checks that the value was not sent and that the error does not contain it. */
const REFUSED = {
  name: "CassandraError",
  code: "REFUSED",
  message: expect.stringMatching(
    /^(A value must be [^"]+|A value has an invalid (item \d|value of key \d): it must be [^"]+|The driver cannot send one of the values)\.$/,
  ),
};

const wrong = [
  ["b", 2 ** 40],
  ["b", "many"],
  ["big", 5],
  ["big", "many"],
  ["at", "soon"],
  ["at", 1.5],
  ["day", "soon"],
  ["time", "25:99"],
  ["ip", "somewhere"],
  ["id", "mine"],
  ["id", 5],
  ["bytes", "text"],
  ["list", [1, 2 ** 40]],
  ["list", [null]],
  ["map", { a: "b" }],
  ["byte", 300],
  ["real", "many"],
  ["big_int", {}],
] as const;

describe("a value that its type cannot hold is refused before anything is sent", () => {
  test.each(wrong)("in a write, for %s: %j", async (name, value) => {
    const names = name === "b" ? "a, b" : `a, b, ${name}`;
    const marks = name === "b" ? "'x', ?" : "'x', 1, ?";
    const insert = `INSERT INTO typed (${names}) VALUES (${marks})`;
    await expect(session.cql(insert, [value])).rejects.toMatchObject(REFUSED);
    await expect(session.cql(`${insert} IF NOT EXISTS`, [value])).rejects.toMatchObject(REFUSED);
    expect(await session.cql("SELECT a FROM typed")).toEqual([]);
  });

  test.each([
    ["SELECT a FROM typed WHERE a = ?", [5]],
    ["SELECT a FROM typed WHERE a = ? AND b = ?", ["x", 2 ** 40]],
    ["SELECT a FROM typed WHERE a = ? AND b IN ?", ["x", [1, 2 ** 40]]],
  ])("in a read: %s", async (cql, params) => {
    await expect(session.cql(cql, params)).rejects.toMatchObject(REFUSED);
  });

  test("in a statement of a model, and in a batch", async () => {
    const statement = insert(Lax, { room: "a", id: "b", size: 70_000 });
    await expect(session.run(statement)).rejects.toMatchObject(REFUSED);
    const conditional = insert(LaxByLwt, { room: "a", size: 70_000 }, { if: "not exists" });
    await expect(session.run(conditional)).rejects.toMatchObject(REFUSED);
    await expect(session.run(batch(LaxByLwt, [conditional]))).rejects.toMatchObject(REFUSED);
  });

  test("in a partition key of several columns, which the driver itself joins", async () => {
    const statement = insert(Lax, { room: "a".repeat(70_000), id: "b", size: 1 });
    await expect(session.run(statement)).rejects.toMatchObject({ code: "REFUSED" });
  });
});

test.each([
  [["x"], /there were 2 markers\(\?\) in CQL but 1 bound variables/],
  [
    ["x", 1, 2],
    /^A value must have its own parameter marker: there are more values than markers\.$/,
  ],
])("too few or too many values are refused: %j", async (params, message) => {
  const read = session.cql("SELECT a FROM typed WHERE a = ? AND b = ?", params);
  await expect(read).rejects.toMatchObject({
    code: "REFUSED",
    message: expect.stringMatching(message),
  });
});

describe("a read that replicas fail on", () => {
  const read = "SELECT * FROM swept WHERE a = 'x'";
  beforeAll(async () => {
    // More tombstones than a replica reads through (tombstone_failure_threshold), in one row.
    for (let at = 0; at < 3; at++) {
      const numbers = Array.from({ length: 34_000 }, (_, number) => at * 34_000 + number);
      await session.cql("UPDATE swept SET numbers = numbers - ? WHERE a = 'x'", [new Set(numbers)]);
    }
  });

  test("fails as READ_FAILED, not as UNAVAILABLE", async () => {
    await expect(session.cql(read)).rejects.toMatchObject({
      code: "TOO_MANY_TOMBSTONES",
      cause: { message: expect.stringMatching(/1 failed\)$/) },
    });
  });

  test("leaves the outcome of a transaction that needs it unknown, and says why", async () => {
    const change = session.cql("UPDATE swept SET note = 'y' WHERE a = 'x' IF numbers = {1}");
    await expect(change).rejects.toMatchObject({
      code: "OUTCOME_UNKNOWN",
      message: expect.stringMatching(
        /^The write was sent, but it is not known whether it was applied: .*1 failed\)\.$/,
      ),
    });
  });
});
