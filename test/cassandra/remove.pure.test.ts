import { describe, expect, test } from "vitest";
import {
  asc,
  counter,
  date,
  desc,
  int,
  remove,
  removePartition,
  removeRange,
  removeRow,
  table,
  text,
  timestamp,
  uuid,
} from "../../src/cassandra/index.ts";
import { stored } from "../fixtures/stored.ts";

const Reading = table(
  "reading",
  { device: text(), day: date(), at: timestamp(), sensor: int(), value: int() },
  { partition: ["device", "day"], clustering: [desc("at"), asc("sensor")] },
);
const PageHits = table(
  "page_hits",
  { page: text(), day: date(), views: counter() },
  { partition: ["page"], clustering: [asc("day")] },
);
const Seat = table(
  "seat",
  { theatre: text(), id: uuid(), taken: int(), zone: text() },
  { partition: ["theatre"], clustering: [asc("id")], lwt: true },
);
const Theatre = table(
  "theatre",
  { id: uuid(), name: text().required(), seats: int() },
  { partition: ["id"], lwt: true, lanes: true },
);

const device = "a";
const day = "2027-08-15";
const at = new Date("2027-08-15T12:00:00Z");
const id = "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51";
const key = { theatre: "Globe", id };

/** Untyped, as in JavaScript. */
const untyped = (call: unknown) => call as (...args: readonly unknown[]) => unknown;

describe("removeRange", () => {
  test("removes a range of rows of a partition", () => {
    expect(removeRange(Reading, { device, day, at: { lt: at } })).toMatchObject({
      cql: "DELETE FROM reading WHERE device = ? AND day = ? AND at < ?",
      params: [device, day, at],
      kind: "write",
      table: Reading,
      partition: { device, day },
    });
  });

  test("removes the rows with a prefix of the clustering key", () => {
    expect(removeRange(Reading, { device, day, at }).cql).toBe(
      "DELETE FROM reading WHERE device = ? AND day = ? AND at = ?",
    );
    expect(removeRange(Reading, { device, day, at, sensor: { gte: 1, lt: 5 } }).cql).toBe(
      "DELETE FROM reading WHERE device = ? AND day = ? AND at = ? AND sensor >= ? AND sensor < ?",
    );
  });

  test("removes counters", () => {
    expect(removeRange(PageHits, { page: "home", day: { lt: day } })).toMatchObject({
      cql: "DELETE FROM page_hits WHERE page = ? AND day < ?",
      kind: "counter",
    });
  });

  test.each([
    [{ device, day }, "has a partition of this key: removePartition(…) removes it"],
    [{ device, day, at, sensor: 1 }, "has one row of this key: remove(…) removes it"],
    [{ device, at }, '"day" is missing'],
    [{ device, day, sensor: 1 }, '"at" must be given before "sensor"'],
    [{ device, day, value: 1 }, "has a partition of this key: removePartition(…) removes it"],
    [{ device, day, at, value: 1 }, '"value" is not in it'],
    [{ device, day, at: { lt: undefined } }, 'an undefined value or bound of "at"'],
    [{ device, day, at: { gt: at, lt: undefined } }, 'an undefined value or bound of "at"'],
    [{ device, day, at, sensor: { lt: undefined } }, 'an undefined value or bound of "sensor"'],
    [{ device, day, at, sensor: undefined }, 'an undefined value or bound of "sensor"'],
  ])("refuses the key %j", (given, why) => {
    expect(() => untyped(removeRange)(Reading, given)).toThrow(why);
  });

  test("refuses a table of lightweight transactions", () => {
    const why =
      'BAD_STATEMENT: Table "seat" takes lightweight transactions, which remove one row each: remove(…) removes it.';
    const range = () => untyped(removeRange)(Seat, { theatre: "Globe", id: { gt: id } });
    expect(range).toThrow(why.slice(15));
    expect(() => untyped(removePartition)(Seat, { theatre: "Globe" })).toThrow(why.slice(15));
  });
});

describe("removePartition", () => {
  test("removes a partition", () => {
    expect(removePartition(Reading, { device, day }, { consistency: "ALL" })).toMatchObject({
      cql: "DELETE FROM reading WHERE device = ? AND day = ?",
      params: [device, day],
      kind: "write",
      partition: { device, day },
      consistency: "ALL",
    });
  });

  test.each([
    [{ device }, '"day" is missing'],
    [{ device, day, at }, 'has no "at" in its partition key'],
    [{ device, day: { gt: day } }, 'a range on "day"'],
  ])("refuses the key %j", (given, why) => {
    expect(() => untyped(removePartition)(Reading, given)).toThrow(why);
  });
});

describe("remove", () => {
  test("removes a row if columns are as expected", () => {
    expect(remove(Seat, key, { if: { taken: 0 }, isNull: ["zone"] })).toMatchObject({
      cql: "DELETE FROM seat WHERE theatre = ? AND id = ? IF taken = ? AND zone = null",
      params: ["Globe", id, 0],
      kind: "lwt",
    });
    expect(remove(Seat, key, { if: {}, isNotNull: ["zone"] }).cql).toBe(
      "DELETE FROM seat WHERE theatre = ? AND id = ? IF zone != null",
    );
  });

  test("has the actual values if it is refused", () => {
    const { decode } = remove(Seat, key, { if: { taken: 0 } });
    expect(decode([stored(Seat, { "[applied]": false, taken: 3 })])).toEqual({
      applied: false,
      current: { taken: 3 },
    });
    expect(decode([stored(Seat, { "[applied]": false })])).toEqual({
      applied: false,
      current: undefined,
    });
  });

  test("refuses a condition that also holds for a missing row", () => {
    expect(() => remove(Seat, key, { if: {}, isNull: ["zone"] })).toThrow(
      "has a condition that also holds for a missing row",
    );
  });
});

describe("removeRow", () => {
  test("removes a row on a condition", () => {
    expect(removeRow(Seat, key, { if: { taken: 0 } }).cql).toBe(
      "DELETE FROM seat WHERE theatre = ? AND id = ? IF taken = ?",
    );
    expect(removeRow(Seat, key).cql).toBe(removeRow(Seat, key, { if: "exists" }).cql);
  });

  test("keeps the cells of a partition of one row, whose existence is added to the condition", () => {
    expect(removeRow(Theatre, { id }, { if: { seats: 0 } })).toMatchObject({
      cql: "UPDATE theatre SET name = null, seats = null WHERE id = ? IF seats = ? AND name != null",
      params: [id, 0],
    });
  });
});
