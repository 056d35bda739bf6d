import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  asc,
  batch,
  connect,
  insert,
  int,
  map,
  readRows,
  select,
  selectEach,
  selectStored,
  table,
  text,
  timestamp,
  Unreadable,
  unreadableColumns,
  UnreadableRow,
  update,
  uuid,
} from "../../src/cassandra/index.ts";
import { eventually } from "../fixtures/eventually.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { bury } from "../fixtures/tombstones.ts";

const Seats = table(
  "seats",
  {
    hall: text(),
    id: uuid(),
    places: int().required(),
    taken: int().default(0),
    opens: timestamp(),
    owner: uuid(),
  },
  { partition: ["hall"], clustering: [asc("id")], lwt: true },
);
const Times = table(
  "times",
  { room: text(), at: timestamp(), note: text({ max: 3 }), votes: map(uuid(), int()) },
  { partition: ["room"], clustering: [asc("at")], sweepAfter: 600 },
);

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await createKeyspace(Seats, Times);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

const NANOSECONDS = 1795247560962000000n;
const opens = new Date("2040-01-01T00:00:00.000Z");

/** Writes a readable row, except for columns that are given as CQL. */
async function seat(columns: Readonly<Record<string, string>> = {}, hall: string = randomUUID()) {
  const key = { hall, id: randomUUID() };
  const row = { ...key, places: 5, taken: 2, opens, owner: key.id };
  await keyspace.session.run(insert(Seats, row, { if: "not exists" }));
  const set = Object.entries(columns).map(([name, value]) => `${name} = ${value}`);
  if (set.length > 0) {
    const cql = `UPDATE seats SET ${set.join(", ")} WHERE hall = ? AND id = ? IF EXISTS`;
    await keyspace.session.cql(cql, [key.hall, key.id]);
  }
  return { ...key, row };
}

const empty = { taken: "blobAsInt(0x)" };

describe("a row that is read by its key", () => {
  test("has null for what cannot be represented, where the column may be null, and says why", async () => {
    const { session } = keyspace;
    const { hall, id, row } = await seat({ opens: String(NANOSECONDS), owner: "blobAsUuid(0x)" });
    const found = await session.run(select(Seats, { hall, id }));
    expect(found).toMatchObject({ ...row, opens: null, owner: null });
    const why = unreadableColumns({ ...found });
    expect([...why.keys()]).toEqual(["opens", "owner"]);
    expect(why.get("opens")).toMatchObject({
      code: "UNREADABLE_VALUE",
      message: `Table "seats", row {"hall":"${hall}","id":"${id}"}: "opens" holds a value that is not a date and time.`,
      table: "seats",
      column: "opens",
      key: { hall, id },
    });
    expect(unreadableColumns(row).size).toBe(0);
    expect(Object.keys(found!)).toEqual(Object.keys(Seats.columns));
  });

  test.each([
    [
      "a number without bytes",
      { places: "blobAsInt(0x)" },
      "places",
      "holds a value that is not a whole number from -2147483648 to 2147483647",
    ],
    ["no value", { places: "null" }, "places", "is null, which its model does not allow"],
    [
      "a number without bytes, even with a default",
      empty,
      "taken",
      "holds a value that is not a whole number from -2147483648 to 2147483647",
    ],
  ])("fails for a column that may not be null with %s", async (_, columns, column, why) => {
    const { session } = keyspace;
    const { hall, id } = await seat(columns);
    const error = {
      code: "UNREADABLE_VALUE",
      message: `Table "seats", row {"hall":"${hall}","id":"${id}"}: "${column}" ${why}.`,
      column,
    };
    await expect(session.run(select(Seats, { hall, id }))).rejects.toMatchObject(error);
    await expect(session.load(Seats, { hall, id })).rejects.toMatchObject(error);
  });
});

