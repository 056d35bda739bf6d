import { parse, print, printSchema, visit } from "graphql";
import { expect, test } from "vitest";
import { asc, frozen, int, orderOf, table, text, udt } from "../../src/cassandra/index.ts";
import { createGeneratedSchema, type GeneratedSchemaOptions } from "../../src/generated/index.ts";
import { api, documents, events, pageHits, readings, users } from "./tables.ts";

/** Prints a generated schema without descriptions, its types by name. */
function sdlOf(options: GeneratedSchemaOptions): string {
  const bare = { enter: (node: object) => ({ ...node, description: undefined }) };
  const text = printSchema(createGeneratedSchema(options));
  const { definitions } = visit(parse(text), bare);
  return definitions
    .flatMap((each) => ("name" in each && each.name ? [{ name: each.name.value, each }] : []))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ each }) => print(each))
    .join("\n");
}

/** Prints one type of a generated schema. */
function typeIn(options: GeneratedSchemaOptions, name: string): string {
  const found = new RegExp(`^\\w+ ${name}[ \\n{][^}]*}`, "m").exec(sdlOf(options));
  return found?.[0] ?? "";
}

test("each table has a type, and a field for each read that its key and its indexes can serve", () => {
  const tables = [documents, events, pageHits, readings, users];
  expect(sdlOf({ tables, api })).toBe(
    `
type Address {
  street: String
  city: String
  zip: String
  at: FloatFloatTuple
}
scalar BigInt
scalar Date
input DateRange {
  gt: Date
  gte: Date
  lt: Date
  lte: Date
}
scalar DateTime
input DateTimeRange {
  gt: DateTime
  gte: DateTime
  lt: DateTime
  lte: DateTime
}
scalar Decimal
type Document {
  collection: String!
  id: UUID!
  title: String
  lang: String
  labels: [String!]!
  embedding: Vector
}
type DocumentConnection {
  pageInfo: PageInfo!
  edges: [DocumentEdge!]!
  nodes: [Document!]!
}
type DocumentEdge {
  node: Document!
  cursor: String!
}
input DocumentIndexed {
  lang: String
  labelsContain: String
}
type EventByUser {
  userId: UUID!
  kind: String!
  at: DateTime!
  id: UUID!
  note: String
}
type EventByUserConnection {
  pageInfo: PageInfo!
  edges: [EventByUserEdge!]!
  nodes: [EventByUser!]!
}
type EventByUserEdge {
  node: EventByUser!
  cursor: String!
}
input EventByUserKindAt {
  kind: String!
  at: DateTimeRange
}
input EventByUserKindAtId {
  kind: String!
  at: DateTime!
  id: UUIDRange
}
input EventByUserSlice @oneOf {
  kind: StringRange
  kindAt: EventByUserKindAt
  kindAtId: EventByUserKindAtId
}
type FloatFloatTuple {
  item0: Float
  item1: Float
}
type PageHit {
  page: String!
  day: Date!
  views: BigInt!
  errors: BigInt!
}
type PageHitConnection {
  pageInfo: PageInfo!
  edges: [PageHitEdge!]!
  nodes: [PageHit!]!
}
type PageHitEdge {
  node: PageHit!
  cursor: String!
}
type PageInfo {
  hasNextPage: Boolean!
  hasPreviousPage: Boolean!
  startCursor: String
  endCursor: String
}
type Query {
  document(collection: String!, id: UUID!): Document
  documents(collection: String!, id: TimeUUIDRange, order: RowOrder! = STORED, first: Int! = 20, after: String): DocumentConnection!
  documentsWhere(collection: String!, where: DocumentIndexed!, first: Int! = 20, after: String): DocumentConnection!
  eventByUser(userId: UUID!, kind: String!, at: DateTime!, id: UUID!): EventByUser
  eventsByUser(userId: UUID!, slice: EventByUserSlice, order: RowOrder! = STORED, first: Int! = 20, after: String): EventByUserConnection!
  pageHit(page: String!, day: Date!): PageHit
  pageHits(page: String!, day: DateRange, order: RowOrder! = STORED, first: Int! = 20, after: String): PageHitConnection!
  reading(device: String!, day: Date!, at: DateTime!): Reading
  readings(device: String!, day: Date!, at: DateTimeRange, order: RowOrder! = STORED, first: Int! = 20, after: String): ReadingConnection!
  readingsWhere(device: String!, day: Date!, at: DateTimeRange, where: ReadingIndexed!, first: Int! = 20, after: String): ReadingConnection!
  readingPartition(device: String!, day: Date!): ReadingPartition
  user(id: UUID!): User
  usersById(ids: [UUID!]!): [User]!
}
type Reading {
  device: String!
  day: Date!
  at: DateTime!
  value: Float
  quality: Int
  site: String
  tags: [StringStringEntry!]!
}
type ReadingConnection {
  pageInfo: PageInfo!
  edges: [ReadingEdge!]!
  nodes: [Reading!]!
}
type ReadingEdge {
  node: Reading!
  cursor: String!
}
input ReadingIndexed {
  quality: Int
}
type ReadingPartition {
  device: String!
  day: Date!
  site: String
}
enum RowOrder {
  STORED
  REVERSED
}
input StringRange {
  gt: String
  gte: String
  lt: String
  lte: String
}
type StringStringEntry {
  key: String!
  value: String!
}
input TimeUUIDRange {
  gt: UUID
  gte: UUID
  lt: UUID
  lte: UUID
  after: DateTime
  before: DateTime
}
scalar UUID
input UUIDRange {
  gt: UUID
  gte: UUID
  lt: UUID
  lte: UUID
}
type User {
  id: UUID!
  email: String
  address: Address
  roles: [String!]!
  balance: Decimal
  visits: BigInt
}
scalar Vector`.trim(),
  );
});

