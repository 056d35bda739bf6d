import { expect, test } from "vitest";
import { asc, table, text } from "../../src/cassandra/index.ts";
import { rightsProbes } from "../../src/cassandra/session/rights.ts";

const columns = { room: text(), "At hour": text(), body: text() };
const key = { partition: ["room"], clustering: [asc("At hour")] } as const;

test("rights are checked with statements that Cassandra refuses because of a null in the key", () => {
  expect(rightsProbes("chat", table("message", columns, key))).toEqual([
    "SELECT room FROM chat.message WHERE room = null",
    'DELETE FROM chat.message WHERE room = null AND "At hour" = null',
  ]);
});

test("the write that checks rights is conditional if the table takes lightweight transactions", () => {
  expect(rightsProbes("Chat", table("message", columns, { ...key, lwt: true }))[1]).toBe(
    'DELETE FROM "Chat".message WHERE room = null AND "At hour" = null IF EXISTS',
  );
});
