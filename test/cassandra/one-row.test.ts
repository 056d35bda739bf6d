import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  asc,
  batch,
  type Batch,
  boolean,
  createRow,
  duration,
  element,
  frozen,
  insert,
  int,
  isThere,
  list,
  map,
  readRows,
  removeRow,
  select,
  selectEach,
  selectPartition,
  selectRows,
  selectStored,
  selectStoredPartition,
  selectWritetimes,
  type Session,
  table,
  text,
  tuple,
  udt,
  update,
  updateCell,
  updatePartition,
} from "../../src/cassandra/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";

/** A table of one-row partitions with a required column. */
const Theatre = table(
  "theatre",
  { id: text(), seats: int(), name: text().required(), tags: map(text(), int()) },
  {
    partition: ["id"],
    lwt: true,
    hidden: { notes: map(text(), int()) },
    lanes: { remembers: 60 },
  },
);
/** A table of one-row partitions without a required column. */
const Bare = table(
  "bare",
  { id: text(), seats: int() },
  { partition: ["id"], lwt: true, lanes: true },
);
/** A table whose partitions have many rows. */
const Desk = table(
  "desk",
  { room: text(), id: int(), seats: int(), motto: text().static(), rules: text().static() },
  { partition: ["room"], clustering: [asc("id")], lwt: true, lanes: true },
);

/** Tables in which a column of some type shows that the row exists, each with an almost empty value of that type. */
const shown = (
  [
    ["a boolean", boolean(), false],
    ["a duration", duration(), "0s"],
    ["an empty text", text(), ""],
    ["a frozen list", frozen(list(int())), []],
    ["a tuple", tuple(int(), text()), [null, null]],
    ["a frozen type of fields", frozen(udt("made_of", { a: int() })), { a: null }],
  ] as const
).map(([what, column, value], at) => {
  const columns = { id: int(), shown: column.required() };
  const key = { partition: ["id"], lwt: true, lanes: true } as const;
  return [what, table(`shown_${at}`, columns, key), value] as const;
});

