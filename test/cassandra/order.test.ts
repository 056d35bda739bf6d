import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { asc, compareUuids, insert, select, table, text, uuid } from "../../src/cassandra/index.ts";
import { createKeyspace } from "../fixtures/keyspace.ts";

const Uuids = table(
  "uuids",
  { all: text(), id: uuid() },
  { partition: ["all"], clustering: [asc("id")] },
);

test("uuids of all versions are compared as Cassandra orders them", async () => {
  await using keyspace = await createKeyspace(Uuids);
  const ids = Array.from({ length: 300 }, (_, number) => {
    const id = randomUUID();
    return `${id.slice(0, 14)}${(number % 8) + 1}${id.slice(15)}`;
  });
  await Promise.all(ids.map((id) => keyspace.session.run(insert(Uuids, { all: "x", id }))));

  const rows = await keyspace.session.run(select(Uuids, { all: "x" }));
  expect(rows.map(({ id }) => id)).toEqual(ids.toSorted(compareUuids));
});
