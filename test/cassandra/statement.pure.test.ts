import { describe, expect, test } from "vitest";
import {
  asc,
  CassandraError,
  desc,
  insert,
  int,
  InvalidValue,
  type RawRow,
  remove,
  select,
  selectEach,
  selectRows,
  selectWritetimes,
  table,
  text,
  timestamp,
  update,
  uuid,
} from "../../src/cassandra/index.ts";
import { stored } from "../fixtures/stored.ts";

const id = "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51";
const other = "7f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a52";
const date = new Date("2027-08-15T18:30:00Z");
const noon = new Date("2027-08-15T12:00:00Z");

const Party = table(
  "party",
  {
    city: text({ trim: true, min: 1, max: 200 }),
    id: uuid().default(() => other),
    name: text().required(),
    people: int({ min: 0 }).default(0),
    note: text(),
  },
  { partition: ["city"], clustering: [asc("id")], lwt: true },
);

const ByDate = table(
  "party_by_date",
  { city: text(), date: timestamp(), id: uuid(), Group: text() },
  { partition: ["city"], clustering: [asc("date"), asc("id")] },
);

const shape = ({
  cql,
  params,
  kind,
}: {
  cql: string;
  params: readonly unknown[];
  kind: string;
}) => ({
  cql,
  params,
  kind,
});

describe("select", () => {
  test("reads a partition", () => {
    expect(shape(select(Party, { city: "Rome" }))).toEqual({
      cql: "SELECT city, id, name, people, note FROM party WHERE city = ?",
      params: ["Rome"],
      kind: "read",
    });
  });

  test("reads a row", () => {
    expect(shape(select(Party, { city: "Rome", id }))).toEqual({
      cql: "SELECT city, id, name, people, note FROM party WHERE city = ? AND id = ?",
      params: ["Rome", id],
      kind: "read",
    });
  });

  test("reads a row with the ballot of a column", () => {
    expect(select(Party, { city: "Rome", id }, { writetime: ["people"] }).cql).toBe(
      "SELECT city, id, name, people, note, WRITETIME(people) FROM party WHERE city = ? AND id = ?",
    );
  });

  test("reads a row at the serial consistency", () => {
    expect(select(Party, { city: "Rome", id }, { serial: true })).toMatchObject({
      cql: select(Party, { city: "Rome", id }).cql,
      kind: "serial",
    });
  });

  test("reads a page after a row", () => {
    expect(shape(select(Party, { city: "Rome" }, { limit: 21, after: { id } }))).toEqual({
      cql: "SELECT city, id, name, people, note FROM party WHERE city = ? AND id > ? LIMIT ?",
      params: ["Rome", id, 21],
      kind: "read",
    });
  });

  test("reads a page after a row with several clustering columns", () => {
    expect(shape(select(ByDate, { city: "Rome" }, { after: { date, id } }))).toEqual({
      cql: 'SELECT city, date, id, "Group" FROM party_by_date WHERE city = ? AND (date, id) > (?, ?)',
      params: ["Rome", date, id],
      kind: "read",
    });
  });

  test("reads by a prefix of the clustering key", () => {
    expect(select(ByDate, { city: "Rome", date }).cql).toBe(
      'SELECT city, date, id, "Group" FROM party_by_date WHERE city = ? AND date = ?',
    );
  });

  test("reads a range, with the bounds in the given order", () => {
    expect(shape(select(ByDate, { city: "Rome", date: { gte: noon, lt: date } }))).toEqual({
      cql: 'SELECT city, date, id, "Group" FROM party_by_date WHERE city = ? AND date >= ? AND date < ?',
      params: ["Rome", noon, date],
      kind: "read",
    });
  });

  test("reads a range of the last clustering column", () => {
    expect(select(ByDate, { city: "Rome", date, id: { gt: id } }).cql).toBe(
      'SELECT city, date, id, "Group" FROM party_by_date WHERE city = ? AND date = ? AND id > ?',
    );
  });

  test("continues after a row in the direction of the table", () => {
    const Latest = table(
      "latest",
      { room: text(), at: timestamp(), body: text() },
      { partition: ["room"], clustering: [desc("at")] },
    );
    expect(select(Latest, { room: "a" }, { after: { at: date } }).cql).toBe(
      "SELECT room, at, body FROM latest WHERE room = ? AND at < ?",
    );
  });

  test("reads several rows of a partition", () => {
    expect(shape(selectRows(Party, { city: "Rome" }, [{ id }, { id: other }]))).toEqual({
      cql: "SELECT city, id, name, people, note FROM party WHERE city = ? AND id IN ?",
      params: ["Rome", [id, other]],
      kind: "read",
    });
  });

  test("reads several rows with several clustering columns", () => {
    const { cql } = selectRows(ByDate, { city: "Rome" }, [{ date, id }]);
    expect(cql).toBe(
      'SELECT city, date, id, "Group" FROM party_by_date WHERE city = ? AND (date, id) IN ?',
    );
  });

  test("selects only the clustering key besides the write times in selectWritetimes", () => {
    expect(shape(selectWritetimes(Party, { city: "Rome" }, [{ id }], "people"))).toEqual({
      cql: "SELECT id, WRITETIME(people) FROM party WHERE city = ? AND id IN ?",
      params: ["Rome", [id]],
      kind: "read",
    });
    const { cql } = selectWritetimes(ByDate, { city: "Rome" }, [{ date, id }], "Group");
    expect(cql).toBe(
      'SELECT date, id, WRITETIME("Group") FROM party_by_date WHERE city = ? AND (date, id) IN ?',
    );
  });

  test("has one CQL text per shape, whatever the values", () => {
    expect(select(Party, { city: "Rome" }, { limit: 1 }).cql).toBe(
      select(Party, { city: "Berlin" }, { limit: 100 }).cql,
    );
  });

  test.each([0, -1, 1.5, NaN, 2 ** 31])("rejects a limit of %d", (limit) => {
    expect(() => select(Party, { city: "Rome" }, { limit })).toThrow(
      `A limit must be a whole number from 1 to 2147483647, but got ${limit}.`,
    );
  });
});

