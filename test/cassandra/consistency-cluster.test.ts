import { expect, test } from "vitest";
import {
  add,
  asc,
  batch,
  connect,
  counter,
  counterBatch,
  int,
  loggedBatch,
  put,
  select,
  sync,
  syncKeyspace,
  table,
  text,
} from "../../src/cassandra/index.ts";
import { startCluster } from "../fixtures/cluster.ts";

const columns = { device: text(), at: int(), value: int() };
const key = { partition: ["device"], clustering: [asc("at")] } as const;
const Reading = table("reading", columns, { ...key, consistency: "LOCAL_ONE" });
const Note = table("note", columns, key);
const Hits = table("hits", { page: text(), views: counter() }, { partition: ["page"] });
const place = { device: "a", at: 1 };

test("with one node of three, what is at LOCAL_ONE still works", async () => {
  await using cluster = await startCluster({ nodes: 3 });
  await syncKeyspace(cluster.cluster, "k", { replication: { datacenter1: 3 } });
  await using session = await connect({
    ...cluster.cluster,
    keyspace: "k",
    requestTimeout: 20_000,
  });
  await sync(session, { keyspace: "k", tables: [Reading, Note, Hits] });
  await session.run(put(Note, { ...place, value: 1 }));
  const raw = () => session.cql("SELECT value FROM note WHERE device = 'a'");
  expect(await raw()).toEqual([{ value: 1 }]);

  await cluster.nodes[1]!.kill();
  expect(await Promise.all(Array.from({ length: 10 }, raw))).toEqual(
    Array(10).fill([{ value: 1 }]),
  );

  await cluster.nodes[2]!.kill();
  const codeOf = (promise: Promise<unknown>) =>
    promise.then(
      () => "none",
      (error) => error.code,
    );
  // Until the node knows that the others are down, it waits for them.
  const other = put(Note, { device: "b", at: 1, value: 1 });
  await expect.poll(() => codeOf(session.run(other)), { timeout: 60_000 }).toBe("UNAVAILABLE");
  expect(await codeOf(session.run(select(Note, place)))).toBe("UNAVAILABLE");

  await session.run(put(Reading, { ...place, value: 3 }));
  expect(await session.run(select(Reading, place))).toEqual({ ...place, value: 3 });
  await session.run(batch(Reading, [put(Reading, { device: "a", at: 2, value: 4 })]));
  expect(await session.run(select(Reading, { device: "a" }))).toHaveLength(2);
  const one = await session.run(select(Note, place, { consistency: "LOCAL_ONE" }));
  expect(one).toEqual({ ...place, value: 1 });

  // Cassandra checks all parts of a logged batch before it stores it, and those of counters one after the other.
  const note = put(Note, { ...place, value: 5 });
  expect(await codeOf(session.run(batch(Note, [note])))).toBe("UNAVAILABLE");
  const hits = ["a", "b"].map((page) => add(Hits, { page }, { views: 1n }));
  expect(await codeOf(session.run(batch(Hits, [hits[0]!])))).toBe("UNAVAILABLE");
  expect(await codeOf(session.run(counterBatch(hits)))).toBe("OUTCOME_UNKNOWN");
  expect(await codeOf(session.run(loggedBatch([note])))).toBe("UNAVAILABLE");
}, 240_000);
