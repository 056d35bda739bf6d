import { builder } from "../builder.ts";
import { type ClusteringKey, compareUuids, readRows, type Session } from "../cassandra/index.ts";
import { showEach } from "../pothos/index.ts";
import { removeEntry } from "./entry.ts";
import { loadShown } from "./shown.ts";
import { CLOCK_DIFFERENCE, type Party, PartyByDateTable } from "./table.ts";

/** Where a page of upcoming parties begins: at a date, or behind an entry. */
export interface UpcomingStart {
  readonly city: string;
  readonly from: Date;
  readonly after: ClusteringKey<typeof PartyByDateTable> | undefined;
}

/** The parties of a page, and whether others follow. */
export interface UpcomingPage {
  readonly parties: readonly Party[];
  readonly more: boolean;
}

/** How many entries are read beside those of the page, since some may not count. */
const SPARE = 10;

/**
 * Reads the parties of a city from a date on, by date.
 *
 * One query reads the entries, and then each party is read as it is now: a party counts once, at its own date. So one
 * that was there before the read began is listed though its date is being changed meanwhile. If too many entries
 * turn out not to count, more of them are read, from the beginning of the page.
 */
export async function readUpcoming(
  session: Session,
  start: UpcomingStart,
  first: number,
): Promise<UpcomingPage> {
  for (let limit = first + 1 + SPARE; ; limit *= 4) {
    const { rows: entries, isEnd: complete } = await readEntries(session, start, limit);
    const keys = entries.map(({ city, id }) => ({ city, id }));
    const found = await Promise.all(keys.map((key) => loadShown(session, key)));
    removeOrphans(session, entries, found);
    const end = complete ? undefined : entries.at(-1);
    const parties = distinct(found).filter(
      (party) => !isBefore(party, start) && !(end && compare(party, end) > 0),
    );
    if (complete || parties.length > first) {
      const page = parties.toSorted(compare).slice(0, first);
      return { parties: page, more: parties.length > first };
    }
  }
}

type Entries = Awaited<ReturnType<typeof readEntries>>["rows"];
type Place = Pick<Party, "date" | "id">;

async function readEntries(session: Session, { city, from, after }: UpcomingStart, limit: number) {
  const key = { city, date: { gte: from } };
  const found = await readRows(session, PartyByDateTable, key, {
    limit,
    after,
    writetime: ["entered"],
    admit: (entry) => showEach(builder, PartyByDateTable, entry),
  });
  for (const { row } of found.unreadable) session.report(row);
  return found;
}

function removeOrphans(
  session: Session,
  entries: Entries,
  parties: readonly (Party | undefined)[],
): void {
  // Of a younger one the writer may be about to write the party.
  const youngest = BigInt(Date.now() - CLOCK_DIFFERENCE * 1000) * 1000n;
  for (const [at, entry] of entries.entries()) {
    const version = entry["writetime(entered)"];
    const counts = parties[at] && compare(parties[at], entry) === 0;
    if (counts || version === null || version > youngest) continue;
    // Nobody waits for it: the next reader would do it as well.
    removeEntry(session, { ...entry, version }).catch(() => {});
  }
}

function distinct(parties: readonly (Party | undefined)[]): readonly Party[] {
  const present = parties.filter((party) => party !== undefined);
  return [...new Map(present.map((party) => [party.id, party])).values()];
}

function isBefore(party: Party, { from, after }: UpcomingStart): boolean {
  return party.date < from || (after !== undefined && compare(party, after) <= 0);
}

/** The order of the entries. */
function compare(one: Place, other: Place): number {
  return +one.date - +other.date || compareUuids(one.id, other.id);
}
