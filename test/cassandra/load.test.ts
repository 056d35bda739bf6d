import { afterAll, beforeAll, expect, test } from "vitest";
import {
  asc,
  CassandraError,
  insert,
  map,
  type PrimaryKey,
  selectWritetimes,
  type Session,
  table,
  text,
} from "../../src/cassandra/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { lax } from "../fixtures/lax.ts";

const Note = table(
  "note",
  { room: text(), id: text(), body: text().required(), marks: map(text(), text()) },
  { partition: ["room"], clustering: [asc("id")] },
);

const Lax = table(
  "lax",
  { room: text(), id: lax },
  { partition: ["room"], clustering: [asc("id")] },
);

let keyspace: TestKeyspace;
let session: Session;
beforeAll(async () => {
  keyspace = await createKeyspace(Note, Lax);
  ({ session } = keyspace);
  for (const room of ["a", "b", "failing"]) {
    for (const id of ["1", "2", "3"]) {
      await session.cql("INSERT INTO note (room, id, body) VALUES (?, ?, ?)", [
        room,
        id,
        room + id,
      ]);
    }
  }
  // As another program may have written it: its body is null, which the model does not allow.
  await session.cql("INSERT INTO note (room, id) VALUES ('a', 'bad')");
});
afterAll(() => keyspace[Symbol.asyncDispose]());

const tooLong = "x".repeat(65_536);

/** Loads rows in one tick. Returns the error's code for those that fail. */
async function load(keys: readonly unknown[]): Promise<readonly unknown[]> {
  const loaded = keys.map((key) => session.load(Note, key as PrimaryKey<typeof Note>));
  const results = await Promise.allSettled(loaded);
  return results.map((result) =>
    result.status === "fulfilled" ? result.value?.body : result.reason.code,
  );
}

const key = (room: unknown, id: unknown) => ({ room, id });
const good = [key("a", "1"), key("a", "2"), key("b", "1"), key("a", "none"), key("a", "1")];
const goodBodies = ["a1", "a2", "b1", undefined, "a1"];

test.each([
  ["a partition key that Cassandra refuses", key("", "1"), "REFUSED"],
  ["a partition key that is too long", key(tooLong, "1"), "REFUSED"],
  ["a clustering key that is too long for any row", key("a", tooLong), undefined],
  ["a value of a wrong type", key("a", 5), "WRONG_TYPE"],
  ["a null", key("a", null), "WRONG_TYPE"],
  ["a column that is left out", { room: "a" }, "WRONG_TYPE"],
  ["text that is not Unicode", key("\ud800", "1"), "NOT_UNICODE"],
  ["a row without a value that its model requires", key("a", "bad"), "UNREADABLE_VALUE"],
])("%s fails by itself, not the others of its tick", async (_, wrong, code) => {
  expect(await load([wrong])).toEqual([code]);
  expect(await load([wrong, ...good])).toEqual([code, ...goodBodies]);
  expect(await load([...good, wrong])).toEqual([...goodBodies, code]);
});

test("many keys fail together, each with its own error", async () => {
  const wrong = [key("", "1"), key("", "2"), key(tooLong, "1"), key("a", 5), key("a", "bad")];
  const codes = ["REFUSED", "REFUSED", "REFUSED", "WRONG_TYPE", "UNREADABLE_VALUE"];
  expect(await load([...wrong, ...good, ...wrong])).toEqual([...codes, ...goodBodies, ...codes]);
});

test("a key whose getter throws fails by itself", async () => {
  const hostile = {
    room: "a",
    get id(): string {
      throw new CassandraError("BAD_STATEMENT", "Do not look.");
    },
  };
  expect(await load([hostile, ...good])).toEqual(["BAD_STATEMENT", ...goodBodies]);
});

test("a clustering key that the driver cannot encode fails by itself, not the others of its query", async () => {
  for (const id of [1, 2]) await session.run(insert(Lax, { room: "a", id }));
  const ids = [1, 70_000, 2, 3];
  const loaded = await Promise.allSettled(ids.map((id) => session.load(Lax, { room: "a", id })));
  expect(loaded).toMatchObject([
    { value: { id: 1 } },
    { reason: { code: "REFUSED" } },
    { value: { id: 2 } },
    { value: undefined },
  ]);
});

test("a partition whose query fails takes only its own keys with it", async () => {
  // More tombstones than a replica reads through (tombstone_failure_threshold), in one row.
  const numbers = Array.from({ length: 34_000 }, (_, number) => number);
  for (let at = 0; at < 3; at++) {
    const erased = numbers.map((number) => `${at * numbers.length + number}`);
    await session.cql("UPDATE note SET marks = marks - ? WHERE room = 'failing' AND id = '1'", [
      new Set(erased),
    ]);
  }
  const keys = [key("failing", "1"), key("failing", "2")];
  const failed = "TOO_MANY_TOMBSTONES";
  expect(await load([...keys, ...good])).toEqual([failed, failed, ...goodBodies]);
});

test("the write times of rows are read though one of them cannot be", async () => {
  const rows = [{ id: "1" }, { id: "bad" }, { id: "none" }];
  const found = await session.run(selectWritetimes(Note, { room: "a" }, rows, "body"));
  expect(found).toEqual([
    { id: "1", "writetime(body)": expect.any(BigInt) },
    { id: "bad", "writetime(body)": null },
  ]);
});
