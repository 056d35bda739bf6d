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
import { backfillOrder, createOrdered, type Ordered, readOrder } from "../../src/order/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { day, Note, Task, TaskByDue, TaskByOwner, TaskByRank } from "./tables.ts";

let keyspace: TestKeyspace;
let session: Session;
let lanes: Lanes;
let ordered: Ordered;
beforeAll(async () => {
  // This creates the orders' tables as well.
  keyspace = await createKeyspace(Task, Note);
  session = keyspace.session;
  lanes = createLanes(session);
  ordered = createOrdered({ session, lanes });
});
afterAll(() => keyspace[Symbol.asyncDispose]());

type Values = Partial<Omit<Parameters<typeof ordered.create<typeof Task>>[1], "board">>;

async function create(board: string, values: Values = {}): Promise<string> {
  const created = await ordered.create(Task, { board, title: "A", ...values });
  return created.row instanceof Error ? "" : created.row.id;
}

const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);
const byDue = async (board: string, options: { limit?: number; order?: "reversed" } = {}) =>
  idsOf((await readOrder(session, TaskByDue, { key: { board }, limit: 100, ...options })).rows);
const byRank = async (board: string) =>
  idsOf((await readOrder(session, TaskByRank, { key: { board }, limit: 100 })).rows);
const byOwner = async (owner: string) =>
  idsOf((await readOrder(session, TaskByOwner, { key: { owner }, limit: 100 })).rows);

/** Returns the orders in which a row has its present entry. Old entries of it would lead a reader to the row as well. */
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
  test("rows are read in each order of their table, with their present values", async () => {
    const [board, owner] = [randomUUID(), randomUUID()];
    const first = await create(board, { due: day(3), rank: 1, owner });
    const second = await create(board, { due: day(1), rank: 1, owner });
    const third = await create(board, { due: day(2), rank: 2, owner });
    await ordered.update(Task, { board, id: third }, { title: "Renamed" });

    expect(await byDue(board)).toEqual([second, third, first]);
    expect(await byRank(board)).toEqual([third, second, first]);
    const { rows } = await readOrder(session, TaskByOwner, { key: { owner }, limit: 9 });
    expect(rows.at(-1)).toMatchObject({ board, id: third, title: "Renamed", rank: 2 });
  });

  test("rows are read page by page, in both directions, within a range and after an entry", async () => {
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
      return readOrder(session, TaskByDue, { key, ...rest, after: from });
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

  test("rows with equal first columns are sorted by the next ones, each in its direction", async () => {
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
      readOrder(session, TaskByRank, { key: { board }, limit: 9, after, order });
    expect(idsOf((await page("stored")).rows)).toEqual([ids[2], ids[3]]);
    expect(idsOf((await page("reversed")).rows)).toEqual([ids[0]]);
    const ranked = await readOrder(session, TaskByRank, { key: { board, rank: 1 }, limit: 9 });
    expect(idsOf(ranked.rows)).toEqual([ids[2], ids[3]]);
  });

  test("an order with another partition key has rows of several partitions, and a row can move out of it", async () => {
    const [owner, other] = [randomUUID(), randomUUID()];
    const boards = [randomUUID(), randomUUID(), randomUUID()];
    const ids: string[] = [];
    for (const [rank, board] of boards.entries()) ids.push(await create(board, { owner, rank }));
    expect(await byOwner(owner)).toEqual(ids);
    await ordered.update(Task, { board: boards[1]!, id: ids[1]! }, { owner: other });
    expect(await byOwner(owner)).toEqual([ids[0], ids[2]]);
    expect(await byOwner(other)).toEqual([ids[1]]);
  });

  test("a row with a null in a column of an order is not in it, and returns when the column has a value", async () => {
    const [board, owner] = [randomUUID(), randomUUID()];
    const id = await create(board, { due: day(1), owner });
    expect([await byDue(board), await byRank(board), await byOwner(owner)]).toEqual([[id], [], []]);
    await ordered.update(Task, { board, id }, { rank: 5, due: null });
    expect([await byDue(board), await byRank(board), await byOwner(owner)]).toEqual([[], [], [id]]);
    await ordered.update(Task, { board, id }, { due: day(2) });
    expect([await byDue(board), await byRank(board)]).toEqual([[id], [id]]);
  });

  test("a row with an empty text is not in an order with that column as its only partition key", async () => {
    const board = randomUUID();
    const id = await create(board, { owner: "", rank: 1, due: day(1) });
    expect(await byDue(board)).toEqual([id]);
    const owner = randomUUID();
    await ordered.update(Task, { board, id }, { owner });
    expect(await byOwner(owner)).toEqual([id]);
    await ordered.update(Task, { board, id }, { owner: "" });
    expect(await byOwner(owner)).toEqual([]);
  });

  test("a row has its entry whether its values are given in stored form or not", async () => {
    const owner = randomUUID();
    const board = ` ${randomUUID()} `;
    const id = await create(board, { owner, rank: 1, due: day(0) });
    expect(await byDue(board.trim())).toEqual([id]);
    expect(await byOwner(owner)).toEqual([id]);
  });

  test("a removed row is in no order, and can be created again", async () => {
    const board = randomUUID();
    const id = await create(board, { due: day(1), rank: 1 });
    expect(await ordered.remove(Task, { board, id })).toEqual({ outcome: "deleted" });
    expect(await ordered.remove(Task, { board, id })).toEqual({ outcome: "missing" });
    expect(await ordered.update(Task, { board, id }, { rank: 2 })).toEqual({
      outcome: "missing",
    });
    expect([await byDue(board), await byRank(board)]).toEqual([[], []]);
    await create(board, { id, due: day(1) });
    expect(await byDue(board)).toEqual([id]);
    expect(await ordered.create(Task, { board, id, title: "B" })).toMatchObject({
      outcome: "exists",
      row: { title: "A", due: day(1) },
    });
    expect(await byDue(board)).toEqual([id]);
  });

  test("rows of a table without orders are created, changed and removed as well", async () => {
    const key = { id: randomUUID() };
    expect(await ordered.create(Note, { ...key, text: "A" })).toMatchObject({
      outcome: "created",
    });
    expect(await ordered.update(Note, key, { text: "B" })).toEqual({
      outcome: "updated",
      row: { ...key, text: "B" },
    });
    expect(await ordered.remove(Note, key)).toEqual({ outcome: "deleted" });
  });
});

