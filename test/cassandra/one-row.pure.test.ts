import { describe, expect, test } from "vitest";
import {
  asc,
  CassandraError,
  createRow,
  element,
  insert,
  int,
  isThere,
  map,
  remove,
  removeRow,
  select,
  selectEach,
  selectPartition,
  selectRows,
  selectStored,
  selectStoredPartition,
  selectWritetimes,
  set,
  table,
  text,
  unlikelyColumn,
  update,
  updateCell,
  updatePartition,
} from "../../src/cassandra/index.ts";
import { decodeBatch } from "../../src/cassandra/write-result.ts";
import { writeNothing } from "../../src/cassandra/write-partition.ts";
import { stored } from "../fixtures/stored.ts";

const process = "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51";
const previous = "7f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a52";
const next = "8f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a53";

/** A table with lanes, partitions of one row, and a required column. */
const Theatre = table(
  "theatre",
  { id: int(), seats: int(), name: text().required(), tags: set(text()) },
  {
    partition: ["id"],
    lwt: true,
    hidden: { notes: map(text(), int()) },
    lanes: { remembers: 60 },
  },
);
/** A table with lanes and partitions of one row, without required columns. */
const Bare = table(
  "bare",
  { a: text(), b: int(), seats: int() },
  { partition: ["a", "b"], lwt: true, lanes: true },
);
/** A table whose partitions have many rows. */
const Desk = table(
  "desk",
  { room: text(), id: int(), seats: int(), motto: text().static() },
  { partition: ["room"], clustering: [asc("id")], lwt: true, lanes: true },
);
const Plain = table("plain", { id: int(), seats: int() }, { partition: ["id"] });

const shape = ({ cql, params, kind }: ReturnType<typeof insert>) => ({ cql, params, kind });
const refused = (why: string) => new CassandraError("BAD_STATEMENT", why);
/** Untyped, as in JavaScript. */
const untyped = (call: unknown) => call as (...args: readonly unknown[]) => unknown;

describe("createRow", () => {
  test("updates the given columns of a missing row if the partition has one row", () => {
    expect(shape(createRow(Theatre, { id: 1, name: "A", seats: null }) as never)).toEqual({
      cql: "UPDATE theatre SET name = ? WHERE id = ? IF name = null",
      params: ["A", 1],
      kind: "lwt",
    });
    const whole = { tags: new Set(["a"]), name: "A", seats: 5, id: 1 };
    expect(shape(createRow(Theatre, whole) as never)).toEqual({
      cql: "UPDATE theatre SET seats = ?, name = ?, tags = ? WHERE id = ? IF name = null",
      params: [5, "A", whole.tags, 1],
      kind: "lwt",
    });
  });

  test("sets the hidden presence column if no column is required", () => {
    expect(shape(createRow(Bare, { a: "A", b: 1, seats: 5 }) as never)).toEqual({
      cql: "UPDATE bare SET seats = ?, present = true WHERE a = ? AND b = ? IF present = null",
      params: [5, "A", 1],
      kind: "lwt",
    });
    expect(createRow(Bare, { a: "A", b: 1 }).cql).toBe(
      "UPDATE bare SET present = true WHERE a = ? AND b = ? IF present = null",
    );
  });

  test("is an insert if the partition has several rows", () => {
    expect(shape(createRow(Desk, { room: "A", id: 1 }) as never)).toEqual({
      cql: "INSERT INTO desk (room, id) VALUES (?, ?) IF NOT EXISTS",
      params: ["A", 1],
      kind: "lwt",
    });
  });

  test("returns the presence column if it is refused", () => {
    const creation = createRow(Theatre, { id: 1, name: "A" });
    expect(creation.decode([stored(Theatre, { "[applied]": true })])).toEqual({ applied: true });
    const there = { "[applied]": false, name: "B" };
    expect(creation.decode([stored(Theatre, there)])).toEqual({
      applied: false,
      current: { name: "B" },
    });
  });

  test("returns the stored row if it is refused in a partition of several rows", () => {
    const row = { room: "A", id: 1, seats: null, motto: null, rounds: null };
    const creation = createRow(Desk, { room: "A", id: 1 });
    expect(creation.decode([stored(Desk, { "[applied]": false, ...row })])).toEqual({
      applied: false,
      current: row,
    });
  });

  test("rejects invalid values, and tables of plain writes", () => {
    expect(() => untyped(createRow)(Theatre, { id: 1 })).toThrow(
      "theatre.name must be a string, but got undefined",
    );
    expect(() => untyped(createRow)(Theatre, { id: 1, name: "A", rounds: new Map() })).toThrow(
      refused('A row of "theatre" has no column "rounds".'),
    );
    expect(() => untyped(createRow)(Plain, { id: 1 })).toThrow(
      refused('Table "plain" takes plain writes only: this insert cannot have a condition.'),
    );
  });
});

