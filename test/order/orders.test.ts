import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  badStatement,
  insert,
  requireSynced,
  select,
  selectEach,
  type Session,
  sync,
} from "../../src/cassandra/index.ts";
import { createLanes, type Draft, type Lanes } from "../../src/lane/index.ts";
import { backfillOrder, ordered, type Place, readOrder } from "../../src/order/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { day, Note, Task, TaskByDue, TaskByOwner, TaskByRank } from "./tables.ts";

let keyspace: TestKeyspace;
let session: Session;
let place: Place & { readonly lanes: Lanes };
beforeAll(async () => {
  // Its orders come with it.
  keyspace = await createKeyspace(Task, Note);
  session = keyspace.session;
  place = { session, lanes: createLanes(session) };
});
afterAll(() => keyspace[Symbol.asyncDispose]());

type Values = Partial<Omit<Parameters<typeof ordered.create<typeof Task>>[2], "board">>;

async function create(board: string, values: Values = {}): Promise<string> {
  const created = await ordered.create(place, Task, { board, title: "A", ...values });
  return created.row instanceof Error ? "" : created.row.id;
}

const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);
const byDue = async (board: string, options: { limit?: number; order?: "reversed" } = {}) =>
  idsOf((await readOrder(session, TaskByDue, { board }, { limit: 100, ...options })).rows);
const byRank = async (board: string) =>
  idsOf((await readOrder(session, TaskByRank, { board }, { limit: 100 })).rows);
const byOwner = async (owner: string) =>
  idsOf((await readOrder(session, TaskByOwner, { owner }, { limit: 100 })).rows);

/** The orders in which a row has its own entry: others of it, too, would lead a reader to the row while they are there. */
async function ordersOfRow(board: string, id: string) {
  const { rank, due, owner } = (await session.load(Task, { board, id }))!;
  const isIn = {
    due: due && (await session.run(select(TaskByDue, { board, due, id }))),
    rank: rank !== null && due && (await session.run(select(TaskByRank, { board, rank, due, id }))),
    owner:
      owner &&
      rank !== null &&
      (await session.run(select(TaskByOwner, { owner, rank, board, id }))),
  };
  return Object.entries(isIn).flatMap(([name, entry]) => (entry ? [name] : []));
}

test("the tables of orders are created and required with their table", async () => {
  await using other = await createKeyspace();
  await expect(
    requireSynced(other.session, { keyspace: other.name, tables: [Task] }),
  ).rejects.toThrow("is missing");
  expect(
    (await sync(other.session, { keyspace: other.name, tables: [Task] })).map(({ table }) => table),
  ).toEqual(["task", "task_by_due", "task_by_rank", "task_by_owner"]);
  await requireSynced(other.session, { keyspace: other.name, tables: [Task] });
  await other.session.cql("DROP TABLE task_by_rank");
  await expect(
    requireSynced(other.session, { keyspace: other.name, tables: [Task] }),
  ).rejects.toThrow("table task_by_rank is missing");
});

