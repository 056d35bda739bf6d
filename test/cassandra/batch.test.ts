import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, policies, types } from "cassandra-driver";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  asc,
  batch,
  blob,
  column,
  element,
  insert,
  int,
  InvalidValue,
  type Lwt,
  map,
  remove,
  select,
  selectStored,
  table,
  text,
  Unreadable,
  update,
  updatePartition,
  uuid,
  type Write,
} from "../../src/cassandra/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";

const Desk = table(
  "desk",
  { room: text(), id: int(), seats: int(), name: text() },
  {
    partition: ["room"],
    clustering: [asc("id")],
    lwt: true,
    hidden: {
      memory: map(int(), blob()),
      note: blob(),
      rounds: map(uuid(), uuid()).static(),
    },
  },
);

const undecodable = column<number>({
  ...int().type,
  decode() {
    throw new InvalidValue("OUT_OF_RANGE", "is nothing that can be shown");
  },
});

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text));

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await createKeyspace(Desk);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

const send = (...writes: readonly Write<typeof Desk, Lwt<unknown>>[]) =>
  keyspace.session.run(batch(Desk, writes));

const me = randomUUID();
const [one, two, three] = [randomUUID(), randomUUID(), randomUUID()];
const newRoom = () => `Room ${randomUUID()}`;

const create = (room: string, id: number, seats: number | null = 0) =>
  insert(Desk, { room, id, seats, name: "A" }, { if: "not exists" });
const change = (room: string, id: number, from: number, to: number) =>
  update(Desk, { room, id }, { seats: to }, { if: { seats: from } });
const round = (room: string, previous: string | null, next: string, ttl = 3600) =>
  updatePartition(
    Desk,
    { room },
    { rounds: element(me, next) },
    { if: { rounds: element(me, previous) }, ttl },
  );
const rowsOf = (room: string) => keyspace.session.run(select(Desk, { room }));
const rounds = (round: string) => new Map([[me, round]]);

