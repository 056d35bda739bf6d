import { expect, test } from "vitest";
import {
  asc,
  connect,
  insert,
  int,
  sai,
  select,
  type Statement,
  sync,
  syncKeyspace,
  table,
  text,
} from "../../src/cassandra/index.ts";
import { startCluster } from "../fixtures/cluster.ts";

const columns = { p: text(), c: int(), v: int() };
const key = { partition: ["p"], clustering: [asc("c")] } as const;
const Plain = table("item", columns, key);
const Indexed = table("item", columns, { ...key, indexes: [sai("v")] });

const indexesOfNode: Statement<number> = {
  cql: "SELECT is_queryable FROM system_views.sai_column_indexes",
  params: [],
  types: [],
  kind: "system",
  decode: (rows) => rows.length,
};

test("a read by an index works through any node as soon as sync returns", async () => {
  await using cluster = await startCluster({ nodes: 3 });
  await syncKeyspace(cluster.cluster, "k", { replication: { datacenter1: 3 } });
  await using session = await connect({
    ...cluster.cluster,
    keyspace: "k",
    requestTimeout: 20_000,
  });
  await sync(session, { keyspace: "k", tables: [Plain] });
  const numbers = Array.from({ length: 200 }, (_, c) => c);
  for (const c of numbers) await session.run(insert(Plain, { p: "a", c, v: c % 2 }));

  await sync(session, { keyspace: "k", tables: [Indexed] });
  const state = await session.eachNode(indexesOfNode);
  expect(state).toEqual(new Map(cluster.cluster.contactPoints.map((address) => [address, 1])));
  for (const _ of numbers.slice(0, 30)) {
    const found = await session.run(select(Indexed, { p: "a" }, { where: { v: 1 } }));
    expect(found).toHaveLength(100);
  }

  // A node that is down is not waited for.
  await cluster.nodes[2]!.kill();
  const nodes = async () => (await session.eachNode(indexesOfNode)).size;
  await expect.poll(nodes, { timeout: 20_000 }).toBe(2);
  const Both = table("item", columns, { ...key, indexes: [sai("v"), sai("c")] });
  await sync(session, { keyspace: "k", tables: [Both] });
  expect(await session.run(select(Both, { p: "a" }, { where: { v: 1 } }))).toHaveLength(100);
}, 180_000);
