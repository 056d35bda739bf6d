import { describe, expect, expectTypeOf, test } from "vitest";
import {
  asc,
  bigint,
  counter,
  createTable,
  desc,
  duration,
  insert,
  int,
  type PrimaryKey,
  select,
  type Session,
  set,
  table,
  type TableOrders,
  text,
  timestamp,
} from "../../src/cassandra/index.ts";
import type { Draft, Lanes } from "../../src/lane/index.ts";
import { type Ordered, orderOf, ordersOf, readOrder } from "../../src/order/index.ts";
import { Task, TaskByDue, TaskByOwner, TaskByRank } from "./tables.ts";

const keyText = (of: Parameters<typeof createTable>[0]) =>
  /PRIMARY KEY .*\n.*/.exec(createTable(of))![0].replace("\n)", "");

describe("an order", () => {
  test("an order has the columns of its key and the time of its entries, and takes plain writes", () => {
    expect(createTable(TaskByDue)).toBe(`CREATE TABLE IF NOT EXISTS task_by_due (
  board text,
  due timestamp,
  id uuid,
  entered timestamp,
  PRIMARY KEY ((board), due, id)
) WITH CLUSTERING ORDER BY (due ASC, id DESC)`);
    expect(TaskByDue).toMatchObject({ lwt: false, lanes: undefined, sweepAfter: 600 });
    expect(Object.keys(TaskByDue.columns)).toEqual(["board", "due", "id", "entered"]);
  });

  test("an order's key ends with the rest of the source's key, in its directions", () => {
    expect(ordersOf(Task).map(keyText)).toEqual([
      "PRIMARY KEY ((board), due, id) WITH CLUSTERING ORDER BY (due ASC, id DESC)",
      "PRIMARY KEY ((board), rank, due, id) WITH CLUSTERING ORDER BY (rank DESC, due ASC, id DESC)",
      "PRIMARY KEY ((owner), rank, board, id) WITH CLUSTERING ORDER BY (rank ASC, board ASC, id DESC)",
    ]);
  });

  test("orderOf returns the same table each time, and refuses an unknown name", () => {
    expect(orderOf(Task, "task_by_due")).toBe(TaskByDue);
    expect(TaskByDue.source).toBe(Task);
    // @ts-expect-error no order has this name
    expect(() => orderOf(Task, "task_by_none")).toThrow('Table "task" is invalid: it has no order');
  });

  test("an order's columns have the source's types, all required", () => {
    const [board, id, due] = ["A", "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51", new Date()];
    insert(TaskByDue, { board, due, id });
    // @ts-expect-error the id has no default here
    expect(() => insert(TaskByDue, { board, due })).toThrow("task_by_due.id must be");
    select(TaskByOwner, { owner: "Ada", rank: { gte: 1 } });
    // @ts-expect-error due comes after rank
    expect(() => select(TaskByRank, { board, due })).toThrow('"rank" must be given before');
    expectTypeOf<PrimaryKey<typeof TaskByOwner>>().toEqualTypeOf<{
      readonly owner: string;
      readonly rank: number;
      readonly board: string;
      readonly id: string;
    }>();
  });
});