describe("a write to a table of lightweight transactions", () => {
  test("inserts only a missing row, with the defaults of omitted columns", () => {
    const statement = insert(Party, { city: " Rome ", name: "A" }, { if: "not exists" });
    expect(shape(statement)).toEqual({
      cql: "INSERT INTO party (city, id, name, people) VALUES (?, ?, ?, ?) IF NOT EXISTS",
      params: ["Rome", other, "A", 0],
      kind: "lwt",
    });
  });

  test("inserts the columns in the order of the table", () => {
    const one = insert(Party, { name: "A", city: "Rome", people: 1 }, { if: "not exists" });
    const two = insert(Party, { people: 1, city: "Rome", name: "A" }, { if: "not exists" });
    expect(one.cql).toBe(two.cql);
    expect(one.params).toEqual(two.params);
  });

  test("updates a row on a condition", () => {
    const statement = update(Party, { city: "Rome", id }, { people: 6 }, { if: { people: 5 } });
    expect(shape(statement)).toEqual({
      cql: "UPDATE party SET people = ? WHERE city = ? AND id = ? IF people = ?",
      params: [6, "Rome", id, 5],
      kind: "lwt",
    });
  });

  test("updates several columns of an existing row in the order of the table", () => {
    const changes = { note: null, name: "B" };
    expect(shape(update(Party, { city: "Rome", id }, changes, { if: "exists" }))).toEqual({
      cql: "UPDATE party SET name = ?, note = ? WHERE city = ? AND id = ? IF EXISTS",
      params: ["B", null, "Rome", id],
      kind: "lwt",
    });
  });

  test("updates a row if one column is null and another has a value", () => {
    const options = { if: { name: "A" }, isNull: ["people"] } as const;
    expect(shape(update(Party, { city: "Rome", id }, { people: 1 }, options))).toEqual({
      cql: "UPDATE party SET people = ? WHERE city = ? AND id = ? IF name = ? AND people = null",
      params: [1, "Rome", id, "A"],
      kind: "lwt",
    });
  });

  test("removes an existing row", () => {
    expect(shape(remove(Party, { city: "Rome", id }, { if: "exists" }))).toEqual({
      cql: "DELETE FROM party WHERE city = ? AND id = ? IF EXISTS",
      params: ["Rome", id],
      kind: "lwt",
    });
  });
});