describe("removeRow", () => {
  test("sets all columns but the cells of lanes to null if the partition has one row", () => {
    expect(shape(removeRow(Theatre, { id: 1 }) as never)).toEqual({
      cql: "UPDATE theatre SET seats = null, name = null, tags = null, notes = null, recent = null, earlier = null WHERE id = ? IF name != null",
      params: [1],
      kind: "lwt",
    });
    expect(shape(removeRow(Bare, { a: "A", b: 1 }) as never)).toEqual({
      cql: "UPDATE bare SET seats = null, present = null WHERE a = ? AND b = ? IF present != null",
      params: ["A", 1],
      kind: "lwt",
    });
  });

  test("is a delete if the partition has several rows", () => {
    expect(shape(removeRow(Desk, { room: "A", id: 1 }) as never)).toEqual({
      cql: "DELETE FROM desk WHERE room = ? AND id = ? IF EXISTS",
      params: ["A", 1],
      kind: "lwt",
    });
  });

  test("can have a condition, which must not hold for a missing row", () => {
    const removed = (table: unknown, key: object, holds: object) =>
      shape(untyped(removeRow)(table, key, holds) as never);
    const free = { if: { seats: 0 } };
    expect(removed(Desk, { room: "A", id: 1 }, free)).toMatchObject({
      cql: "DELETE FROM desk WHERE room = ? AND id = ? IF seats = ?",
      params: ["A", 1, 0],
    });
    expect(removed(Bare, { a: "A", b: 1 }, free)).toMatchObject({
      cql: "UPDATE bare SET seats = null, present = null WHERE a = ? AND b = ? IF seats = ? AND present != null",
      params: ["A", 1, 0],
    });
    expect(() => removed(Desk, { room: "A", id: 1 }, { if: {}, isNull: ["seats"] })).toThrow(
      "also holds for a missing row",
    );
  });

  test("returns no current values if the row does not exist", () => {
    const removal = removeRow(Theatre, { id: 1 });
    const none = { applied: false, current: undefined };
    expect(removal.decode([stored(Theatre, { "[applied]": false, name: null })])).toEqual(none);
    expect(removal.decode([stored(Theatre, { "[applied]": false })])).toEqual(none);
  });

  test("rejects incomplete keys, and tables of plain writes", () => {
    expect(() => untyped(removeRow)(Theatre, {})).toThrow('"id" must be given for one row.');
    expect(() => untyped(removeRow)(Plain, { id: 1 })).toThrow(
      refused('Table "plain" takes plain writes only: this remove cannot have a condition.'),
    );
  });
});

