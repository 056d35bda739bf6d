import { DatabaseSync } from "node:sqlite";
import { expect, inject, test } from "vitest";
import { insert, int, type Session, select, table, text } from "../../src/cassandra/index.ts";
import { createTestKeyspace } from "../../src/testing/index.ts";
import { makeCluster } from "../fixtures/cluster.ts";

const key = { room: "lobby" };

/** A table that exists in each database, with the same name and columns. */
const Message = table("message", { room: text(), body: text() }, { partition: ["room"] });
const write = (session: Session, body: string) => session.run(insert(Message, { ...key, body }));
const read = async (session: Session) => (await session.run(select(Message, key)))?.body;

test("sessions on two clusters and three keyspaces, beside a relational database, each have their own rows", async () => {
  await using other = await makeCluster();
  await other.start();
  const here = { cassandra: inject("cassandra"), tables: [Message] };
  await using one = await createTestKeyspace(here);
  await using two = await createTestKeyspace(here);
  await using three = await createTestKeyspace({ cassandra: other.cluster, tables: [Message] });
  using sqlite = new DatabaseSync(":memory:");
  sqlite.exec("CREATE TABLE message (room TEXT PRIMARY KEY, body TEXT)");

  sqlite.prepare("INSERT INTO message VALUES (?, ?)").run(key.room, "sqlite");
  await Promise.all([
    write(one.session, "one"),
    write(two.session, "two"),
    write(three.session, "three"),
  ]);
  const sessions = [one, two, three].map(({ session }) => session);
  expect(await Promise.all(sessions.map(read))).toEqual(["one", "two", "three"]);
  expect(sqlite.prepare("SELECT body FROM message").get()).toEqual({ body: "sqlite" });

  await two.session.close();
  await expect(read(two.session)).rejects.toMatchObject({ code: "UNAVAILABLE" });
  expect(await Promise.all([one, three].map(({ session }) => read(session)))).toEqual([
    "one",
    "three",
  ]);
}, 90_000);

test("two models of the same table name in different keyspaces do not affect each other", async () => {
  const Count = table("message", { room: text(), count: int() }, { partition: ["room"] });
  const cassandra = inject("cassandra");
  await using texts = await createTestKeyspace({ cassandra, tables: [Message] });
  await using counts = await createTestKeyspace({ cassandra, tables: [Count] });
  await Promise.all([
    write(texts.session, "hello"),
    counts.session.run(insert(Count, { ...key, count: 7 })),
  ]);
  expect(await texts.session.run(select(Message, key))).toEqual({ ...key, body: "hello" });
  expect(await counts.session.run(select(Count, key))).toEqual({ ...key, count: 7 });
});
