import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  asc,
  connect,
  desc,
  insert,
  int,
  type RawRow,
  remove,
  select,
  type Session,
  table,
  text,
  uuid,
} from "../../src/cassandra/index.ts";
import { eventually } from "../fixtures/eventually.ts";
import { type Cluster, startCluster } from "../fixtures/cluster.ts";
import { createKeyspaceOn, type TestKeyspace } from "../fixtures/keyspace.ts";
import { bury, few, tombstonesRead } from "../fixtures/tombstones.ts";

const Seats = table(
  "seats",
  { hall: text(), row: int(), seat: int(), part: int(), guest: text() },
  { partition: ["hall"], clustering: [asc("row"), desc("seat"), asc("part")], lwt: true },
);
const Tickets = table(
  "tickets",
  { hall: text(), id: uuid(), guest: text() },
  { partition: ["hall"], clustering: [asc("id")], lwt: true },
);
const Halls = table(
  "halls",
  { hall: text(), id: uuid(), owner: text().static(), guest: text() },
  { partition: ["hall"], clustering: [asc("id")], lwt: true },
);
const Rooms = table(
  "rooms",
  { room: text(), row: int(), seat: int(), owner: text().static(), body: text() },
  { partition: ["room"], clustering: [desc("row"), asc("seat")], sweepAfter: 600 },
);
const Notes = table(
  "notes",
  { room: text(), id: uuid(), body: text() },
  { partition: ["room"], clustering: [asc("id")], sweepAfter: 600 },
);
const Plain = table(
  "plain",
  { room: text(), id: uuid(), body: text() },
  { partition: ["room"], clustering: [asc("id")] },
);

const { tombstone_warn_threshold: WARNED, tombstone_failure_threshold: FAILED } = few;

let cluster: Cluster;
let keyspace: TestKeyspace;
beforeAll(async () => {
  cluster = await startCluster({ settings: few });
  keyspace = await createKeyspaceOn(cluster.cluster, Seats, Tickets, Halls, Rooms, Notes, Plain);
}, 120_000);
afterAll(async () => {
  await keyspace?.[Symbol.asyncDispose]();
  await cluster?.[Symbol.asyncDispose]();
});

const any = (below: number) => Math.floor(Math.random() * below);
const times = <Made>(count: number, make: () => Made) => Array.from({ length: count }, make);
/** Rows deleted in the last second are not swept. */
const aSecond = () => sleep(1100);
const HOUR = 3600n * 1_000_000n;
const now = () => BigInt(Date.now()) * 1000n;

/** Returns a session that records its log. */
async function open(): Promise<{ session: Session; log: string[] } & AsyncDisposable> {
  const log: string[] = [];
  const { cluster, name } = keyspace;
  const session = await connect({ ...cluster, keyspace: name, log: (line) => log.push(line) });
  return { session, log, [Symbol.asyncDispose]: () => session.close() };
}

