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

/** A table of lightweight transactions with a column that may be null and a collection. */
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

/** A table of plain writes. */
export const Reading = table(
  "reading",
  { device: text(), at: timestamp(), value: double().required(), unit: text(), tags: set(text()) },
  { partition: ["device"], clustering: [desc("at")] },
);

/** A table of plain writes with one row per partition. */
export const Setting = table("setting", { name: text(), value: text() }, { partition: ["name"] });

/** A table of counters. */
export const Hits = table(
  "hits",
  { page: text(), day: date(), views: counter(), likes: counter() },
  { partition: ["page"], clustering: [asc("day")] },
);
