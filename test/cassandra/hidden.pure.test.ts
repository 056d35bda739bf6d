import { describe, expect, test } from "vitest";
import {
  asc,
  blob,
  CassandraError,
  createTable,
  element,
  insert,
  int,
  invalidValues,
  map,
  newRow,
  type RawRow,
  select,
  selectRows,
  selectStored,
  table,
  text,
  unlikelyColumn,
  update,
  updatePartition,
  uuid,
} from "../../src/cassandra/index.ts";
import { stored } from "../fixtures/stored.ts";
import { addColumn } from "../../src/cassandra/ddl.ts";
import { drift, type LiveColumn } from "../../src/cassandra/drift.ts";
import { decodeBatch } from "../../src/cassandra/write-result.ts";
import { writeNothing } from "../../src/cassandra/write-partition.ts";

const id = "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51";
const other = "7f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a52";
const round = "8f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a53";

const columns = { room: text(), id: uuid(), seats: int(), motto: text().static() };
const key = { partition: ["room"], clustering: [asc("id")] } as const;
const hidden = {
  memory: map(int(), blob()),
  note: text(),
  Rounds: map(uuid(), uuid()).static(),
} as const;
const Desk = table("desk", columns, { ...key, lwt: true, hidden });
/** The same as a table of plain writes. */
const Plain = table("plain", columns, { ...key, hidden });

const shape = ({ cql, params, kind }: ReturnType<typeof insert>) => ({ cql, params, kind });
const bytes = new Uint8Array(Buffer.from("bytes"));

describe("a table with hidden columns and columns of the partition", () => {
  test("has them all in CQL, the hidden ones last", () => {
    expect(createTable(Desk)).toBe(`CREATE TABLE IF NOT EXISTS desk (
  room text,
  id uuid,
  seats int,
  motto text static,
  memory map<int, blob>,
  note text,
  "Rounds" map<uuid, uuid> static,
  PRIMARY KEY ((room), id)
) WITH CLUSTERING ORDER BY (id ASC)`);
  });

  test("gets each of them later, too", () => {
    expect(addColumn(Desk, "memory")).toBe("ALTER TABLE desk ADD memory map<int, blob>");
    expect(addColumn(Desk, "Rounds")).toBe('ALTER TABLE desk ADD "Rounds" map<uuid, uuid> static');
  });

  test("cannot have a hidden one of the name of another", () => {
    const twice = () => table("desk", columns, { ...key, hidden: { seats: int() } });
    expect(twice).toThrow(
      new CassandraError(
        "BAD_TABLE",
        'Table "desk" is invalid: it has two columns "seats", one of them hidden.',
      ),
    );
  });

  test("cannot have a hidden one in its key", () => {
    const named = () =>
      table("desk", { room: text() }, { partition: ["id"], hidden: { id: uuid() } } as never);
    expect(named).toThrow('Table "desk" is invalid: its key names "id", but its columns are room.');
  });
});

describe("the drift of a database from such a table", () => {
  const column = (
    name: string,
    type: string,
    kind: LiveColumn["kind"] = "regular",
    position = -1,
  ): LiveColumn => ({ name, type, kind, position, order: kind === "clustering" ? "asc" : "none" });
  const desk = [
    column("room", "text", "partition_key", 0),
    column("id", "uuid", "clustering", 0),
    column("seats", "int"),
    column("motto", "text", "static"),
    column("memory", "map<int, blob>"),
    column("note", "text"),
    column("Rounds", "map<uuid, uuid>", "static"),
  ];
  const live = (found: readonly LiveColumn[]) =>
    new Map([["desk", new Map(found.map((each) => [each.name, each]))]]);
  const without = (name: string) => desk.filter((each) => each.name !== name);

  test("is none where it has them", () => {
    expect(drift([Desk], live(desk))).toMatchObject({ missing: [], conflicts: [] });
  });

  test("is made good where it lacks them", () => {
    const bare = desk.filter(({ name }) => !["memory", "note", "Rounds", "motto"].includes(name));
    const { missing, conflicts } = drift([Desk], live(bare));
    expect(missing.map(({ cql }) => cql)).toEqual([
      "ALTER TABLE desk ADD motto text static",
      "ALTER TABLE desk ADD memory map<int, blob>",
      "ALTER TABLE desk ADD note text",
      'ALTER TABLE desk ADD "Rounds" map<uuid, uuid> static',
    ]);
    expect(conflicts).toEqual([]);
  });

  test.each<[string, readonly LiveColumn[], string]>([
    [
      "a hidden column of another type",
      [...without("memory"), column("memory", "map<int, text>")],
      "desk.memory is map<int, text>, the model has map<int, blob>",
    ],
    [
      "one of the partition that each row has",
      [...without("Rounds"), column("Rounds", "map<uuid, uuid>")],
      "desk.Rounds is map<uuid, uuid>, the model has static map<uuid, uuid>",
    ],
    [
      "one of a row that the partition has",
      [...without("seats"), column("seats", "int", "static")],
      "desk.seats is static int, the model has int",
    ],
  ])("is a conflict: %s", (_, found, conflict) => {
    expect(drift([Desk], live(found))).toMatchObject({ missing: [], conflicts: [conflict] });
  });
});

