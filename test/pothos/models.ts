import { randomUUID } from "node:crypto";
import {
  asc,
  bigint,
  counter,
  date,
  desc,
  double,
  frozen,
  int,
  map,
  orderOf,
  set,
  table,
  text,
  timestamp,
  tuple,
  udt,
  uuid,
} from "../../src/cassandra/index.ts";

// Tables of every kind. None of them belongs to the application.

/** The seats of a show, with lanes that remember operation ids, an order, and static columns of the show. */
export const Seat = table(
  "seat",
  {
    show: text({ min: 1, max: 40 }).as("showName").describe("The show."),
    row: int({ min: 1 }),
    seat: int({ min: 1 }).as("number"),
    price: int({ min: 0, max: 1000 }).default(10),
    holder: text({ max: 40 }),
    since: timestamp().default(() => new Date()),
    zone: text({ max: 20 }),
    sold: int().default(0).static(),
    pin: text(),
  },
  {
    partition: ["show"],
    clustering: [asc("row"), desc("seat")],
    lwt: true,
    lanes: { remembers: 60 },
    orders: {
      seat_by_since: [asc("since")],
      seat_by_zone: { partition: ["zone"], clustering: [asc("since")] },
    },
    description: "A seat of a show.",
  },
);
export const SeatBySince = orderOf(Seat, "seat_by_since");
export const SeatByZone = orderOf(Seat, "seat_by_zone");

/** The users: each row is a partition, with lanes that remember nothing. */
export const User = table(
  "users",
  {
    id: uuid().default(() => randomUUID()),
    email: text().required(),
    balance: bigint().default(0n),
    roles: set(text()),
    address: frozen(udt("address", { street: text(), zip: text() })),
    labels: map(text(), int()),
    place: tuple(double(), double()),
  },
  { partition: ["id"], lwt: true, lanes: true },
);

/** The readings of a device, with plain writes. */
export const Reading = table(
  "readings",
  {
    device: text(),
    day: date(),
    at: timestamp(),
    value: double(),
    quality: int({ min: 0 }).default(1),
    tags: map(text(), text()),
    site: text().static(),
  },
  { partition: ["device", "day"], clustering: [desc("at")] },
);

/** How often a page was read, in counters. */
export const PageHit = table(
  "page_hits",
  { page: text(), day: date(), views: counter(), errors: counter() },
  { partition: ["page"], clustering: [desc("day")] },
);

/** The actions of users, with a clustering key of three columns. */
export const EventByUser = table(
  "events_by_user",
  { user_id: uuid().as("userId"), kind: text(), at: timestamp(), id: uuid(), note: text() },
  { partition: ["user_id"], clustering: [asc("kind"), desc("at"), asc("id")] },
);
