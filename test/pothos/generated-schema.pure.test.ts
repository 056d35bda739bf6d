import { type GraphQLSchema, parse, print, printSchema, visit } from "graphql";
import { expect, test } from "vitest";
import { createBuilder } from "./build.ts";
import { EventByUser, PageHit, Reading, Seat, SeatBySince, SeatByZone, User } from "./models.ts";

/** Prints some types of a schema without descriptions. */
function textOf(schema: GraphQLSchema, pattern: RegExp): string {
  const bare = { enter: (node: object) => ({ ...node, description: undefined }) };
  const { definitions } = visit(parse(printSchema(schema)), bare);
  const isMeant = (definition: (typeof definitions)[number]) =>
    "name" in definition && pattern.test(definition.name?.value ?? "");
  return definitions.filter(isMeant).map(print).join("\n");
}

test("the types of a table with lightweight transactions are named after its object, columns and fields", () => {
  const builder = createBuilder();
  builder.tableObject("User", User);
  builder.queryType({ fields: (t) => ({ user: t.row(User) }) });
  builder.mutationType({
    fields: (t) => ({
      createUser: t.create(User),
      updateUser: t.update(User, ["email", "roles", "address"]),
      deleteUser: t.remove(User),
      pay: t.change(User, "balance"),
    }),
  });
  builder.subscriptionType({ fields: (t) => ({ userChanged: t.watch(User) }) });
  const schema = builder.toSchema({ sortSchema: false });
  expect(textOf(schema, /User|Pay|^(Query|Mutation|Subscription)$/)).toBe(
    `
input CreateUserInput {
  id: UUID
  email: String!
  balance: BigInt! = "0"
  roles: [String!]
  address: AddressInput
  labels: [StringIntEntryInput!]
  place: FloatFloatTupleInput
}
input UpdateUserInput {
  email: String
  roles: StringSetChange
  address: AddressInput
}
type User {
  id: UUID!
  email: String!
  balance: BigInt!
  roles: [String!]!
  address: Address
  labels: [StringIntEntry!]!
  place: FloatFloatTuple
}
type UserCreated {
  user: User!
}
type UserExists implements Refusal {
  message: String!
  user: User!
}
type UserUpdated {
  user: User!
}
type UserNotFound implements Refusal {
  message: String!
  id: UUID!
}
type UserDeleted {
  id: UUID!
}
type UserBalanceOutOfRange implements Refusal {
  message: String!
  id: UUID!
  minimum: BigInt!
  maximum: BigInt!
}
type UserBalanceStale implements Refusal {
  message: String!
  id: UUID!
  expected: BigInt!
  actual: BigInt!
}
type UserBalanceChanged {
  id: UUID!
  balance: BigInt!
  asOf: WriteTime
  user: User
}
type UserVersion {
  user: User!
  asOf: WriteTime
}
union CreateUserResult = UserCreated | UserExists | InvalidInput | OutcomeUnknown
union UpdateUserResult = UserUpdated | UserNotFound | InvalidInput | OutcomeUnknown
union DeleteUserResult = UserDeleted | UserNotFound | OutcomeUnknown
union PayResult = UserBalanceChanged | UserBalanceStale | UserBalanceOutOfRange | UserNotFound | OutcomeUnknown
type Query {
  user(id: UUID!): User
}
type Mutation {
  createUser(input: CreateUserInput!): CreateUserResult
  updateUser(id: UUID!, input: UpdateUserInput!): UpdateUserResult
  deleteUser(id: UUID!): DeleteUserResult
  pay(id: UUID!, expected: BigInt!, delta: BigInt!): PayResult
}
type Subscription {
  userChanged(id: UUID!, since: WriteTime): UserVersion!
}`.trim(),
  );
});