describe("rows", () => {
  test("are read in each order of their table, with what they have now", async () => {
    const [board, owner] = [randomUUID(), randomUUID()];
    const first = await create(board, { due: day(3), rank: 1, owner });
    const second = await create(board, { due: day(1), rank: 1, owner });
    const third = await create(board, { due: day(2), rank: 2, owner });
    await ordered.update(place, Task, { board, id: third }, { title: "Renamed" });

    expect(await byDue(board)).toEqual([second, third, first]);
    expect(await byRank(board)).toEqual([third, second, first]);
    const { rows } = await readOrder(session, TaskByOwner, { owner }, { limit: 9 });
    expect(rows.at(-1)).toMatchObject({ board, id: third, title: "Renamed", rank: 2 });
  });

  test("come page by page, in both directions, within a range and behind an entry", async () => {
    const board = randomUUID();
    const ids: string[] = [];
    for (const number of [0, 1, 2, 3, 4, 5]) ids.push(await create(board, { due: day(number) }));
    const read = async (...[key, options]: Parameters<typeof readDue>) => {
      const { rows, more } = await readDue(key, options);
      return [rows.map(({ id }) => ids.indexOf(id)), more];
    };
    const readDue = (
      due: { readonly gte?: Date; readonly lt: Date } | undefined,
      options: { limit: number; after?: number; order?: "reversed" },
    ) => {
      const { after, ...rest } = options;
      const from = after === undefined ? undefined : { due: day(after), id: ids[after]! };
      const key = { board, ...(due && { due: { gte: due.gte ?? day(0), lt: due.lt } }) };
      return readOrder(session, TaskByDue, key, { ...rest, after: from });
    };

    expect(await read(undefined, { limit: 2 })).toEqual([[0, 1], true]);
    expect(await read(undefined, { limit: 4, after: 1 })).toEqual([[2, 3, 4, 5], false]);
    expect(await read(undefined, { limit: 2, order: "reversed" })).toEqual([[5, 4], true]);
    expect(await read(undefined, { limit: 9, after: 4, order: "reversed" })).toEqual([
      [3, 2, 1, 0],
      false,
    ]);
    const range = { gte: day(1), lt: day(4) };
    expect(await read(range, { limit: 2 })).toEqual([[1, 2], true]);
    expect(await read(range, { limit: 2, after: 2 })).toEqual([[3], false]);
    expect(await read(range, { limit: 2, order: "reversed" })).toEqual([[3, 2], true]);
  });

  test("of equal first columns come by the next ones, each in its direction", async () => {
    const board = randomUUID();
    const ids: string[] = [];
    for (const [rank, due] of [
      [2, 1],
      [2, 2],
      [1, 0],
      [1, 9],
    ] as const) {
      ids.push(await create(board, { rank, due: day(due) }));
    }
    expect(await byRank(board)).toEqual(ids);
    const after = { rank: 2, due: day(2), id: ids[1]! };
    const page = (order: "stored" | "reversed") =>
      readOrder(session, TaskByRank, { board }, { limit: 9, after, order });
    expect(idsOf((await page("stored")).rows)).toEqual([ids[2], ids[3]]);
    expect(idsOf((await page("reversed")).rows)).toEqual([ids[0]]);
    const ranked = await readOrder(session, TaskByRank, { board, rank: 1 }, { limit: 9 });
    expect(idsOf(ranked.rows)).toEqual([ids[2], ids[3]]);
  });

  test("of several partitions come together in an order with another partition key, and can move out of it", async () => {
    const [owner, other] = [randomUUID(), randomUUID()];
    const boards = [randomUUID(), randomUUID(), randomUUID()];
    const ids: string[] = [];
    for (const [rank, board] of boards.entries()) ids.push(await create(board, { owner, rank }));
    expect(await byOwner(owner)).toEqual(ids);
    await ordered.update(place, Task, { board: boards[1]!, id: ids[1]! }, { owner: other });
    expect(await byOwner(owner)).toEqual([ids[0], ids[2]]);
    expect(await byOwner(other)).toEqual([ids[1]]);
  });

  test("without a value in a column of an order are not in it, and come back when they have one", async () => {
    const [board, owner] = [randomUUID(), randomUUID()];
    const id = await create(board, { due: day(1), owner });
    expect([await byDue(board), await byRank(board), await byOwner(owner)]).toEqual([[id], [], []]);
    await ordered.update(place, Task, { board, id }, { rank: 5, due: null });
    expect([await byDue(board), await byRank(board), await byOwner(owner)]).toEqual([[], [], [id]]);
    await ordered.update(place, Task, { board, id }, { due: day(2) });
    expect([await byDue(board), await byRank(board)]).toEqual([[id], [id]]);
  });

  test("with an empty text are in no order that has it alone as its partition key", async () => {
    const board = randomUUID();
    const id = await create(board, { owner: "", rank: 1, due: day(1) });
    expect(await byDue(board)).toEqual([id]);
    const owner = randomUUID();
    await ordered.update(place, Task, { board, id }, { owner });
    expect(await byOwner(owner)).toEqual([id]);
    await ordered.update(place, Task, { board, id }, { owner: "" });
    expect(await byOwner(owner)).toEqual([]);
  });

  test("are as they are given, if they are in stored form or not", async () => {
    const owner = randomUUID();
    const board = ` ${randomUUID()} `;
    const id = await create(board, { owner, rank: 1, due: day(0) });
    expect(await byDue(board.trim())).toEqual([id]);
    expect(await byOwner(owner)).toEqual([id]);
  });

  test("that are removed are in no order, and can be created again", async () => {
    const board = randomUUID();
    const id = await create(board, { due: day(1), rank: 1 });
    expect(await ordered.remove(place, Task, { board, id })).toEqual({ outcome: "deleted" });
    expect(await ordered.remove(place, Task, { board, id })).toEqual({ outcome: "missing" });
    expect(await ordered.update(place, Task, { board, id }, { rank: 2 })).toEqual({
      outcome: "missing",
    });
    expect([await byDue(board), await byRank(board)]).toEqual([[], []]);
    await create(board, { id, due: day(1) });
    expect(await byDue(board)).toEqual([id]);
    expect(await ordered.create(place, Task, { board, id, title: "B" })).toMatchObject({
      outcome: "exists",
      row: { title: "A", due: day(1) },
    });
    expect(await byDue(board)).toEqual([id]);
  });

  test("of a table without orders are created, changed and removed as well", async () => {
    const key = { id: randomUUID() };
    expect(await ordered.create(place, Note, { ...key, text: "A" })).toMatchObject({
      outcome: "created",
    });
    expect(await ordered.update(place, Note, key, { text: "B" })).toEqual({
      outcome: "updated",
      row: { ...key, text: "B" },
    });
    expect(await ordered.remove(place, Note, key)).toEqual({ outcome: "deleted" });
  });
});