describe("a batch of lightweight transactions", () => {
  test("is applied as a whole: creations, changes, removals and static columns", async () => {
    const room = newRoom();
    await send(create(room, 1), create(room, 2));
    const memory = bytesOf("what was done");
    const answer = await send(
      update(
        Desk,
        { room, id: 1 },
        { seats: 5, memory: element(0, memory) },
        { if: { seats: 0, memory: element(0, null) } },
      ),
      remove(Desk, { room, id: 2 }, { if: "exists" }),
      create(room, 3),
      round(room, null, one),
    );
    expect(answer).toEqual({ applied: true });
    expect(await rowsOf(room)).toMatchObject([
      { id: 1, seats: 5 },
      { id: 3, seats: 0 },
    ]);
    const stored = selectStored(Desk, { room }, [{ id: 1 }, { id: 2 }], ["memory", "rounds"]);
    expect(await keyspace.session.run(stored)).toEqual([
      { id: 1, memory: new Map([[0, memory]]), rounds: rounds(one) },
    ]);
  });

  test("is not applied at all if one condition does not hold, and returns each row as it is", async () => {
    const room = newRoom();
    await send(create(room, 1, 10), create(room, 2, 20), round(room, null, one));
    const answer = await send(
      change(room, 1, 10, 11),
      change(room, 2, 0, 21),
      round(room, one, two),
    );
    expect(answer).toEqual({
      applied: false,
      rows: [
        { room, id: 1, seats: 10, rounds: rounds(one) },
        { room, id: 2, seats: 20, rounds: rounds(one) },
      ],
    });
    expect(await rowsOf(room)).toMatchObject([{ seats: 10 }, { seats: 20 }]);
  });

  test("that finds another round in the partition returns it, although all rows are as expected", async () => {
    const room = newRoom();
    await send(create(room, 1), round(room, null, one));
    expect(await send(change(room, 1, 0, 1), round(room, three, two))).toEqual({
      applied: false,
      rows: [{ room, id: 1, seats: 0, rounds: rounds(one) }],
    });
  });

  test("returns nulls as nulls", async () => {
    const room = newRoom();
    await send(create(room, 1, null));
    expect(await send(change(room, 1, 0, 1), round(room, null, one))).toEqual({
      applied: false,
      rows: [{ room, id: 1, seats: null, rounds: null }],
    });
  });

  test("shows a missing row by its absence, and does not create it", async () => {
    const room = newRoom();
    await send(create(room, 2));
    const answer = await send(
      change(room, 1, 0, 1),
      change(room, 2, 0, 1),
      remove(Desk, { room, id: 3 }, { if: "exists" }),
    );
    expect(answer).toMatchObject({ applied: false, rows: [{ id: 2, seats: 0 }] });
    expect(await rowsOf(room)).toHaveLength(1);
  });

  test("returns only that it was not applied if there is neither a row nor a static value", async () => {
    const room = newRoom();
    expect(await send(change(room, 1, 0, 1), change(room, 2, 0, 1))).toEqual({
      applied: false,
      rows: [],
    });
  });

  test("returns the static columns as a row without a clustering key if all rows are missing", async () => {
    const room = newRoom();
    await keyspace.session.run(round(room, null, one));
    expect(await send(change(room, 1, 0, 1), round(room, one, two))).toEqual({
      applied: false,
      rows: [{ room, id: null, seats: null, rounds: rounds(one) }],
    });
  });

  test("that creates an existing row returns all columns of all its rows", async () => {
    const room = newRoom();
    await send(create(room, 1, 4), create(room, 2, 5));
    const answer = await send(create(room, 1), change(room, 2, 5, 6), create(room, 3));
    const whole = { room, name: "A", memory: null, note: null, rounds: null };
    expect(answer).toEqual({
      applied: false,
      rows: [
        { ...whole, id: 1, seats: 4 },
        { ...whole, id: 2, seats: 5 },
      ],
    });
  });

  test("that finds a value that its model cannot decode is not applied, and returns the stored value", async () => {
    const Undecodable = table(
      "desk",
      { room: text(), id: int(), seats: undecodable, name: text() },
      { partition: ["room"], clustering: [asc("id")], lwt: true },
    );
    const room = newRoom();
    await send(create(room, 1, 7));
    const write = insert(Undecodable, { room, id: 1, seats: 0 }, { if: "not exists" });
    expect(await keyspace.session.run(batch(Undecodable, [write]))).toMatchObject({
      applied: false,
      rows: [{ id: 1, seats: new Unreadable(Buffer.from([0, 0, 0, 7])) }],
    });
    expect(await rowsOf(room)).toMatchObject([{ seats: 7 }]);
  });

  test("with two writes of a row is refused by Cassandra if one of them only requires that the row exists", async () => {
    const room = newRoom();
    await send(create(room, 1));
    const twice = send(change(room, 1, 0, 1), remove(Desk, { room, id: 1 }, { if: "exists" }));
    await expect(twice).rejects.toMatchObject({ code: "REFUSED" });
  });

  test("of several partitions is refused by Cassandra", async () => {
    const two = send(change(newRoom(), 1, 0, 1), change(newRoom(), 1, 0, 1));
    await expect(two).rejects.toMatchObject({ code: "REFUSED" });
  });
});

