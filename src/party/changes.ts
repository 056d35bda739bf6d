import type { Session } from "../cassandra/index.ts";
import type { Context } from "../context.ts";
import type { AnyOf, Outcome } from "./outcome.ts";
import { readTimed } from "./people.ts";
import { type PartyKey, PartyTable } from "./table.ts";

/** What was done to a party, or may have been. */
export type Change = "created" | "updated" | "people" | "deleted";

/** What a follower of a city is told. */
export type PartiesChanged = AnyOf<
  "PartyCreated" | "PartyUpdated" | "PeopleChanged" | "PartyDeleted" | "PartiesReset"
>;

/** Tells those who watch a party or follow its city, unless the outcome is that nothing happened. */
export function announce(
  { live }: Context,
  { city, id }: PartyKey,
  change: Change,
  { __typename }: { readonly __typename: string },
): void {
  if (mayHaveChanged.has(__typename)) live.hint(PartyTable, { city, id }, change);
}

const mayHaveChanged: ReadonlySet<string> = new Set([
  "PartyCreated",
  "PartyUpdated",
  "PartyDeleted",
  "PeopleChanged",
  "OutcomeUnknown",
] satisfies readonly (keyof Outcome)[]);

/** Follows a city: each event is read from the party as it is when it is told. */
export function followCity({ session, live }: Context, city: string) {
  const reset: PartiesChanged = { __typename: "PartiesReset", city };
  return live.follow(PartyTable, { city }, (key, kinds) => readChange(session, key, kinds), reset);
}

async function readChange(
  session: Session,
  key: PartyKey,
  kinds: ReadonlySet<string>,
): Promise<PartiesChanged> {
  const party = await readTimed(session, key);
  if (!party) return { __typename: "PartyDeleted", ...key };
  if (kinds.has("created")) return { __typename: "PartyCreated", party };
  if (kinds.has("people") && kinds.size === 1) {
    const { city, id, people } = party;
    return { __typename: "PeopleChanged", city, id, people, read: () => Promise.resolve(party) };
  }
  return { __typename: "PartyUpdated", party };
}