describe("a lane without entries", () => {
  test("a lane does not create rows of a table with orders", async () => {
    const values = { board: randomUUID(), title: "A" };
    await expect(lanes.create(Task, values as never)).rejects.toThrow(
      badStatement(Task, "has orders, so that ordered.create(…) creates its rows"),
    );
  });

  test("a lane does not change a column that an order sorts by", async () => {
    const board = randomUUID();
    const id = await create(board, { due: day(1) });
    const changing = (values: object) =>
      lanes.change(Task, { board, id }, (row: Draft<typeof Task>) => {
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

  test("entries without their row do not count, and the page is filled all the same", async () => {
    const board = randomUUID();
    for (let number = 0; number < 60; number++)
      await session.run(insert(TaskByDue, { board, due: day(0), id: randomUUID() }));
    const ids = [await create(board, { due: day(1) }), await create(board, { due: day(2) })];
    await create(board, { due: day(3) });
    expect(await byDue(board, { limit: 2 })).toEqual(ids);
  });

  test("a reader removes entries without their row only when they are older than ten minutes", async () => {
    const board = randomUUID();
    const id = await create(board, { due: day(1) });
    const [young, old] = [randomUUID(), randomUUID()];
    await session.run(insert(TaskByDue, { board, due: day(2), id: young }));
    await putAt(board, old, day(3), OLD);
    await putAt(board, id, day(4), OLD);
    expect(await byDue(board)).toEqual([id]);
    await expect.poll(() => entries(board)).toEqual([`${id} ${+day(1)}`, `${young} ${+day(2)}`]);
  });

  test("an update or removal of a row removes its old entries", async () => {
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
    await ordered.update(Task, { board: other, id }, { due: day(2) });
    expect(await entries(other)).toEqual([`${id} ${+day(2)}`]);
    await ordered.remove(Task, { board: other, id });
    expect(await byDue(other)).toEqual([]);
  });

  test("a row keeps its entry when coordinators with different clocks move it away and back", async () => {
    const board = randomUUID();
    const id = await create(board, { due: day(1) });
    const fast = BigInt(Date.now() + 5 * 60_000) * 1000n;
    await putAt(board, id, day(1), fast);
    await ordered.update(Task, { board, id }, { due: day(2) });
    await ordered.update(Task, { board, id }, { due: day(1) });
    expect(await byDue(board)).toEqual([id]);
  });

  test("entries of unreadable rows stay, and the page reports the rows", async () => {
    const board = randomUUID();
    const id = await create(board, { due: day(1) });
    await session.cql("UPDATE task SET title = null WHERE board = ? AND id = ? IF EXISTS", [
      board,
      id,
    ]);
    await putAt(board, id, day(1), OLD);
    const { rows, unreadable } = await readOrder(session, TaskByDue, { key: { board }, limit: 9 });
    expect(rows).toEqual([]);
    expect(unreadable).toMatchObject([{ column: "title", key: { board, id } }]);
    await session.cql("UPDATE task SET title = 'A' WHERE board = ? AND id = ? IF EXISTS", [
      board,
      id,
    ]);
    expect(await byDue(board)).toEqual([id]);
  });

  test("an entry counts at the place of its row as the reader admits it", async () => {
    const board = randomUUID();
    const [first, second] = [
      await create(board, { due: day(1) }),
      await create(board, { due: day(2) }),
    ];
    const moved = await readOrder(session, TaskByDue, {
      key: { board },
      limit: 9,
      // The reader shows a date of its own instead of another program's.
      admit: (row, table) =>
        table === Task && "id" in row && row.id === first ? { ...row, due: day(3) } : row,
    });
    expect(idsOf(moved.rows)).toEqual([second, first]);
  });
});

describe("an update by a function", () => {
  type TaskRow = Pick<Draft<typeof Task>, "get" | "refuse">;
  const raise = (row: TaskRow) => ({ rank: (row.get("rank") ?? 0) + 1 });

  test("moves the row to the place that its present values give it", async () => {
    const board = randomUUID();
    const first = await create(board, { rank: 1, due: day(1) });
    const second = await create(board, { rank: 2, due: day(1) });
    expect(await byRank(board)).toEqual([second, first]);
    for (const rank of [2, 3]) {
      expect(await ordered.update(Task, { board, id: first }, raise)).toMatchObject({
        outcome: "updated",
        row: { id: first, rank, title: "A" },
      });
    }
    expect(await byRank(board)).toEqual([first, second]);
    expect(await ordersOfRow(board, first)).toEqual(["due", "rank"]);
  });

  test("can be refused by the row, and then changes nothing", async () => {
    const board = randomUUID();
    const key = { board, id: await create(board, { rank: 1, due: day(1) }) };
    const raiseTo = (most: number) => (row: TaskRow) =>
      row.get("rank") === most ? row.refuse({ most }) : raise(row);
    expect(await ordered.update(Task, key, raiseTo(1))).toEqual({
      outcome: "refused",
      reason: { most: 1 },
    });
    expect(await ordered.update(Task, key, raiseTo(2))).toMatchObject({ row: { rank: 2 } });
    expect(await ordersOfRow(board, key.id)).toEqual(["due", "rank"]);
    const missing = { board, id: randomUUID() };
    expect(await ordered.update(Task, missing, raise)).toEqual({ outcome: "missing" });
  });

  test("fails with what the function throws, and with an invalid value", async () => {
    const board = randomUUID();
    const key = { board, id: await create(board, { rank: 1 }) };
    const error = new Error("No.");
    const fails = ordered.update(Task, key, () => {
      throw error;
    });
    await expect(fails).rejects.toBe(error);
    await expect(ordered.update(Task, key, () => ({ rank: 0.5 }))).rejects.toThrow(
      "task.rank must be a whole number",
    );
    expect(await session.load(Task, key)).toMatchObject({ rank: 1 });
  });

  test("does not read the row again in its lane, unless it has changed since", async () => {
    const board = randomUUID();
    const key = {
      board,
      id: await create(board, { rank: 1, due: day(1), labels: new Set(["a"]) }),
    };
    const kinds: string[] = [];
    const logged: Session = {
      ...session,
      run(statement) {
        kinds.push("kind" in statement ? statement.kind : "");
        return session.run(statement);
      },
    };
    const other = createLanes(logged);
    const label = (row: TaskRow) => ({
      labels: new Set([...row.get("labels"), "b"]),
      title: `${row.get("title")}!`,
    });
    const logging = createOrdered({ session, lanes: other });
    // The first round in a partition takes a cell there.
    await logging.update(Task, { board, id: await create(board) }, raise);
    kinds.splice(0);
    expect(await logging.update(Task, key, label)).toMatchObject({ row: { title: "A!" } });
    expect(kinds).toEqual(["lwt"]);
    expect(await session.load(Task, key)).toMatchObject({
      title: "A!",
      labels: new Set(["a", "b"]),
    });
    other.close();
  });

  test("is evaluated again if the row moves meanwhile, by any process", async () => {
    const others = createLanes(session);
    const other = createOrdered({ session, lanes: others });
    const board = randomUUID();
    const id = await create(board, { rank: 0, due: day(0) });
    const key = { board, id };
    const updates = Array.from({ length: 12 }, (_, number) =>
      (number % 2 === 0 ? ordered : other).update(Task, key, raise),
    );
    const ranks = (await Promise.all(updates)).map((updated) =>
      updated.outcome === "updated" ? updated.row.rank : undefined,
    );
    expect(new Set(ranks)).toEqual(new Set(Array.from({ length: 12 }, (_, at) => at + 1)));
    expect(await session.load(Task, key)).toMatchObject({ rank: 12 });
    expect(await byRank(board)).toEqual([id]);
    others.close();
  });

  test("removes a row only if its check does not refuse it", async () => {
    const board = randomUUID();
    const key = { board, id: await create(board, { rank: 1, due: day(0) }) };
    const below = (most: number) => ({
      check: (row: TaskRow) => ((row.get("rank") ?? 0) < most ? undefined : row.refuse("HIGH")),
    });
    expect(await ordered.remove(Task, key, below(1))).toEqual({
      outcome: "refused",
      reason: "HIGH",
    });
    expect(await byRank(board)).toEqual([key.id]);
    expect(await ordered.remove(Task, key, below(2))).toEqual({ outcome: "deleted" });
    expect(await byRank(board)).toEqual([]);
    expect(await ordered.remove(Task, key, below(1))).toEqual({ outcome: "missing" });
  });
});

describe("concurrent updates", () => {
  test("two concurrent updates of one column each leave a row with its entries", async () => {
    for (let round = 0; round < 20; round++) {
      const board = randomUUID();
      const id = await create(board, { rank: 0, due: day(0) });
      const key = { board, id };
      await Promise.all([
        ordered.update(Task, key, { rank: 1 }),
        ordered.update(Task, key, { due: day(1) }),
      ]);
      expect(await ordersOfRow(board, id)).toEqual(["due", "rank"]);
      expect(await byRank(board)).toEqual([id]);
      expect(await session.load(Task, key)).toMatchObject({ rank: 1, due: day(1) });
    }
  });

  test("concurrent updates by two processes leave a row with its entries", async () => {
    const other = createOrdered({ session, lanes: createLanes(session) });
    for (let round = 0; round < 10; round++) {
      const board = randomUUID();
      const id = await create(board, { rank: 0, due: day(0) });
      const key = { board, id };
      await Promise.all([
        ordered.update(Task, key, { rank: 1 }),
        other.update(Task, key, { due: day(1) }),
        ordered.update(Task, key, { rank: 2 }),
        other.update(Task, key, { due: day(2) }),
      ]);
      expect(await ordersOfRow(board, id)).toEqual(["due", "rank"]);
    }
  });

  test("a page that is read while rows move lists each of them once", async () => {
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
        await ordered.update(Task, key, values);
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
  /** Returns a session that fails after so many statements. */
  function dying(left: number): Session {
    const step = () => {
      left -= 1;
      return left < 0 ? Promise.reject(new Error("dead")) : undefined;
    };
    return {
      ...session,
      run: (statement) => step() ?? session.run(statement),
      load: ((...args: Parameters<Session["load"]>) =>
        step() ?? session.load(...args)) as Session["load"],
    };
  }
  const owner = randomUUID();
  for (let left = 0; left < 16; left++) {
    const board = randomUUID();
    const mortal = dying(left);
    const ownLanes = createLanes(mortal);
    const own = createOrdered({ session: mortal, lanes: ownLanes });
    const id = await create(board, { rank: 0, due: day(0), owner });
    const key = { board, id };
    await own.update(Task, key, { rank: 1, due: day(1) }).catch(() => {});
    await own.create(Task, { board, title: "B", rank: 2, due: day(2) }).catch(() => {});
    ownLanes.close();
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

  test("a backfill puts the entry of each row that has one, for any partition key, and reports the others", async () => {
    await using other = await createKeyspace(Task);
    const reports: unknown[] = [];
    const reporting = { ...other.session, report: (row: unknown) => reports.push(row) };
    const id = randomUUID();
    const due = day(1);
    await other.session.cql(write, ["A", id, "T", due, 1, "Ada"]);
    await other.session.cql(write, ["A", randomUUID(), "T", due, 1, ""]);
    await other.session.cql(write, ["B", randomUUID(), "T", due, null, "Ada"]);
    await other.session.cql(write, [" C ", randomUUID(), "T", due, 1, "Ada"]);
    const state = await backfillOrder(reporting, TaskByOwner, { progress: () => {}, signal });
    expect(state).toMatchObject({ written: 1, unordered: 2, unreadable: 1 });
    expect(reports).toMatchObject([{ table: "task", column: "board" }]);
    const { rows } = await readOrder(other.session, TaskByOwner, {
      key: { owner: "Ada" },
      limit: 9,
    });
    expect(idsOf(rows)).toEqual([id]);
  });

  test("a backfill continues where an earlier one was interrupted", async () => {
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
