import { expect, inject, test } from "vitest";
import {
  asc,
  connect,
  insert,
  sai,
  select,
  table,
  text,
  timestamp,
} from "../../src/cassandra/index.ts";
import { freePort } from "../../src/local/port.ts";
import { createTestKeyspace, startTestCassandra } from "../../src/testing/index.ts";
import { holdAnswers } from "../fixtures/held.ts";

const cassandra = inject("cassandra");

const Message = table(
  "message",
  { room: text(), at: timestamp(), body: text().required() },
  { partition: ["room"], clustering: [asc("at")] },
);
const message = { room: "lobby", at: new Date(0), body: "Hello" };

/** Returns the existing keyspaces with a prefix. */
async function keyspaces(prefix: string): Promise<readonly string[]> {
  await using session = await connect(cassandra);
  const rows = await session.cql("SELECT keyspace_name FROM system_schema.keyspaces");
  return rows
    .map((row) => String(row["keyspace_name"]))
    .filter((name) => name.startsWith(`${prefix}_`));
}

const sockets = () => process.getActiveResourcesInfo().filter((kind) => kind.startsWith("TCP"));

test("a keyspace has the tables of its models, and is dropped when it is disposed of", async () => {
  {
    await using keyspace = await createTestKeyspace({
      cassandra,
      tables: [Message],
      prefix: "one",
    });
    expect(await keyspaces("one")).toEqual([keyspace.name]);
    await keyspace.session.run(insert(Message, message));
    expect(await keyspace.session.run(select(Message, { room: "lobby" }))).toEqual([message]);
  }
  expect(await keyspaces("one")).toEqual([]);
});

test("a keyspace has the indexes of its models, by which rows can be read at once", async () => {
  const columns = { room: text(), at: timestamp(), body: text() };
  const indexes = [sai("body")];
  const Indexed = table("message", columns, {
    partition: ["room"],
    clustering: [asc("at")],
    indexes,
  });
  await using keyspace = await createTestKeyspace({ cassandra, tables: [Indexed] });
  await keyspace.session.run(insert(Indexed, message));
  const read = select(Indexed, { room: "lobby" }, { where: { body: "Hello" } });
  expect(await keyspace.session.run(read)).toEqual([message]);
});

test("100 consecutive keyspaces leave nothing behind", async () => {
  const before = sockets();
  for (let made = 0; made < 100; made += 1) {
    await using keyspace = await createTestKeyspace({ cassandra, prefix: "hundred" });
    await keyspace.session.cql("SELECT key FROM system.local");
  }
  expect(sockets()).toEqual(before);
  expect(await keyspaces("hundred")).toEqual([]);
}, 400_000);

test("concurrent keyspaces do not affect each other", async () => {
  const found = await Promise.all(
    Array.from({ length: 6 }, async (_, index) => {
      await using keyspace = await createTestKeyspace({
        cassandra,
        tables: [Message],
        prefix: "several",
      });
      await keyspace.session.run(insert(Message, { ...message, body: `${index}` }));
      const rows = await keyspace.session.run(select(Message, { room: "lobby" }));
      return rows.map(({ body }) => body);
    }),
  );
  expect(found).toEqual([["0"], ["1"], ["2"], ["3"], ["4"], ["5"]]);
  expect(await keyspaces("several")).toEqual([]);
}, 400_000);

test("a keyspace is dropped after a failure, and after its session was closed", async () => {
  const failing = async () => {
    await using keyspace = await createTestKeyspace({ cassandra, prefix: "failing" });
    await keyspace.session.close();
    throw new Error("the test failed");
  };
  await expect(failing()).rejects.toThrow("the test failed");
  expect(await keyspaces("failing")).toEqual([]);
});

test("a keyspace that could not be created completely is dropped", async () => {
  const before = sockets();
  // Not made by `table`, which would refuse the name before Cassandra does.
  const Refused = { ...Message, name: "no-name" };
  const made = createTestKeyspace({ cassandra, tables: [Message, Refused], prefix: "refused" });
  await expect(made).rejects.toMatchObject({ code: "REFUSED" });
  expect(sockets()).toEqual(before);
  expect(await keyspaces("refused")).toEqual([]);
});

test("given nodes are used and not stopped", async () => {
  const given = await startTestCassandra(cassandra);
  expect(given).toMatchObject(cassandra);
  await given.stop();
  await using session = await connect(given);
  expect(session.version).toMatch(/^\d/);
});

test("a keyspace is created on a node that does not answer at first", async () => {
  const [contactPoint = ""] = cassandra.contactPoints;
  await using node = await holdAnswers(contactPoint);
  const late = { ...cassandra, contactPoints: [node.contactPoint] };
  // Longer than the driver's time-out.
  setTimeout(() => node.release(), 4000);
  {
    await using keyspace = await createTestKeyspace({ cassandra: late, prefix: "late" });
    expect(await keyspaces("late")).toEqual([keyspace.name]);
  }
  expect(await keyspaces("late")).toEqual([]);
}, 400_000);

test("a node that does not exist is an error at once", async () => {
  const absent = { ...cassandra, contactPoints: [`127.0.0.1:${await freePort("127.0.0.1")}`] };
  const made = createTestKeyspace({ cassandra: absent });
  await expect(made).rejects.toMatchObject({
    code: "NOT_CONNECTED",
    message: expect.stringContaining("nothing listens there"),
  });
});
