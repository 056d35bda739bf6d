import { describe, expectTypeOf, test } from "vitest";
import {
  add,
  asc,
  batch,
  type Changes,
  type ColumnName,
  type ConnectOptions,
  counter,
  counterBatch,
  type CounterWrite,
  createRow,
  type DataName,
  element,
  type Element,
  frozen,
  type HiddenName,
  insert,
  type Insert,
  type IndexedName,
  int,
  keyNames,
  list,
  loggedBatch,
  type Lwt,
  type LwtBatch,
  map,
  type PartitionKey,
  type PlainWrite,
  type PrimaryKey,
  put,
  readable,
  remove,
  removePartition,
  removeRange,
  removeRow,
  type Row,
  sai,
  select,
  selectStored,
  selectStoredPartition,
  selectWritetimes,
  type Session,
  set,
  type Statement,
  type StoredRow,
  table,
  type Table,
  text,
  timestamp,
  udt,
  Unreadable,
  update,
  updateCell,
  updatePartition,
  uuid,
  type Where,
  type Write,
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

test("a restriction by an index has the value of the column, or of what its index is of", () => {
  const Shop = table(
    "shop",
    {
      id: uuid(),
      n: int(),
      kind: text(),
      stock: map(text(), int()),
      steps: frozen(list(int())),
      note: text(),
    },
    {
      partition: ["id"],
      clustering: [asc("n")],
      indexes: [
        sai("kind"),
        sai("steps"),
        sai("stock"),
        sai("stock", { of: "keys" }),
        sai("stock", { of: "entries" }),
        sai("n"),
      ],
    },
  );
  type Restrictions = Where<typeof Shop>;
  expectTypeOf<IndexedName<typeof Shop>>().toEqualTypeOf<"kind" | "steps" | "stock">();
  expectTypeOf<Restrictions["kind"]>().toEqualTypeOf<string | undefined>();
  expectTypeOf<Restrictions["steps"]>().toEqualTypeOf<readonly number[] | undefined>();
  expectTypeOf<Restrictions["stock"]>().toEqualTypeOf<
    | { readonly contains: number }
    | { readonly containsKey: string }
    | { readonly entry: readonly [key: string, value: number] }
    | undefined
  >();
  expectTypeOf(select(Shop, { id }, { where: { kind: "a" } })).toEqualTypeOf<
    Statement<readonly Row<typeof Shop>[]>
  >();
});

test("connect takes contact points or a bundle, never both", () => {
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

describe("types are inferred from a table", () => {
  test("a row has no null in columns that are required or have a default", () => {
    expectTypeOf<Party>().toEqualTypeOf<{
      readonly city: string;
      readonly id: string;
      readonly name: string;
      readonly people: number;
      readonly date: Date;
    }>();
    expectTypeOf<Row<typeof ByDate>["note"]>().toEqualTypeOf<string | null>();
  });

  test("an insert may omit columns that have a default or may be null", () => {
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

  test("keys have the columns of the partition key and of the primary key", () => {
    expectTypeOf<PartitionKey<typeof ByDate>>().toEqualTypeOf<{ readonly city: string }>();
    expectTypeOf<PrimaryKey<typeof ByDate>>().toEqualTypeOf<{
      readonly city: string;
      readonly date: Date;
      readonly id: string;
    }>();
  });

  test("statements have the result type of their table and key", () => {
    expectTypeOf(select(PartyTable, { city, id })).toExtend<Statement<Party | undefined>>();
    expectTypeOf(select(PartyTable, { city })).toExtend<Statement<readonly Party[]>>();
    expectTypeOf(
      update(PartyTable, { city, id }, { people: 1 }, { if: { people: 0 } }),
    ).toEqualTypeOf<Write<typeof PartyTable, Lwt<{ readonly people: number | null }>>>();
    expectTypeOf(insert(PartyTable, { city, name: "A" }, { if: "not exists" })).toExtend<
      Statement<Lwt<Party>>
    >();
    expectTypeOf(insert(ByDate, { city, date, id })).toEqualTypeOf<PlainWrite<typeof ByDate>>();
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
    // @ts-expect-error "name" is not in the key, even of an object
    select(PartyTable, row);
  });

  test("a read by a column that no table has", () => {
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

  test("a part of the primary key in an update or a remove", () => {
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

  test("sweepAfter on a table of lightweight transactions", () => {
    const key = { partition: ["room"], clustering: [asc("at")] } as const;
    const columns = { room: text(), at: timestamp() };
    table("notes", columns, { ...key, sweepAfter: 600 });
    // @ts-expect-error lightweight transactions are swept by their ballots
    table("notes", columns, { ...key, lwt: true, sweepAfter: 600 });
  });

  test("lanes on a plain table, or lanes whose remembers is not a number of seconds", () => {
    const columns = { room: text(), at: timestamp() };
    table("notes", columns, { partition: ["room"], lwt: true, lanes: { remembers: 60 } });
    // @ts-expect-error lanes need lightweight transactions
    table("notes", columns, { partition: ["room"], lanes: true });
    // @ts-expect-error lanes need lightweight transactions
    table("notes", columns, { partition: ["room"], lwt: false, lanes: { remembers: 60 } });
    // @ts-expect-error a number is needed
    table("notes", columns, { partition: ["room"], lwt: true, lanes: { remembers: "60" } });
    // @ts-expect-error lanes cannot be false
    table("notes", columns, { partition: ["room"], lwt: true, lanes: false });
    // @ts-expect-error "rememebrs" is no option
    table("notes", columns, { partition: ["room"], lwt: true, lanes: { rememebrs: 60 } });
  });

  test("orders on a table without lanes", () => {
    const columns = { room: text(), at: timestamp(), id: uuid() };
    const key = { partition: ["room"], clustering: [asc("id")] } as const;
    const orders = { notes_by_at: [asc("at")] } as const;
    table("notes", columns, { ...key, lwt: true, lanes: true, orders });
    // @ts-expect-error orders need lanes
    table("notes", columns, { ...key, lwt: true, orders });
    // @ts-expect-error orders need lanes
    table("notes", columns, { ...key, orders });
  });

  test("a condition on a plain table", () => {
    // @ts-expect-error a plain table takes no condition
    insert(ByDate, { city, date, id }, { if: "not exists" });
    // @ts-expect-error a plain table takes no condition
    update(ByDate, { city, date, id }, { note: "A" }, { if: "exists" });
    // @ts-expect-error a plain table takes no condition
    remove(ByDate, { city, date, id }, { if: "exists" });
    remove(ByDate, { city, date, id }, { timestamp: 1n });
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

  test("a key with columns that the table does not have", () => {
    // @ts-expect-error "town" is no column
    table("t", { city: text() }, { partition: ["town"] });
    // @ts-expect-error a partition key is needed
    table("t", { city: text() }, { partition: [] });
    // @ts-expect-error "at" is no column
    table("t", { city: text(), n: int() }, { partition: ["city"], clustering: [asc("at")] });
  });

  test("the write time of a key column", () => {
    // @ts-expect-error key columns have no write time
    select(PartyTable, { city, id }, { writetime: ["city"] });
    // @ts-expect-error key columns have no write time
    selectWritetimes(PartyTable, { city }, [{ id }], "city");
    // @ts-expect-error "id" is missing in the clustering key
    selectWritetimes(PartyTable, { city }, [{ city, date }], "people");
  });

  test("a limit on a single row", () => {
    select(PartyTable, { city }, { limit: 5 });
    const options = { after: { town: "x" } };
    // @ts-expect-error "after" is a clustering key
    select(PartyTable, { city }, options);
  });
});

describe("hidden and static columns", () => {
  const Desk = table(
    "desk",
    { room: text(), id: uuid(), seats: int(), motto: text().static().required() },
    {
      partition: ["room"],
      clustering: [asc("id")],
      lwt: true,
      hidden: {
        seatsBy: map(text(), int()),
        note: text(),
        rounds: map(uuid(), uuid()).static(),
      },
    },
  );
  const Plain = table(
    "plain",
    { room: text(), id: uuid() },
    {
      partition: ["room"],
      clustering: [asc("id")],
      hidden: { rounds: map(uuid(), uuid()).static() },
    },
  );
  const room = "A";

  test("are not in rows, inserts or keys if they are hidden", () => {
    expectTypeOf<Row<typeof Desk>>().toEqualTypeOf<{
      readonly room: string;
      readonly id: string;
      readonly seats: number | null;
      readonly motto: string;
    }>();
    expectTypeOf<keyof Insert<typeof Desk>>().toEqualTypeOf<"room" | "id" | "seats" | "motto">();
    expectTypeOf<ColumnName<typeof Desk>>().toEqualTypeOf<"room" | "id" | "seats" | "motto">();
    expectTypeOf<DataName<typeof Desk>>().toEqualTypeOf<"seats" | "motto">();
    expectTypeOf<HiddenName<typeof Desk>>().toEqualTypeOf<"seatsBy" | "note" | "rounds">();
    // @ts-expect-error "note" is hidden
    insert(Desk, { room, id, motto: "Quiet", note: "A" }, { if: "not exists" });
    // @ts-expect-error "note" is hidden
    select(Desk, { room, id }, { writetime: ["note"] });
  });

  test("are never if a table has none", () => {
    expectTypeOf<HiddenName<typeof ByDate>>().toEqualTypeOf<never>();
    expectTypeOf<keyof Changes<typeof ByDate>>().toEqualTypeOf<"city" | "date" | "id" | "note">();
  });

  test("can be in stored rows, with the values of the database", () => {
    type Not = null | undefined | Unreadable;
    expectTypeOf<StoredRow<typeof Desk>["seats"]>().toEqualTypeOf<number | Not>();
    expectTypeOf<StoredRow<typeof Desk>["motto"]>().toEqualTypeOf<string | Not>();
    expectTypeOf<StoredRow<typeof Desk>["seatsBy"]>().toEqualTypeOf<
      ReadonlyMap<string, number> | Not
    >();
    expectTypeOf(readable(null as number | Not)).toEqualTypeOf<number | null | undefined>();
    update(Desk, { room, id }, { seats: 1 }, { if: { seats: new Unreadable(Buffer.alloc(0)) } });
    const stored = selectStored(Desk, { room }, [{ id }], ["seats", "seatsBy", "rounds"]);
    expectTypeOf(stored).toEqualTypeOf<Statement<readonly StoredRow<typeof Desk>[]>>();
    // @ts-expect-error "nope" is no column
    selectStored(Desk, { room }, [{ id }], ["nope"]);
    // @ts-expect-error the clustering key is always selected
    selectStored(Desk, { room }, [{ id }], ["id"]);
  });

  test("can be set and compared, maps by element", () => {
    expectTypeOf(element("A", 1)).toEqualTypeOf<Element<"A", number>>();
    const seatsBy = element("A", 1);
    const options = { if: { seats: 1, seatsBy: element("A", null) } };
    expectTypeOf(update(Desk, { room, id }, { seats: 2, seatsBy }, options)).toEqualTypeOf<
      Write<typeof Desk, Lwt<{ readonly seats: number | null }>>
    >();
    // @ts-expect-error the keys are texts
    update(Desk, { room, id }, { seatsBy: element(1, 1) }, { if: "exists" });
    // @ts-expect-error the values are numbers
    update(Desk, { room, id }, { seatsBy: element("A", "1") }, { if: "exists" });
    // @ts-expect-error null is allowed in conditions only
    update(Desk, { room, id }, { seatsBy: element("A", null) }, { if: "exists" });
    // @ts-expect-error not a map as a whole
    update(Desk, { room, id }, { seatsBy: new Map([["A", 1]]) }, { if: "exists" });
    // @ts-expect-error a column other than a map takes no element
    update(Desk, { room, id }, { note: 1 }, { if: { note: "A" } });
    // @ts-expect-error null needs isNull
    update(Desk, { room, id }, { note: "A" }, { if: { note: null } });
    update(Desk, { room, id }, { note: "A" }, { if: { seats: 1 }, isNull: ["note"] });
    // @ts-expect-error a column other than a map takes no element
    update(Desk, { room, id }, { seats: element("A", 1) }, { if: "exists" });
    // @ts-expect-error the values are numbers in a condition too
    update(Desk, { room, id }, { seats: 2 }, { if: { seatsBy: element("A", "1") } });
    // @ts-expect-error "rounds" has UUIDs
    update(PartyTable, { city, id }, { rounds: element(1, 2) }, { if: "exists" });
  });

  test("are changed by the partition key if they are static, with a condition if the table is lwt", () => {
    const rounds = element(id, id);
    expectTypeOf(
      updatePartition(Desk, { room }, { rounds }, { if: { rounds: element(id, null) }, ttl: 1 }),
    ).toEqualTypeOf<Write<typeof Desk, Lwt<StoredRow<typeof Desk>>>>();
    expectTypeOf(updatePartition(Plain, { room }, { rounds })).toEqualTypeOf<
      PlainWrite<typeof Plain>
    >();
    // @ts-expect-error needs a condition
    updatePartition(Desk, { room }, { rounds });
    // @ts-expect-error "room" is missing
    updatePartition(Desk, {}, { rounds }, { if: { rounds } });
    // @ts-expect-error the values are UUIDs
    updatePartition(Desk, { room }, { rounds: element(id, 1) }, { if: { rounds } });
    // @ts-expect-error "seats" is not hidden
    updatePartition(Desk, { room }, { seats: 1 }, { if: { rounds } });
    // @ts-expect-error a plain table takes no condition
    updatePartition(Plain, { room }, { rounds }, { if: { rounds } });
  });

  test("are compatible with code for any table", () => {
    const names = (any: Table) => keyNames(any).concat(Object.keys(any.hidden));
    expectTypeOf(names).toBeCallableWith(Desk);
    expectTypeOf(names).toBeCallableWith(ByDate);
    const decodeAny = <T extends Table>(any: T, key: PartitionKey<T>, row: StoredRow<T>) => ({
      any,
      key,
      row,
    });
    expectTypeOf(decodeAny(Desk, { room }, { note: null }).any).toEqualTypeOf(Desk);
  });

  test("a batch of lightweight transactions takes no other statements, and returns stored rows", async () => {
    const send = async (session: Session) => {
      const answer = await session.run(batch(Desk, [remove(Desk, { room, id }, { if: "exists" })]));
      expectTypeOf(answer).toEqualTypeOf<LwtBatch<StoredRow<typeof Desk>>>();
      // @ts-expect-error a write to another table
      await session.run(batch(Desk, [remove(ByDate, { city, date, id })]));
      // @ts-expect-error a read is not a write
      await session.run(batch(Desk, [select(Desk, { room })]));
    };
    expectTypeOf(send).returns.resolves.toBeVoid();
  });

  test("a batch of plain writes has no result, and takes those to its table", async () => {
    const send = async (session: Session) => {
      const removal = remove(ByDate, { city, date, id });
      expectTypeOf(await session.run(batch(ByDate, [removal]))).toBeVoid();
      expectTypeOf(await session.run(loggedBatch([removal]))).toBeVoid();
      // @ts-expect-error a write to another table
      batch(Plain, [removal]);
      // @ts-expect-error a lightweight transaction
      loggedBatch([remove(Desk, { room, id }, { if: "exists" })]);
      // @ts-expect-error no counters
      counterBatch([removal]);
    };
    expectTypeOf(send).returns.resolves.toBeVoid();
  });
});

describe("tables with lanes whose partitions have one row", () => {
  const Theatre = table(
    "theatre",
    { id: uuid(), name: text().required(), seats: int() },
    { partition: ["id"], lwt: true, lanes: { remembers: 60 } },
  );
  const Desk = table(
    "desk",
    { room: text(), id: uuid(), seats: int(), motto: text().static() },
    { partition: ["room"], clustering: [asc("id")], lwt: true, lanes: true },
  );
  const room = "A";
  const cell = { process: id, previous: null, next: id, ttl: 60 };

  test("create and remove rows like other tables", () => {
    type Theatres = Write<typeof Theatre, Lwt<StoredRow<typeof Theatre>>>;
    expectTypeOf(createRow(Theatre, { id, name: "A" })).toEqualTypeOf<Theatres>();
    expectTypeOf(removeRow(Theatre, { id })).toEqualTypeOf<Theatres>();
    createRow(Desk, { room, id, seats: 1 });
    removeRow(Desk, { room, id });
    createRow(PartyTable, { city, name: "A" });
    // @ts-expect-error "name" is missing
    createRow(Theatre, { id });
    // @ts-expect-error "room" is missing
    removeRow(Desk, { id });
    // @ts-expect-error takes plain writes
    createRow(ByDate, { city, date, id });
    // @ts-expect-error takes plain writes
    removeRow(ByDate, { city, date, id });
  });

  test("take no insert and no remove, unlike other tables with lanes", () => {
    // @ts-expect-error lanes create the rows
    insert(Theatre, { id, name: "A" }, { if: "not exists" });
    // @ts-expect-error lanes remove the rows
    remove(Theatre, { id }, { if: "exists" });
    insert(Desk, { room, id }, { if: "not exists" });
    remove(Desk, { room, id }, { if: "exists" });
  });

  test("take an update whose condition only says which columns are null", () => {
    update(Theatre, { id }, { seats: 1 }, { if: {}, isNull: ["seats"] });
    update(Desk, { room, id }, { seats: 1 }, { if: {}, isNotNull: ["seats"] });
    updatePartition(Desk, { room }, { motto: "A" }, { if: {}, isNull: ["motto"] });
    // @ts-expect-error "seats" is not static
    updatePartition(Desk, { room }, { motto: "A" }, { if: {}, isNull: ["seats"] });
  });

  test("have cells like partitions of several rows", () => {
    expectTypeOf(updateCell(Theatre, { id }, cell)).toEqualTypeOf<
      Write<typeof Theatre, Lwt<StoredRow<typeof Theatre>>>
    >();
    updateCell(Desk, { room }, { ...cell, if: { motto: "A" }, byName: true });
    updateCell(Desk, { room }, { ...cell, isNull: ["motto"] });
    // @ts-expect-error "seats" is not static
    updateCell(Desk, { room }, { ...cell, if: { seats: 1 } });
    // @ts-expect-error "id" is missing
    updateCell(Theatre, {}, cell);
  });

  test("can be read in stored form by the partition key alone", () => {
    expectTypeOf(selectStored(Theatre, { id }, [{}], ["seats"])).toEqualTypeOf<
      Statement<readonly StoredRow<typeof Theatre>[]>
    >();
    expectTypeOf(selectStoredPartition(Desk, { room }, ["motto"])).toEqualTypeOf<
      Statement<StoredRow<typeof Desk> | undefined>
    >();
    // @ts-expect-error "seats" is not static
    selectStoredPartition(Desk, { room }, ["seats"]);
  });

  test("are compatible with code for any table", () => {
    const writes = <T extends Table>(any: T, key: PartitionKey<T>) => [updateCell(any, key, cell)];
    expectTypeOf(writes).toBeCallableWith(Theatre, { id });
    const anyInsert = (any: Table) => insert(any, {});
    expectTypeOf(anyInsert).toBeCallableWith(ByDate);
  });
});

describe("conditions and changes of collections", () => {
  const Shelf = table(
    "shelf",
    {
      room: text(),
      id: uuid(),
      count: int(),
      log: list(text()),
      roles: set(text()),
      stock: map(text(), int()),
      address: udt("address", { zip: text(), floor: int() }),
      sizes: frozen(list(int())),
      tags: set(text()).static(),
    },
    { partition: ["room"], clustering: [asc("id")], lwt: true },
  );
  const key = { room: "A", id };
  const count = { count: 1 };
  const exists = { if: "exists" } as const;

  test("compare values, elements and parts of collections", () => {
    const comparisons = { count: { gte: 1, lt: 6, ne: 3 }, roles: { contains: "a" } };
    expectTypeOf(update(Shelf, key, count, { if: comparisons })).toEqualTypeOf<
      Write<
        typeof Shelf,
        Lwt<{ readonly count: number | null; readonly roles: ReadonlySet<string> | null }>
      >
    >();
    update(Shelf, key, count, { if: { count: { in: [1, 2] }, stock: { containsKey: "a" } } });
    update(Shelf, key, count, { if: { stock: element("a", { gt: 1 }), log: element(0, null) } });
    update(Shelf, key, count, { if: { address: element("floor", { lt: 5 }) } });
    update(Shelf, key, count, { if: { stock: { contains: 1 }, sizes: { contains: 1 } } });
    updatePartition(
      Shelf,
      { room: "A" },
      { tags: new Set<string>() },
      { if: { tags: { contains: "a" } } },
    );
    remove(Shelf, key, { if: { count: { gt: 0 } }, isNotNull: ["log"] });
    removeRow(Shelf, key, { if: { count: { gt: 0 } } });
  });

  test("do not compare what Cassandra cannot compare", () => {
    // @ts-expect-error the values are numbers
    update(Shelf, key, count, { if: { count: { gt: "1" } } });
    // @ts-expect-error a null is not compared
    update(Shelf, key, count, { if: { count: { ne: null } } });
    // @ts-expect-error a list is needed
    update(Shelf, key, count, { if: { count: { in: 1 } } });
    // @ts-expect-error a number contains nothing
    update(Shelf, key, count, { if: { count: { contains: 1 } } });
    // @ts-expect-error a set has no keys
    update(Shelf, key, count, { if: { roles: { containsKey: "a" } } });
    // @ts-expect-error the keys are texts
    update(Shelf, key, count, { if: { stock: element(1, { gt: 1 }) } });
    // @ts-expect-error the field is a number
    update(Shelf, key, count, { if: { address: element("floor", { gt: "1" }) } });
    // @ts-expect-error frozen collections are compared as a whole
    update(Shelf, key, count, { if: { sizes: element(0, 1) } });
    // @ts-expect-error "room" is in the key
    remove(Shelf, key, { if: { room: { gt: "A" } } });
  });

  test("change a part of a collection or UDT", () => {
    update(Shelf, key, { log: { append: ["a"] }, roles: { add: new Set(["a"]) } }, exists);
    update(Shelf, key, { log: element(0, "a"), stock: { remove: new Set(["a"]) } }, exists);
    update(Shelf, key, { stock: { put: new Map([["a", 1]]) } }, exists);
    update(Shelf, key, { stock: element("a", null), address: element("zip", null) }, exists);
    const zip = element("zip", "1");
    update(Shelf, key, { address: zip }, exists);
    updatePartition(Shelf, { room: "A" }, { tags: { add: new Set(["a"]) } }, { if: {} });
    // @ts-expect-error one change only
    update(Shelf, key, { log: { append: ["a"], remove: ["b"] } }, exists);
    // @ts-expect-error a list has no add
    update(Shelf, key, { log: { add: ["a"] } }, exists);
    // @ts-expect-error the items are texts
    update(Shelf, key, { log: { append: [1] } }, exists);
    // @ts-expect-error keys are removed
    update(Shelf, key, { stock: { remove: new Map([["a", 1]]) } }, exists);
    // @ts-expect-error a set has no elements by key
    update(Shelf, key, { roles: element("a", "b") }, exists);
    // @ts-expect-error the field is a number
    update(Shelf, key, { address: element("floor", "1") }, exists);
    // @ts-expect-error frozen collections are set as a whole
    update(Shelf, key, { sizes: { append: [1] } }, exists);
    // @ts-expect-error static columns are those of the partition
    update(Shelf, key, { tags: { add: new Set(["a"]) } }, exists);
  });

  test("of plain writes have a TTL and a consistency, as have those of lightweight transactions without lanes", () => {
    put(ByDate, { city, date, id }, { ttl: 60, consistency: "LOCAL_ONE" });
    insert(ByDate, { city, date, id }, { ttl: 60, consistency: "ALL" });
    update(ByDate, { city, date, id }, { note: "A" }, { ttl: 60, consistency: "QUORUM" });
    remove(ByDate, { city, date, id }, { consistency: "LOCAL_QUORUM", timestamp: 1n });
    update(Shelf, key, count, { if: "exists", ttl: 60 });
    insert(Shelf, key, { if: "not exists", ttl: 60 });
    // @ts-expect-error a removal has no TTL
    remove(ByDate, { city, date, id }, { ttl: 60 });
    // @ts-expect-error lightweight transactions have the session's consistency
    update(Shelf, key, count, { if: "exists", consistency: "ALL" });
    // @ts-expect-error no consistency of ours
    put(ByDate, { city, date, id }, { consistency: "ONE" });
    // @ts-expect-error lanes remember values
    update(PartyTable, { city, id }, { people: 1 }, { if: "exists", ttl: 60 });
  });
});

describe("removals", () => {
  const Hits = table(
    "hits",
    { page: text(), day: int(), views: counter() },
    { partition: ["page"], clustering: [asc("day")] },
  );

  test("are plain writes, or those of counters", () => {
    expectTypeOf(removeRange(ByDate, { city, date: { lt: date } })).toEqualTypeOf<
      PlainWrite<typeof ByDate>
    >();
    expectTypeOf(removeRange(ByDate, { city, date })).toEqualTypeOf<PlainWrite<typeof ByDate>>();
    expectTypeOf(removePartition(ByDate, { city })).toEqualTypeOf<PlainWrite<typeof ByDate>>();
    expectTypeOf(remove(ByDate, { city, date, id })).toEqualTypeOf<PlainWrite<typeof ByDate>>();
    expectTypeOf(removePartition(Hits, { page: "a" })).toEqualTypeOf<CounterWrite<typeof Hits>>();
    expectTypeOf(remove(Hits, { page: "a", day: 1 })).toEqualTypeOf<CounterWrite<typeof Hits>>();
    expectTypeOf(add(Hits, { page: "a", day: 1 }, { views: 1n })).toEqualTypeOf<
      CounterWrite<typeof Hits>
    >();
  });

  test("name a range, a partition or a row", () => {
    // @ts-expect-error names a row
    removeRange(ByDate, { city, date, id });
    // @ts-expect-error names a partition
    removeRange(ByDate, { city });
    // @ts-expect-error "date" comes before "id"
    removeRange(ByDate, { city, id: { gt: id } });
    // @ts-expect-error "note" is not in the key
    removeRange(ByDate, { city, date, note: "A" });
    // @ts-expect-error "date" is not in the partition key
    removePartition(ByDate, { city, date });
    // @ts-expect-error takes lightweight transactions
    removeRange(PartyTable, { city, id: { gt: id } });
    // @ts-expect-error takes lightweight transactions
    removePartition(PartyTable, { city });
  });
});

test("a table's type has its lanes, but not their hidden columns", () => {
  const columns = { room: text(), id: uuid() };
  const key = { partition: ["room"], clustering: [asc("id")], lwt: true } as const;
  const Forgetful = table("forgetful", columns, { ...key, lanes: true });
  const Mindful = table("mindful", columns, { ...key, lanes: { remembers: 60 } });
  const Renamed = table("renamed", columns, { ...key, lanes: { names: { rounds: "cells" } } });
  type Remembers<T extends Table> = T["lanes"] extends { readonly remembers: number } ? 1 : 0;
  type Has<T extends Table> = T["lanes"] extends undefined ? 0 : 1;
  expectTypeOf<[Has<typeof Forgetful>, Remembers<typeof Forgetful>]>().toEqualTypeOf<[1, 0]>();
  expectTypeOf<[Has<typeof Mindful>, Remembers<typeof Mindful>]>().toEqualTypeOf<[1, 1]>();
  expectTypeOf<[Has<typeof Renamed>, Remembers<typeof Renamed>]>().toEqualTypeOf<[1, 0]>();
  expectTypeOf<[Has<typeof ByDate>, Remembers<typeof ByDate>]>().toEqualTypeOf<[0, 0]>();
  expectTypeOf<HiddenName<typeof Mindful>>().toEqualTypeOf<never>();
  expectTypeOf(Mindful).toExtend<Table>();
});
