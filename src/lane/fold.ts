import {
  badStatement,
  columnOf,
  type Lwt,
  presenceColumn,
  readable,
  regularNames,
  type StoredRow,
  type Table,
  unreadableColumn,
  UnreadableRow,
  update,
  type Write,
} from "../cassandra/index.ts";
import { type Changed, Refused } from "./change.ts";
import {
  type AnyChange,
  type Cells,
  createCells,
  namesIn,
  RowDraft,
  seenIn,
  WAITS,
} from "./draft.ts";
import { createJournal, type Identified, type Journal, type Recalled } from "./journal.ts";

type Values = Readonly<Record<string, unknown>>;
type Untyped = (...args: readonly unknown[]) => unknown;

/** A change of a row, among others. */
export interface FoldedChange {
  readonly change: AnyChange;
  /** Absent: it is applied again if it is sent again. */
  readonly once?: Identified | undefined;
}

/** A row and its changes. */
export interface FoldOptions<T extends Table> {
  /** The row's partition key and clustering key. */
  readonly key: Values;
  /** What is known of the row, which exists; undefined: nothing. */
  readonly seen: StoredRow<T> | undefined;
  /** The static columns of the partition, as the rows before this one in the round left them. */
  readonly shared: Cells;
  readonly changes: readonly FoldedChange[];
  /** In milliseconds since 1970. */
  readonly now: number;
}

/** What changes of one row come to. */
export interface Folded<T extends Table> {
  /** What the first of the changes are told, an error as an error; the others wait for another round. */
  readonly answers: readonly Told[];
  /** Absent: nothing changes, and the answers hold if the row is as it was seen. */
  readonly write?: Write<T, Lwt<unknown>>;
  /** What is known of the row then. */
  readonly after: StoredRow<T>;
  /** The columns that have to be seen together for answers that write nothing, or before more of the changes can be answered. */
  readonly asks: readonly string[];
  /** The columns that get another value, static ones too. */
  readonly changed: readonly string[];
  /** Whether the answers, which write nothing, rest on what other rows of the round make of a static column. Default: false. */
  readonly waitsForOthers?: boolean;
  readonly draft: RowDraft;
}

/** What the caller of a change is told. */
export type Told = Changed<unknown, unknown> | Error;

/**
 * Folds changes of one row into one conditional update: from what the row was to what it is after all of them, on the
 * condition that every column by which one of them decided is still as it was seen or assumed. Columns on which no change
 * based its decision are left out of the condition. What becomes of static columns is left in `shared`.
 *
 * A change that needs to know more ends the fold: those before it are answered by this round, it and those after it
 * wait for the next one.
 *
 * If every column of the row is null, no condition tells it from a row that does not exist: then each change that would
 * write is answered with an UnreadableRow.
 */
export function fold<T extends Table>(
  table: T,
  { key, seen, shared, changes, now }: FoldOptions<T>,
): Folded<T> {
  const own = createCells(seen);
  const draft = new RowDraft(table, key, own, shared);
  const isAnyOnce = changes.some(({ once }) => once);
  const journal = isAnyOnce ? createJournal(table, own.seen, now) : undefined;
  const { answers, remembers } = judge(changes, draft, journal);
  const memory = remembers ? journal : undefined;
  const asks = [...draft.judgedBy, ...(journal?.names ?? [])];
  const written = memory?.written() ?? NOTHING;
  const isSentAnyway = written !== NOTHING || draft.sharedNames.length > 0;
  const set = changedIn(table, own, isSentAnyway);
  const isWritten = set.length > 0 || written !== NOTHING;
  if (!isWritten && !isSentAnyway) return unwritten();
  try {
    // The round needs a statement that holds only while the row is as it was seen: it writes a column again as it is.
    const again = isWritten ? undefined : asItIs(table, own);
    if (again?.isUnseen) return waits(regularNames(table));
    const condition = conditionOf(table, key, own, memory);
    return condition ? plan(condition, again?.name) : waits(regularNames(table));
  } catch (error) {
    draft.revert();
    if (!(error instanceof UnreadableRow)) throw error;
    // True of the row as it was seen, as any answer that writes nothing.
    const failed = changes.map(() => error);
    return {
      draft,
      answers: failed,
      after: own.seen as StoredRow<T>,
      asks: regularNames(table),
      changed: [],
    };
  }

  function plan(condition: Condition, again: string | undefined): Folded<T> {
    const values: Record<string, unknown> = { ...written };
    for (const name of set) values[name] = own.next[name] ?? emptyOf(table, name);
    if (again !== undefined) values[again] = own.base[again] ?? emptyOf(table, again);
    // The table's own types: of any table the compiler cannot know them.
    const write = (update as Untyped)(table, key, values, condition) as Write<T, Lwt<unknown>>;
    const after: Record<string, unknown> = { ...own.seen };
    for (const name of namesIn(own.base)) after[name] = own.base[name];
    for (const name of namesIn(own.next)) after[name] = own.next[name];
    if (memory) Object.assign(after, memory.after());
    const changed = [...set, ...draft.sharedNames];
    return { draft, answers, write, after: after as StoredRow<T>, asks, changed };
  }

  /** The answers rest on what was seen alone: on nothing assumed, nor on what other changes of the round come to. */
  function unwritten(): Folded<T> {
    const isAssumed =
      hasUnseen(own) || (draft.usesShared && hasUnseen(shared)) || memory?.isSeen === false;
    if (isAssumed) return waits([]);
    if (draft.seesOthers) return { ...waits([]), waitsForOthers: true };
    return { draft, answers, after: own.seen as StoredRow<T>, asks, changed: [] };
  }

  function waits(names: readonly string[]): Folded<T> {
    draft.revert();
    const after = own.seen as StoredRow<T>;
    return { draft, answers: [], after, asks: [...asks, ...names], changed: [] };
  }
}