const key = { partition: ["show"], clustering: [asc("row")] } as const;
const seat = table("seat", { show: text(), row: int() }, key);
const soldSeats = table("sold_seats", { show: text(), row: int() }, key);

test("without names, a table has its own, which are not made singular", () => {
  const single = table("box_offices", { show: text() }, { partition: ["show"] });
  expect(typeIn({ tables: [soldSeats, single] }, "Query")).toBe(
    `
type Query {
  soldSeatsRow(show: String!, row: Int!): SoldSeats
  soldSeats(show: String!, row: IntRange, order: RowOrder! = STORED, first: Int! = 20, after: String): SoldSeatsConnection!
  boxOffices(show: String!): BoxOffices
  boxOfficesByShow(shows: [String!]!): [BoxOffices]!
}`.trim(),
  );
});

test("all names of a table can be given, and those of user-defined types", () => {
  const place = frozen(udt("place", { name: text() }));
  const placed = table("seats", { show: text(), row: int(), place }, key);
  const options = {
    tables: [placed],
    api: { seats: { type: "Stall", row: "oneStall", partition: "stallsOf" } },
    udts: { place: "Location" },
  };
  expect(typeIn(options, "Query")).toBe(
    `
type Query {
  oneStall(show: String!, row: Int!): Stall
  stallsOf(show: String!, row: IntRange, order: RowOrder! = STORED, first: Int! = 20, after: String): StallConnection!
}`.trim(),
  );
  expect(typeIn(options, "Stall")).toContain("place: Location");
});

test("an order has the field of a partition, with the rows of its source", () => {
  const source = table(
    "seat",
    { show: text(), row: int(), zone: text() },
    { ...key, lwt: true, lanes: true, orders: { seat_by_zone: [asc("zone")] } },
  );
  const tables = [source, orderOf(source, "seat_by_zone")];
  expect(typeIn({ tables }, "Query")).toContain(
    "seatByZone(show: String!, slice: SeatByZoneSlice, order: RowOrder! = STORED, first: Int! = 20, after: String): SeatConnection!",
  );
});

const named = (name: string) => table(name, { show: text(), row: int() }, key);
const another = (name: string) =>
  `: give it another one by export const api = { "${name}": { type: "…", row: "…", partition: "…" } }.`;

test.each<[string, GeneratedSchemaOptions, string]>([
  [
    "two tables with one type",
    { tables: [soldSeats, named("soldSeats")] },
    `Table "soldSeats" would have the type "SoldSeats" of table "sold_seats"${another("soldSeats")}`,
  ],
  [
    "two tables with one field",
    { tables: [seat, soldSeats], api: { sold_seats: { partition: "seat" } } },
    `Table "sold_seats" would have the field "seat" of table "seat"${another("sold_seats")}`,
  ],
  [
    "a field that is that of another table's indexes",
    { tables: [readings, named("readingsWhere")], api: { readings: { type: "Reading" } } },
    `Table "readingsWhere" would have the field "readingsWhere" of table "readings"${another("readingsWhere")}`,
  ],
  [
    "a field that is that of another table's static columns",
    {
      tables: [readings, named("reading_partition")],
      api: { readings: { type: "Reading" }, reading_partition: { type: "Part" } },
    },
    `Table "reading_partition" would have the field "readingPartition" of table "readings"${another("reading_partition")}`,
  ],
  [
    "the type of a scalar",
    { tables: [named("date")] },
    `Table "date" would have the type "Date", which schemas have for something else${another("date")}`,
  ],
  [
    "a name that GraphQL does not allow",
    { tables: [named("2nd_seat")] },
    `Table "2nd_seat" would have the type "2ndSeat", which is no name in GraphQL${another("2nd_seat")}`,
  ],
  [
    "a name that is no text",
    { tables: [seat], api: { seat: { row: 1 } } as never },
    `Table "seat" would have the row 1, which is no name in GraphQL${another("seat")}`,
  ],
  [
    "names of a table that is not there",
    { tables: [seat], api: { seats: {} } },
    'api names the table "seats", but the tables are seat.',
  ],
  [
    "a misspelled property",
    { tables: [seat], api: { seat: { typ: "Stall" } } as never },
    'api has "typ" for the table "seat", but can only have type, row, partition.',
  ],
])("%s is refused", (_, options, message) => {
  expect(() => createGeneratedSchema(options)).toThrow(new TypeError(message));
});

test("the type of a table that is that of another table's page is refused", () => {
  const options = { tables: [seat, soldSeats], api: { sold_seats: { type: "SeatEdge" } } };
  expect(() => createGeneratedSchema(options)).toThrow("SeatEdge already exists");
});
