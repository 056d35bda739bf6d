import { describe, expect, test } from "vitest";
import {
  add,
  addToPartition,
  asc,
  counter,
  date,
  desc,
  double,
  insert,
  int,
  put,
  remove,
  select,
  selectPartition,
  selectRows,
  selectWritetimes,
  table,
  text,
  timestamp,
  update,
  updatePartition,
} from "../../src/cassandra/index.ts";

const columns = {
  device: text({ normalize: "NFC" }),
  day: date(),
  at: timestamp(),
  value: double(),
  place: text().static(),
};
const keys = { partition: ["device", "day"], clustering: [desc("at")] } as const;
const Reading = table("reading", columns, keys);
const Sampled = table("sampled", columns, { ...keys, consistency: "LOCAL_ONE" });
const Seat = table(
  "seat",
  { theatre: text(), taken: int() },
  { partition: ["theatre"], lwt: true },
);
const Laned = table(
  "laned",
  { theatre: text(), id: int(), taken: int() },
  { partition: ["theatre"], clustering: [asc("id")], lwt: true, lanes: true },
);
const PageHits = table(
  "page_hits",
  { page: text(), day: date(), views: counter(), total: counter().static() },
  { partition: ["page"], clustering: [asc("day")] },
);

const at = new Date(0);
const partition = { device: "a", day: "2027-08-15" };
const row = { ...partition, at };
const hits = { page: "home", day: "2027-08-15" };

/** Untyped, as in JavaScript. */
const untyped = (call: unknown) =>
  call as (...args: readonly unknown[]) => { readonly cql: string };

describe("a TTL", () => {
  test("is that of the values that a plain write sets", () => {
    expect(insert(Reading, { ...row, value: 1 }, { ttl: 60 })).toMatchObject({
      cql: "INSERT INTO reading (device, day, at, value) VALUES (?, ?, ?, ?) USING TTL ?",
      params: ["a", "2027-08-15", at, 1, 60],
    });
    expect(update(Reading, row, { value: 1 }, { ttl: 60 })).toMatchObject({
      cql: "UPDATE reading USING TTL ? SET value = ? WHERE device = ? AND day = ? AND at = ?",
      params: [60, 1, "a", "2027-08-15", at],
    });
    expect(updatePartition(Reading, partition, { place: "A" }, { ttl: 0 })).toMatchObject({
      cql: "UPDATE reading USING TTL ? SET place = ? WHERE device = ? AND day = ?",
      params: [0, "A", "a", "2027-08-15"],
    });
    expect(update(Reading, row, { value: 1 }, { ttl: undefined }).cql).toBe(
      "UPDATE reading SET value = ? WHERE device = ? AND day = ? AND at = ?",
    );
  });

  test("can be that of a lightweight transaction", () => {
    expect(insert(Seat, { theatre: "A", taken: 1 }, { if: "not exists", ttl: 60 }).cql).toBe(
      "INSERT INTO seat (theatre, taken) VALUES (?, ?) IF NOT EXISTS USING TTL ?",
    );
    expect(update(Seat, { theatre: "A" }, { taken: 1 }, { if: { taken: 0 }, ttl: 60 }).cql).toBe(
      "UPDATE seat USING TTL ? SET taken = ? WHERE theatre = ? IF taken = ?",
    );
  });

  test("is refused where lanes remember values", () => {
    const why = 'Table "laned" has lanes, which remember its values: it takes no ttl.';
    const values = { theatre: "A", id: 1, taken: 1 };
    expect(() => untyped(insert)(Laned, values, { if: "not exists", ttl: 60 })).toThrow(why);
    const key = { theatre: "A", id: 1 };
    expect(() => untyped(update)(Laned, key, { taken: 1 }, { if: "exists", ttl: 60 })).toThrow(why);
  });

  test.each([
    [-1, "from 0 to 630720000, but got -1."],
    [630_720_001, "from 0 to 630720000, but got 630720001."],
    [1.5, "must be a whole number, but got a number."],
    ["60", "but got other text."],
    [null, "but got null."],
  ])("of %j is refused", (ttl, why) => {
    expect(() => untyped(put)(Reading, { ...row, value: 1 }, { ttl })).toThrow(why);
    expect(() => untyped(update)(Reading, row, { value: 1 }, { ttl })).toThrow(
      'Table "reading" has a write whose ttl must be a whole number',
    );
  });
});

describe("a consistency", () => {
  test("is that of the statement, or else that of the table", () => {
    const consistency = "ALL";
    const writes = [
      insert(Sampled, row, { consistency }),
      update(Sampled, row, { value: 1 }, { consistency }),
      put(Sampled, row, { consistency }),
      updatePartition(Sampled, partition, { place: "A" }, { consistency }),
      remove(Sampled, row, { consistency }),
      add(PageHits, hits, { views: 1n }, { consistency }),
      addToPartition(PageHits, { page: "home" }, { total: 1n }, { consistency }),
    ];
    expect(writes.map((write) => write.consistency)).toEqual(writes.map(() => "ALL"));
    expect(put(Sampled, row).consistency).toBe("LOCAL_ONE");
    const reads = [
      select(Sampled, partition, { consistency }),
      select(Sampled, row, { consistency }),
      selectRows(Sampled, partition, [{ at }], { consistency }),
      selectPartition(Sampled, partition, { consistency }),
    ];
    expect(reads.map((read) => read.consistency)).toEqual(reads.map(() => "ALL"));
    const byTable = [
      selectRows(Sampled, partition, [{ at }]),
      selectPartition(Sampled, partition),
      selectWritetimes(Sampled, partition, [{ at }], "value"),
    ];
    expect(byTable.map((read) => read.consistency)).toEqual(byTable.map(() => "LOCAL_ONE"));
    expect(Object.hasOwn(put(Reading, row), "consistency")).toBe(false);
  });

  test("is refused for lightweight transactions", () => {
    const write = () =>
      untyped(update)(Seat, { theatre: "A" }, { taken: 1 }, { if: "exists", consistency: "ALL" });
    expect(write).toThrow(
      'Table "seat" takes lightweight transactions, which need the consistency of the session, but got ALL.',
    );
  });
});

describe("a plain write", () => {
  test("has its partition in stored form", () => {
    const given = { ...row, device: "u\u0308" };
    const stored = { device: "\u00fc", day: "2027-08-15" };
    expect(put(Reading, given).partition).toEqual(stored);
    expect(insert(Reading, given).partition).toEqual(stored);
    expect(update(Reading, given, { value: 1 }).partition).toEqual(stored);
    expect(remove(Reading, given).partition).toEqual({ ...stored, device: "u\u0308" });
    const { device, day } = given;
    expect(updatePartition(Reading, { device, day }, { place: "A" }).partition).toEqual(stored);
    expect(add(PageHits, hits, { views: 1n }).partition).toEqual({ page: "home" });
    expect(update(Seat, { theatre: "A" }, { taken: 1 }, { if: "exists" })).not.toHaveProperty(
      "partition",
    );
  });

  test("of counters is of its own kind", () => {
    expect(add(PageHits, hits, { views: 1n }).kind).toBe("counter");
    expect(addToPartition(PageHits, { page: "home" }, { total: 1n }).kind).toBe("counter");
    expect(remove(PageHits, hits).kind).toBe("counter");
    expect(put(Reading, row).kind).toBe("write");
  });
});
