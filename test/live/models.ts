import {
  asc,
  counter,
  date,
  desc,
  double,
  int,
  set,
  table,
  text,
  timestamp,
} from "../../src/cassandra/index.ts";

// Tables for tests of live values.

/** Of lightweight transactions, in which a column may be null and another one is a collection. */
export const Seat = table(
  "seat",
  {
    hall: text(),
    number: int(),
    taken: int().default(0),
    holder: text(),
    wishes: set(text()),
  },
  { partition: ["hall"], clustering: [asc("number")], lwt: true },
);

/** Of plain writes. */
export const Reading = table(
  "reading",
  { device: text(), at: timestamp(), value: double().required(), unit: text(), tags: set(text()) },
  { partition: ["device"], clustering: [desc("at")] },
);

/** Of plain writes, a row in each partition. */
export const Setting = table("setting", { name: text(), value: text() }, { partition: ["name"] });

/** Of counters. */
export const Hits = table(
  "hits",
  { page: text(), day: date(), views: counter(), likes: counter() },
  { partition: ["page"], clustering: [asc("day")] },
);