describe("a table cannot have an order that", () => {
  const columns = {
    room: text(),
    id: int(),
    at: timestamp(),
    tags: set(text()),
    span: duration(),
    site: text().static(),
    entered: timestamp(),
  };
  const make = (orders: object, more: object = { lwt: true, lanes: true }) =>
    table("desk", columns, {
      partition: ["room"],
      clustering: [asc("id")],
      ...more,
      orders: orders as TableOrders as never,
    } as never);

  test.each([
    [
      "names no column",
      { x: [asc("none")] },
      'its order "x" names "none", but the table\'s columns are room, id, at',
    ],
    [
      "has a set in its key",
      { x: [asc("tags")] },
      'its order "x" has "tags" in its key, but set<text> must be frozen in a key',
    ],
    [
      "has a duration in its key",
      { x: [asc("span")] },
      '"span" in its key, but a duration cannot be in a key',
    ],
    [
      "has a static column in its key",
      { x: [asc("site")] },
      '"site" in its key, but a static column cannot be in a key',
    ],
    ["names a column twice", { x: [asc("at"), desc("at")] }, 'its order "x" names "at" twice'],
    [
      "repeats the partition key",
      { x: [asc("room"), asc("at")] },
      'its order "x" names "room" twice',
    ],
    [
      "has only columns of the key",
      { x: { partition: ["id"] } },
      'its order "x" names no column outside',
    ],
    [
      "has no partition key",
      { x: { partition: [], clustering: [asc("at")] } },
      'its order "x" has an empty partition key',
    ],
    ["names a column without asc", { x: ["at"] }, "by asc(…) or desc(…)"],
    ["is called as the table", { desk: [asc("at")] }, 'its order "desk" has the name of the table'],
    [
      "has no name of a table",
      { "by-date": [asc("at")] },
      'its order "by-date" must be named by 1 to 48',
    ],
    [
      "needs the name of the entries' time",
      { x: [asc("entered")] },
      'its order "x" has "entered" in its key',
    ],
  ])("%s", (_, orders, message) => {
    expect(() => make(orders)).toThrow(message);
    expect(() => make(orders)).toThrow('Table "desk" is invalid: ');
  });

  test("an order of a table without lanes is refused", () => {
    expect(() => make({ x: [asc("at")] }, {})).toThrow('its order "x" needs lanes');
    expect(() => make({ x: [asc("at")] }, { lwt: true })).toThrow('its order "x" needs lanes');
  });

  test("an invalid order does not compile", () => {
    const key = { partition: ["room"], lwt: true, lanes: true } as const;
    const room = { room: text(), n: bigint(), hits: counter() };
    expect(() =>
      // @ts-expect-error there is no such column
      table("desk", room, { ...key, orders: { x: [asc("none")] } }),
    ).toThrow("is invalid");
    expect(() =>
      // @ts-expect-error it has no lanes
      table("desk", { room: text(), n: int() }, { partition: ["room"], orders: { x: [asc("n")] } }),
    ).toThrow("needs lanes");
  });
});

test("a column that an order sorts by can only be changed by ordered.update, as the compiler checks", () => {
  const change = (row: Draft<typeof Task>, date: Date) => {
    row.set({ title: "A", labels: new Set(["b"]) });
    row.get("due");
    // @ts-expect-error an order sorts by it
    row.set({ due: date });
    // @ts-expect-error an order has it as its partition key
    row.set({ owner: "Ada" });
  };
  const rows = async (lanes: Lanes, ordered: Ordered, session: Session) => {
    const id = "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51";
    // @ts-expect-error ordered.create creates its rows
    await lanes.create(Task, { board: "A", title: "B" });
    await ordered.create(Task, { board: "A", title: "B" });
    await ordered.update(Task, { board: "A", id }, { due: null, owner: "Ada" });
    // @ts-expect-error the title is required
    await ordered.update(Task, { board: "A", id }, { title: null });
    const updated = await ordered.update(Task, { board: "A", id }, (row) =>
      row.get("owner") === null ? { owner: "Ada" } : row.refuse("TAKEN"),
    );
    if (updated.outcome === "refused") expectTypeOf(updated.reason).toEqualTypeOf<"TAKEN">();
    // @ts-expect-error the title is required
    await ordered.update(Task, { board: "A", id }, () => ({ title: null }));
    const { rows } = await readOrder(session, TaskByOwner, { key: { owner: "A" }, limit: 1 });
    expectTypeOf(rows[0]!.labels).toEqualTypeOf<ReadonlySet<string>>();
    // @ts-expect-error board comes after rank
    await readOrder(session, TaskByOwner, { key: { owner: "A", board: "B" }, limit: 1 });
  };
  expect([change, rows]).toHaveLength(2);
});