describe("a read", () => {
  test("has no hidden column", () => {
    const rows = "SELECT room, id, seats, motto FROM desk WHERE room = ?";
    expect(select(Desk, { room: "A" }).cql).toBe(rows);
    expect(select(Desk, { room: "A", id }, { writetime: ["seats"] }).cql).toBe(
      "SELECT room, id, seats, motto, WRITETIME(seats) FROM desk WHERE room = ? AND id = ?",
    );
    expect(selectRows(Desk, { room: "A" }, [{ id }]).cql).toBe(`${rows} AND id IN ?`);
  });

  test("gives rows without what the database had beside", () => {
    const found = { room: "A", id, seats: 1, motto: null, note: "hidden" };
    expect(select(Desk, { room: "A", id }).decode([stored(Desk, found)])).toEqual({
      room: "A",
      id,
      seats: 1,
      motto: null,
    });
  });

  test("of a partition that has nothing but its own columns finds no row", () => {
    const bare = { room: "A", id: null, seats: null, motto: "Quiet" };
    expect(select(Desk, { room: "A" }).decode([stored(Desk, bare)])).toEqual([]);
    expect(select(Desk, { room: "A" }, { limit: 5 }).decode([stored(Desk, bare)])).toEqual([]);
    expect(
      select(Desk, { room: "A" }, { writetime: ["seats"] }).decode([stored(Desk, bare)]),
    ).toEqual([]);
  });

  test("of what is stored has the clustering key and the columns that are named, hidden ones too", () => {
    const statement = selectStored(
      Desk,
      { room: "A" },
      [{ id }, { id: other }],
      ["seats", "memory", "Rounds"],
    );
    expect(shape(statement as never)).toEqual({
      cql: 'SELECT id, seats, memory, "Rounds" FROM desk WHERE room = ? AND id IN ?',
      params: ["A", [id, other]],
      kind: "serial",
    });
    const found = stored(Desk, {
      id,
      seats: null,
      memory: new Map([
        [0, bytes],
        [15, bytes],
      ]),
      Rounds: new Map([[other, round]]),
    });
    expect(statement.decode([found])).toEqual([
      {
        id,
        seats: null,
        memory: new Map([
          [0, bytes],
          [15, bytes],
        ]),
        Rounds: new Map([[other, round]]),
      },
    ]);
  });

  test("of what is stored does not know other columns", () => {
    const read = () => selectStored(Desk, { room: "A" }, [{ id }], ["nope" as never]);
    expect(read).toThrow('Table "desk" has no column "nope".');
  });
});

