import { randomUUID } from "node:crypto";
import {
  asc,
  int,
  orderOf,
  type PrimaryKey,
  type Row,
  table,
  text,
  timestamp,
  uuid,
} from "../cassandra/index.ts";

/** What a city and a name may be: any Unicode but U+0000, trimmed. */
const title = { trim: true, min: 1, max: 200 } as const;

/** The parties of a city. Counts are changed by lightweight transactions, so everything is. */
export const PartyTable = table(
  "party",
  {
    city: text(title).describe("The city."),
    id: uuid()
      .default(() => randomUUID())
      .describe("Unique in the city."),
    name: text(title).required().nullAs("").describe("What the party is called."),
    people: int({ min: 0 }).default(0).describe("How many people are counted in."),
    date: timestamp()
      .default(() => new Date())
      .nullAs(new Date(0))
      .describe("When it begins."),
  },
  {
    partition: ["city"],
    clustering: [asc("id")],
    lwt: true,
    // A count is changed over and over.
    compaction: "leveled",
    lanes: { remembers: 60 },
    orders: { party_by_date: [asc("date")] },
    description: "A party in a city, with the count of its people.",
  },
);

/**
 * The parties of a city by date. Its rows are hints: one counts only while its party exists with that date.
 * It takes plain writes, since a second writer of the same entry does no harm.
 */
export const PartyByDateTable = orderOf(PartyTable, "party_by_date");

/** Every table of the application. */
export const tables = [PartyTable, PartyByDateTable] as const;

export type Party = Row<typeof PartyTable>;
export type PartyKey = PrimaryKey<typeof PartyTable>;