describe("an update in a partition of one row", () => {
  const at = { id: 1 };

  test("requires that the row exists", () => {
    expect(update(Theatre, at, { seats: 2 }, { if: "exists" }).cql).toBe(
      "UPDATE theatre SET seats = ? WHERE id = ? IF name != null",
    );
    expect(shape(update(Theatre, at, { seats: 2 }, { if: { seats: 1 } }) as never)).toEqual({
      cql: "UPDATE theatre SET seats = ? WHERE id = ? IF seats = ? AND name != null",
      params: [2, 1, 1],
      kind: "lwt",
    });
    expect(update(Bare, { a: "A", b: 1 }, { seats: 2 }, { if: { seats: 1 } }).cql).toBe(
      "UPDATE bare SET seats = ? WHERE a = ? AND b = ? IF seats = ? AND present != null",
    );
  });

  test("adds nothing if its condition already implies that the row exists", () => {
    expect(update(Theatre, at, { seats: 2 }, { if: { name: "A" } }).cql).toBe(
      "UPDATE theatre SET seats = ? WHERE id = ? IF name = ?",
    );
    const notNull = { if: { seats: 1 }, isNotNull: ["name"] } as const;
    expect(update(Theatre, at, { seats: 2 }, notNull).cql).toBe(
      "UPDATE theatre SET seats = ? WHERE id = ? IF seats = ? AND name != null",
    );
  });

  test("can have a condition of nulls only, to which the existence of the row is added", () => {
    const seats = "UPDATE theatre SET seats = ? WHERE id = ? IF seats = null AND name != null";
    expect(update(Theatre, at, { seats: 2 }, { if: {}, isNull: ["seats"] }).cql).toBe(seats);
    expect(update(Theatre, at, { seats: 2 }, { if: "exists", isNull: ["seats"] }).cql).toBe(seats);
    const notes = { notes: element("a", null) };
    expect(update(Theatre, at, { seats: 2 }, { if: notes }).cql).toBe(
      "UPDATE theatre SET seats = ? WHERE id = ? IF notes[?] = null AND name != null",
    );
  });

  test("returns the columns of its condition if it is refused, or none if the row does not exist", () => {
    const change = update(Theatre, at, { seats: 2 }, { if: { seats: 1 } });
    const answer = (row: object) =>
      change.decode([stored(Theatre, { "[applied]": false, ...row })]);
    expect(answer({ seats: 5, name: "A" })).toEqual({ applied: false, current: { seats: 5 } });
    expect(answer({ seats: null, name: "A" })).toEqual({
      applied: false,
      current: { seats: null },
    });
    expect(answer({ seats: null, name: null })).toEqual({ applied: false, current: undefined });
    expect(answer({})).toEqual({ applied: false, current: undefined });
    const renamed = update(Theatre, at, { seats: 2 }, { if: { name: "B" } });
    expect(renamed.decode([stored(Theatre, { "[applied]": false, name: "A" })])).toEqual({
      applied: false,
      current: { name: "A" },
    });
  });

  test("cannot create the row", () => {
    const created = { if: { seats: 1 }, isNull: ["name"] };
    expect(() => untyped(update)(Theatre, at, { seats: 2 }, created)).toThrow(
      refused('Table "theatre" has no row whose "name" is null: createRow(…) creates one.'),
    );
  });
});

test("an update in any table can require that columns are not null", () => {
  const Room = table(
    "room",
    { id: int(), seats: int(), note: text() },
    { partition: ["id"], lwt: true },
  );
  const options = { if: {}, isNotNull: ["note"] } as const;
  expect(update(Room, { id: 1 }, { seats: 1 }, options).cql).toBe(
    "UPDATE room SET seats = ? WHERE id = ? IF note != null",
  );
  const both = { if: {}, isNull: ["seats"], isNotNull: ["note"] } as const;
  expect(update(Room, { id: 1 }, { seats: 1 }, both).cql).toBe(
    "UPDATE room SET seats = ? WHERE id = ? IF seats = null AND note != null",
  );
});

