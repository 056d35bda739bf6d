import { setTimeout as sleep } from "node:timers/promises";
import { select, type Session, update } from "../cassandra/index.ts";
import { contention } from "../error.ts";
import { type AnyOf, partyNotFound, peopleOutOfRange, type TimedParty } from "./outcome.ts";
import { type PartyKey, PartyTable, peopleRange } from "./table.ts";

/** A change of the count by somebody who says what they believe it to be. */
export interface PeopleChange {
  readonly expected: number;
  readonly delta: number;
}

/** Everything that a change of the count can come to, but for an unknown outcome. */
export type PeopleOutcome = AnyOf<
  "PeopleChanged" | "PeopleStale" | "PeopleOutOfRange" | "PartyNotFound"
>;

/** How long `addPeople` may begin new rounds, in milliseconds. */
const ROUNDS_WITHIN = 3000;

/** The longest pause between two of its rounds, in milliseconds. */
const PAUSE = 40;

/**
 * Changes the count by one lightweight transaction, if it is what was expected.
 *
 * Out of range is judged by `expected + delta` before anything is sent, so that no statement ever carries
 * such a count; everything else rests on the transaction's answer. A null, as another program may have left it,
 * is 0.
 *
 * @throws CassandraError `OUTCOME_UNKNOWN`, `UNAVAILABLE`
 */
export async function changePeople(
  session: Session,
  key: PartyKey,
  { expected, delta }: PeopleChange,
): Promise<PeopleOutcome> {
  const people = expected + delta;
  if (!isInRange(people)) return peopleOutOfRange(key);
  const answer = await session.run(
    update(PartyTable, key, { people }, { if: { people: expected } }),
  );
  if (answer.applied) return peopleChanged(session, key, people);
  if (!answer.current) return partyNotFound(key);
  if (answer.current.people === null && expected === 0) return changeNull(session, key, people);
  return peopleStale(key, expected, answer.current.people ?? 0);
}

/**
 * Changes the count by `delta`, whatever it is: rounds of {@link changePeople}, each with the count that the one
 * before has told. Refused only if there is no such party or its actual count would leave the range.
 *
 * @throws GraphQLError `CONTENTION` if others were faster all the time
 */
export async function addPeople(
  session: Session,
  key: PartyKey,
  delta: number,
): Promise<Exclude<PeopleOutcome, AnyOf<"PeopleStale">>> {
  const until = Date.now() + ROUNDS_WITHIN;
  let party = await session.load(PartyTable, key);
  let expected = party?.people;
  do {
    if (expected === undefined || !isInRange(expected + delta)) {
      // Not on the word of an ordinary read: it may be of before a change that has been answered.
      party = await session.run(select(PartyTable, key, { serial: true }));
      if (!party) return partyNotFound(key);
      if (!isInRange(party.people + delta)) return peopleOutOfRange(key);
      expected = party.people;
    }
    const outcome = await changePeople(session, key, { expected, delta });
    if (outcome.__typename !== "PeopleStale") return outcome;
    expected = outcome.actual;
    await sleep(Math.random() * PAUSE);
  } while (Date.now() < until);
  throw contention();
}

/** Reads a party with the ballot of its count. */
export function readTimed(session: Session, key: PartyKey): Promise<TimedParty | undefined> {
  return session.run(select(PartyTable, key, { writetime: "people" }));
}

/**
 * Gives a count to a party that has none. `IF people = null` alone would hold for a party that does not exist,
 * and make a row of it; so a party that has no name either has to be given one first.
 */
async function changeNull(
  session: Session,
  key: PartyKey,
  people: number,
): Promise<AnyOf<"PeopleChanged" | "PeopleStale" | "PartyNotFound">> {
  const party = await session.run(select(PartyTable, key, { serial: true }));
  if (!party) return partyNotFound(key);
  const condition = { if: { name: party.name }, isNull: ["people"] } as const;
  const answer = await session.run(update(PartyTable, key, { people }, condition));
  if (answer.applied) return peopleChanged(session, key, people);
  if (!answer.current) return partyNotFound(key);
  if (answer.current.people === null) throw contention();
  return peopleStale(key, 0, answer.current.people);
}

function isInRange(people: number): boolean {
  return people >= peopleRange.minimum && people <= peopleRange.maximum;
}

function peopleChanged(session: Session, key: PartyKey, people: number): AnyOf<"PeopleChanged"> {
  return { __typename: "PeopleChanged", ...key, people, read: () => readTimed(session, key) };
}

function peopleStale(key: PartyKey, expected: number, actual: number): AnyOf<"PeopleStale"> {
  const message = `The count is ${actual}, not ${expected}.`;
  return { __typename: "PeopleStale", message, ...key, expected, actual };
}