describe("an update of hidden columns", () => {
  const at = { room: "A", id };

  test("sets them and compares them, in the table's order", () => {
    const options = { if: { memory: element(0, bytes), seats: 1 } };
    const changes = { memory: element(0, bytes), seats: 2 };
    expect(shape(update(Desk, at, changes, options) as never)).toEqual({
      cql: "UPDATE desk SET seats = ?, memory[?] = ? WHERE room = ? AND id = ? IF seats = ? AND memory[?] = ?",
      params: [2, 0, bytes, "A", id, 1, 0, bytes],
      kind: "lwt",
    });
  });

  test("compares one that must not be there with null, in the text", () => {
    const options = { if: { seats: 1, memory: element(15, null) } };
    expect(shape(update(Desk, at, { memory: element(15, bytes) }, options) as never)).toEqual({
      cql: "UPDATE desk SET memory[?] = ? WHERE room = ? AND id = ? IF seats = ? AND memory[?] = null",
      params: [15, bytes, "A", id, 1, 15],
      kind: "lwt",
    });
  });

  test("compares nulls beside them", () => {
    const options = { if: { memory: element(0, bytes) }, isNull: ["seats"] } as const;
    expect(update(Desk, at, { seats: 1 }, options).cql).toBe(
      "UPDATE desk SET seats = ? WHERE room = ? AND id = ? IF memory[?] = ? AND seats = null",
    );
  });

  test("sets and compares a hidden column that is no map as a whole", () => {
    const options = { if: { seats: 1, note: "A" } };
    expect(shape(update(Desk, at, { note: "B" }, options) as never)).toEqual({
      cql: "UPDATE desk SET note = ? WHERE room = ? AND id = ? IF seats = ? AND note = ?",
      params: ["B", "A", id, 1, "A"],
      kind: "lwt",
    });
  });

  test("asks beside for nulls in hidden columns, and for what is not null", () => {
    const options = { if: { note: "A" }, isNull: ["memory"], isNotNull: ["seats"] } as const;
    expect(update(Desk, at, { note: "B" }, options).cql).toBe(
      "UPDATE desk SET note = ? WHERE room = ? AND id = ? IF note = ? AND memory = null AND seats != null",
    );
  });

  test("of a plain table has no condition", () => {
    expect(shape(update(Plain, at, { memory: element(0, bytes) }) as never)).toEqual({
      cql: "UPDATE plain SET memory[?] = ? WHERE room = ? AND id = ?",
      params: [0, bytes, "A", id],
      kind: "write",
    });
  });

  test("that is refused brings the whole map", () => {
    const statement = update(Desk, at, { seats: 1 }, { if: { memory: element(0, bytes) } });
    expect(
      statement.decode([stored(Desk, { "[applied]": false, memory: new Map([[3, bytes]]) })]),
    ).toEqual({
      applied: false,
      current: { memory: new Map([[3, bytes]]) },
    });
    expect(statement.decode([stored(Desk, { "[applied]": false, memory: null })])).toEqual({
      applied: false,
      current: { memory: null },
    });
  });
});

describe("an update of a partition", () => {
  const set = { Rounds: element(id, round) };

  test("names no row", () => {
    const options = { if: { Rounds: element(id, other) } };
    expect(shape(updatePartition(Desk, { room: "A" }, set, options) as never)).toEqual({
      cql: 'UPDATE desk SET "Rounds"[?] = ? WHERE room = ? IF "Rounds"[?] = ?',
      params: [id, round, "A", id, other],
      kind: "lwt",
    });
  });

  test("can be for a time, and where there is no such element", () => {
    const options = { if: { Rounds: element(id, null) }, ttl: 3600 };
    expect(shape(updatePartition(Desk, { room: "A" }, set, options) as never)).toEqual({
      cql: 'UPDATE desk USING TTL ? SET "Rounds"[?] = ? WHERE room = ? IF "Rounds"[?] = null',
      params: [3600, id, round, "A", id],
      kind: "lwt",
    });
  });

  test("cannot be for a part of a second", () => {
    const options = { if: { Rounds: element(id, null) }, ttl: 1.5 };
    expect(() => updatePartition(Desk, { room: "A" }, set, options)).toThrow(
      'Table "desk" has a write whose ttl must be a whole number, but got a number.',
    );
  });

  test("that is sent alone names a row that hardly ever exists, and changes nothing in it", () => {
    const options = { if: { Rounds: element(id, other) }, ttl: 3600, byName: true };
    expect(shape(updatePartition(Desk, { room: "A" }, set, options) as never)).toEqual({
      cql: 'UPDATE desk USING TTL ? SET "Rounds"[?] = ?, memory = null WHERE room = ? AND id = ? IF "Rounds"[?] = ? AND memory = null',
      params: [3600, id, round, "A", "00000000-0000-0000-0000-000000000000", id, other],
      kind: "lwt",
    });
    expect(unlikelyColumn(Desk)).toBe("memory");
    expect(shape(writeNothing(Desk, { room: "A" }) as never)).toEqual({
      cql: "UPDATE desk SET memory = null WHERE room = ? AND id = ? IF memory = null",
      params: ["A", "00000000-0000-0000-0000-000000000000"],
      kind: "lwt",
    });
    expect(writeNothing(Plain, { room: "A" })).toBeUndefined();
  });

  test("of a plain table has no condition", () => {
    expect(updatePartition(Plain, { room: "A" }, set).cql).toBe(
      'UPDATE plain SET "Rounds"[?] = ? WHERE room = ?',
    );
  });
});

describe("the answer of a batch", () => {
  test("that was applied says just that", () => {
    expect(decodeBatch(Desk, [stored(Desk, { "[applied]": true })])).toEqual({ applied: true });
  });

  test("that was refused brings the rows that there are", () => {
    const Rounds = new Map([[id, round]]);
    const rows = [
      stored(Desk, { "[applied]": false, room: "A", id, seats: 1, Rounds }),
      stored(Desk, { "[applied]": false, room: "A", id: other, seats: null, Rounds }),
    ];
    expect(decodeBatch(Desk, rows)).toEqual({
      applied: false,
      rows: [
        { room: "A", id, seats: 1, Rounds },
        { room: "A", id: other, seats: null, Rounds },
      ],
    });
  });

  test("that found no row and nothing of the partition brings none", () => {
    expect(decodeBatch(Desk, [stored(Desk, { "[applied]": false })])).toEqual({
      applied: false,
      rows: [],
    });
  });
});

