import { CassandraError, insert, remove, select, type Session } from "../cassandra/index.ts";
import { type Party, PartyByDateTable, PartyTable } from "./table.ts";

/** The part of a party that is its entry in the order of dates. */
export type Entry = Pick<Party, "city" | "date" | "id">;

/** An entry as somebody saw it: what is put later is not it. */
export interface SeenEntry extends Entry {
  /** When it was put, in microseconds of the coordinator's clock. */
  readonly version: bigint;
}

/**
 * Puts the entry of a party, before the party itself is written: so that whatever happens then, no party is
 * without one. An entry without its party does no harm.
 *
 * @throws CassandraError `UNAVAILABLE`, also where nobody knows whether it was put: the party is untouched
 */
export async function putEntry(session: Session, { city, date, id }: Entry): Promise<void> {
  try {
    await session.run(insert(PartyByDateTable, { city, date, id }));
  } catch (error) {
    if (!(error instanceof CassandraError && error.code === "OUTCOME_UNKNOWN")) throw error;
    throw new CassandraError("UNAVAILABLE", "Cassandra does not answer.", { cause: error });
  }
}

/**
 * Puts an entry again when its party has been written: somebody may have removed an entry of the same date that
 * stood there from before. If it fails, the first one is there still.
 */
export async function putEntryAgain(session: Session, entry: Entry): Promise<void> {
  await putEntry(session, entry).catch(() => {});
}

/**
 * Removes the entry of a date that a party has left. The order is what makes it safe: the version is seen before
 * the party is read, and only that version is removed, so whoever moves the party to this date meanwhile puts its
 * entry again behind that. If it fails, the entry stays and does no harm.
 */
export async function dropEntry(session: Session, entry: Entry): Promise<void> {
  try {
    const seen = await seeEntry(session, entry);
    if (!seen || (await isThere(session, entry))) return;
    await removeEntry(session, seen);
    // A mover that died before it put its entry again may have left us as the last to know.
    if (await isThere(session, entry)) await putEntry(session, entry);
  } catch (error) {
    if (!(error instanceof CassandraError)) throw error;
  }
}

/** Removes just the version of an entry that was seen. */
export async function removeEntry(session: Session, seen: SeenEntry): Promise<void> {
  const { version: timestamp, city, date, id } = seen;
  await session.run(remove(PartyByDateTable, { city, date, id }, { timestamp }));
}

async function seeEntry(
  session: Session,
  { city, date, id }: Entry,
): Promise<SeenEntry | undefined> {
  const key = { city, date, id };
  const row = await session.run(select(PartyByDateTable, key, { writetime: ["entered"] }));
  const version = row?.["writetime(entered)"];
  return typeof version === "bigint" ? { ...key, version } : undefined;
}

async function isThere(session: Session, { city, date, id }: Entry): Promise<boolean> {
  const party = await session.load(PartyTable, { city, id });
  return party !== undefined && +party.date === +date;
}
