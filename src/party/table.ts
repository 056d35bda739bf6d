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

/** The rules for the names of cities and parties: one line of any Unicode text, in one spelling. */
const nameRules = { trim: true, normalize: "NFC", line: true, min: 1, max: 200 } as const;

/** The parties, partitioned by city. The counts need lightweight transactions, so all writes use them. */
export const PartyTable = table(
  "party",
  {
    city: text(nameRules).describe("The city."),
    id: uuid()
      .default(() => randomUUID())
      .describe("Unique in the city."),
    name: text(nameRules).required().nullAs("").describe("The name of the party."),
    people: int({ min: 0 }).default(0).describe("How many people are counted in."),
    date: timestamp()
      .default(() => new Date())
      .nullAs(new Date(0))
      .describe("When the party begins."),
  },
  {
    partition: ["city"],
    clustering: [asc("id")],
    lwt: true,
    // The same counts are overwritten again and again.
    compaction: "leveled",
    lanes: { remembers: 60 },
    orders: { party_by_date: [asc("date")] },
    description: "A party in a city, with the number of people who are counted in.",
  },
);

/**
 * The parties of a city by date. Its entries are hints: an entry counts only while its party exists with that date. It
 * takes plain writes, because several writers of the same entry do no harm.
 */
export const PartyByDateTable = orderOf(PartyTable, "party_by_date");

/** Every table of the application. */
export const tables = [PartyTable, PartyByDateTable] as const;

export type Party = Row<typeof PartyTable>;
export type PartyKey = PrimaryKey<typeof PartyTable>;