describe("without entries", () => {
  test("no row of a table with orders is created", async () => {
    const values = { board: randomUUID(), title: "A" };
    await expect(place.lanes.create(Task, values as never)).rejects.toThrow(
      badStatement(Task, "has orders, so that ordered.create(…) creates its rows"),
    );
  });

  test("no column is changed that an order sorts by", async () => {
    const board = randomUUID();
    const id = await create(board, { due: day(1) });
    const changing = (values: object) =>
      place.lanes.change(Task, { board, id }, (row: Draft<typeof Task>) => {
        row.set(values as never);
      });
    await expect(changing({ due: day(2) })).rejects.toThrow(
      badStatement(Task, 'has an order by "due", which ordered.update(…) changes'),
    );
    await expect(changing({ title: "B" })).resolves.toMatchObject({ outcome: "changed" });
    expect(await byDue(board)).toEqual([id]);
  });
});

describe("entries", () => {
  const OLD = BigInt(Date.now() - 11 * 60_000) * 1000n;
  const entries = async (board: string) =>
    (await session.run(select(TaskByDue, { board }))).map(({ id, due }) => `${id} ${+due}`);
  const putAt = (board: string, id: string, due: Date, version: bigint) =>
    session.cql(
      `INSERT INTO task_by_due (board, due, id, entered) VALUES (?, ?, ?, ?) USING TIMESTAMP ${version}`,
      [board, due, id, due],
    );

  test("without their row do not count, and the page is filled all the same", async () => {
    const board = randomUUID();
    for (let number = 0; number < 60; number++)
      await session.run(insert(TaskByDue, { board, due: day(0), id: randomUUID() }));
    const ids = [await create(board, { due: day(1) }), await create(board, { due: day(2) })];
    await create(board, { due: day(3) });
    expect(await byDue(board, { limit: 2 })).toEqual(ids);
  });

  test("stay while they are young, and go by a reader when they are older than ten minutes", async () => {
    const board = randomUUID();
    const id = await create(board, { due: day(1) });
    const [young, old] = [randomUUID(), randomUUID()];
    await session.run(insert(TaskByDue, { board, due: day(2), id: young }));
    await putAt(board, old, day(3), OLD);
    await putAt(board, id, day(4), OLD);
    expect(await byDue(board)).toEqual([id]);
    await expect.poll(() => entries(board)).toEqual([`${id} ${+day(1)}`, `${young} ${+day(2)}`]);
  });

  test("that are old go with whoever moves or removes their row", async () => {
    const board = randomUUID();
    const id = await create(board, { due: day(1) });
    await session.cql("DELETE FROM task_by_due WHERE board = ?", [board]);
    const other = randomUUID();
    await putAt(other, id, day(1), OLD);
    await create(other, { id });
    await session.cql("UPDATE task SET due = ? WHERE board = ? AND id = ? IF EXISTS", [
      day(1),
      other,
      id,
    ]);
    await ordered.update(place, Task, { board: other, id }, { due: day(2) });
    expect(await entries(other)).toEqual([`${id} ${+day(2)}`]);
    await ordered.remove(place, Task, { board: other, id });
    expect(await byDue(other)).toEqual([]);
  });

  test("are not lost by a row that is moved away and back by coordinators of different clocks", async () => {
    const board = randomUUID();
    const id = await create(board, { due: day(1) });
    const fast = BigInt(Date.now() + 5 * 60_000) * 1000n;
    await putAt(board, id, day(1), fast);
    await ordered.update(place, Task, { board, id }, { due: day(2) });
    await ordered.update(place, Task, { board, id }, { due: day(1) });
    expect(await byDue(board)).toEqual([id]);
  });

  test("of rows that cannot be read stay, and the page tells why", async () => {
    const board = randomUUID();
    const id = await create(board, { due: day(1) });
    await session.cql("UPDATE task SET title = null WHERE board = ? AND id = ? IF EXISTS", [
      board,
      id,
    ]);
    await putAt(board, id, day(1), OLD);
    const { rows, unreadable } = await readOrder(session, TaskByDue, { board }, { limit: 9 });
    expect(rows).toEqual([]);
    expect(unreadable).toMatchObject([{ column: "title", key: { board, id } }]);
    await session.cql("UPDATE task SET title = 'A' WHERE board = ? AND id = ? IF EXISTS", [
      board,
      id,
    ]);
    expect(await byDue(board)).toEqual([id]);
  });

  test("count where a reader takes their row as another, and not where it refuses it", async () => {
    const board = randomUUID();
    const [first, second] = [
      await create(board, { due: day(1) }),
      await create(board, { due: day(2) }),
    ];
    const moved = await readOrder(
      session,
      TaskByDue,
      { board },
      {
        limit: 9,
        // Another program's date, in place of which the reader shows one of its own.
        admit: (row, table) =>
          table === Task && "id" in row && row.id === first ? { ...row, due: day(3) } : row,
      },
    );
    expect(idsOf(moved.rows)).toEqual([second, first]);
  });
});

