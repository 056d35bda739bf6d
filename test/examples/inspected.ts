// Keyspace awkward, as partyfinder inspect found it.
// A person decides what the database does not tell:
// - Names: .as() names a field of GraphQL, and api, at the end, the types and fields of tables.
// - Values can be null. If a column has a value in every row, add .required().
// - Do other programs write a table by lightweight transactions? Then add lwt: true. A plain write
//   beside them is lost silently.

import {
  asc,
  bigint,
  blob,
  boolean,
  counter,
  date,
  decimal,
  desc,
  double,
  duration,
  float,
  frozen,
  inet,
  int,
  list,
  map,
  sai,
  set,
  smallint,
  table,
  text,
  time,
  timestamp,
  timeuuid,
  tuple,
  udt,
  uuid,
  varint,
  vector,
} from "partyfinder/cassandra";

const GeoPoint = udt("GeoPoint", {
  lat: double(),
  lon: double(),
});

const Address = udt("address", {
  street: text(),
  city: text(),
  zip: text(),
  at: tuple(double(), double()),
});

const Place = udt("place", {
  name: text(),
  point: frozen(GeoPoint),
  tags: frozen(set(text())),
});

export const OrderLine = table(
  "OrderLines",
  {
    // Its GraphQL field is called orderId: "Order Id" is no name in GraphQL.
    "Order Id": uuid().as("orderId"),
    select: int(),
    line: int(),
    // Its GraphQL field is called grosse: "Größe" is no name in GraphQL.
    Größe: smallint().as("grosse"),
    at: time(),
    big: varint(),
    ip: inet(),
    place: frozen(Place),
    price: decimal(),
    raw: blob(),
    took: duration(),
  },
  {
    partition: ["Order Id", "select"],
    clustering: [asc("line")],
    defaultTtl: 86400,
    gcGrace: 3600,
    comment: "Lines of an order, kept for a day.",
  },
);

export const Document = table(
  "documents",
  {
    collection: text(),
    id: timeuuid(),
    embedding: vector(float(), 3),
    labels: set(text()),
    lang: text(),
    title: text(),
  },
  {
    partition: ["collection"],
    clustering: [desc("id")],
    indexes: [
      sai("embedding", { name: "documents_embedding" }),
      sai("labels", { name: "documents_labels" }),
      sai("lang", { name: "documents_lang" }),
    ],
  },
);

export const EventByUser = table(
  "events_by_user",
  {
    user_id: uuid().as("userId"),
    kind: text(),
    at: timestamp(),
    id: uuid(),
    note: text(),
  },
  {
    partition: ["user_id"],
    clustering: [asc("kind"), desc("at"), asc("id")],
  },
);

export const Gone = table(
  "gone",
  {
    id: uuid(),
    kept: text(),
  },
  {
    partition: ["id"],
    // Column "lost" was dropped. Cassandra takes the name again only with the type int.
  },
);

export const PageHit = table(
  "page_hits",
  {
    page: text(),
    day: date(),
    errors: counter(),
    views: counter(),
  },
  {
    partition: ["page"],
    clustering: [desc("day")],
  },
);

export const Reading = table(
  "readings",
  {
    device: text(),
    day: date(),
    at: timestamp(),
    site: text().static(),
    quality: int(),
    tags: map(text(), text()),
    value: double(),
  },
  {
    partition: ["device", "day"],
    clustering: [desc("at")],
    indexes: [sai("quality", { name: "readings_quality" })],
  },
);

export const Route = table(
  "routes",
  {
    leg: tuple(text(), text()),
    day: date(),
    hops: frozen(list(text())),
    first: boolean(),
    notes: list(text()),
    seats: map(text(), int()),
  },
  {
    partition: ["leg"],
    clustering: [desc("day"), asc("hops")],
    indexes: [sai("seats", { of: "entries", name: "routes_seats" })],
    readRepair: "none",
    // Index routes_first is a secondary index on routes (first), which reads here do not use.
  },
);

export const User = table(
  "users",
  {
    id: uuid(),
    address: frozen(Address),
    balance: decimal(),
    email: text(),
    roles: set(text()),
    visits: bigint(),
  },
  {
    partition: ["id"],
  },
);

export const api = {
  OrderLines: { type: "OrderLine" },
  documents: { type: "Document" },
  events_by_user: { type: "EventByUser" },
  gone: { type: "Gone" },
  page_hits: { type: "PageHit" },
  readings: { type: "Reading" },
  routes: { type: "Route" },
  users: { type: "User" },
};