describe("several rows", () => {
  test("have a default for what cannot be represented, and fail if there is none", async () => {
    const { session } = keyspace;
    const { hall, id } = await seat(empty);
    expect(await session.run(select(Seats, { hall }))).toMatchObject([{ id, taken: 0 }]);
    const bad = await seat({ places: "null" }, hall);
    await expect(session.run(select(Seats, { hall }))).rejects.toMatchObject({
      code: "UNREADABLE_VALUE",
      column: "places",
      key: { hall, id: bad.id },
    });
  });

  test("do not make each other fail", async () => {
    const { session } = keyspace;
    const hall = randomUUID();
    const rows = [
      await seat({}, hall),
      await seat({ places: "null" }, hall),
      await seat(empty, hall),
    ];
    const found = await session.run(selectEach(Seats, { hall }));
    expect(found).toHaveLength(3);
    const errors = found.filter((each) => each instanceof Error);
    expect(errors).toMatchObject([{ column: "places", key: { hall, id: rows[1]!.id } }]);
    const streamed = await Array.fromAsync(session.rows(selectEach(Seats, { hall })));
    expect(streamed).toHaveLength(3);
  });

  test("are as many as the limit, even if unreadable ones lie in between", async () => {
    const { session } = keyspace;
    const hall = randomUUID();
    for (let i = 0; i < 12; i++) await seat({ places: "null" }, hall);
    const sound = [await seat({}, hall), await seat({}, hall), await seat({}, hall)]
      .map(({ id }) => id)
      .toSorted();
    const all = (await session.run(selectEach(Seats, { hall }))).map((each) =>
      each instanceof Error ? undefined : each.id,
    );
    const { rows, unreadable, isEnd } = await readRows(session, Seats, { key: { hall }, limit: 2 });
    expect(rows.map(({ id }) => id)).toEqual(sound.slice(0, 2));
    expect(unreadable).toHaveLength(all.indexOf(sound[1]) - 1);
    expect(isEnd).toBe(false);
    const rest = await readRows(session, Seats, { key: { hall }, limit: 5 });
    expect(rest).toMatchObject({ isEnd: true, rows: [{}, {}, {}] });
    expect(rest.unreadable).toHaveLength(12);
    const inOrder: (string | undefined)[] = rest.rows.map(({ id }) => id);
    for (const { at } of rest.unreadable.toReversed()) inOrder.splice(at, 0, undefined);
    expect(inOrder).toEqual(all);
  });

  test("are not read without end if very many in sequence are unreadable", async () => {
    const { session } = keyspace;
    const hall = randomUUID();
    for (let i = 0; i < 25; i++) await seat({ places: "null" }, hall);
    const found = await readRows(session, Seats, { key: { hall }, limit: 1 });
    expect(found).toMatchObject({ rows: [], isEnd: false });
    expect(found.unreadable).toHaveLength(20);
    const rest = await readRows(session, Seats, { key: { hall }, limit: 10, after: found.place! });
    expect(rest).toMatchObject({ rows: [], isEnd: true });
    expect(rest.unreadable).toHaveLength(5);
  });

  test("end with the one that the key names, even if it is unreadable", async () => {
    const { session } = keyspace;
    const { hall, id } = await seat({ places: "null" });
    const found = await readRows(session, Seats, { key: { hall, id }, limit: 2 });
    expect(found).toMatchObject({ rows: [], unreadable: [{ at: 0 }], isEnd: true, place: { id } });
  });

  test("are read on after one whose key cannot be represented", async () => {
    const { session } = keyspace;
    const room = randomUUID();
    const write = (at: string, note: string) =>
      session.cql(`INSERT INTO times (room, at, note) VALUES (?, ${at}, ?)`, [room, note]);
    await write("blobAsTimestamp(0x)", "a");
    await write("'2040-01-01'", "b");
    await write(String(NANOSECONDS), "c");
    await write(String(NANOSECONDS + 1n), "d");
    const each = await session.run(selectEach(Times, { room }));
    expect(each).toMatchObject([
      { column: "at", key: { room, at: "0x" } },
      { note: "b" },
      { column: "at", key: { room, at: `0x${NANOSECONDS.toString(16)}` } },
      { column: "at" },
    ]);
    const found = await readRows(session, Times, { key: { room }, limit: 2 });
    expect(found).toMatchObject({
      rows: [{ note: "b" }],
      isEnd: true,
      place: { at: new Date("2040") },
    });
    expect(found.unreadable.map(({ at }) => at)).toEqual([0, 1, 1]);
  });
});