describe("a value of a map or a blob", () => {
  test("has one exact text", () => {
    const { type } = map(int(), blob());
    const value = new Map([
      [0, bytes],
      [-1, new Uint8Array(0)],
    ]);
    expect(type.toText(value)).toBe('["-1","","0","Ynl0ZXM="]');
    expect(type.fromText(type.toText(value))).toEqual(value);
  });

  test.each<[unknown, string]>([
    [{ 0: bytes }, "must be a Map, but got an object"],
    [new Map([["0", bytes]]), "must be a whole number, but got other text"],
    [new Map([[0, "bytes"]]), "must be a Uint8Array, but got other text"],
    [null, "must be a Map, but got null"],
  ])("must be one: %o", (value, message) => {
    expect(() => map(int(), blob()).type.check(value)).toThrow(message);
  });
});

describe("what the compiler was not asked is refused at run time", () => {
  // Untyped, as in JavaScript.
  const at = { room: "A", id };
  const anyUpdate = update as unknown as (...args: readonly unknown[]) => unknown;
  const anyPartition = updatePartition as unknown as typeof anyUpdate;
  const refused = (why: string) => new CassandraError("BAD_STATEMENT", why);

  test("an insert of a hidden column", () => {
    const values: RawRow = { ...at, memory: new Map([[0, bytes]]) };
    expect(() => insert(Desk, values as never, { if: "not exists" })).toThrow(
      refused('A row of "desk" has no column "memory".'),
    );
    expect(() => newRow(Desk, values as never)).toThrow('A row of "desk" has no column "memory".');
  });

  test("an element of a column that is no map", () => {
    const none = refused('Table "desk" has no elements in "seats".');
    const seats = element(0, 1);
    expect(() => anyUpdate(Desk, at, { seats }, { if: "exists" })).toThrow(none);
    expect(() => anyUpdate(Desk, at, { seats: 1 }, { if: { seats } })).toThrow(none);
  });

  test("an element whose key or value is none of the map's", () => {
    const set = (memory: unknown) => () => anyUpdate(Desk, at, { memory }, { if: "exists" });
    expect(set(element("0", bytes))).toThrow("must be a whole number, but got other text");
    expect(set(element(0, "bytes"))).toThrow("must be a Uint8Array, but got other text");
  });

  test("a value that its hidden column cannot hold", () => {
    expect(() => anyUpdate(Desk, at, { note: 1 }, { if: "exists" })).toThrow("must be a string");
    expect(() => anyUpdate(Desk, at, { seats: 1 }, { if: { note: null } })).toThrow(
      "must be a string, but got null",
    );
    const nope = { if: { seats: 1 }, isNotNull: ["nope"] };
    expect(() => anyUpdate(Desk, at, { seats: 1 }, nope)).toThrow(
      refused('Table "desk" has no column "nope".'),
    );
  });

  test("a column of each row in an update of the partition", () => {
    const set = (changes: RawRow) => () =>
      anyPartition(Desk, { room: "A" }, changes, { if: { Rounds: element(id, other) } });
    expect(set({ memory: element(0, bytes) })).toThrow(
      refused('Table "desk" has "memory" once per row, not once per partition.'),
    );
    expect(set({ seats: 1 })).toThrow('has "seats" once per row, not once per partition.');
    expect(set({ nope: 1 })).toThrow('Table "desk" has no column "nope".');
    expect(set({})).toThrow('Table "desk" has nothing to set.');
  });

  test("an update of a partition without a condition, or with one on a plain table", () => {
    const set = { Rounds: element(id, round) };
    const holds = { if: { Rounds: element(id, null) } };
    expect(() => anyPartition(Desk, { room: "A" }, set)).toThrow(
      'Table "desk" takes lightweight transactions only: this update needs a condition.',
    );
    expect(() => anyPartition(Plain, { room: "A" }, set, holds)).toThrow(
      'Table "plain" takes plain writes only: this update cannot have a condition.',
    );
    expect(() => anyPartition(Desk, { room: "A" }, set, { if: {} })).toThrow(
      'Table "desk" has an empty condition.',
    );
  });

  test("values are judged by their columns, hidden or not", () => {
    expect(invalidValues(Desk, { seats: "1" }).get("seats")?.code).toBe("WRONG_TYPE");
  });
});
