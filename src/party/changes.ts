import { builder } from "../builder.ts";
import type { Context } from "../context.ts";
import type { Admit, PartitionEvent } from "../live/index.ts";
import { showEach } from "../pothos/index.ts";
import type { AnyOf } from "./outcome.ts";
import { PartyTable } from "./table.ts";

/** What a follower of a city is told. */
export type PartiesChanged = AnyOf<
  "PartyCreated" | "PartyUpdated" | "PeopleChanged" | "PartyDeleted" | "PartiesReset"
>;

/** Follows a city: each event is read from the party as it is when it is told. */
export function followCity({ live }: Context, city: string) {
  return live.follow(PartyTable, { city }, { apart: ["people"], admit });
}

const admit: Admit = (party) => showEach(builder, PartyTable, party);

/** What a follower is told of an event. */
export function partiesChanged(
  event: PartitionEvent<typeof PartyTable, "name" | "people" | "date", "people">,
): PartiesChanged {
  if (event.kind === "reset") return { __typename: "PartiesReset", ...event.partition };
  if (event.kind === "deleted") return { __typename: "PartyDeleted", ...event.key };
  const { row: party } = event;
  if (event.kind === "created") return { __typename: "PartyCreated", party };
  if (event.others) return { __typename: "PartyUpdated", party };
  const { city, id, people } = party;
  return { __typename: "PeopleChanged", city, id, people, read: () => Promise.resolve(party) };
}