/**
 * A column of a row that can be written again as it was seen, of which it is then judged, too.
 *
 * @throws CassandraError `BAD_STATEMENT` if there is none
 */
function asItIs(
  table: Table,
  { seen, base }: Cells,
): { readonly name: string; readonly isUnseen: boolean } {
  const names = [...namesIn(base), ...regularNames(table)];
  const valueOf = (name: string) => base[name] ?? seenIn(seen, name);
  const hasValue = (name: string) => readable(valueOf(name) ?? null) !== null;
  const name = names.find(hasValue) ?? names.find((each) => valueOf(each) === null) ?? names[0];
  if (name === undefined) throw badStatement(table, "has no column outside the key in its rows");
  const isUnseen =
    !hasValue(name) && regularNames(table).some((each) => valueOf(each) === undefined);
  if (!isUnseen) base[name] ??= valueOf(name);
  return { name, isUnseen };
}

/** Runs changes in their order, up to the first one that has to wait. */
function judge(
  changes: readonly FoldedChange[],
  draft: RowDraft,
  journal: Journal | undefined,
): {
  readonly answers: readonly Told[];
  /** Whether they rest on what the row remembers. */
  readonly remembers: boolean;
} {
  // Their answers are true of the row as it was seen, so nothing goes along that changes it.
  const repeated = toldEach(changes, ({ once }) => (once ? repeat(journal!.recall(once)) : WAITS));
  if (repeated.length > 0) return { answers: repeated, remembers: true };
  let remembers = false;
  const answers = toldEach(changes, ({ change, once }) => {
    if (!once) return draft.run(change);
    if (journal!.recall(once) !== undefined) return WAITS;
    remembers = true;
    const added = journal!.added(once);
    if (added !== undefined || !journal!.hasRoom()) return repeat(added);
    return draft.run(change, (answer) => journal!.add(once, answer));
  });
  return { answers, remembers };
}

/** What the callers of the first changes are told, up to the one that has to wait. */
function toldEach<C>(changes: readonly C[], answerOf: (change: C) => unknown): readonly Told[] {
  const told: Told[] = [];
  for (const change of changes) {
    const answer = answerOf(change);
    if (answer === WAITS) break;
    if (answer instanceof Error) told.push(answer);
    else if (answer instanceof Refused) told.push({ outcome: "refused", reason: answer.reason });
    else told.push({ outcome: "changed", answer });
  }
  return told;
}

function repeat(recalled: Recalled | Error | undefined): unknown {
  if (recalled === undefined) return WAITS;
  return recalled instanceof Error ? recalled : recalled.answer;
}

/** What must hold for an update: see `update`. */
interface Condition {
  readonly if: Values | "exists";
  readonly isNull: readonly string[];
  readonly isNotNull: readonly string[];
}

/**
 * The condition that columns, and what the row remembers, are as they were. Where no column has to have a value, the row
 * has to exist. That a column is null is true of a row that does not exist, too, and the update would make one: so another
 * column has to have a value beside. Undefined: too little is known of the row.
 */
function conditionOf(
  table: Table,
  key: Values,
  { base, seen }: Cells,
  memory: Journal | undefined,
): Condition | undefined {
  const remembered = memory?.condition();
  const isNotNull = remembered?.isNotNull ?? [];
  const isNull = [...(remembered?.isNull ?? [])];
  const values: Record<string, unknown> = { ...remembered?.if };
  let hasValue = remembered !== undefined && namesIn(values).length > 0;
  for (const name of namesIn(base)) {
    if (base[name] === null) isNull.push(name);
    else values[name] = base[name];
    hasValue ||= base[name] !== null;
  }
  if (hasValue) return { if: values, isNull, isNotNull };
  if (isNull.length + isNotNull.length === 0) return { if: "exists", isNull, isNotNull };
  // Where a column says whether the row exists, each of its updates has a condition on that one.
  if (presenceColumn(table) !== undefined) return { if: {}, isNull, isNotNull };
  const others = regularNames(table);
  if (others.some((name) => seenIn(seen, name) === undefined)) return undefined;
  const witness = others.find((name) => seen[name] !== null);
  if (witness !== undefined) return { if: { [witness]: seen[witness] }, isNull, isNotNull };
  const why = "is null, and so is every other column: the row can only be deleted";
  throw unreadableColumn(table, key, others[0] ?? "", { why });
}

/**
 * The names of the columns of which changes make another value. Where anything is written, also those of which no condition
 * says what they were: they may not be as they were seen.
 */
export function changedIn(
  table: Table,
  { seen, base, next }: Cells,
  isSentAnyway = false,
): readonly string[] {
  const names = namesIn(next);
  const isAsSeen = (name: string) =>
    isSame(table, name, base[name] ?? seenIn(seen, name), next[name]);
  if (!isSentAnyway && names.every(isAsSeen)) return [];
  return names.filter((name) => !isSame(table, name, base[name], next[name]));
}

/** Whether a change was judged by a column that has not been seen. */
function hasUnseen({ seen, base }: Cells): boolean {
  return namesIn(base).some((name) => seenIn(seen, name) === undefined);
}

/** What is written where the database is to hold nothing: null, or a collection of no elements. */
function emptyOf(table: Table, name: string): unknown {
  const { type, ifNull } = columnOf(table, name);
  return type.isMulticell && ifNull ? ifNull() : null;
}

/** Whether two values of a column, as they are stored, are the same; undefined and null are the same as no other. */
function isSame(table: Table, name: string, one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  const value = readable(one);
  if (value === null || value === undefined || other === null) return false;
  const { type } = columnOf(table, name);
  return type.toText(value) === type.toText(other);
}

const NOTHING: Values = Object.freeze({});