describe("updateCell", () => {
  test("overwrites a cell in a partition of one row, whether the row exists or not", () => {
    const cell = { process, previous, next, ttl: 3600 };
    expect(shape(updateCell(Theatre, { id: 1 }, cell) as never)).toEqual({
      cql: "UPDATE theatre USING TTL ? SET rounds[?] = ? WHERE id = ? IF rounds[?] = ?",
      params: [3600, process, next, 1, process, previous],
      kind: "lwt",
    });
    const alone = updateCell(Theatre, { id: 1 }, { ...cell, previous: null, byName: true });
    expect(shape(alone as never)).toEqual({
      cql: "UPDATE theatre USING TTL ? SET rounds[?] = ? WHERE id = ? IF rounds[?] = null",
      params: [3600, process, next, 1, process],
      kind: "lwt",
    });
    expect(unlikelyColumn(Theatre)).toBeUndefined();
    expect(writeNothing(Theatre, { id: 1 })).toBeUndefined();
  });

  test("overwrites a cell in a partition of several rows, optionally by name", () => {
    const cell = { process, previous, next, ttl: 3600 };
    expect(shape(updateCell(Desk, { room: "A" }, cell) as never)).toEqual({
      cql: "UPDATE desk USING TTL ? SET rounds[?] = ? WHERE room = ? IF rounds[?] = ?",
      params: [3600, process, next, "A", process, previous],
      kind: "lwt",
    });
    expect(updateCell(Desk, { room: "A" }, { ...cell, byName: true }).cql).toBe(
      "UPDATE desk USING TTL ? SET rounds[?] = ?, seats = null WHERE room = ? AND id = ? IF rounds[?] = ? AND seats = null",
    );
  });

  test("can have a condition on static columns", () => {
    const cell = { process, previous, next, ttl: 60 };
    const motto = updateCell(Desk, { room: "A" }, { ...cell, if: { motto: "Quiet" } });
    expect(shape(motto as never)).toEqual({
      cql: "UPDATE desk USING TTL ? SET rounds[?] = ? WHERE room = ? IF motto = ? AND rounds[?] = ?",
      params: [60, process, next, "A", "Quiet", process, previous],
      kind: "lwt",
    });
    expect(updateCell(Desk, { room: "A" }, { ...cell, isNull: ["motto"] }).cql).toBe(
      "UPDATE desk USING TTL ? SET rounds[?] = ? WHERE room = ? IF rounds[?] = ? AND motto = null",
    );
    expect(() => untyped(updateCell)(Desk, { room: "A" }, { ...cell, if: { seats: 1 } })).toThrow(
      refused('Table "desk" has "seats" once per row, not once per partition.'),
    );
  });

  test("uses the column name that the table defines", () => {
    const Renamed = table(
      "renamed",
      { id: int(), rounds: int() },
      { partition: ["id"], lwt: true, lanes: { names: { rounds: "Cells" } } },
    );
    expect(updateCell(Renamed, { id: 1 }, { process, previous, next, ttl: 60 }).cql).toBe(
      'UPDATE renamed USING TTL ? SET "Cells"[?] = ? WHERE id = ? IF "Cells"[?] = ?',
    );
  });

  test("returns all cells if the cell has another round", () => {
    const cell = updateCell(Theatre, { id: 1 }, { process, previous, next, ttl: 60 });
    const rounds = new Map([[process, next]]);
    expect(cell.decode([stored(Theatre, { "[applied]": false, rounds })])).toEqual({
      applied: false,
      current: { rounds },
    });
    expect(cell.decode([stored(Theatre, { "[applied]": false })])).toEqual({
      applied: false,
      current: undefined,
    });
  });

  test("rejects a table without lanes", () => {
    const cell = { process, previous, next, ttl: 60 };
    expect(() => updateCell(Plain, { id: 1 }, cell)).toThrow(
      refused('Table "plain" has no lanes, so it has no cells.'),
    );
  });
});

describe("an update of a partition", () => {
  test("can require that static columns are null, with or without values of others", () => {
    const none = { if: {}, isNull: ["motto"] } as const;
    expect(shape(updatePartition(Desk, { room: "A" }, { motto: "B" }, none) as never)).toEqual({
      cql: "UPDATE desk SET motto = ? WHERE room = ? IF motto = null",
      params: ["B", "A"],
      kind: "lwt",
    });
    expect(
      shape(updatePartition(Desk, { room: "A" }, { motto: "B" }, { if: { motto: "A" } }) as never),
    ).toEqual({
      cql: "UPDATE desk SET motto = ? WHERE room = ? IF motto = ?",
      params: ["B", "A", "A"],
      kind: "lwt",
    });
  });

  test("rejects a condition on regular columns", () => {
    const change = (options: object) => () =>
      untyped(updatePartition)(Desk, { room: "A" }, { motto: "B" }, options);
    const why = refused('Table "desk" has "seats" once per row, not once per partition.');
    expect(change({ if: { seats: 1 } })).toThrow(why);
    expect(change({ if: {}, isNull: ["seats"] })).toThrow(why);
    expect(change({ if: {} })).toThrow(refused('Table "desk" has an empty condition.'));
  });
});