describe("a value that cannot be represented", () => {
  test("can be used in a condition, and so be replaced", async () => {
    const { session } = keyspace;
    const { hall, id } = await seat({ ...empty, opens: String(NANOSECONDS) });
    const at = { hall, id };
    const columns = ["taken", "opens", "owner"] as const;
    const read = () => session.run(selectStored(Seats, { hall }, [{ id }], columns));
    const [stored] = await read();
    expect(stored).toMatchObject({
      taken: expect.any(Unreadable),
      opens: expect.any(Unreadable),
      owner: id,
    });
    const { taken, opens } = stored!;
    if (!(taken instanceof Unreadable && opens instanceof Unreadable)) throw new Error("It is not");

    const other = update(Seats, at, { taken: 9 }, { if: { taken: 0 } });
    await expect(session.run(other)).rejects.toMatchObject({
      code: "UNREADABLE_VALUE",
      column: "taken",
      key: at,
    });
    const replace = update(Seats, at, { taken: 1, opens: new Date(0) }, { if: { taken, opens } });
    expect(await session.run(replace)).toEqual({ applied: true });
    expect(await read()).toMatchObject([{ taken: 1, opens: new Date(0) }]);
    expect(await session.run(replace)).toEqual({
      applied: false,
      current: { taken: 1, opens: new Date(0) },
    });
    const missing = { hall, id: randomUUID() };
    const none = update(Seats, missing, { taken: 1 }, { if: { taken } });
    expect(await session.run(none)).toEqual({ applied: false, current: undefined });
  });

  test("appears in the rows that a batch returns", async () => {
    const { session } = keyspace;
    const { hall, id } = await seat(empty);
    const writes = [update(Seats, { hall, id }, { taken: 1 }, { if: { taken: 7 } })];
    const answer = await session.run(batch(Seats, writes));
    expect(answer).toMatchObject({ applied: false, rows: [{ id, taken: expect.any(Unreadable) }] });
  });

  test("makes its whole collection unreadable", async () => {
    const { session } = keyspace;
    const key = { room: randomUUID(), at: opens };
    await session.cql(
      "INSERT INTO times (room, at, note, votes) VALUES (?, ?, 'a', { uuid(): blobAsInt(0x) })",
      [key.room, key.at],
    );
    // It is not read as empty, unlike one that was never written.
    await expect(session.run(select(Times, key))).rejects.toMatchObject({
      code: "UNREADABLE_VALUE",
      column: "votes",
    });
    const [found] = await session.run(selectEach(Times, key));
    expect(found).toBeInstanceOf(UnreadableRow);
  });

  test("is returned as stored by raw CQL, and null as null", async () => {
    const { session } = keyspace;
    const { hall, id } = await seat({ ...empty, opens: "null" });
    const [row] = await session.cql(
      "SELECT taken, opens, owner FROM seats WHERE hall = ? AND id = ?",
      [hall, id],
    );
    expect(row!["taken"]).toEqual(new Unreadable(Buffer.alloc(0)));
    expect(row!["opens"]).toBeNull();
    expect(String(row!["owner"])).toBe(id);
  });

  test("is not used as the end of a swept range, so its row stays", async () => {
    const log: string[] = [];
    const { cluster, name } = keyspace;
    await using session = await connect({
      ...cluster,
      keyspace: name,
      log: (line) => log.push(line),
    });
    const room = randomUUID();
    const old = BigInt(Date.now() - 3_600_000) * 1000n;
    const at = (number: number) => new Date(opens.getTime() + number);
    await bury(
      session,
      Times,
      Array.from({ length: 3000 }, (_, number) => ({ room, at: at(number) })),
      old,
    );
    for (const place of ["blobAsTimestamp(0x)", String(NANOSECONDS), "'2040-01-01T00:00:01Z'"]) {
      await session.cql(
        `INSERT INTO times (room, at, note) VALUES (?, ${place}, 'a') USING TIMESTAMP ${old - 1n + (place.startsWith("'") ? 2n : 0n)}`,
        [room],
      );
    }
    expect(await session.run(selectEach(Times, { room }))).toHaveLength(3);
    await eventually(() => expect(log).toHaveLength(1));
    expect(log[0]).toMatch(/^Swept times /);
    expect(await session.run(selectEach(Times, { room }))).toHaveLength(3);
  });
});
