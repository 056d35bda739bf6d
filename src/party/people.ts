import { builder } from "../builder.ts";
import { select, type Session } from "../cassandra/index.ts";
import type { Context } from "../context.ts";
import { showRow } from "../pothos/index.ts";
import { type AnyOf, peopleOutOfRange, type TimedParty } from "./outcome.ts";
import { type Answer, askCity } from "./request.ts";
import { isInRange, type PartyKey, PartyTable } from "./table.ts";

/** A change of the count by somebody who says what they believe it to be. */
export interface PeopleChange extends PeopleAddition {
  readonly expected: number;
}

/** A change of the count, whatever it is. */
export interface PeopleAddition {
  readonly delta: number;
  /** If it is given, the same change with the same id is applied once. */
  readonly operationId?: string | undefined;
}

type Place = Pick<Context, "session" | "lanes">;

/**
 * Changes the count if it is what was expected. Out of range is judged by `expected + delta` before anything is sent,
 * so that no statement ever carries such a count. A null, as another program may have left it, is 0.
 *
 * @throws CassandraError `OUTCOME_UNKNOWN`, `UNAVAILABLE`; GraphQLError `CONTENTION`, `TOO_MANY_OPERATIONS`,
 * `BAD_USER_INPUT`
 */
export async function changePeople(
  { session, lanes }: Place,
  key: PartyKey,
  { expected, delta, operationId }: PeopleChange,
): Promise<AnyOf<"PeopleChanged" | "PeopleStale" | "PeopleOutOfRange" | "PartyNotFound">> {
  if (!isInRange(expected + delta)) return peopleOutOfRange(key);
  const { city, id } = key;
  const request = { kind: "changePeople", id, expected, delta, operationId } as const;
  return counted(session, key, await askCity<"changePeople">(lanes, city, request));
}

/**
 * Changes the count by `delta`, whatever it is. Refused only if there is no such party or its actual count would leave
 * the range.
 *
 * @throws as {@link changePeople}
 */
export async function addPeople(
  { session, lanes }: Place,
  key: PartyKey,
  { delta, operationId }: PeopleAddition,
): Promise<AnyOf<"PeopleChanged" | "PeopleOutOfRange" | "PartyNotFound">> {
  const { city, id } = key;
  const request = { kind: "addPeople", id, delta, operationId } as const;
  return counted(session, key, await askCity<"addPeople">(lanes, city, request));
}

/** Reads a party with the ballot of its count. @throws UnreadableRow */
export async function readTimed(session: Session, key: PartyKey): Promise<TimedParty | undefined> {
  const party = await session.run(select(PartyTable, key, { writetime: ["people"] }));
  return party && showRow(builder, PartyTable, party);
}

function counted<Refused extends Exclude<Answer<"changePeople" | "addPeople">, { people: number }>>(
  session: Session,
  key: PartyKey,
  answer: Refused | Extract<Answer<"addPeople">, { people: number }>,
): Refused | AnyOf<"PeopleChanged"> {
  if (answer.__typename !== "PeopleChanged") return answer;
  return { ...answer, ...key, read: () => readTimed(session, key) };
}
