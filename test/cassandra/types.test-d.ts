import { describe, expectTypeOf, test } from "vitest";
import {
  asc,
  type ConnectOptions,
  insert,
  type Insert,
  int,
  type Lwt,
  type PartitionKey,
  type PrimaryKey,
  remove,
  type Row,
  select,
  type Statement,
  table,
  text,
  timestamp,
  update,
  uuid,
} from "../../src/cassandra/index.ts";
import { type Party, PartyTable } from "../../src/party/index.ts";

const ByDate = table(
  "party_by_date",
  { city: text(), date: timestamp(), id: uuid(), note: text() },
  { partition: ["city"], clustering: [asc("date"), asc("id")] },
);
const city = "Rome";
const id: string = "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51";
const date = new Date();

test("where Cassandra is: contact points or a bundle, never both", () => {
  const contactPoints = ["10.0.0.1"];
  const localDataCenter = "dc1";
  expectTypeOf({ contactPoints, localDataCenter }).toExtend<ConnectOptions>();
  expectTypeOf({ bundle: "scb.zip" }).toExtend<ConnectOptions>();
  expectTypeOf({
    bundle: "scb.zip",
    contactPoints,
    localDataCenter,
  }).not.toExtend<ConnectOptions>();
  expectTypeOf({ bundle: "scb.zip", tls: true as const }).not.toExtend<ConnectOptions>();
  expectTypeOf({ contactPoints }).not.toExtend<ConnectOptions>();
});

describe("types are read off a table", () => {
  test("a row: what is required or has a default is never null", () => {
    expectTypeOf<Party>().toEqualTypeOf<{
      readonly city: string;
      readonly id: string;
      readonly name: string;
      readonly people: number;
      readonly date: Date;
    }>();
    expectTypeOf<Row<typeof ByDate>["note"]>().toEqualTypeOf<string | null>();
  });

  test("an insert: what has a default or may be null can be left out", () => {
    expectTypeOf<Insert<typeof PartyTable>>().toEqualTypeOf<{
      readonly city: string;
      readonly name: string;
      readonly id?: string;
      readonly people?: number;
      readonly date?: Date;
    }>();
    expectTypeOf<Insert<typeof ByDate>>().toEqualTypeOf<{
      readonly city: string;
      readonly date: Date;
      readonly id: string;
      readonly note?: string | null;
    }>();
  });

  test("keys", () => {
    expectTypeOf<PartitionKey<typeof ByDate>>().toEqualTypeOf<{ readonly city: string }>();
    expectTypeOf<PrimaryKey<typeof ByDate>>().toEqualTypeOf<{
      readonly city: string;
      readonly date: Date;
      readonly id: string;
    }>();
  });

  test("the answer of a statement", () => {
    expectTypeOf(select(PartyTable, { city, id })).toExtend<Statement<Party | undefined>>();
    expectTypeOf(select(PartyTable, { city })).toExtend<Statement<readonly Party[]>>();
    expectTypeOf(
      update(PartyTable, { city, id }, { people: 1 }, { if: { people: 0 } }),
    ).toEqualTypeOf<Statement<Lwt<{ readonly people: number | null }>>>();
    expectTypeOf(insert(PartyTable, { city, name: "A" }, { if: "not exists" })).toExtend<
      Statement<Lwt<Party>>
    >();
    expectTypeOf(insert(ByDate, { city, date, id })).toEqualTypeOf<Statement<void>>();
  });
});

describe("does not compile", () => {
  test("a read without the partition key", () => {
    // @ts-expect-error Property 'city' is missing
    select(PartyTable, { id });
  });

  test("a read by a column outside the key", () => {
    // @ts-expect-error "name" is not in the key
    select(PartyTable, { city, name: "A" });
    const row = { city, id, name: "A" };
    // @ts-expect-error nor by an object that has it beside the key
    select(PartyTable, row);
  });

  test("a read by a column of no table", () => {
    // @ts-expect-error "town" is no column
    select(PartyTable, { city, town: "Rome" });
  });

  test("a read that skips a clustering column", () => {
    // @ts-expect-error "date" comes before "id"
    select(ByDate, { city, id });
  });

  test("a column after a range", () => {
    select(ByDate, { city, date: { gte: date } });
    select(ByDate, { city, date, id: { gt: id } });
    // @ts-expect-error the range on "date" has to be the last
    select(ByDate, { city, date: { gte: date }, id });
  });

  test("a range on the partition key, or one with two lower bounds", () => {
    // @ts-expect-error "city" needs a value
    select(ByDate, { city: { gt: "A" } });
    // @ts-expect-error either gt or gte
    select(ByDate, { city, date: { gt: date, gte: date } });
  });

  test("a value of another type", () => {
    // @ts-expect-error "city" is text
    select(PartyTable, { city: 5 });
  });

  test("half a primary key in an update or a remove", () => {
    // @ts-expect-error "id" is missing
    update(ByDate, { city, date }, { note: "A" });
    // @ts-expect-error "id" is missing
    remove(ByDate, { city, date });
  });

  test("SET on a key column", () => {
    // @ts-expect-error "id" is in the key
    update(PartyTable, { city, id }, { id }, { if: "exists" });
  });

  test("null into a required column", () => {
    // @ts-expect-error "name" is required
    update(PartyTable, { city, id }, { name: null }, { if: "exists" });
    update(ByDate, { city, date, id }, { note: null });
  });

  test("a plain write on an lwt table", () => {
    // @ts-expect-error needs { if: "not exists" }
    insert(PartyTable, { city, name: "A" });
    // @ts-expect-error needs a condition
    update(PartyTable, { city, id }, { people: 1 });
    // @ts-expect-error needs { if: "exists" }
    remove(PartyTable, { city, id });
  });

  test("a condition on a plain table", () => {
    // @ts-expect-error no lightweight transactions here
    insert(ByDate, { city, date, id }, { if: "not exists" });
  });

  test("a condition on null, or on a key column", () => {
    // @ts-expect-error IF people = null would make a row
    update(PartyTable, { city, id }, { people: 1 }, { if: { people: null } });
    // @ts-expect-error "city" is in the key
    update(PartyTable, { city, id }, { people: 1 }, { if: { city } });
  });

  test("an insert without a required column, or without the key", () => {
    // @ts-expect-error "name" is missing
    insert(PartyTable, { city }, { if: "not exists" });
    // @ts-expect-error "city" is missing
    insert(PartyTable, { name: "A" }, { if: "not exists" });
  });

  test("a key of columns that the table has not", () => {
    // @ts-expect-error "town" is no column
    table("t", { city: text() }, { partition: ["town"] });
    // @ts-expect-error a partition key is needed
    table("t", { city: text() }, { partition: [] });
    // @ts-expect-error "at" is no column
    table("t", { city: text(), n: int() }, { partition: ["city"], clustering: [asc("at")] });
  });

  test("the write time of a key column", () => {
    // @ts-expect-error key columns have none
    select(PartyTable, { city, id }, { writetime: "city" });
  });

  test("a limit on a single row", () => {
    select(PartyTable, { city }, { limit: 5 });
    const options = { after: { town: "x" } };
    // @ts-expect-error "after" is a clustering key
    select(PartyTable, { city }, options);
  });
});