describe("a static column", () => {
  test("does not create a row when it is written", async () => {
    const room = newRoom();
    expect(await keyspace.session.run(round(room, null, one))).toEqual({ applied: true });
    expect(await rowsOf(room)).toEqual([]);
    expect(await keyspace.session.run(select(Desk, { room }, { limit: 1 }))).toEqual([]);
    expect(await keyspace.session.run(select(Desk, { room, id: 1 }))).toBeUndefined();
    expect(await Array.fromAsync(keyspace.session.rows(select(Desk, { room })))).toEqual([]);
  });

  test("is returned by a refused change of it", async () => {
    const room = newRoom();
    await keyspace.session.run(round(room, null, one));
    expect(await keyspace.session.run(round(room, two, three))).toEqual({
      applied: false,
      current: { rounds: rounds(one) },
    });
  });

  test("that must not be null is returned, and an empty blob is not null", async () => {
    const room = newRoom();
    await send(create(room, 1));
    const write = (note: Uint8Array, options: { isNull: ["note"] } | { isNotNull: ["note"] }) =>
      send(update(Desk, { room, id: 1 }, { note }, { if: { seats: 0 }, ...options }));
    const none = new Uint8Array(0);
    expect(await write(none, { isNotNull: ["note"] })).toEqual({
      applied: false,
      rows: [{ room, id: 1, seats: 0, note: null }],
    });
    expect(await write(none, { isNull: ["note"] })).toEqual({ applied: true });
    expect(await write(none, { isNull: ["note"] })).toEqual({
      applied: false,
      rows: [{ room, id: 1, seats: 0, note: none }],
    });
    expect(await write(Buffer.from("bytes"), { isNotNull: ["note"] })).toEqual({ applied: true });
  });

  test("expires with its TTL, and nothing else that was written with it does", async () => {
    const room = newRoom();
    await send(create(room, 1));
    const write = update(
      Desk,
      { room, id: 1 },
      { seats: 7, memory: element(0, Buffer.from("kept")) },
      { if: { seats: 0 } },
    );
    expect(await send(write, round(room, null, one, 1))).toEqual({ applied: true });
    await sleep(2100);
    const stored = selectStored(Desk, { room }, [{ id: 1 }], ["seats", "memory", "rounds"]);
    expect(await keyspace.session.run(stored)).toEqual([
      { id: 1, seats: 7, memory: new Map([[0, bytesOf("kept")]]), rounds: null },
    ]);
    expect(await send(change(room, 1, 7, 8), round(room, one, two))).toMatchObject({
      applied: false,
      rows: [{ id: 1, seats: 7, rounds: null }],
    });
  });
});

describe("the reasons for the models' rules", () => {
  /** Returns the bare driver with its own defaults, on a machine whose clock is ahead. */
  function connectAhead(milliseconds: number): Client {
    class Ahead extends policies.timestampGeneration.MonotonicTimestampGenerator {
      override next() {
        return types.Long.fromNumber((Date.now() + milliseconds) * 1000);
      }
    }
    const { contactPoints, localDataCenter } = keyspace.cluster;
    return new Client({
      contactPoints: [...contactPoints],
      localDataCenter,
      keyspace: keyspace.name,
      policies: { timestampGeneration: new Ahead(1000, 1000) },
    });
  }

  test("a plain write with a clock that is ahead silently undoes applied transactions", async () => {
    const room = newRoom();
    const ahead = connectAhead(60_000);
    try {
      const plain = `INSERT INTO desk (room, id, seats, name) VALUES ('${room}', 1, 0, 'A')`;
      await ahead.execute(plain, [], { prepare: true });
    } finally {
      await ahead.shutdown();
    }
    expect(await keyspace.session.run(change(room, 1, 0, 1))).toEqual({ applied: true });
    expect(await rowsOf(room)).toMatchObject([{ seats: 0 }]);
  });

  test("a plain write to a table of lightweight transactions cannot be built", () => {
    const plain = (write: unknown) => write as (...args: readonly unknown[]) => unknown;
    const key = { room: "A", id: 1 };
    const none = (verb: string) =>
      `Table "desk" takes lightweight transactions only: this ${verb} needs a condition.`;
    expect(() => plain(insert)(Desk, key)).toThrow(none("insert"));
    expect(() => plain(update)(Desk, key, { seats: 1 })).toThrow(none("update"));
    expect(() => plain(remove)(Desk, key)).toThrow(none("remove"));
    expect(() => plain(updatePartition)(Desk, { room: "A" }, {})).toThrow(none("update"));
  });

  test("a condition on null alone creates a missing row", async () => {
    const room = newRoom();
    await keyspace.session.cql(
      `UPDATE desk SET seats = 1 WHERE room = '${room}' AND id = 1 IF seats = null`,
    );
    expect(await rowsOf(room)).toMatchObject([{ id: 1, seats: 1, name: null }]);
  });

  test("a condition on null together with another one does not create a row", async () => {
    const room = newRoom();
    const options = { if: { name: "A" }, isNull: ["seats"] } as const;
    const write = update(Desk, { room, id: 1 }, { seats: 1 }, options);
    expect(await keyspace.session.run(write)).toEqual({ applied: false, current: undefined });
    expect(await send(write, round(room, null, one))).toEqual({ applied: false, rows: [] });
    expect(await rowsOf(room)).toEqual([]);
  });
});
