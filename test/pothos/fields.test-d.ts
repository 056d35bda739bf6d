import {
  asc,
  int,
  table,
  text,
  orderOf,
  timestamp,
  counter,
  double,
} from "../../src/cassandra/index.ts";
import { createBuilder } from "./build.ts";
const Seat = table(
  "seat",
  {
    show: text().as("theShow"),
    row: int(),
    seat: int(),
    holder: text(),
    price: int().default(0),
    at: timestamp().required(),
  },
  {
    partition: ["show"],
    clustering: [asc("row"), asc("seat")],
    lwt: true,
    lanes: { remembers: 60 },
    orders: { seat_by_at: [asc("at")] },
  },
);
const Hits = table(
  "hits",
  { page: text(), day: text(), views: counter() },
  { partition: ["page"], clustering: [asc("day")] },
);
const Reading = table(
  "reading",
  { device: text(), at: timestamp(), value: double() },
  { partition: ["device"], clustering: [asc("at")] },
);
const builder = createBuilder();
interface City {
  name: string;
  readonly id: bigint;
}
const City = builder.objectRef<City>("City");
builder.objectFields(City, (t) => ({
  seats: t.partition(Seat, {
    from: { show: (city) => city.name },
    order: true,
  }),
  seat: t.row(Seat, {
    from: { show: (city, { session }) => (session ? city.name : "") },
    resolve: (next, city, args) => (args.row > 1 && city.id ? next() : null),
  }),
  bySeat: t.partition(orderOf(Seat, "seat_by_at"), {
    args: { from: t.arg({ type: "DateTime" }) },
    from: { show: (c) => c.name },
    key: (_, { from }) => ({ at: { gte: from ?? new Date() } }),
  }),
}));
builder.tableObject("Seat", Seat, {
  names: { price: "Price" },
  columns: { holder: false, price: { deprecationReason: "no" } },
  fields: (t) => ({ x: t.int({ resolve: (row) => row.price }) }),
});
builder.mutationType({
  fields: (t) => ({
    c: t.create(Seat, { from: { holder: (_, { session }) => (session ? "me" : "you") } }),
    u: t.update(Seat, ["holder", "at"], {
      description: "x",
      resolve: (next, _p, { theShow, input }) => (theShow && input.at ? next() : next()),
    }),
    d: t.remove(Seat),
    a: t.add(Seat, "price"),
    e: t.change(Seat, "price", {
      resolve: (next, _p, { expected, delta, operationId }) =>
        expected + delta > 0 && operationId ? next() : next(),
    }),
    f: t.change(Seat, {
      args: { n: t.arg.int({ required: true }) },
      from: { show: () => "x" },
      given: (_, { session }) => ({ user: session.version }),
      change: (row, { n, row: r, user }) =>
        n > r && user ? row.set({ price: 1 }) : row.refuse("FULL"),
      refusals: { FULL: "It is full." },
    }),
    g: t.change(Seat, "holder", { change: (row) => row.set({ holder: "a" }), refusals: {} }),
    h: t.add(Hits),
    i: t.put(Reading),
    j: t.remove(Reading),
  }),
});
builder.subscriptionType({
  fields: (t) => ({
    w: t.watch(Seat, "price"),
    v: t.watch(Seat, { subscribe: (next, _p, args) => (args.theShow ? next() : next()) }),
    f: t.follow(Seat, { apart: ["price"] }),
  }),
});
builder.queryType({
  fields: (t) => ({
    // @ts-expect-error no write by a query
    c: t.create(Seat),
  }),
});
builder.mutationType({
  fields: (t) => ({
    // @ts-expect-error an order sorts by it
    a: t.add(Seat, "at"),
    // @ts-expect-error it may be null
    b: t.add(Seat, "holder"),
    // @ts-expect-error needs lanes
    c: t.create(Reading),
    // @ts-expect-error not plain
    d: t.put(Seat),
    // @ts-expect-error not counters
    h: t.add(Reading),
    // @ts-expect-error the order's column
    f: t.change(Seat, { change: (row) => row.set({ at: new Date() }), refusals: {} }),
    // @ts-expect-error no refusal text
    g: t.change(Seat, { change: (row) => row.refuse("FULL"), refusals: {} }),
    // @ts-expect-error async
    k: t.change(Seat, { change: async (row) => row.set({}), refusals: {} }),
    // @ts-expect-error in the key
    u: t.update(Seat, ["row"]),
    // @ts-expect-error no such key column
    r: t.remove(Seat, { from: { shows: () => "" } }),
  }),
});
