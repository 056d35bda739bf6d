import { readable, type Unreadable, UnreadableRow, update } from "../cassandra/index.ts";
import type { RowPlan, Seen } from "../lane/index.ts";
import { createJournal, type IdentifiedChange, type Journal } from "./journal.ts";
import { partyNotFound, peopleOutOfRange, peopleStale } from "./outcome.ts";
import type { Answer, Request } from "./request.ts";
import { dateShown } from "./shown.ts";
import { isInRange, type PartyKey, PartyTable } from "./table.ts";

/** A request that changes a party which is there. */
export type Change = Request<"updateParty" | "changePeople" | "addPeople">;
type CountChange = Request<"changePeople" | "addPeople">;

type Plan = RowPlan<typeof PartyTable, Answer>;
type SeenParty = NonNullable<Seen<typeof PartyTable>>;
type Told = Answer | Error;

/**
 * Puts changes of one party together, in the order in which they came: one statement that takes the party from what it
 * was to what it is behind them all, on the condition that it is what each of them was judged by. What is not known of
 * the party is guessed to be what the first of them expects.
 *
 * @param now in milliseconds since 1970
 */
export function combine(
  city: string,
  seen: Seen<typeof PartyTable>,
  changes: readonly Change[],
  now: number,
): Plan {
  if (seen === null) {
    return { after: null, answers: changes.map(({ id }) => partyNotFound({ city, id })) };
  }
  const { recent = null, earlier = null } = seen ?? {};
  const memory = { recent: readable(recent), earlier: readable(earlier) };
  const journal = createJournal(memory, now);
  const recall = (change: Change) => (isIdentified(change) ? journal.recall(change) : undefined);
  // Their answers are true of the party as it was seen, so nothing goes along that changes it.
  const repeated = mapWhile(changes, recall);
  if (repeated.length > 0) return { after: seen, answers: repeated };
  const draft = createDraft({ city, id: changes[0]!.id }, seen ?? {}, journal);
  const answers = mapWhile(changes, (change) => (recall(change) ? undefined : draft.judge(change)));
  return draft.plan(answers);
}

/** Whether a request is one of the changes of the count that come with an id. */
export function isIdentified(change: Request): change is IdentifiedChange {
  return "operationId" in change && change.operationId !== undefined;
}

/** A party on its way through a round. */
interface Draft {
  /** What a change comes to; nothing if it has to wait for another round. */
  judge(change: Change): Told | undefined;
  plan(answers: readonly Told[]): Plan;
}

function createDraft(key: PartyKey, seen: SeenParty, journal: Journal): Draft {
  /** What the changes are judged by: the party as it was seen, or is guessed to be. */
  const base: Judged = {};
  /** What they make of it. */
  const next: Values = {};
  let identified = false;

  function count(change: CountChange): Told | undefined {
    const guess = change.kind === "changePeople" ? change.expected : undefined;
    const known = base.people ?? (seen.people === undefined ? guess : seen.people);
    if (known === undefined) return undefined;
    base.people = known;
    const current = next.people ?? readable(base.people) ?? 0;
    if (change.kind === "changePeople" && change.expected !== current) {
      return peopleStale(key, change.expected, current);
    }
    const people = current + change.delta;
    if (!isInRange(people)) return peopleOutOfRange(key);
    next.people = people;
    return { __typename: "PeopleChanged", people };
  }

  function countOnce(change: IdentifiedChange): Told | undefined {
    identified = true;
    const added = journal.added(change);
    if (added || !journal.hasRoom()) return added;
    const answer = count(change);
    if (answer && "people" in answer) journal.add(change, answer.people);
    return answer;
  }

  function edit({ changes, date }: Request<"updateParty">): Told {
    base.date ??= seen.date === undefined ? date : seen.date;
    const current = next.date ?? dateShown(base.date);
    if (+current !== +date) return { __typename: "PartyMoved" };
    Object.assign(next, changes);
    return { __typename: "PartyUpdated" };
  }

  /** Whether all that was judged by has been seen, and nothing is a guess. */
  function isSeen(): boolean {
    const { people, date, recent, earlier } = seen;
    const guessed =
      (base.people !== undefined && people === undefined) ||
      (base.date !== undefined && date === undefined) ||
      (identified && (recent === undefined || earlier === undefined));
    return !guessed;
  }

  /** Too little is known. */
  const unknown: Plan = { after: seen, answers: [] };

  return {
    judge(change) {
      if (change.kind === "updateParty") return edit(change);
      return isIdentified(change) ? countOnce(change) : count(change);
    },
    plan(answers) {
      const after = { ...seen, ...base, ...next, ...(identified && journal.after()) };
      const changed = { ...differing(next, base, seen), ...journal.write() };
      if (Object.keys(changed).length === 0) return isSeen() ? { after, answers } : unknown;
      // No condition says that the name is still the one that was seen.
      const changes = { ...changed, ...(next.name !== undefined && { name: next.name }) };
      const condition = conditionOf(key, base, seen);
      if (!condition) return unknown;
      const remembered = identified ? journal.condition() : undefined;
      const write = update(PartyTable, key, changes, {
        if: { ...condition.if, ...remembered?.if },
        isNull: [...condition.isNull, ...(remembered?.isNull ?? [])],
        isNotNull: remembered?.isNotNull ?? [],
      });
      return { write, after, answers };
    },
  };
}

/** What of a party is really another value than it was. */
function differing(
  { people, name, date }: Values,
  base: Partial<SeenParty>,
  seen: SeenParty,
): Values {
  return {
    ...(people !== undefined && people !== base.people && { people }),
    ...(name !== undefined && name !== seen.name && { name }),
    ...(date && +date !== +(readable(base.date) ?? NaN) && { date }),
  };
}

/** The columns by which changes are judged, as they were seen or are guessed to be. */
interface Judged {
  people?: number | null | Unreadable;
  date?: Date | null | Unreadable;
}

interface Values {
  people?: number;
  name?: string;
  date?: Date;
}

/**
 * The condition that a party is as it was seen. That a column is null is true of a party that does not exist, too, and
 * a row would be made: so another one has to have a value beside.
 *
 * @returns nothing if too little is known of the party
 * @throws UnreadableRow if every column is null: then no condition tells the party from one that does not exist
 */
function conditionOf(key: PartyKey, { people, date }: Judged, seen: SeenParty) {
  // What cannot be read is compared with as it is stored.
  const values = { ...(people != null && { people }), ...(date && { date }) };
  const isNull = [
    ...(people === null ? (["people"] as const) : []),
    ...(date === null ? (["date"] as const) : []),
  ];
  if (isNull.length === 0 || Object.keys(values).length > 0) return { if: values, isNull };
  const others = [seen.name, seen.people, seen.date];
  if (others.includes(undefined)) return undefined;
  if (seen.name != null) return { if: { name: seen.name }, isNull };
  if (seen.people != null) return { if: { people: seen.people }, isNull };
  if (seen.date != null) return { if: { date: seen.date }, isNull };
  const why = "is null, and so is every other column: the row can only be deleted";
  throw new UnreadableRow({
    table: PartyTable.name,
    column: "name",
    key: { ...key },
    storedKey: { ...key },
    why,
  });
}

/** What a function makes of the first items, up to the one of which it makes nothing. */
function mapWhile<Item, Made>(
  items: readonly Item[],
  make: (item: Item) => Made | undefined,
): readonly Made[] {
  const made: Made[] = [];
  for (const item of items) {
    const each = make(item);
    if (each === undefined) break;
    made.push(each);
  }
  return made;
}
