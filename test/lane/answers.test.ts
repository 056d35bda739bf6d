import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, inject, test } from "vitest";
import {
  asc,
  connect,
  int,
  MIN_REQUEST_TIMEOUT,
  select,
  table,
  text,
} from "../../src/cassandra/index.ts";
import { createLanes, type Draft } from "../../src/lane/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { startProxy } from "../fixtures/proxy.ts";

const Desk = table(
  "desk",
  { room: text(), id: int(), seats: int().default(0), name: text() },
  { partition: ["room"], clustering: [asc("id")], lwt: true, lanes: { remembers: 60 } },
);
type Row = Draft<typeof Desk>;

/** Adds a seat to a desk. */
const addSeat = (row: Row) => {
  const seats = row.get("seats") + 1;
  row.set({ seats });
  return seats;
};

/** Names a desk without reading it. */
const rename = (name: string) => (row: Row) => row.set({ name });

const changed = (answer?: unknown) => ({ outcome: "changed", answer });
/** The request of an addition that writes. The one before it reads the desk. */
const ROUND = 2;
const unknown = { code: "OUTCOME_UNKNOWN" };

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await createKeyspace(Desk);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

/** Creates a room with a desk of one seat, and a process whose requests and answers can be lost. @param ttl of its cell, in seconds */
async function start(ttl = 60) {
  await using opened = new AsyncDisposableStack();
  const { cluster, name } = keyspace;
  const proxy = opened.use(await startProxy(inject("cassandra").contactPoints[0]!));
  const contactPoints = [proxy.contactPoint];
  // A short time-out leaves more time to settle a round.
  const requestTimeout = MIN_REQUEST_TIMEOUT;
  const options = { ...cluster, contactPoints, keyspace: name, requestTimeout };
  const session = opened.use(await connect(options));
  const lanes = createLanes(session, { ttl });
  opened.defer(() => lanes.close());
  const room = randomUUID();
  await lanes.create(Desk, { room, id: 1 });
  const key = { room, id: 1 };
  const add = () => lanes.change(Desk, key, addSeat);
  // After this the process has its cell, and each statement is prepared.
  await add();
  await lanes.change(Desk, key, rename("first"));
  const kept = opened.move();
  return {
    proxy,
    lanes,
    room,
    add,
    rename: (to: string) => lanes.change(Desk, key, rename(to)),
    addOnce: (id: string) => {
      const once = { id, args: "add", answer: int() };
      return lanes.change(Desk, key, addSeat, { once });
    },
    /** Another process, which loses nothing. */
    others: createLanes(keyspace.session),
    desk: () => keyspace.session.run(select(Desk, key)),
    /** Deletes the room, with its desks and cells, as another program would. */
    deleteRoom: () => keyspace.session.cql("DELETE FROM desk WHERE room = ?", [room]),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

describe.concurrent("changes by different functions in one partition", () => {
  test("changes are answered in order of arrival", async ({ expect }) => {
    await using place = await start();
    const { lanes, add, desk } = place;
    const requests = Promise.all([add(), add(), place.rename("second"), add()]);
    expect(lanes.size).toBe(1);
    expect(await requests).toEqual([changed(2), changed(3), changed(), changed(4)]);
    expect(await desk()).toMatchObject({ seats: 4, name: "second" });
  });

  test("changes wait until a round whose answer was lost is settled", async ({ expect }) => {
    await using place = await start();
    const { proxy, add, desk } = place;
    proxy.loseAnswer(ROUND);
    const added = add();
    const named = Promise.resolve().then(() => place.rename("second"));
    expect(await Promise.all([added, named])).toEqual([changed(2), changed()]);
    expect(await desk()).toMatchObject({ seats: 2, name: "second" });
  });

  test("a round that arrives late is not applied again", async ({ expect }) => {
    await using place = await start();
    const { proxy, add, desk } = place;
    const release = proxy.holdRequest(ROUND);
    expect(await add()).toEqual(changed(2));
    expect(await place.rename("second")).toEqual(changed());
    await release();
    expect(await desk()).toMatchObject({ seats: 2, name: "second" });
    expect(await add()).toEqual(changed(3));
  });

  test("changes repeated under one id are applied once, whichever answer was lost", async ({
    expect,
  }) => {
    await using place = await start();
    const { proxy, addOnce, desk, room, others } = place;
    const id = randomUUID();
    proxy.loseAnswer(ROUND);
    // The answer may come in time or not.
    await addOnce(id).catch(() => {});
    expect(await place.rename("second")).toEqual(changed());
    expect(await addOnce(id)).toEqual(changed(2));
    const once = { id, args: "add", answer: int() };
    expect(await others.change(Desk, { room, id: 1 }, addSeat, { once })).toEqual(changed(2));
    expect(await desk()).toMatchObject({ seats: 2 });
  });
});

test("a round whose cell expires while it is in flight is not sent again, and its late request is not applied", async ({
  expect,
}) => {
  await using place = await start(5);
  const { proxy, room, others, desk } = place;
  await sleep(2600);
  const release = proxy.holdRequest(1);
  await expect(place.rename("second")).rejects.toMatchObject(unknown);
  await others.change(Desk, { room, id: 1 }, rename("third"));
  await release();
  expect(await desk()).toMatchObject({ name: "third" });
});

describe.concurrent("a partition that another program deletes", () => {
  test("a round whose answer was lost has an unknown outcome after the deletion", async ({
    expect,
  }) => {
    await using place = await start();
    const { proxy, lanes, add, desk, deleteRoom } = place;
    proxy.loseAnswer(ROUND);
    const lost = add();
    const result = expect(lost).rejects.toMatchObject(unknown);
    await expect.poll(async () => (await desk())?.seats).toBe(2);
    await deleteRoom();
    await result;
    await expect.poll(() => lanes.size, { timeout: 6000 }).toBe(0);
    expect(await desk()).toBeUndefined();
    expect(await add()).toEqual({ outcome: "missing" });
  });

  test("a late request is not applied to a row created after the deletion", async ({ expect }) => {
    await using place = await start();
    const { proxy, lanes, room, others, add, desk, deleteRoom } = place;
    // The change only needs the desk to exist, so it reads nothing before.
    const release = proxy.holdRequest(1);
    const result = expect(place.rename("late")).rejects.toMatchObject(unknown);
    await deleteRoom();
    await others.create(Desk, { room, id: 1, name: "second" });
    await result;
    await expect.poll(() => lanes.size, { timeout: 6000 }).toBe(0);
    await release();
    expect(await desk()).toMatchObject({ name: "second" });
    expect(await add()).toEqual(changed(1));
  });

  test("a process takes a new cell after the deletion and continues", async ({ expect }) => {
    await using place = await start();
    const { lanes, room, add, desk, deleteRoom } = place;
    await deleteRoom();
    expect(await add()).toEqual({ outcome: "missing" });
    expect(await lanes.create(Desk, { room, id: 1 })).toMatchObject({ outcome: "created" });
    expect(await add()).toEqual(changed(1));
    expect(await desk()).toMatchObject({ seats: 1 });
  });
});