let keyspace: TestKeyspace;
let session: Session;
beforeAll(async () => {
  keyspace = await createKeyspace(Theatre, Bare, Desk, ...shown.map(([, model]) => model));
  ({ session } = keyspace);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

const process = randomUUID();
const newId = () => `Theatre ${randomUUID()}`;
const ttl = 3600;
/** Replaces the round in the cell. */
const cell = (id: string, previous: string | null, next: string) =>
  updateCell(Theatre, { id }, { process, previous, next, ttl });
/** Takes the cell, as a lane does before its first round. */
async function takeCell(id: string): Promise<string> {
  const round = randomUUID();
  expect(await session.run(cell(id, null, round))).toEqual({ applied: true });
  return round;
}
const cellOf = (round: string) => new Map([[process, round]]);
const read = (id: string) => session.run(select(Theatre, { id }));

describe("a one-row partition", () => {
  test("is created once, changed, removed and created again", async () => {
    const id = newId();
    const creation = createRow(Theatre, { id, name: "A", tags: new Map([["a", 1]]) });
    expect(await session.run(creation)).toEqual({ applied: true });
    const row = { id, seats: null, name: "A", tags: new Map([["a", 1]]) };
    expect(await read(id)).toEqual(row);
    expect(await session.run(creation)).toEqual({ applied: false, current: { name: "A" } });

    const changes = { seats: 5, notes: element("x", 1) };
    expect(await session.run(update(Theatre, { id }, changes, { if: "exists" }))).toEqual({
      applied: true,
    });
    expect(await read(id)).toEqual({ ...row, seats: 5 });

    const removal = removeRow(Theatre, { id });
    expect(await session.run(removal)).toEqual({ applied: true });
    expect(await read(id)).toBeUndefined();
    expect(await session.run(removal)).toEqual({ applied: false, current: undefined });

    expect(await session.run(createRow(Theatre, { id, name: "B" }))).toEqual({ applied: true });
    expect(await read(id)).toEqual({ id, seats: null, name: "B", tags: new Map() });
    const stored = selectStored(Theatre, { id }, [{}], ["notes"]);
    expect(await session.run(stored)).toEqual([{ id, notes: null, name: "B" }]);
  });

  test("without a required column is created, changed, removed and created again", async () => {
    const id = newId();
    const at = { id };
    const change = (seats: number) =>
      session.run(update(Bare, at, { seats }, { if: {}, isNull: ["seats"] }));
    expect(await change(1)).toEqual({ applied: false, current: undefined });
    expect(await session.run(createRow(Bare, at))).toEqual({ applied: true });
    expect(await session.run(createRow(Bare, at))).toMatchObject({ applied: false });
    expect(await session.run(select(Bare, at))).toEqual({ id, seats: null });
    expect(await change(1)).toEqual({ applied: true });
    expect(await change(2)).toEqual({ applied: false, current: { seats: 1 } });
    expect(await session.run(removeRow(Bare, at))).toEqual({ applied: true });
    expect(await session.run(removeRow(Bare, at))).toEqual({ applied: false, current: undefined });
    expect(await change(2)).toEqual({ applied: false, current: undefined });
    expect(await session.run(select(Bare, at))).toBeUndefined();
    expect(await session.run(createRow(Bare, at))).toEqual({ applied: true });
    expect(await session.run(select(Bare, at))).toEqual({ id, seats: null });
  });

  test("is not returned by any read while it has only cells", async () => {
    const id = newId();
    const round = await takeCell(id);
    const at = { id };
    expect(await read(id)).toBeUndefined();
    expect(await session.run(select(Theatre, at, { serial: true }))).toBeUndefined();
    expect(await session.run(selectEach(Theatre, at))).toEqual([]);
    expect(await session.run(selectRows(Theatre, at, [{}]))).toEqual([]);
    expect(await session.run(selectPartition(Theatre, at))).toBeUndefined();
    expect(await session.run(selectWritetimes(Theatre, at, [{}], "seats"))).toEqual([]);
    expect(await session.load(Theatre, at)).toBeUndefined();
    expect(await session.load(Theatre, at, { columns: ["seats"] })).toBeUndefined();
    expect(await Array.fromAsync(session.rows(selectEach(Theatre, at)))).toEqual([]);
    expect(await readRows(session, Theatre, { key: at, limit: 5 })).toMatchObject({
      rows: [],
      isEnd: true,
    });
    const [stored] = await session.run(selectStored(Theatre, at, [{}], ["rounds" as never]));
    expect(stored).toEqual({ id, rounds: cellOf(round), name: null });
    expect(isThere(Theatre, stored!)).toBe(false);
  });

  test("is returned by every read after it is created", async () => {
    const id = newId();
    const at = { id };
    await session.run(createRow(Theatre, { id, name: "A", seats: 3 }));
    const row = { id, seats: 3, name: "A", tags: new Map() };
    expect(await read(id)).toEqual(row);
    expect(await session.run(selectEach(Theatre, at))).toEqual([row]);
    expect(await session.run(selectRows(Theatre, at, [{}]))).toEqual([row]);
    expect(await session.run(selectPartition(Theatre, at))).toEqual(at);
    expect(await session.run(selectWritetimes(Theatre, at, [{}], "seats"))).toHaveLength(1);
    expect(await session.load(Theatre, at)).toEqual(row);
    expect(await session.load(Theatre, at, { columns: ["seats"] })).toEqual({ id, seats: 3 });
    expect(await Array.fromAsync(session.rows(selectEach(Theatre, at)))).toEqual([row]);
    expect(await readRows(session, Theatre, { key: at, limit: 5 })).toMatchObject({ rows: [row] });
    const [stored] = await session.run(selectStored(Theatre, at, [{}], []));
    expect(isThere(Theatre, stored!)).toBe(true);
  });

  test("is changed only while it exists, whatever the condition", async () => {
    const id = newId();
    await takeCell(id);
    const change = (options: object) =>
      session.run(update(Theatre, { id }, { seats: 1 }, options as { if: "exists" }));
    const none = { applied: false, current: undefined };
    expect(await change({ if: "exists" })).toEqual(none);
    expect(await change({ if: {}, isNull: ["seats"] })).toEqual(none);
    expect(await change({ if: { seats: 1 } })).toEqual(none);
    expect(await change({ if: {}, isNotNull: ["seats"] })).toEqual(none);
    expect(await change({ if: { notes: element("a", null) } })).toEqual(none);
    expect(await read(id)).toBeUndefined();
  });
});

describe("a round of a one-row partition", () => {
  test("creates, changes and removes the row together with its cell", async () => {
    const id = newId();
    const [one, two, three] = [randomUUID(), randomUUID(), randomUUID()];
    const taken = await takeCell(id);
    const send = (write: Batch<unknown>["writes"][number], from: string, to: string) =>
      session.run(batch(Theatre, [write as ReturnType<typeof cell>, cell(id, from, to)]));
    const creation = createRow(Theatre, { id, name: "A" });
    expect(await send(creation, taken, one)).toEqual({ applied: true });
    const change = update(Theatre, { id }, { seats: 1 }, { if: {}, isNull: ["seats"] });
    expect(await send(change, one, two)).toEqual({ applied: true });
    expect(await read(id)).toMatchObject({ name: "A", seats: 1 });
    expect(await send(removeRow(Theatre, { id }), two, three)).toEqual({ applied: true });
    expect(await read(id)).toBeUndefined();
    const [stored] = await session.run(selectStored(Theatre, { id }, [{}], ["rounds" as never]));
    expect(stored).toEqual({ id, rounds: cellOf(three), name: null });
  });

  test("that is refused returns the row with its cell, if the row exists", async () => {
    const id = newId();
    const taken = await takeCell(id);
    await session.run(createRow(Theatre, { id, name: "A" }));
    const row = { id, name: "A", rounds: cellOf(taken) };
    const creation = createRow(Theatre, { id, name: "B" });
    const refused = { applied: false, rows: [row] };
    expect(await session.run(batch(Theatre, [creation, cell(id, taken, randomUUID())]))).toEqual(
      refused,
    );
    const removal = removeRow(Theatre, { id });
    const late = cell(id, randomUUID(), randomUUID());
    expect(await session.run(batch(Theatre, [removal, late]))).toEqual(refused);
    expect(isThere(Theatre, row)).toBe(true);
    expect(await read(id)).toMatchObject({ name: "A" });
  });

  test("that is refused returns the cell if the row does not exist", async () => {
    const id = newId();
    const taken = await takeCell(id);
    const row = { id, name: null, rounds: cellOf(taken) };
    const refused = { applied: false, rows: [row] };
    const removal = removeRow(Theatre, { id });
    expect(await session.run(batch(Theatre, [removal, cell(id, taken, randomUUID())]))).toEqual(
      refused,
    );
    const change = update(Theatre, { id }, { seats: 1 }, { if: { seats: 0 } });
    expect(await session.run(batch(Theatre, [change, cell(id, taken, randomUUID())]))).toEqual({
      applied: false,
      rows: [{ ...row, seats: null }],
    });
    expect(isThere(Theatre, row)).toBe(false);
  });

  test("that is refused returns nothing if there is neither a row nor a cell", async () => {
    const id = newId();
    const creation = createRow(Theatre, { id, name: "A" });
    const late = cell(id, randomUUID(), randomUUID());
    expect(await session.run(batch(Theatre, [creation, late]))).toEqual({
      applied: false,
      rows: [],
    });
    expect(await read(id)).toBeUndefined();
  });

  test("can have two statements on its row", async () => {
    const id = newId();
    const taken = await takeCell(id);
    await session.run(createRow(Theatre, { id, name: "A", seats: 1 }));
    const change = (from: number) =>
      session.run(
        batch(Theatre, [
          update(Theatre, { id }, { seats: from + 1 }, { if: { seats: from } }),
          update(Theatre, { id }, { name: "B" }, { if: { name: "A" } }),
          cell(id, taken, randomUUID()),
        ]),
      );
    expect(await change(7)).toEqual({
      applied: false,
      rows: [{ id, seats: 1, name: "A", rounds: cellOf(taken) }],
    });
    expect(await change(1)).toEqual({ applied: true });
    expect(await read(id)).toMatchObject({ name: "B", seats: 2 });
  });

  test("that arrives late does not bring a removed row back", async () => {
    const id = newId();
    const taken = await takeCell(id);
    const round = randomUUID();
    const late = [createRow(Theatre, { id, name: "A" }), cell(id, taken, round)] as const;
    expect(await session.run(batch(Theatre, late))).toEqual({ applied: true });
    const removal = [removeRow(Theatre, { id }), cell(id, round, randomUUID())] as const;
    expect(await session.run(batch(Theatre, removal))).toEqual({ applied: true });
    expect(await session.run(batch(Theatre, late))).toMatchObject({ applied: false });
    expect(await read(id)).toBeUndefined();
  });
});

test.each(shown)("%s shows whether a row exists, if it is required", async (_, Model, value) => {
  const creation = createRow(Model, { id: 1, shown: value } as never);
  const removal = removeRow(Model, { id: 1 });
  for (const write of [creation, removal, creation]) {
    expect(await session.run(write)).toEqual({ applied: true });
    expect(await session.run(write)).toMatchObject({ applied: false });
    const row = await session.run(select(Model, { id: 1 }));
    expect(row).toEqual(write === creation ? { id: 1, shown: value } : undefined);
  }
});

describe("a partition with several rows", () => {
  const newRoom = () => `Room ${randomUUID()}`;
  const take = (room: string, previous: string | null, next: string, more: object = {}) =>
    updateCell(Desk, { room }, { process, previous, next, ttl, ...more });

  test("has rows that are created and removed together with its cell", async () => {
    const room = newRoom();
    const [one, two, three] = [randomUUID(), randomUUID(), randomUUID()];
    expect(await session.run(take(room, null, one, { byName: true }))).toEqual({ applied: true });
    const creation = createRow(Desk, { room, id: 1, seats: 5 });
    expect(await session.run(batch(Desk, [creation, take(room, one, two)]))).toEqual({
      applied: true,
    });
    const refused = await session.run(batch(Desk, [creation, take(room, two, three)]));
    expect(refused).toEqual({
      applied: false,
      rows: [{ room, id: 1, seats: 5, motto: null, rules: null, rounds: cellOf(two) }],
    });
    const removal = removeRow(Desk, { room, id: 1 });
    expect(await session.run(batch(Desk, [removal, take(room, two, three)]))).toEqual({
      applied: true,
    });
    const again = await session.run(batch(Desk, [removal, take(room, three, one)]));
    expect(again).toMatchObject({ applied: false, rows: [{ id: null, rounds: cellOf(three) }] });
    expect(again.applied || again.rows.some((row) => isThere(Desk, row))).toBe(false);
    expect(await session.run(removal)).toEqual({ applied: false, current: undefined });
  });

  test("returns its static columns with and without rows", async () => {
    const room = newRoom();
    const read = selectStoredPartition(Desk, { room }, ["motto", "rules"]);
    expect(await session.run(read)).toBeUndefined();
    const motto = (to: string, options: object) =>
      session.run(updatePartition(Desk, { room }, { motto: to }, { if: {}, ...options }));
    expect(await motto("Quiet", { isNull: ["motto"] })).toEqual({ applied: true });
    expect(await motto("Loud", { isNull: ["motto"] })).toEqual({
      applied: false,
      current: { motto: "Quiet" },
    });
    expect(await motto("Loud", { if: { motto: "Quiet" }, isNull: ["rules"] })).toEqual({
      applied: true,
    });
    expect(await session.run(read)).toEqual({ room, motto: "Loud", rules: null });
    const rows = selectStored(Desk, { room }, [{ id: 1 }, { id: 2 }], ["seats", "motto"]);
    expect(await session.run(rows)).toEqual([]);
    await session.run(insert(Desk, { room, id: 2 }, { if: "not exists" }));
    expect(await session.run(rows)).toEqual([{ id: 2, seats: null, motto: "Loud" }]);
    expect(await session.run(read)).toEqual({ room, motto: "Loud", rules: null });
  });

  test("has a cell that is overwritten only while static columns are as they were read", async () => {
    const room = newRoom();
    const [one, two] = [randomUUID(), randomUUID()];
    await session.run(take(room, null, one));
    await session.run(insert(Desk, { room, id: 1, seats: 1 }, { if: "not exists" }));
    const change = update(Desk, { room, id: 1 }, { seats: 2 }, { if: { seats: 1 } });
    const send = (more: object) => session.run(batch(Desk, [change, take(room, one, two, more)]));
    expect(await send({ if: { motto: "Quiet" }, isNull: ["rules"] })).toEqual({
      applied: false,
      rows: [{ room, id: 1, seats: 1, motto: null, rules: null, rounds: cellOf(one) }],
    });
    expect(await send({ isNull: ["motto", "rules"] })).toEqual({ applied: true });
    expect(await session.run(select(Desk, { room, id: 1 }))).toMatchObject({ seats: 2 });
  });
});
