import { describe, expect, test } from "vitest";
import {
  add,
  asc,
  batch,
  type Batch,
  bigint,
  counter,
  counterBatch,
  insert,
  int,
  loggedBatch,
  put,
  remove,
  select,
  table,
  text,
  update,
} from "../../src/cassandra/index.ts";

const Reading = table(
  "reading",
  { device: text(), at: int(), value: int() },
  { partition: ["device"], clustering: [asc("at")] },
);
const Device = table("device", { name: text(), model: text() }, { partition: ["name"] });
const Seat = table(
  "seat",
  { hall: text(), number: int(), taken: int() },
  { partition: ["hall"], clustering: [asc("number")], lwt: true },
);
const PageHits = table(
  "page_hits",
  { page: text(), day: int(), views: counter() },
  { partition: ["page"], clustering: [asc("day")] },
);
const Place = table("place", { zip: bigint(), name: text() }, { partition: ["zip"] });

const reading = (device: string, at: number) => put(Reading, { device, at, value: 1 });
const hit = (page: string, day = 1) => add(PageHits, { page, day }, { views: 1n });
const take = (hall: string, number: number) =>
  update(Seat, { hall, number }, { taken: 1 }, { if: { taken: 0 } });
const free = (hall: string, number: number) => remove(Seat, { hall, number }, { if: "exists" });

describe("the CQL of a batch", () => {
  const put = "INSERT INTO reading (device, at, value) VALUES (?, ?, ?)";
  const take_ = "UPDATE seat SET taken = ? WHERE hall = ? AND number = ? IF taken = ?";
  const hit_ = "UPDATE page_hits SET views = views + ? WHERE page = ? AND day = ?";

  test.each<[string, Batch<unknown>, object]>([
    [
      "of plain writes to one partition",
      batch(Reading, [reading("a", 1), remove(Reading, { device: "a", at: 2 })]),
      {
        kind: "unlogged",
        table: Reading,
        cql: `BEGIN UNLOGGED BATCH ${put}; DELETE FROM reading WHERE device = ? AND at = ?; APPLY BATCH`,
      },
    ],
    [
      "of lightweight transactions",
      batch(Seat, [take("a", 1), free("a", 2)]),
      {
        kind: "lwt",
        table: Seat,
        cql: `BEGIN UNLOGGED BATCH ${take_}; DELETE FROM seat WHERE hall = ? AND number = ? IF EXISTS; APPLY BATCH`,
      },
    ],
    [
      "of counters of one partition",
      batch(PageHits, [hit("home", 1), hit("home", 2)]),
      {
        kind: "counter",
        table: PageHits,
        cql: `BEGIN COUNTER BATCH ${hit_}; ${hit_}; APPLY BATCH`,
      },
    ],
    [
      "of plain writes to any partitions and tables",
      loggedBatch([reading("a", 1), insert(Device, { name: "a", model: "A" })]),
      {
        kind: "logged",
        table: undefined,
        cql: `BEGIN BATCH ${put}; INSERT INTO device (name, model) VALUES (?, ?); APPLY BATCH`,
      },
    ],
    [
      "of counters of any partitions",
      counterBatch([hit("home"), hit("about")]),
      {
        kind: "counter",
        table: undefined,
        cql: `BEGIN COUNTER BATCH ${hit_}; ${hit_}; APPLY BATCH`,
      },
    ],
  ])("%s", (_, { kind, table, cql }, expected) => {
    expect({ kind, table, cql }).toEqual(expected);
  });
});

describe("a batch is refused", () => {
  const refused = (build: () => unknown, message: string) => {
    expect(build).toThrow(expect.objectContaining({ code: "BAD_STATEMENT", message }));
  };
  const any = <T>(value: T) => value as never;

  test("without writes", () => {
    refused(
      () => batch(Seat, []),
      'A batch takes conditional writes to table "seat", but got none.',
    );
    refused(
      () => batch(Reading, []),
      'A batch takes plain writes to table "reading", but got none.',
    );
    refused(() => loggedBatch([]), "A batch takes plain writes, but got none.");
    refused(() => counterBatch([]), "A batch takes writes to counters, but got none.");
  });

  test("with a write to another table", () => {
    refused(
      () => batch(Device, [any(reading("a", 1))]),
      'A batch takes plain writes to table "device", but got: INSERT INTO reading (device, at, value) VALUES (?, ?, ?).',
    );
  });

  test("with a statement of another kind", () => {
    const got = "but got: UPDATE seat SET taken = ? WHERE hall = ? AND number = ? IF taken = ?.";
    refused(() => loggedBatch([any(take("a", 1))]), `A batch takes plain writes, ${got}`);
    refused(() => counterBatch([any(take("a", 1))]), `A batch takes writes to counters, ${got}`);
    refused(
      () => batch(Seat, [any(select(Seat, { hall: "a" }))]),
      'A batch takes conditional writes to table "seat", but got: SELECT hall, number, taken FROM seat WHERE hall = ?.',
    );
    refused(
      () => loggedBatch([any(hit("home"))]),
      "A batch takes plain writes, but got: UPDATE page_hits SET views = views + ? WHERE page = ? AND day = ?.",
    );
  });

  test("with plain writes to several partitions, which Cassandra would apply one by one", () => {
    const message = (name: string) =>
      `Table "${name}" takes the writes of a batch to one partition, but got several: loggedBatch(…) and counterBatch(…) take them.`;
    refused(() => batch(Reading, [reading("a", 1), reading("b", 1)]), message("reading"));
    refused(() => batch(PageHits, [hit("a"), hit("b")]), message("page_hits"));
    refused(
      () => batch(Place, [put(Place, { zip: 1n }), remove(Place, { zip: 2n })]),
      message("place"),
    );
  });

  test("with writes of different consistencies", () => {
    const weak = { ...reading("a", 1), consistency: "LOCAL_ONE" } as const;
    const both = [weak, reading("a", 2)];
    const message =
      "The writes of a batch need one consistency, but got LOCAL_ONE and that of the session.";
    refused(() => batch(Reading, both), message);
    refused(() => loggedBatch(both), message);
    expect(batch(Reading, [weak, { ...weak }]).consistency).toBe("LOCAL_ONE");
    expect(batch(Reading, [reading("a", 2)]).consistency).toBeUndefined();
  });
});