test("a table with plain writes has fields to put, remove, and read parts in both orders", () => {
  const builder = createBuilder();
  builder.tableObject("Reading", Reading, { plural: "Readings" });
  builder.queryType({
    fields: (t) => ({
      reading: t.row(Reading),
      readings: t.partition(Reading, { range: true, order: true }),
    }),
  });
  builder.mutationType({
    fields: (t) => ({
      putReading: t.put(Reading, { ttl: true }),
      deleteReading: t.remove(Reading),
    }),
  });
  builder.subscriptionType({
    fields: (t) => ({ readingChanged: t.watch(Reading), readingsChanged: t.follow(Reading) }),
  });
  const schema = builder.toSchema({ sortSchema: false });
  expect(textOf(schema, /Reading|Writ|Range|Order|^(Query|Mutation|Subscription)$/)).toBe(
    `
scalar WriteTime
enum RowOrder {
  STORED
  REVERSED
}
input DateTimeRange {
  gt: DateTime
  gte: DateTime
  lt: DateTime
  lte: DateTime
}
input ReadingInput {
  value: Float
  quality: Int
  tags: [StringStringEntryInput!]
}
type Reading {
  device: String!
  day: Date!
  at: DateTime!
  value: Float
  quality: Int!
  tags: [StringStringEntry!]!
  site: String
}
type ReadingEdge {
  node: Reading!
  cursor: String!
}
type ReadingConnection {
  pageInfo: PageInfo!
  edges: [ReadingEdge!]!
  nodes: [Reading!]!
}
type Written {
  consistency: String!
}
type ReadingVersion {
  reading: Reading!
  asOf: WriteTime
}
type ReadingCreated {
  reading: Reading!
}
type ReadingUpdated {
  reading: Reading!
}
type ReadingDeleted {
  device: String!
  day: Date!
  at: DateTime!
}
type ReadingsReset {
  device: String!
  day: Date!
}
union WriteResult = Written | InvalidInput | OutcomeUnknown
union ReadingsChanged = ReadingCreated | ReadingUpdated | ReadingDeleted | ReadingsReset
type Query {
  reading(device: String!, day: Date!, at: DateTime!): Reading
  readings(device: String!, day: Date!, at: DateTimeRange, order: RowOrder! = STORED, first: Int! = 20, after: String): ReadingConnection!
}
type Mutation {
  putReading(device: String!, day: Date!, at: DateTime!, row: ReadingInput!, ttl: Int): WriteResult
  deleteReading(device: String!, day: Date!, at: DateTime!): WriteResult
}
type Subscription {
  readingChanged(device: String!, day: Date!, at: DateTime!, since: WriteTime): ReadingVersion!
  readingsChanged(device: String!, day: Date!): ReadingsChanged!
}`.trim(),
  );
});

test("several rows of a partition are put together, and a part of it is removed", () => {
  const builder = createBuilder();
  builder.tableObject("Reading", Reading, { plural: "Readings" });
  builder.tableObject("EventByUser", EventByUser);
  builder.queryType({ fields: (t) => ({ reading: t.row(Reading) }) });
  builder.mutationType({
    fields: (t) => ({
      putReading: t.put(Reading),
      putReadings: t.putRows(Reading, { ttl: true }),
      deleteReadings: t.removeRange(Reading),
      deleteEvents: t.removeRange(EventByUser, { from: { user_id: () => "" } }),
    }),
  });
  const schema = builder.toSchema({ sortSchema: false });
  expect(textOf(schema, /Reading\w*Input|EventByUser\w*Input|WriteResult|Slice$|Mutation/)).toBe(
    `
input ReadingRowInput {
  at: DateTime!
  row: ReadingInput!
}
input EventByUserSlice @oneOf {
  kind: StringRange
  kindAt: EventByUserKindAt
  kindAtId: EventByUserKindAtId
}
input ReadingInput {
  value: Float
  quality: Int
  tags: [StringStringEntryInput!]
}
union WriteResult = Written | InvalidInput | OutcomeUnknown
type Mutation {
  putReading(device: String!, day: Date!, at: DateTime!, row: ReadingInput!): WriteResult
  putReadings(device: String!, day: Date!, rows: [ReadingRowInput!]!, ttl: Int): WriteResult
  deleteReadings(device: String!, day: Date!, at: DateTimeRange!): WriteResult
  deleteEvents(slice: EventByUserSlice!): WriteResult
}`.trim(),
  );
});

test("a table of counters has a field to add to them", () => {
  const builder = createBuilder();
  builder.tableObject("PageHit", PageHit, { plural: "PageHits" });
  builder.queryType({ fields: (t) => ({ pageHits: t.partition(PageHit) }) });
  builder.mutationType({ fields: (t) => ({ addPageHits: t.add(PageHit) }) });
  const schema = builder.toSchema({ sortSchema: false });
  expect(textOf(schema, /Add|Mutation/)).toBe(
    `
input PageHitAddition {
  views: BigInt
  errors: BigInt
}
type PageHitsAdded {
  page: String!
  day: Date!
}
union AddPageHitsResult = PageHitsAdded | InvalidInput | OutcomeUnknown
type Mutation {
  addPageHits(page: String!, day: Date!, add: PageHitAddition!): AddPageHitsResult
}`.trim(),
  );
});

