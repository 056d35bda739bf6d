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
  test("has a static map of rounds besides its own hidden columns", () => {
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

  test("has journal columns if it remembers changes", () => {
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

  test("has a map of rounds in each row if it has no clustering key", () => {
    const Desk = table("desk", columns, { ...oneRow, lanes: true });
    expect(addColumn(Desk, "rounds")).toBe("ALTER TABLE desk ADD rounds map<uuid, uuid>");
    expect(presenceColumn(Desk)).toBe("name");
  });

  test("has a hidden presence column if it has no clustering key and no required column", () => {
    const bare = { room: text(), seats: int(), note: text().default("") };
    const Desk = table("desk", bare, { ...oneRow, lanes: true });
    expect(addColumn(Desk, "present")).toBe("ALTER TABLE desk ADD present boolean");
    expect(presenceColumn(Desk)).toBe("present");
    const Clustered = table("desk", { ...bare, id: uuid() }, { ...clustered, lanes: true });
    expect(Object.keys(Clustered.hidden)).toEqual(["rounds"]);
    expect(presenceColumn(Clustered)).toBeUndefined();
  });

  test("does not use a collection as presence column, since an empty one is null", () => {
    const tagged = { room: text().required(), tags: list(text()).required(), kinds: set(text()) };
    const Desk = table("desk", tagged, { ...oneRow, lanes: true });
    expect(presenceColumn(Desk)).toBe("present");
  });

  test("can rename its hidden columns", () => {
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

  test("can get its hidden columns later", () => {
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

test("a table without lanes has no lane columns", () => {
  const Desk = table("desk", columns, oneRow);
  expect(Desk.lanes).toBeUndefined();
  expect([laneColumns(Desk), presenceColumn(Desk)]).toEqual([undefined, undefined]);
});

describe("a table rejects lanes", () => {
  const define =
    (own: Readonly<Record<string, Column>>, options: object, key: object = oneRow) =>
    () =>
      table("desk", { room: text(), ...own }, { ...key, ...options } as never);

  test.each<[string, () => unknown, string]>([
    [
      "if it is a table of plain writes",
      define({}, { lanes: true }, { partition: ["room"] }),
      "its lanes need lightweight transactions: lwt: true",
    ],
    [
      "whose remembers is not an integer",
      define({}, { lanes: { remembers: 1.5 } }),
      "lanes.remembers must be a whole number of seconds from 1 to 3600, but is 1.5",
    ],
    [
      "whose remembers is 0",
      define({}, { lanes: { remembers: 0 } }),
      "lanes.remembers must be a whole number of seconds from 1 to 3600, but is 0",
    ],
    [
      "whose remembers is more than an hour",
      define({}, { lanes: { remembers: 3601 } }),
      "lanes.remembers must be a whole number of seconds from 1 to 3600, but is 3601",
    ],
    [
      "if a column has the name of a lane column",
      define({ rounds: int() }, { lanes: true }),
      '"rounds" is also a hidden column of its lanes: give that one another name by lanes: { names: { rounds: … } }',
    ],
    [
      "if a hidden column has the name of a lane column",
      define({}, { hidden: { recent: int() }, lanes: { remembers: 5 } }),
      '"recent" is also a hidden column of its lanes: give that one another name by lanes: { names: { recent: … } }',
    ],
    [
      "with two lane columns of the same name",
      define({}, { lanes: { remembers: 5, names: { earlier: "recent" } } }),
      '"recent" is also a hidden column of its lanes: give that one another name by lanes: { names: { earlier: … } }',
    ],
    [
      "if a column is named present and none is required",
      define({ present: int() }, { lanes: true }),
      '"present" is also a hidden column of its lanes: give that one another name by lanes: { names: { present: … } }',
    ],
    [
      "with a lane column without a name",
      define({}, { lanes: { names: { rounds: "" } } }),
      "a column has no name",
    ],
  ])("%s", (_, attempt, why) => {
    expect(attempt).toThrow(new CassandraError("BAD_TABLE", `Table "desk" is invalid: ${why}.`));
  });
});