describe("at once", () => {
  test("two updates of one column each of an order leave the row with an entry", async () => {
    for (let round = 0; round < 20; round++) {
      const board = randomUUID();
      const id = await create(board, { rank: 0, due: day(0) });
      const key = { board, id };
      await Promise.all([
        ordered.update(place, Task, key, { rank: 1 }),
        ordered.update(place, Task, key, { due: day(1) }),
      ]);
      expect(await ordersOfRow(board, id)).toEqual(["due", "rank"]);
      expect(await byRank(board)).toEqual([id]);
      expect(await session.load(Task, key)).toMatchObject({ rank: 1, due: day(1) });
    }
  });

  test("those of two processes do, too", async () => {
    const other = { session, lanes: createLanes(session) };
    for (let round = 0; round < 10; round++) {
      const board = randomUUID();
      const id = await create(board, { rank: 0, due: day(0) });
      const key = { board, id };
      await Promise.all([
        ordered.update(place, Task, key, { rank: 1 }),
        ordered.update(other, Task, key, { due: day(1) }),
        ordered.update(place, Task, key, { rank: 2 }),
        ordered.update(other, Task, key, { due: day(2) }),
      ]);
      expect(await ordersOfRow(board, id)).toEqual(["due", "rank"]);
    }
  });

  test("whoever reads while rows are moved misses none that was there, and sees none twice", async () => {
    const [board, owner] = [randomUUID(), randomUUID()];
    const ids: string[] = [];
    for (let number = 0; number < 12; number++)
      ids.push(await create(board, { due: day(number), rank: number, owner }));
    let isDone = false;
    let reads = 0;
    const read = async (page: () => Promise<readonly string[]>) => {
      while (!isDone) {
        expect((await page()).toSorted()).toEqual(ids.toSorted());
        reads += 1;
      }
    };
    const move = async (writer: number) => {
      for (let turn = 0; turn < 30; turn++) {
        const key = { board, id: ids[(writer * 5 + turn) % ids.length]! };
        const number = (writer * 13 + turn * 31) % 50;
        const values = turn % 2 ? { due: day(number) } : { rank: number };
        await ordered.update(place, Task, key, values);
      }
    };
    const readers = [
      read(() => byDue(board)),
      read(() => byRank(board)),
      read(() => byOwner(owner)),
    ];
    await Promise.all([0, 1, 2].map(move));
    isDone = true;
    await Promise.all(readers);
    for (const id of ids) expect(await ordersOfRow(board, id)).toEqual(["due", "rank", "owner"]);
    expect(reads).toBeGreaterThan(2);
  }, 60_000);
});

