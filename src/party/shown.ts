import { builder } from "../builder.ts";
import { selectEach, type Session, UnreadableRow } from "../cassandra/index.ts";
import { canShowColumn, showEach, showRow } from "../pothos/index.ts";
import { type Party, type PartyKey, PartyTable } from "./table.ts";

// A party as a page shows it: what another program has put there and cannot be represented is as if it were not there.
// For whoever is about to change or delete it, and for lists.

/** Reads a party. */
export async function loadShown(session: Session, key: PartyKey): Promise<Party | undefined> {
  try {
    const party = await session.load(PartyTable, key);
    return party && showRow(builder, PartyTable, party);
  } catch (error) {
    if (!(error instanceof UnreadableRow)) throw error;
    return only(await session.run(selectEach(PartyTable, key)));
  }
}

/** Reads a party; that there is none only a serial read says. */
export async function findShown(session: Session, key: PartyKey): Promise<Party | undefined> {
  const found = await loadShown(session, key);
  return found ?? only(await session.run(selectEach(PartyTable, key, { serial: true })));
}

/** The date with which a party is shown: the schema cannot show those of years beyond 9999. */
export function dateShown(date: Date): Date {
  const isShown = canShowColumn(builder, PartyTable, "date", date);
  return isShown ? date : PartyTable.columns.date.ifUnreadable!();
}

/** A party as a page shows it. @throws UnreadableRow */
export function shown<P extends object>(party: P | UnreadableRow): P {
  const found = showEach(builder, PartyTable, party);
  if (found instanceof UnreadableRow) throw found;
  return found;
}

function only<P extends object>([party]: readonly (P | UnreadableRow)[]): P | undefined {
  return party && shown(party);
}