test("a clustering key of several columns has a slice argument", () => {
  const builder = createBuilder();
  builder.tableObject("EventByUser", EventByUser);
  builder.queryType({ fields: (t) => ({ events: t.partition(EventByUser, { range: true }) }) });
  const schema = builder.toSchema({ sortSchema: false });
  expect(textOf(schema, /Slice|Kind|Range|Query/)).toBe(
    `
input EventByUserSlice @oneOf {
  kind: StringRange
  kindAt: EventByUserKindAt
  kindAtId: EventByUserKindAtId
}
input StringRange {
  gt: String
  gte: String
  lt: String
  lte: String
}
input DateTimeRange {
  gt: DateTime
  gte: DateTime
  lt: DateTime
  lte: DateTime
}
input EventByUserKindAt {
  kind: String!
  at: DateTimeRange
}
input UUIDRange {
  gt: UUID
  gte: UUID
  lt: UUID
  lte: UUID
}
input EventByUserKindAtId {
  kind: String!
  at: DateTime!
  id: UUIDRange
}
type Query {
  events(userId: UUID!, slice: EventByUserSlice, first: Int! = 20, after: String): EventByUserConnection!
}`.trim(),
  );
});

test("an object can rename its types and hide columns, and a change can have its own refusals", () => {
  const builder = createBuilder();
  builder.tableObject("Seat", Seat, {
    plural: "Seats",
    names: { price: "Price" },
    columns: { pin: false },
  });
  builder.queryType({
    fields: (t) => ({
      seatsSince: t.partition(SeatBySince, { range: true }),
      seatsByZone: t.partition(SeatByZone),
    }),
  });
  builder.mutationType({
    fields: (t) => ({
      createSeat: t.create(Seat, { from: { holder: () => "Ann" } }),
      raise: t.add(Seat, "price"),
      takeSeat: t.change(Seat, {
        args: { most: t.arg.int({ required: true }) },
        change: (row, { most }) => (row.get("price") > most ? row.refuse("TOO_DEAR") : undefined),
        refusals: { TOO_DEAR: "It costs more." },
      }),
    }),
  });
  builder.subscriptionType({
    fields: (t) => ({ seatsChanged: t.follow(Seat, { apart: ["price"] }) }),
  });
  const schema = builder.toSchema({ sortSchema: false });
  const pattern = /Seat$|SeatInput|Price|Dear|SeatChanged|Seats|Since|Result|^(Query|Mutation)$/;
  expect(textOf(schema, pattern)).toBe(
    `
input SeatBySinceSlice @oneOf {
  since: DateTimeRange
  sinceRow: SeatBySinceSinceRow
  sinceRowNumber: SeatBySinceSinceRowNumber
}
input SeatBySinceSinceRow {
  since: DateTime!
  row: IntRange
}
input SeatBySinceSinceRowNumber {
  since: DateTime!
  row: Int!
  number: IntRange
}
input CreateSeatInput {
  showName: String!
  row: Int!
  number: Int!
  price: Int! = 10
  since: DateTime
  zone: String
}
type Seat {
  showName: String!
  row: Int!
  number: Int!
  price: Int!
  holder: String
  since: DateTime!
  zone: String
  sold: Int!
}
type PriceOutOfRange implements Refusal {
  message: String!
  showName: String!
  row: Int!
  number: Int!
  minimum: Int!
  maximum: Int!
}
type PriceChanged {
  showName: String!
  row: Int!
  number: Int!
  price: Int!
  asOf: WriteTime
  seat: Seat
}
type SeatTooDear implements Refusal {
  message: String!
  showName: String!
  row: Int!
  number: Int!
}
type SeatChanged {
  showName: String!
  row: Int!
  number: Int!
  seat: Seat
}
type SeatsReset {
  showName: String!
}
union CreateSeatResult = SeatCreated | SeatExists | InvalidInput | OutcomeUnknown
union RaiseResult = PriceChanged | PriceOutOfRange | SeatNotFound | OutcomeUnknown
union TakeSeatResult = SeatChanged | SeatTooDear | SeatNotFound | OutcomeUnknown
union SeatsChanged = SeatCreated | SeatUpdated | PriceChanged | SeatDeleted | SeatsReset
type Query {
  seatsSince(showName: String!, slice: SeatBySinceSlice, first: Int! = 20, after: String): SeatConnection!
  seatsByZone(zone: String!, first: Int! = 20, after: String): SeatConnection!
}
type Mutation {
  createSeat(input: CreateSeatInput!): CreateSeatResult
  raise(showName: String!, row: Int!, number: Int!, delta: Int!, operationId: UUID): RaiseResult
  takeSeat(showName: String!, row: Int!, number: Int!, most: Int!, operationId: UUID): TakeSeatResult
}`.trim(),
  );
});
