import { describe, expect, test } from "vitest";
import {
  asc,
  CassandraError,
  type Column,
  createTable,
  int,
  laneColumns,
  list,
  presenceColumn,
  select,
  set,
  table,
  text,
  uuid,
} from "../../src/cassandra/index.ts";
import { addColumn } from "../../src/cassandra/ddl.ts";
import { drift } from "../../src/cassandra/drift.ts";

const columns = { room: text(), id: uuid(), seats: int(), name: text().required() };
const clustered = { partition: ["room"], clustering: [asc("id")], lwt: true } as const;
const oneRow = { partition: ["room"], lwt: true } as const;

describe("a table with lanes", () => {
  test("has a static map of rounds beside its own hidden columns", () => {
    const hidden = { note: text() };
    const Desk = table("desk", columns, { ...clustered, hidden, lanes: true });
    expect(createTable(Desk)).toBe(`CREATE TABLE IF NOT EXISTS desk (
  room text,
  id uuid,
  seats int,
  name text,
  note text,
  rounds map<uuid, uuid> static,
  PRIMARY KEY ((room), id)
) WITH CLUSTERING ORDER BY (id ASC)`);
    expect(laneColumns(Desk)).toEqual({ rounds: "rounds" });
    expect(select(Desk, { room: "A" }).cql).toBe(
      "SELECT room, id, seats, name FROM desk WHERE room = ?",
    );
  });

  test("that remembers changes has columns for them", () => {
    const Desk = table("desk", columns, { ...clustered, lanes: { remembers: 60 } });
    expect(Object.keys(Desk.hidden)).toEqual(["rounds", "recent", "earlier"]);
    expect(laneColumns(Desk)).toEqual({
      rounds: "rounds",
      recent: "recent",
      earlier: "earlier",
      remembers: 60,
    });
    expect(addColumn(Desk, "recent")).toBe("ALTER TABLE desk ADD recent blob");
  });

  test("whose rows are partitions has a map of rounds in each row", () => {
    const Desk = table("desk", columns, { ...oneRow, lanes: true });
    expect(addColumn(Desk, "rounds")).toBe("ALTER TABLE desk ADD rounds map<uuid, uuid>");
    expect(presenceColumn(Desk)).toBe("name");
  });

  test("whose rows are partitions, without a required column, has one that tells whether a row exists", () => {
    const bare = { room: text(), seats: int(), note: text().default("") };
    const Desk = table("desk", bare, { ...oneRow, lanes: true });
    expect(addColumn(Desk, "present")).toBe("ALTER TABLE desk ADD present boolean");
    expect(presenceColumn(Desk)).toBe("present");
    const Clustered = table("desk", { ...bare, id: uuid() }, { ...clustered, lanes: true });
    expect(Object.keys(Clustered.hidden)).toEqual(["rounds"]);
    expect(presenceColumn(Clustered)).toBeUndefined();
  });

  test("does not tell by a collection whether a row exists, since an empty one is null", () => {
    const tagged = { room: text().required(), tags: list(text()).required(), kinds: set(text()) };
    const Desk = table("desk", tagged, { ...oneRow, lanes: true });
    expect(presenceColumn(Desk)).toBe("present");
  });

  test("can name its hidden columns differently", () => {
    const names = { rounds: "Cells", recent: "new", earlier: "old", present: "is_there" };
    const own = { room: text(), rounds: int(), recent: int(), earlier: int(), present: int() };
    const Desk = table("desk", own, { ...oneRow, lanes: { remembers: 1, names } });
    expect(Object.keys(Desk.hidden)).toEqual(["Cells", "new", "old", "is_there"]);
    expect(laneColumns(Desk)).toEqual({
      rounds: "Cells",
      recent: "new",
      earlier: "old",
      remembers: 1,
    });
    expect(presenceColumn(Desk)).toBe("is_there");
  });

  test("gets its hidden columns later, too", () => {
    const Desk = table("desk", columns, { ...clustered, lanes: { remembers: 60 } });
    const Plain = table("desk", columns, clustered);
    expect(drift([Plain, Desk], new Map()).missing.map(({ cql }) => cql)).toEqual([
      createTable(Plain),
      "ALTER TABLE desk ADD rounds map<uuid, uuid> static",
      "ALTER TABLE desk ADD recent blob",
      "ALTER TABLE desk ADD earlier blob",
    ]);
  });
});

test("a table without lanes has none of their columns", () => {
  const Desk = table("desk", columns, oneRow);
  expect(Desk.lanes).toBeUndefined();
  expect([laneColumns(Desk), presenceColumn(Desk)]).toEqual([undefined, undefined]);
});

describe("lanes that a table cannot have", () => {
  const define =
    (own: Readonly<Record<string, Column>>, options: object, key: object = oneRow) =>
    () =>
      table("desk", { room: text(), ...own }, { ...key, ...options } as never);

  test.each<[string, () => unknown, string]>([
    [
      "of a table of plain writes",
      define({}, { lanes: true }, { partition: ["room"] }),
      "its lanes need lightweight transactions: lwt: true",
    ],
    [
      "that remember for a part of a second",
      define({}, { lanes: { remembers: 1.5 } }),
      "lanes.remembers must be a whole number of seconds from 1 to 3600, but is 1.5",
    ],
    [
      "that remember for no time",
      define({}, { lanes: { remembers: 0 } }),
      "lanes.remembers must be a whole number of seconds from 1 to 3600, but is 0",
    ],
    [
      "that remember for more than an hour",
      define({}, { lanes: { remembers: 3601 } }),
      "lanes.remembers must be a whole number of seconds from 1 to 3600, but is 3601",
    ],
    [
      "of a table with a column of that name",
      define({ rounds: int() }, { lanes: true }),
      '"rounds" is also a hidden column of its lanes: give that one another name by lanes: { names: { rounds: … } }',
    ],
    [
      "of a table with a hidden column of that name",
      define({}, { hidden: { recent: int() }, lanes: { remembers: 5 } }),
      '"recent" is also a hidden column of its lanes: give that one another name by lanes: { names: { recent: … } }',
    ],
    [
      "of two columns of one name",
      define({}, { lanes: { remembers: 5, names: { earlier: "recent" } } }),
      '"recent" is also a hidden column of its lanes: give that one another name by lanes: { names: { earlier: … } }',
    ],
    [
      "of a table with a column named present, and none that is required",
      define({ present: int() }, { lanes: true }),
      '"present" is also a hidden column of its lanes: give that one another name by lanes: { names: { present: … } }',
    ],
    [
      "of a column without a name",
      define({}, { lanes: { names: { rounds: "" } } }),
      "a column has no name",
    ],
  ])("%s", (_, attempt, why) => {
    expect(attempt).toThrow(new CassandraError("BAD_TABLE", `Table "desk" cannot be: ${why}.`));
  });
});
