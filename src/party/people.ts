import { builder } from "../builder.ts";
import { select, type Session } from "../cassandra/index.ts";
import type { Context } from "../context.ts";
import type { ChangedBy, Draft, Refused } from "../lane/index.ts";
import { showRow } from "../pothos/index.ts";
import {
  type AnyOf,
  partyNotFound,
  peopleOutOfRange,
  peopleStale,
  type TimedParty,
} from "./outcome.ts";
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
  const changed = await lanes.change(
    PartyTable,
    key,
    (row) => {
      row.assume("people", expected);
      const actual = row.get("people");
      if (actual !== expected) return row.refuse(peopleStale(key, expected, actual));
      return put(row, expected + delta);
    },
    { once: once(operationId, `changePeople ${expected} ${delta}`) },
  );
  return counted(session, key, changed);
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
  const changed = await lanes.change(
    PartyTable,
    key,
    (row) => {
      const people = row.get("people") + delta;
      return isInRange(people) ? put(row, people) : row.refuse(peopleOutOfRange(key));
    },
    { once: once(operationId, `addPeople ${delta}`) },
  );
  return counted(session, key, changed);
}

/** Reads a party with the ballot of its count. @throws UnreadableRow */
export async function readTimed(session: Session, key: PartyKey): Promise<TimedParty | undefined> {
  const party = await session.run(select(PartyTable, key, { writetime: ["people"] }));
  return party && showRow(builder, PartyTable, party);
}

function put(row: Draft<typeof PartyTable>, people: number): number {
  row.set({ people });
  return people;
}

function once(id: string | undefined, args: string) {
  return id === undefined ? undefined : { id, args, answer: PartyTable.columns.people };
}

function counted<Refusal>(
  session: Session,
  key: PartyKey,
  changed: ChangedBy<number | Refused<Refusal>>,
): Refusal | AnyOf<"PeopleChanged" | "PartyNotFound"> {
  if (changed.outcome === "missing") return partyNotFound(key);
  if (changed.outcome === "refused") return changed.reason as Refusal;
  const read = () => readTimed(session, key);
  return { __typename: "PeopleChanged", ...key, people: changed.answer, read };
}