test("writes to a plain table have no condition", () => {
  expect(shape(insert(ByDate, { city: "Rome", date, id }))).toEqual({
    cql: "INSERT INTO party_by_date (city, date, id) VALUES (?, ?, ?)",
    params: ["Rome", date, id],
    kind: "write",
  });
  expect(update(ByDate, { city: "Rome", date, id }, { Group: "x" }).cql).toBe(
    'UPDATE party_by_date SET "Group" = ? WHERE city = ? AND date = ? AND id = ?',
  );
  expect(remove(ByDate, { city: "Rome", date, id }).cql).toBe(
    "DELETE FROM party_by_date WHERE city = ? AND date = ? AND id = ?",
  );
  expect(shape(remove(ByDate, { city: "Rome", date, id }, { timestamp: 5n }))).toEqual({
    cql: "DELETE FROM party_by_date USING TIMESTAMP ? WHERE city = ? AND date = ? AND id = ?",
    params: [5n, "Rome", date, id],
    kind: "write",
  });
});

describe("the result of a lightweight transaction", () => {
  const change = update(Party, { city: "Rome", id }, { people: 6 }, { if: { people: 5 } });

  test("is only applied: true if it was applied", () => {
    expect(change.decode([stored(Party, { "[applied]": true })])).toEqual({ applied: true });
  });

  test("has the actual value if it differs", () => {
    expect(change.decode([stored(Party, { "[applied]": false, people: 7 })])).toEqual({
      applied: false,
      current: { people: 7 },
    });
  });

  test("has null if the actual value is null", () => {
    expect(change.decode([stored(Party, { "[applied]": false, people: null })])).toEqual({
      applied: false,
      current: { people: null },
    });
  });

  test("has no current values if the row does not exist", () => {
    expect(change.decode([stored(Party, { "[applied]": false })])).toEqual({
      applied: false,
      current: undefined,
    });
  });

  test("has the existing row if an insert is refused", () => {
    const statement = insert(Party, { city: "Rome", id, name: "A" }, { if: "not exists" });
    const row = { city: "Rome", id, name: "B", people: null, note: null };
    expect(statement.decode([stored(Party, { "[applied]": false, ...row })])).toEqual({
      applied: false,
      current: { ...row, people: 0 },
    });
  });
});

describe("a row that a select returns", () => {
  const decode = (row: RawRow) => select(Party, { city: "Rome", id }).decode([stored(Party, row)]);

  test("has the constant default of a column if the stored value is null", () => {
    expect(decode({ city: "Rome", id, name: "A", people: null, note: null })).toMatchObject({
      people: 0,
      note: null,
    });
  });

  test("throws if a required value is missing", () => {
    expect(() => decode({ city: "Rome", id, name: null, people: 1, note: null })).toThrow(
      `Table "party", row {"city":"Rome","id":"${id}"}: "name" is null, which its model does not allow.`,
    );
  });

  test("is undefined if it does not exist", () => {
    expect(select(Party, { city: "Rome", id }).decode([])).toBeUndefined();
  });
});

