import { builder } from "../builder.ts";
import { selectEach, type Session, UnreadableRow } from "../cassandra/index.ts";
import { type Admit, loadAdmitted } from "../order/index.ts";
import { showEach } from "../pothos/index.ts";
import type { TimedParty } from "./outcome.ts";
import { type Party, type PartyKey, PartyTable } from "./table.ts";

// A party as a page shows it: what another program has put there and cannot be represented is as if it were not there.
// For whoever is about to change or delete it, and for lists.

/** Takes rows as a page shows them. */
export const admit: Admit = (row, table) => showEach(builder, table, row);

/** Reads a party. */
export async function loadShown(session: Session, key: PartyKey): Promise<Party | undefined> {
  return loadAdmitted(session, PartyTable, key, admit);
}

/** Reads a party with the ballot of its count. */
export async function readShown(session: Session, key: PartyKey): Promise<TimedParty | undefined> {
  const [party] = await session.run(selectEach(PartyTable, key, { writetime: ["people"] }));
  return party && shown(party);
}

/** A party as a page shows it. @throws UnreadableRow */
export function shown<P extends object>(party: P | UnreadableRow): P {
  const found = showEach(builder, PartyTable, party);
  if (found instanceof UnreadableRow) throw found;
  return found;
}
