import { hash } from "node:crypto";
import { builder } from "../builder.ts";
import { readRows, type Session } from "../cassandra/index.ts";
import type { Context } from "../context.ts";
import type { Followed } from "../live/index.ts";
import { showEach } from "../pothos/index.ts";
import type { AnyOf, TimedParty } from "./outcome.ts";
import { readShown } from "./shown.ts";
import { type PartyKey, PartyTable } from "./table.ts";

/** What was done to a party, or may have been. */
export type Change = "created" | "updated" | "people" | "deleted";

/** What a follower of a city is told. */
export type PartiesChanged = AnyOf<
  "PartyCreated" | "PartyUpdated" | "PeopleChanged" | "PartyDeleted" | "PartiesReset"
>;

/** Follows a city: each event is read from the party as it is when it is told. */
export function followCity({ session, live }: Context, city: string) {
  return live.follow(PartyTable, { city }, followedCity(session, city));
}

function followedCity(
  session: Session,
  city: string,
): Followed<PartyKey, TimedParty, PartiesChanged> {
  return {
    kinds,
    // One of which something cannot be represented is followed like any other.
    read: (key) => readShown(session, key),
    page: async (behind, limit) => {
      const { rows, unreadable, isEnd } = await readRows(
        session,
        PartyTable,
        { city },
        {
          limit,
          after: behind && { id: behind.id },
          writetime: ["people"],
          admit: (party) => showEach(builder, PartyTable, party),
        },
      );
      for (const { row } of unreadable) session.report(row);
      if (rows.length < limit && !isEnd) throw unreadable[0]!.row;
      return rows;
    },
    keyOf: ({ id }) => ({ city, id }),
    marks: ({ name, date, "writetime(people)": ballot }) => ({
      people: String(ballot),
      updated: hash("sha1", `${date.getTime()} ${name}`, "base64"),
    }),
    tell: tellChange,
    reset: { __typename: "PartiesReset", city },
  };
}

const kinds: ReadonlySet<string> = new Set<Change>(["created", "updated", "people", "deleted"]);

function tellChange(
  key: PartyKey,
  party: TimedParty | undefined,
  told: ReadonlySet<string>,
): PartiesChanged {
  if (!party) return { __typename: "PartyDeleted", ...key };
  if (told.has("created")) return { __typename: "PartyCreated", party };
  if (told.has("people") && told.size === 1) {
    const { city, id, people } = party;
    return { __typename: "PeopleChanged", city, id, people, read: () => Promise.resolve(party) };
  }
  return { __typename: "PartyUpdated", party };
}