describe("deleted rows that slow down a read are swept", () => {
  test("between live ones, in a partition of several clustering columns of any direction", async () => {
    await using opened = await open();
    const { session, log } = opened;
    const hall = randomUUID();
    const anySeat = () => ({ hall, row: any(30), seat: any(30), part: any(30) });
    await bury(session, Seats, times(4000, anySeat));
    const live = new Map<string, RawRow>();
    for (const seat of times(20, anySeat)) {
      const guest = { ...seat, guest: randomUUID() };
      const { applied } = await session.run(insert(Seats, guest, { if: "not exists" }));
      if (applied) live.set(JSON.stringify(seat), guest);
    }
    const read = async () => {
      const rows = await session.run(select(Seats, { hall }));
      expect(new Set(rows)).toEqual(new Set(live.values()));
    };
    const tombstones = () =>
      tombstonesRead(keyspace, "SELECT guest FROM seats WHERE hall = ?", [hall]);
    expect(await tombstones()).toBeGreaterThan(WARNED);
    await aSecond();
    await read();
    await eventually(() => expect(log).toHaveLength(1));
    expect(log[0]).toMatch(
      /^Swept seats \["[-\da-f]{36}"\]: \d+ ranges .* \d+ rows, in \d+\.\d s\.$/,
    );
    await read();
    expect(await tombstones()).toBe(0);
  });

  test("where there are so many that nothing can be read, and no row is live", async () => {
    await using opened = await open();
    const { session, log } = opened;
    const hall = randomUUID();
    await bury(
      session,
      Tickets,
      times(FAILED * 3, () => ({ hall, id: randomUUID() })),
    );
    const read = () => session.run(select(Tickets, { hall }));
    await expect(read()).rejects.toMatchObject({
      code: "TOO_MANY_TOMBSTONES",
      cql: "SELECT hall, id, guest FROM tickets WHERE hall = ?",
    });
    // Reads and writes by the full key still work.
    const key = { hall, id: randomUUID() };
    const ticket = { ...key, guest: "A" };
    const written = await session.run(insert(Tickets, ticket, { if: "not exists" }));
    expect(written).toEqual({ applied: true });
    expect(await session.run(select(Tickets, key))).toEqual(ticket);
    await eventually(async () => {
      await sleep(500);
      expect(await read()).toEqual([ticket]);
    }, 60_000);
    expect(log.length).toBeGreaterThan(0);
  }, 90_000);

  test("where no row is live, and the static columns of the partition are kept", async () => {
    await using opened = await open();
    const { session, log } = opened;
    const [hall, room, owner] = [randomUUID(), randomUUID(), "A"];
    const own = "UPDATE halls SET owner = ? WHERE hall = ? IF owner = null";
    await session.cql(own, [owner, hall]);
    await session.cql(
      `INSERT INTO rooms (room, owner) VALUES (?, ?) USING TIMESTAMP ${now() - 2n * HOUR}`,
      [room, owner],
    );
    const dead = times(2000, () => ({ hall, id: randomUUID() }));
    await bury(session, Halls, dead);
    const deadBodies = times(2000, () => ({ room, row: any(1000), seat: any(1000) }));
    await bury(session, Rooms, deadBodies, now() - HOUR);
    await aSecond();
    expect(await session.run(select(Halls, { hall }))).toEqual([]);
    expect(await session.run(select(Rooms, { room }))).toEqual([]);
    await eventually(() => expect(log).toHaveLength(2));
    const owners = (of: string, by: string, key: string) =>
      session.cql(`SELECT DISTINCT owner FROM ${of} WHERE ${by} = ?`, [key]);
    expect(await owners("halls", "hall", hall)).toEqual([{ owner }]);
    expect(await owners("rooms", "room", room)).toEqual([{ owner }]);
    for (const [of, by, key] of [
      ["halls", "hall", hall],
      ["rooms", "room", room],
    ] as const) {
      const cql = `SELECT * FROM ${of} WHERE ${by} = ?`;
      expect(await tombstonesRead(keyspace, cql, [key])).toBe(0);
    }
  });

  test("even if the row exists that lets the partition be written without reading it", async () => {
    await using opened = await open();
    const { session, log } = opened;
    const hall = randomUUID();
    const ticket = { hall, id: "00000000-0000-0000-0000-000000000000", guest: "A" };
    await session.run(insert(Tickets, ticket, { if: "not exists" }));
    await bury(
      session,
      Tickets,
      times(2000, () => ({ hall, id: randomUUID() })),
    );
    await aSecond();
    expect(await session.run(select(Tickets, { hall }))).toEqual([ticket]);
    await eventually(() => expect(log).toHaveLength(1));
    expect(log[0]).toMatch(/^Swept tickets /);
    expect(await session.run(select(Tickets, { hall }))).toEqual([ticket]);
  });

  test("from the start of the read", async () => {
    await using opened = await open();
    const { session, log } = opened;
    const hall = randomUUID();
    const dead = times(3000, () => ({ hall, row: any(1000), seat: any(1000), part: 0 }));
    await bury(session, Seats, dead);
    await aSecond();
    const half = { hall, row: { gte: 500 } };
    expect(await session.run(select(Seats, half))).toEqual([]);
    await eventually(() => expect(log).toHaveLength(1));
    const tombstones = (where: string) =>
      tombstonesRead(keyspace, `SELECT guest FROM seats WHERE hall = ? AND ${where}`, [hall]);
    expect(await tombstones("row >= 500")).toBe(0);
    expect(await tombstones("row < 500")).toBeGreaterThan(WARNED);
  });

  test("in a table of plain writes only if its definition allows it and they are old enough", async () => {
    await using opened = await open();
    const { session, log } = opened;
    const room = randomUUID();
    const anyNote = () => ({ room, id: randomUUID() });
    const old = times(3000, anyNote);
    await bury(session, Notes, old, now() - HOUR);
    await bury(session, Plain, old, now() - HOUR);
    await bury(session, Notes, times(1500, anyNote));
    // One that exists again, one that has existed for long, and a young one.
    const body = "A";
    const written = [
      { ...old[0]!, body },
      { ...anyNote(), body },
      { ...anyNote(), body },
    ];
    await session.run(insert(Notes, written[0]!));
    await session.cql(
      `INSERT INTO notes (room, id, body) VALUES (?, ?, ?) USING TIMESTAMP ${now() - 2n * HOUR}`,
      [room, written[1]!.id, body],
    );
    await session.run(insert(Notes, written[2]!));
    const read = async () => {
      const rows = await session.run(select(Notes, { room }));
      expect(new Set(rows)).toEqual(new Set(written));
    };
    await session.run(select(Plain, { room }));
    await read();
    await eventually(() => expect(log).toHaveLength(1));
    expect(log[0]).toMatch(/^Swept notes /);
    await read();
    const left = await tombstonesRead(keyspace, "SELECT body FROM notes WHERE room = ?", [room]);
    expect(left).toBeGreaterThanOrEqual(1500);
    expect(left).toBeLessThan(1600);
    expect(
      await tombstonesRead(keyspace, "SELECT body FROM plain WHERE room = ?", [room]),
    ).toBeGreaterThanOrEqual(3000);
  });

  test("but not by a session that is closing", async () => {
    await using opened = await open();
    const { session, log } = opened;
    const hall = randomUUID();
    await bury(
      session,
      Tickets,
      times(5000, () => ({ hall, id: randomUUID() })),
    );
    expect(await session.run(select(Tickets, { hall }))).toEqual([]);
    await session.close();
    expect(log).toEqual([]);
    const cql = "SELECT guest FROM tickets WHERE hall = ?";
    expect(await tombstonesRead(keyspace, cql, [hall])).toBeGreaterThan(WARNED);
  });
});