test("a process that dies after any of its statements leaves each row in its orders", async () => {
  /** A session that sends nothing any more after so many statements. */
  function dying(left: number): Session {
    const step = () => {
      left -= 1;
      return left < 0 ? Promise.reject(new Error("dead")) : undefined;
    };
    return {
      ...session,
      run: (statement) => step() ?? session.run(statement),
      batch: (table, writes) => step() ?? session.batch(table, writes),
      load: ((...args: Parameters<Session["load"]>) =>
        step() ?? session.load(...args)) as Session["load"],
    };
  }
  const owner = randomUUID();
  for (let left = 0; left < 16; left++) {
    const board = randomUUID();
    const mortal = dying(left);
    const lanes = createLanes(mortal);
    const own = { session: mortal, lanes };
    const id = await create(board, { rank: 0, due: day(0), owner });
    const key = { board, id };
    await ordered.update(own, Task, key, { rank: 1, due: day(1) }).catch(() => {});
    await ordered.create(own, Task, { board, title: "B", rank: 2, due: day(2) }).catch(() => {});
    lanes.close();
    const rows = await session.run(selectEach(Task, { board }));
    const all = rows.flatMap((row) => (row instanceof Error ? [] : [row.id])).toSorted();
    expect((await byDue(board)).toSorted()).toEqual(all);
    expect((await byRank(board)).toSorted()).toEqual(all);
    for (const each of all) expect(await ordersOfRow(board, each)).toContain("rank");
    expect(await ordersOfRow(board, id)).toEqual(["due", "rank", "owner"]);
  }
});

describe("a backfill", () => {
  const { signal } = new AbortController();
  const write = "INSERT INTO task (board, id, title, due, rank, owner) VALUES (?, ?, ?, ?, ?, ?)";

  test("puts the entry of each row that has a value, whatever the order's partition key, and tells of the others", async () => {
    await using other = await createKeyspace(Task);
    const told: unknown[] = [];
    const telling = { ...other.session, report: (row: unknown) => told.push(row) };
    const id = randomUUID();
    const due = day(1);
    await other.session.cql(write, ["A", id, "T", due, 1, "Ada"]);
    await other.session.cql(write, ["A", randomUUID(), "T", due, 1, ""]);
    await other.session.cql(write, ["B", randomUUID(), "T", due, null, "Ada"]);
    await other.session.cql(write, [" C ", randomUUID(), "T", due, 1, "Ada"]);
    const state = await backfillOrder(telling, TaskByOwner, { progress: () => {}, signal });
    expect(state).toMatchObject({ written: 1, unordered: 2, unreadable: 1 });
    expect(told).toMatchObject([{ table: "task", column: "board" }]);
    const { rows } = await readOrder(other.session, TaskByOwner, { owner: "Ada" }, { limit: 9 });
    expect(idsOf(rows)).toEqual([id]);
  });

  test("goes on where it was interrupted", async () => {
    await using other = await createKeyspace(Task);
    const boards = Array.from({ length: 20 }, (_, number) => `Board ${number}`);
    for (const board of boards) {
      await Promise.all(
        Array.from({ length: 10 }, () =>
          other.session.cql(write, [board, randomUUID(), "T", day(1), 1, "Ada"]),
        ),
      );
    }
    const stop = new AbortController();
    let token: bigint | undefined;
    const first = backfillOrder(other.session, TaskByRank, {
      progress: (state) => {
        ({ token } = state);
        if (state.written > 100) stop.abort(new Error("asked to stop"));
      },
      signal: stop.signal,
    });
    await expect(first).rejects.toThrow("asked to stop");
    const rest = await backfillOrder(other.session, TaskByRank, {
      token,
      progress: () => {},
      signal,
    });
    expect(rest.written).toBeLessThan(200);
    for (const board of boards)
      expect(await other.session.run(select(TaskByRank, { board }))).toHaveLength(10);
  });
});
