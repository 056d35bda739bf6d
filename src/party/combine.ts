import { readable } from "../cassandra/index.ts";
import {
  type Change as RowChange,
  type Draft,
  fold,
  type RowPlan,
  type Seen,
} from "../lane/index.ts";
import { createJournal, type IdentifiedChange, type PartyJournal } from "./journal.ts";
import { partyNotFound, peopleOutOfRange, peopleStale } from "./outcome.ts";
import type { Answer, Request } from "./request.ts";
import { dateShown } from "./shown.ts";
import { isInRange, type PartyKey, PartyTable } from "./table.ts";

/** A request that changes a party which is there. */
export type Change = Request<"updateParty" | "changePeople" | "addPeople">;
type CountChange = Request<"changePeople" | "addPeople">;

type PartyDraft = Draft<typeof PartyTable>;

/**
 * Puts changes of one party together, in the order in which they came: see {@link fold}. What is not known of the party
 * is assumed to be what the first of them expects.
 *
 * @param now in milliseconds since 1970
 */
export function combine(
  city: string,
  seen: Seen<typeof PartyTable>,
  changes: readonly Change[],
  now: number,
): RowPlan<typeof PartyTable, Answer> {
  if (seen === null) {
    return { after: null, answers: changes.map(({ id }) => partyNotFound({ city, id })) };
  }
  const { recent, earlier } = seen ?? {};
  const memory = { recent: readable(recent ?? null), earlier: readable(earlier ?? null) };
  const isSeen = recent !== undefined && earlier !== undefined;
  const journal = createJournal(memory, now, isSeen);
  const key = { city, id: changes[0]!.id };
  const rowChanges = changes.map((change) => rowChange(key, change, journal));
  return fold(PartyTable, { key, seen, changes: rowChanges, journal });
}

/** Whether a request is one of the changes of the count that come with an id. */
export function isIdentified(change: Request): change is IdentifiedChange {
  return "operationId" in change && change.operationId !== undefined;
}

function rowChange(
  key: PartyKey,
  change: Change,
  journal: PartyJournal,
): RowChange<typeof PartyTable, Answer> {
  const judge = (row: PartyDraft) =>
    change.kind === "updateParty" ? edit(row, change) : count(key, row, change);
  return isIdentified(change) ? { judge, once: journal.once(change) } : { judge };
}

function count(key: PartyKey, row: PartyDraft, change: CountChange): Answer {
  if (change.kind === "changePeople") row.assume("people", change.expected);
  const current = row.get("people");
  if (change.kind === "changePeople" && change.expected !== current) {
    return peopleStale(key, change.expected, current);
  }
  const people = current + change.delta;
  if (!isInRange(people)) return peopleOutOfRange(key);
  row.set({ people });
  return { __typename: "PeopleChanged", people };
}

function edit(row: PartyDraft, { changes, date }: Request<"updateParty">): Answer {
  row.assume("date", date);
  if (+dateShown(row.get("date")) !== +date) return { __typename: "PartyMoved" };
  row.set(changes);
  return { __typename: "PartyUpdated" };
}
