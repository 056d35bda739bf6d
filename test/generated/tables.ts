import {
  asc,
  bigint,
  counter,
  date,
  decimal,
  desc,
  double,
  float,
  frozen,
  int,
  map,
  sai,
  set,
  table,
  text,
  timestamp,
  timeuuid,
  tuple,
  udt,
  uuid,
  vector,
} from "../../src/cassandra/index.ts";

// A file of tables, as `partyfinder serve tables.ts` is given one: it exports tables and their names in GraphQL.

export const readings = table(
  "readings",
  {
    device: text(),
    day: date(),
    at: timestamp(),
    value: double(),
    quality: int(),
    site: text().static(),
    tags: map(text(), text()),
  },
  { partition: ["device", "day"], clustering: [desc("at")], indexes: [sai("quality")] },
);

const address = udt("address", {
  street: text(),
  city: text(),
  zip: text(),
  at: frozen(tuple(double(), double())),
});

export const users = table(
  "users",
  {
    id: uuid(),
    email: text(),
    address: frozen(address),
    roles: set(text()),
    balance: decimal(),
    visits: bigint(),
  },
  { partition: ["id"] },
);

export const pageHits = table(
  "page_hits",
  { page: text(), day: date(), views: counter(), errors: counter() },
  { partition: ["page"], clustering: [desc("day")] },
);

export const documents = table(
  "documents",
  {
    collection: text(),
    id: timeuuid(),
    title: text(),
    lang: text(),
    labels: set(text()),
    embedding: vector(float(), 3),
  },
  {
    partition: ["collection"],
    clustering: [desc("id")],
    indexes: [sai("embedding"), sai("lang"), sai("labels")],
  },
);

export const events = table(
  "events_by_user",
  { user_id: uuid().as("userId"), kind: text(), at: timestamp(), id: uuid(), note: text() },
  { partition: ["user_id"], clustering: [asc("kind"), desc("at"), asc("id")] },
);

export const api = {
  readings: { type: "Reading" },
  users: { type: "User" },
  page_hits: { type: "PageHit" },
  documents: { type: "Document" },
  events_by_user: { type: "EventByUser", partition: "eventsByUser" },
};
