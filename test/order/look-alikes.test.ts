import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { asc, type Session, table, text } from "../../src/cassandra/index.ts";
import { createLanes, type Lanes } from "../../src/lane/index.ts";
import {
  backfillOrder,
  createOrdered,
  type Ordered,
  orderOf,
  readOrder,
} from "../../src/order/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";

// Rows from before their texts had rules.

const word = () => text({ normalize: "NFC", line: true });
const Book = table(
  "book",
  { shelf: word(), id: text(), title: word().required(), author: word() },
  {
    partition: ["shelf"],
    clustering: [asc("id")],
    lwt: true,
    lanes: true,
    orders: {
      book_by_title: [asc("title")],
      book_by_author: { partition: ["author"], clustering: [asc("title")] },
    },
  },
);
const ByTitle = orderOf(Book, "book_by_title");
const ByAuthor = orderOf(Book, "book_by_author");

let keyspace: TestKeyspace;
let session: Session;
let lanes: Lanes;
let ordered: Ordered;
beforeAll(async () => {
  keyspace = await createKeyspace(Book);
  session = keyspace.session;
  lanes = createLanes(session);
  ordered = createOrdered({ session, lanes });
});
afterAll(async () => {
  lanes.close();
  await keyspace[Symbol.asyncDispose]();
});

const old = { title: "Cafe\u0301\u200b", author: "Ame\u0301lie\n" };

async function store(shelf = `e\u0301\u200b ${randomUUID()}`) {
  const key = { shelf, id: randomUUID() };
  await session.cql(
    `INSERT INTO book (shelf, id, title, author) VALUES (?, ?, ?, ?) IF NOT EXISTS`,
    [key.shelf, key.id, old.title, old.author],
  );
  return key;
}

const titlesOn = async (shelf: string) => {
  const { rows } = await readOrder(session, ByTitle, { key: { shelf }, limit: 10 });
  return rows.map(({ title }) => title);
};
const idsBy = async (author: string) => {
  const { rows } = await readOrder(session, ByAuthor, { key: { author }, limit: 10 });
  return rows.map(({ id }) => id);
};
test("a backfill puts their entries", async () => {
  const { shelf, id } = await store();
  const { signal } = new AbortController();
  for (const order of [ByTitle, ByAuthor]) {
    const { unreadable } = await backfillOrder(session, order, { progress: () => {}, signal });
    expect(unreadable).toBe(0);
  }
  expect(await titlesOn(shelf)).toEqual([old.title]);
  expect(await idsBy(old.author)).toContain(id);
});

test("an update of a column moves the row, with what it does not change", async () => {
  const key = await store();
  expect(await ordered.update(Book, key, { author: "Ane\u0301" })).toMatchObject({
    outcome: "updated",
    row: { ...key, title: old.title, author: "An\u00e9" },
  });
  expect(await idsBy("An\u00e9")).toContain(key.id);
  expect(await ordered.update(Book, key, { title: "Cafe\u0301" })).toMatchObject({
    outcome: "updated",
    row: { title: "Caf\u00e9" },
  });
  expect(await titlesOn(key.shelf)).toEqual(["Caf\u00e9"]);
  expect(await ordered.remove(Book, key)).toEqual({ outcome: "deleted" });
  expect(await titlesOn(key.shelf)).toEqual([]);
});

test("a change returns what it has read", async () => {
  const key = await store();
  const change = await lanes.change(Book, key, (row) => row.get("title"));
  expect(change).toEqual({ outcome: "changed", answer: old.title });
  const kept = await lanes.change(Book, key, (row) => {
    row.assume("title", old.title);
    return row.get("title");
  });
  expect(kept).toEqual({ outcome: "changed", answer: old.title });
});