describe("calls that do not compile are rejected at run time", () => {
  // Untyped, as in JavaScript.
  const asked = (make: () => unknown) => {
    try {
      make();
    } catch (error) {
      return error instanceof CassandraError ? `${error.code}: ${error.message}` : String(error);
    }
    return undefined;
  };
  const where = 'BAD_STATEMENT: Table "party_by_date" is addressed by its key ((city), date, id)';

  test.each<[string, RawRow, string]>([
    ["a missing partition key", { id }, '"city" is missing'],
    ["a null in the partition key", { city: undefined }, '"city" is missing'],
    ["a column outside the key", { city: "Rome", Group: "x" }, '"Group" is not in it'],
    ["an unknown column", { city: "Rome", nope: 1 }, '"nope" is not in it'],
    ["a skipped clustering column", { city: "Rome", id }, '"date" must be given before "id"'],
    [
      "a column after a range",
      { city: "Rome", date: { gt: date }, id },
      'a range on "date" can only be the last of the clustering columns',
    ],
    [
      "a range in the partition key",
      { city: { gt: "A" } },
      'a range on "city" can only be the last of the clustering columns',
    ],
  ])("%s", (_, key, why) => {
    expect(asked(() => select(ByDate, key as never))).toBe(`${where}: ${why}.`);
  });

  test("an incomplete primary key in an update", () => {
    expect(asked(() => update(ByDate, { city: "Rome", date } as never, { Group: "x" }))).toBe(
      `${where}: "id" must be given for one row.`,
    );
  });

  test.each<[string, () => unknown, string]>([
    [
      "a key column in SET",
      () => update(Party, { city: "Rome", id }, { id } as never, { if: "exists" }),
      'BAD_STATEMENT: Table "party" cannot set "id": it is in the key.',
    ],
    [
      "nothing to set",
      () => update(Party, { city: "Rome", id }, {}, { if: "exists" }),
      'BAD_STATEMENT: Table "party" has nothing to set.',
    ],
    [
      "an empty condition",
      () => update(Party, { city: "Rome", id }, { people: 1 }, { if: {} }),
      'BAD_STATEMENT: Table "party" has an empty condition.',
    ],
    [
      "a plain write on a table of lightweight transactions",
      () => (remove as (...args: unknown[]) => unknown)(Party, { city: "Rome", id }),
      'BAD_STATEMENT: Table "party" takes lightweight transactions only: this remove needs a condition.',
    ],
    [
      "a condition on a plain table",
      () =>
        (insert as (...args: unknown[]) => unknown)(
          ByDate,
          { city: "Rome", date, id },
          { if: "not exists" },
        ),
      'BAD_STATEMENT: Table "party_by_date" takes plain writes only: this insert cannot have a condition.',
    ],
    [
      "the option after with a key of one row",
      () => selectEach(Party, { city: "Rome", id }, { after: { id } }),
      'BAD_STATEMENT: Table "party" has one row with this key, so no row can come after it.',
    ],
    [
      "a write time beyond 64 bits",
      () => remove(ByDate, { city: "Rome", date, id }, { timestamp: 2n ** 63n }),
      'BAD_STATEMENT: Table "party_by_date" has a write whose timestamp must be a whole number from -9223372036854775808 to 9223372036854775807, but got 9223372036854775808.',
    ],
    [
      "a condition with null as value",
      () => update(Party, { city: "Rome", id }, { people: 1 }, { if: { people: null } as never }),
      "InvalidValue: party.people must be a whole number, but got null",
    ],
    [
      "a condition of nulls only",
      () => update(Party, { city: "Rome", id }, { people: 1 }, { if: {}, isNull: ["people"] }),
      'BAD_STATEMENT: Table "party" has a condition that also holds for a missing row: compare a column of the row with a value, or name one in isNotNull.',
    ],
    [
      "a condition that the row exists combined with another",
      () =>
        update(Party, { city: "Rome", id }, { people: 1 }, { if: "exists", isNull: ["people"] }),
      'BAD_STATEMENT: Table "party" has a condition on columns besides "exists": CQL allows only one of the two.',
    ],
    [
      "a condition that a column of the key is null",
      () =>
        update(Party, { city: "Rome", id }, { people: 1 }, {
          if: { name: "A" },
          isNull: ["city"],
        } as never),
      'BAD_STATEMENT: Table "party" cannot have a condition on "city": it is in the key.',
    ],
    [
      "an insert of an unknown column",
      () => insert(Party, { city: "Rome", name: "A", nope: 1 } as never, { if: "not exists" }),
      'BAD_STATEMENT: A row of "party" has no column "nope".',
    ],
    [
      "an insert without a required column",
      () => insert(Party, { city: "Rome" } as never, { if: "not exists" }),
      "InvalidValue: party.name must be a string, but got undefined",
    ],
  ])("%s", (_, make, message) => {
    expect(asked(make)).toBe(message);
  });

  test("a value outside the range of its column is never put into a statement", () => {
    const make = () => update(Party, { city: "Rome", id }, { people: -1 }, { if: { people: 0 } });
    expect(make).toThrow(InvalidValue);
  });
});