describe("a read of partitions of one row", () => {
  const there = { id: 1, seats: 5, name: "A", tags: null };
  const gone = { id: 1, seats: null, name: null, tags: null };

  test("omits rows that do not exist", () => {
    const one = select(Theatre, { id: 1 });
    expect(one.cql).toBe("SELECT id, seats, name, tags FROM theatre WHERE id = ?");
    expect(one.decode([stored(Theatre, there)])).toEqual({ ...there, tags: new Set() });
    expect(one.decode([stored(Theatre, gone)])).toBeUndefined();
    expect(selectEach(Theatre, { id: 1 }).decode([stored(Theatre, gone)])).toEqual([]);
    expect(selectRows(Theatre, { id: 1 }, [{}]).decode([stored(Theatre, gone)])).toEqual([]);
    expect(selectPartition(Theatre, { id: 1 }).decode([stored(Theatre, gone)])).toBeUndefined();
  });

  test("also selects the presence column, without returning it", () => {
    const seats = select(Theatre, { id: 1 }, { columns: ["seats"], writetime: ["seats"] });
    expect(seats.cql).toBe("SELECT id, seats, WRITETIME(seats), name FROM theatre WHERE id = ?");
    expect(seats.decode([stored(Theatre, { id: 1, seats: null, name: "A" })])).toEqual({
      id: 1,
      seats: null,
      "writetime(seats)": null,
    });
    const bare = select(Bare, { a: "A", b: 1 });
    expect(bare.cql).toBe("SELECT a, b, seats, present FROM bare WHERE a = ? AND b = ?");
    const row = { a: "A", b: 1, seats: null };
    expect(bare.decode([stored(Bare, { ...row, present: true })])).toEqual(row);
    expect(bare.decode([stored(Bare, { ...row, present: null })])).toBeUndefined();
    expect(selectPartition(Theatre, { id: 1 }).cql).toBe(
      "SELECT id, name FROM theatre WHERE id = ?",
    );
  });

  test("selects only the presence column besides the write times in selectWritetimes", () => {
    const times = selectWritetimes(Theatre, { id: 1 }, [{}], "seats");
    expect(times.cql).toBe("SELECT WRITETIME(seats), name FROM theatre WHERE id = ?");
    expect(times.decode([stored(Theatre, { name: "A" })])).toEqual([{ "writetime(seats)": null }]);
    expect(times.decode([stored(Theatre, { name: null })])).toEqual([]);
  });

  test("by selectStored has the key and the presence column", () => {
    const read = selectStored(Theatre, { id: 1 }, [{}], ["seats", "notes"]);
    expect(shape(read as never)).toEqual({
      cql: "SELECT id, seats, notes, name FROM theatre WHERE id = ?",
      params: [1],
      kind: "serial",
    });
    const none = { id: 1, seats: null, notes: null, name: null };
    expect(read.decode([stored(Theatre, none)])).toEqual([none]);
    expect(selectStored(Theatre, { id: 1 }, [{}], ["name"]).cql).toBe(
      "SELECT id, name FROM theatre WHERE id = ?",
    );
  });
});

test("selectStoredPartition reads static columns of the partition", () => {
  const read = selectStoredPartition(Desk, { room: "A" }, ["motto"]);
  expect(shape(read as never)).toEqual({
    cql: "SELECT DISTINCT room, motto FROM desk WHERE room = ?",
    params: ["A"],
    kind: "serial",
  });
  expect(read.decode([stored(Desk, { room: "A", motto: null })])).toEqual({
    room: "A",
    motto: null,
  });
  expect(read.decode([])).toBeUndefined();
  expect(() => untyped(selectStoredPartition)(Desk, { room: "A" }, ["seats"])).toThrow(
    refused('Table "desk" has "seats" once per row, not once per partition.'),
  );
});

test("isThere returns whether a stored row exists", () => {
  expect(isThere(Theatre, { id: 1, name: "A" })).toBe(true);
  expect(isThere(Theatre, { id: 1, name: null, rounds: new Map() })).toBe(false);
  expect(isThere(Bare, { a: "A", b: 1, present: true })).toBe(true);
  expect(isThere(Bare, { a: "A", b: 1, present: null })).toBe(false);
  expect(isThere(Desk, { room: "A", id: 1, seats: null })).toBe(true);
  expect(isThere(Desk, { room: "A", id: null, motto: "Quiet" })).toBe(false);
});

test("a refused batch returns the cells of lanes of a row that does not exist", () => {
  const rounds = new Map([[process, previous]]);
  const row = { id: 1, name: null, rounds };
  expect(decodeBatch(Theatre, [stored(Theatre, { "[applied]": false, ...row })])).toEqual({
    applied: false,
    rows: [row],
  });
});

describe("calls that do not compile are rejected at run time", () => {
  test("an insert or remove in a table with lanes and partitions of one row", () => {
    const values = { id: 1, name: "A" };
    expect(() => untyped(insert)(Theatre, values, { if: "not exists" })).toThrow(
      refused(
        'Table "theatre" has lanes and partitions of one row, which lanes.create(…) creates: it takes no insert.',
      ),
    );
    expect(() => untyped(remove)(Theatre, { id: 1 }, { if: "exists" })).toThrow(
      refused(
        'Table "theatre" has lanes and partitions of one row, which lanes.remove(…) removes: it takes no remove.',
      ),
    );
  });
});
