import {
  CassandraError,
  insert,
  type Lwt,
  remove,
  select,
  type Session,
  update,
} from "../cassandra/index.ts";
import { contention } from "../error.ts";
import { within } from "../within.ts";
import { dropEntry, putEntry, putEntryAgain } from "./entry.ts";
import { type AnyOf, outcomeUnknown, partyExists, partyNotFound } from "./outcome.ts";
import { type Party, type PartyKey, PartyTable } from "./table.ts";

// Each of these writes the entry in the order of dates before the party, and removes an old one behind it.

/** How often an update begins anew because somebody else has changed the date, before it gives up. */
const ROUNDS = 20;

/** How long the read may take that settles an unknown outcome: its caller has waited already. In milliseconds. */
const SETTLE_WITHIN = 700;

/** Creates a party, or finds that its id is taken. */
export async function createParty(
  session: Session,
  party: Party,
): Promise<AnyOf<"PartyCreated" | "PartyExists" | "OutcomeUnknown">> {
  await putEntry(session, party);
  try {
    const answer = await session.run(insert(PartyTable, party, { if: "not exists" }));
    if (!answer.applied) return partyExists(answer.current ?? party);
  } catch (error) {
    const settled = await settle(session, party, error);
    // Absence proves nothing: the insert may lie in a frozen node's socket, and apply later.
    if (!settled?.party) return outcomeUnknown(party);
    if (!isSame(settled.party, party)) return partyExists(settled.party);
  }
  await putEntryAgain(session, party);
  return { __typename: "PartyCreated", party };
}

/** What an update may change. */
export type PartyChanges = Partial<Pick<Party, "name" | "date">>;

/**
 * Changes a party's name, date or both, if the date is still the one that was read: so that whoever moves a
 * party knows which entry it leaves behind.
 *
 * @throws GraphQLError `CONTENTION` if others change the date all the time
 */
export async function updateParty(
  session: Session,
  key: PartyKey,
  changes: PartyChanges,
): Promise<AnyOf<"PartyUpdated" | "PartyNotFound" | "OutcomeUnknown">> {
  for (let round = 0; round < ROUNDS; round++) {
    const before = await find(session, key);
    if (!before) return partyNotFound(key);
    const outcome = await updateOnce(session, before, changes);
    if (outcome) return outcome;
  }
  throw contention();
}

/** One round of an update; nothing if somebody else has changed the date since. */
async function updateOnce(
  session: Session,
  before: Party,
  changes: PartyChanges,
): Promise<AnyOf<"PartyUpdated" | "OutcomeUnknown"> | undefined> {
  const after = { ...before, ...changes };
  const moves = +after.date !== +before.date;
  if (moves) await putEntry(session, after);
  try {
    const { applied } = await changeIfStill(session, before, changes);
    if (!applied) return undefined;
  } catch (error) {
    const settled = await settle(session, before, error);
    if (!settled?.party || !isSame(settled.party, after)) return outcomeUnknown(before);
  }
  if (moves) await moveEntry(session, before, after);
  const { city, id } = before;
  const party = (await session.load(PartyTable, { city, id })) ?? after;
  return { __typename: "PartyUpdated", party };
}

/** Behind the party: its new entry again, and away with the old one, and with the new one if others were faster. */
async function moveEntry(session: Session, before: Party, after: Party): Promise<void> {
  await putEntryAgain(session, after);
  await Promise.all([dropEntry(session, before), dropEntry(session, after)]);
}

async function changeIfStill(
  session: Session,
  { city, id, date }: Party,
  changes: PartyChanges,
): Promise<Lwt<object>> {
  const key = { city, id };
  const answer = await session.run(update(PartyTable, key, changes, { if: { date } }));
  // Another program's row without a date: nobody has moved it, and it is in nobody's way.
  if (answer.applied || answer.current?.date !== null) return answer;
  return session.run(update(PartyTable, key, changes, { if: "exists" }));
}

/** Deletes a party. */
export async function deleteParty(
  session: Session,
  key: PartyKey,
): Promise<AnyOf<"PartyDeleted" | "PartyNotFound" | "OutcomeUnknown">> {
  const before = await session.load(PartyTable, key);
  try {
    const { applied } = await session.run(remove(PartyTable, key, { if: "exists" }));
    if (!applied) return partyNotFound(key);
  } catch (error) {
    const settled = await settle(session, key, error);
    if (!before || !settled || settled.party) return outcomeUnknown(key);
  }
  if (before) await dropEntry(session, before);
  return { __typename: "PartyDeleted", ...key };
}

/** Reads a party; that there is none only a serial read says. */
async function find(session: Session, key: PartyKey): Promise<Party | undefined> {
  return (await session.load(PartyTable, key)) ?? (await readSerial(session, key));
}

function readSerial(session: Session, { city, id }: PartyKey): Promise<Party | undefined> {
  return session.run(select(PartyTable, { city, id }, { serial: true }));
}

/**
 * Reads what a write of unknown outcome has come to. Nothing if that cannot be read in time.
 *
 * @throws the error if it is another one
 */
async function settle(
  session: Session,
  key: PartyKey,
  error: unknown,
): Promise<{ readonly party: Party | undefined } | undefined> {
  if (!(error instanceof CassandraError && error.code === "OUTCOME_UNKNOWN")) throw error;
  const read = readSerial(session, key).then(
    (party) => ({ party }),
    () => undefined,
  );
  return within(SETTLE_WITHIN, read, () => undefined);
}

function isSame(one: Party, other: Party): boolean {
  return one.name === other.name && +one.date === +other.date;
}
