import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { asc, int, table, text } from "../../src/cassandra/index.ts";
import { createLanes, type Draft, type Lanes } from "../../src/lane/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { lax } from "../fixtures/lax.ts";

const Desk = table(
  "desk",
  { room: text(), id: lax, seats: int().default(0) },
  { partition: ["room"], clustering: [asc("id")], lwt: true, lanes: true },
);

const addSeat = (row: Draft<typeof Desk>) => {
  const seats = row.get("seats") + 1;
  row.set({ seats });
  return seats;
};

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await createKeyspace(Desk);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

const createDesk = async (lanes: Lanes, room: string, id: number) =>
  (await lanes.create(Desk, { room, id })).outcome;

/** Adds a seat to a desk, and returns how many it has then. */
async function add(lanes: Lanes, room: string, id: number) {
  const result = await lanes.change(Desk, { room, id }, addSeat);
  return result.outcome === "changed" ? result.answer : result.outcome;
}

/** Submits one request about several desks of a room in one tick. Returns the answers, or the codes of the errors. */
async function ask(
  one: (lanes: Lanes, room: string, id: number) => Promise<string | number>,
  lanes: Lanes,
  room: string,
  ids: readonly number[],
) {
  const results = await Promise.allSettled(ids.map((id) => one(lanes, room, id)));
  return results.map((result) =>
    result.status === "fulfilled" ? result.value : result.reason.code,
  );
}

test("a row whose write Cassandra refuses fails alone, not the other rows of its round", async () => {
  const lanes = createLanes(keyspace.session);
  const room = randomUUID();
  expect(await ask(createDesk, lanes, room, [1, 70_000, 2, -70_000])).toEqual([
    "created",
    "REFUSED",
    "created",
    "REFUSED",
  ]);
  expect(await ask(createDesk, lanes, room, [1, 2, 3])).toEqual(["exists", "exists", "created"]);
});

test("a row whose read Cassandra refuses fails alone, not the other rows", async () => {
  const room = randomUUID();
  await ask(createDesk, createLanes(keyspace.session), room, [1, 2]);
  const lanes = createLanes(keyspace.session);
  expect(await ask(add, lanes, room, [1, 70_000, 2, 3])).toEqual([1, "REFUSED", 1, "missing"]);
  expect(await ask(add, lanes, room, [1, 70_000, 2])).toEqual([2, "REFUSED", 2]);
});

test("a partition that Cassandra refuses fails all its requests, and no others", async () => {
  const lanes = createLanes(keyspace.session);
  const room = randomUUID();
  const [refused, created] = await Promise.all([
    ask(createDesk, lanes, "", [1, 2, 3]),
    ask(createDesk, lanes, room, [1]),
  ]);
  expect(refused).toEqual(["REFUSED", "REFUSED", "REFUSED"]);
  expect(created).toEqual(["created"]);
});