test("writes to a partition that is swept repeatedly are not lost, and no deleted row comes back", async () => {
  await using opened = await open();
  const { session, log } = opened;
  const hall = randomUUID();
  const live = new Set<string>();
  let isOver = false;
  async function write() {
    while (!isOver) {
      const id = randomUUID();
      await session.run(insert(Tickets, { hall, id, guest: "A" }, { if: "not exists" }));
      live.add(id);
      const [oldest] = live;
      if (live.size < 10 || oldest === undefined) continue;
      live.delete(oldest);
      await session.run(remove(Tickets, { hall, id: oldest }, { if: "exists" }));
    }
  }
  async function dig() {
    while (!isOver) {
      await bury(
        session,
        Tickets,
        times(200, () => ({ hall, id: randomUUID() })),
      );
      await sleep(500);
    }
  }
  const work = Promise.all([write(), write(), write(), write(), dig()]);
  try {
    await eventually(async () => {
      await sleep(300);
      await session.run(select(Tickets, { hall }));
      expect(log.length).toBeGreaterThan(1);
    }, 60_000);
  } finally {
    isOver = true;
    await work;
  }
  const rows = await eventually(() => session.run(select(Tickets, { hall })), 40_000);
  expect(new Set(rows.map(({ id }) => id))).toEqual(live);
}, 100_000);
