import type { Context } from "../context.ts";
import { admitted, loadAdmitted, ordered } from "../order/index.ts";
import { type AnyOf, partyExists, partyNotFound } from "./outcome.ts";
import { admit } from "./shown.ts";
import { type Party, type PartyKey, PartyTable } from "./table.ts";

/** What an update may change. */
export type PartyChanges = Partial<Pick<Party, "name" | "date">>;

type Place = Pick<Context, "session" | "lanes">;

/** Creates a party, or finds that its id is taken. Fails as `ordered.create` does. */
export async function createParty(
  place: Place,
  party: Party,
): Promise<AnyOf<"PartyCreated" | "PartyExists">> {
  const created = await ordered.create(place, PartyTable, party);
  // It is what a page would show: what cannot be represented is as if it were not there.
  if (created.outcome === "exists") {
    return partyExists(admitted(PartyTable, created.row, admit));
  }
  return { __typename: "PartyCreated", party };
}

/** Changes a party's name, date or both. Fails as `ordered.update` does. */
export async function updateParty(
  place: Place,
  key: PartyKey,
  changes: PartyChanges,
): Promise<AnyOf<"PartyUpdated" | "PartyNotFound">> {
  const updated = await ordered.update(place, PartyTable, key, changes, { admit });
  if (updated.outcome === "missing") return partyNotFound(key);
  // It was updated, whether it can be read now or not.
  const party = await loadAdmitted(place.session, PartyTable, key, admit).catch(() => undefined);
  return { __typename: "PartyUpdated", party: party ?? updated.row };
}

/** Deletes a party. Fails as `ordered.remove` does. */
export async function deleteParty(
  place: Place,
  key: PartyKey,
): Promise<AnyOf<"PartyDeleted" | "PartyNotFound">> {
  const { outcome } = await ordered.remove(place, PartyTable, key, { admit });
  if (outcome === "missing") return partyNotFound(key);
  return { __typename: "PartyDeleted", ...key };
}
