import type { Context } from "../context.ts";
import { contention } from "../lane/index.ts";
import { dropEntry, putEntry, putEntryAgain } from "./entry.ts";
import { type AnyOf, partyExists, partyNotFound } from "./outcome.ts";
import { dateShown, findShown, loadShown, shown } from "./shown.ts";
import { type Party, type PartyKey, PartyTable } from "./table.ts";

/** What an update may change. */
export type PartyChanges = Partial<Pick<Party, "name" | "date">>;

// Each of these writes the entry in the order of dates before the party, and removes an old one behind it.

/** How often an update begins anew because somebody else has changed the date, before it gives up. */
const ROUNDS = 20;

type Place = Pick<Context, "session" | "lanes">;

/** Creates a party, or finds that its id is taken. Fails as `Lanes.create` does. */
export async function createParty(
  { session, lanes }: Place,
  party: Party,
): Promise<AnyOf<"PartyCreated" | "PartyExists">> {
  await putEntry(session, party);
  const created = await lanes.create(PartyTable, party);
  // It is what a page would show: what cannot be represented is as if it were not there.
  if (created.outcome === "exists") return partyExists(shown(created.row));
  await putEntryAgain(session, party);
  return { __typename: "PartyCreated", party };
}

/**
 * Changes a party's name, date or both, if the date is still the one that was read: so that whoever moves a
 * party knows which entry it leaves behind. Fails as `Lanes.change` does.
 */
export async function updateParty(
  place: Place,
  key: PartyKey,
  changes: PartyChanges,
): Promise<AnyOf<"PartyUpdated" | "PartyNotFound">> {
  for (let round = 0; round < ROUNDS; round++) {
    const before = await findShown(place.session, key);
    if (!before) return partyNotFound(key);
    const outcome = await updateOnce(place, before, changes);
    if (outcome) return outcome;
  }
  throw contention();
}

/** One round of an update; nothing if somebody else has changed the date since. */
async function updateOnce(
  { session, lanes }: Place,
  before: Party,
  changes: PartyChanges,
): Promise<AnyOf<"PartyUpdated" | "PartyNotFound"> | undefined> {
  const { city, id, date } = before;
  const after = { ...before, ...changes };
  const moves = +after.date !== +date;
  // Also where it seems to be there: a party without a date is shown with one.
  if (changes.date) await putEntry(session, after);
  const { outcome } = await lanes.change(PartyTable, { city, id }, (row) => {
    row.assume("date", date);
    if (+dateShown(row.get("date")) !== +date) return row.refuse("MOVED");
    return row.set(changes);
  });
  if (outcome === "missing") return partyNotFound(before);
  if (outcome === "refused") return undefined;
  if (changes.date) await putEntryAgain(session, after);
  if (moves) await Promise.all([dropEntry(session, before), dropEntry(session, after)]);
  // It was updated, whether it can be read now or not.
  const party = await loadShown(session, { city, id }).catch(() => undefined);
  return { __typename: "PartyUpdated", party: party ?? after };
}

/** Deletes a party. Fails as `Lanes.remove` does. */
export async function deleteParty(
  { session, lanes }: Place,
  key: PartyKey,
): Promise<AnyOf<"PartyDeleted" | "PartyNotFound">> {
  const before = await loadShown(session, key);
  const { outcome } = await lanes.remove(PartyTable, key);
  if (outcome === "missing") return partyNotFound(key);
  if (before) await dropEntry(session, before);
  return { __typename: "PartyDeleted", ...key };
}
