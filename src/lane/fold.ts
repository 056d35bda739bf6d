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
import type { Untyped } from "../support/untyped.ts";
import { type Changed, Refused } from "./change.ts";
import {
  type AnyChange,
  type ColumnValues,
  createDraftValues,
  definedNames,
  type DraftValues,
  NO_VALUES,
  RowDraft,
  seenIn,
  WAITS,
} from "./draft.ts";
import { createJournal, type Identified, type Journal, type Recalled } from "./journal.ts";

/** A change of a row to be folded with others. */
export interface FoldedChange {
  readonly change: AnyChange;
  /** Absent: a repeated change is applied again. */
  readonly once?: Identified | undefined;
}

/** A row and its changes. */
export interface FoldOptions<T extends Table> {
  /** The row's partition key and clustering key. */
  readonly key: ColumnValues;
  /** What is known of the row; undefined: nothing. */
  readonly seen: StoredRow<T> | undefined;
  /** The static columns of the partition, as the earlier rows of the round have left them. */
  readonly statics: DraftValues;
  readonly changes: readonly FoldedChange[];
  /** In milliseconds since 1970. */
  readonly now: number;
}

/** The result of folding the changes of one row. */
export interface Folded<T extends Table> {
  /** The answers to the first of the changes. The other changes wait for another round. */
  readonly answers: readonly ChangeAnswer[];
  /** Absent: nothing changes, and the answers hold if the row is as it was seen. */
  readonly write?: Write<T, Lwt<unknown>>;
  /** What is known of the row after the write. */
  readonly after: StoredRow<T>;
  /** The columns that one read must cover, for answers without a write or before more of the changes can be answered. */
  readonly needs: readonly string[];
  /** The columns that get another value, static ones too. */
  readonly changed: readonly string[];
  /** Whether answers without a write rest on a static column that other rows of the round set. Default: false. */
  readonly waitsForOthers?: boolean;
  readonly draft: RowDraft;
}

/** The answer to the caller of a change. */
export type ChangeAnswer = Changed<unknown, unknown> | Error;

/**
 * Folds changes of one row into one conditional update, which takes the row from its known state to the state after all
 * changes. Its condition compares every column that a change has read with the value that was seen or assumed. Columns that
 * no change has read are left out. New values of static columns are left in `statics`.
 *
 * A change that needs to know more ends the fold: the changes before it are answered by this round; it and the changes after
 * it wait for the next one.
 *
 * If every column of the row is null, no condition can tell it from a row that does not exist. Then each change that would
 * write is answered with an UnreadableRow.
 */
export function fold<T extends Table>(
  table: T,
  { key, seen, statics, changes, now }: FoldOptions<T>,
): Folded<T> {
  const own = createDraftValues(seen);
  const draft = new RowDraft(table, { key, own, statics });
  const isAnyOnce = changes.some(({ once }) => once);
  const journal = isAnyOnce ? createJournal(table, { seen: own.seen, now }) : undefined;
  const { answers, usesJournal } = runChanges(changes, draft, journal);
  const used = usesJournal ? journal : undefined;
  const needs = [...draft.columnsRead, ...(journal?.names ?? [])];
  const written = used?.written() ?? NO_VALUES;
  const isSentAnyway = written !== NO_VALUES || draft.staticsSet.length > 0;
  const set = changedIn(table, own, isSentAnyway);
  const isWritten = set.length > 0 || written !== NO_VALUES;
  if (!isWritten && !isSentAnyway) return unwritten();
  try {
    // The round needs a statement on this row that fails if the row has changed: it writes one column as it is.
    const rewritten = isWritten ? undefined : columnToRewrite(table, own);
    if (rewritten?.isUnseen) return waits(regularNames(table));
    const condition = conditionOf(table, key, own, used);
    return condition ? plan(condition, rewritten?.name) : waits(regularNames(table));
  } catch (error) {
    draft.revert();
    if (!(error instanceof UnreadableRow)) throw error;
    // Like any answer without a write, this is true of the row as it was seen.
    const failed = changes.map(() => error);
    return {
      draft,
      answers: failed,
      after: own.seen as StoredRow<T>,
      needs: regularNames(table),
      changed: [],
    };
  }

  function plan(condition: UpdateCondition, rewritten: string | undefined): Folded<T> {
    const values: Record<string, unknown> = { ...written };
    for (const name of set) values[name] = own.next[name] ?? emptyOf(table, name);
    if (rewritten !== undefined)
      values[rewritten] = own.base[rewritten] ?? emptyOf(table, rewritten);
    const write = (update as Untyped)(table, key, values, condition) as Write<T, Lwt<unknown>>;
    const after: Record<string, unknown> = { ...own.seen };
    for (const name of definedNames(own.base)) after[name] = own.base[name];
    for (const name of definedNames(own.next)) after[name] = own.next[name];
    if (used) Object.assign(after, used.after());
    const changed = [...set, ...draft.staticsSet];
    return { draft, answers, write, after: after as StoredRow<T>, needs, changed };
  }

  /** Answers without a write must rest only on what was seen: on no assumption, and on no other change of the round. */
  function unwritten(): Folded<T> {
    const isAssumed =
      hasUnseen(own) || (draft.usesStatics && hasUnseen(statics)) || used?.isSeen === false;
    if (isAssumed) return waits([]);
    if (draft.seesOthers) return { ...waits([]), waitsForOthers: true };
    return { draft, answers, after: own.seen as StoredRow<T>, needs, changed: [] };
  }

  function waits(names: readonly string[]): Folded<T> {
    draft.revert();
    const after = own.seen as StoredRow<T>;
    return { draft, answers: [], after, needs: [...needs, ...names], changed: [] };
  }
}

/**
 * Chooses a column that can be written as it was seen, and adds it to the condition.
 *
 * @throws CassandraError `BAD_STATEMENT` if there is none
 */
function columnToRewrite(
  table: Table,
  { seen, base }: DraftValues,
): { readonly name: string; readonly isUnseen: boolean } {
  const names = [...definedNames(base), ...regularNames(table)];
  const valueOf = (name: string) => base[name] ?? seenIn(seen, name);
  const hasValue = (name: string) => readable(valueOf(name) ?? null) !== null;
  const name = names.find(hasValue) ?? names.find((each) => valueOf(each) === null) ?? names[0];
  if (name === undefined) throw badStatement(table, "has no column outside the key in its rows");
  const isUnseen =
    !hasValue(name) && regularNames(table).some((each) => valueOf(each) === undefined);
  if (!isUnseen) base[name] ??= valueOf(name);
  return { name, isUnseen };
}

/** Runs changes in their order, up to the first one that must wait. */
function runChanges(
  changes: readonly FoldedChange[],
  draft: RowDraft,
  journal: Journal | undefined,
): {
  readonly answers: readonly ChangeAnswer[];
  /** Whether they rest on the row's journal. */
  readonly usesJournal: boolean;
} {
  // Repeated answers are true of the row as it was seen, so no change may be folded with them.
  const repeated = answersUntilWait(changes, ({ once }) =>
    once ? recalledAnswer(journal!.recall(once)) : WAITS,
  );
  if (repeated.length > 0) return { answers: repeated, usesJournal: true };
  let usesJournal = false;
  const answers = answersUntilWait(changes, ({ change, once }) => {
    if (!once) return draft.run(change);
    if (journal!.recall(once) !== undefined) return WAITS;
    usesJournal = true;
    const added = journal!.added(once);
    if (added !== undefined || !journal!.hasRoom()) return recalledAnswer(added);
    return draft.run(change, (answer) => journal!.add(once, answer));
  });
  return { answers, usesJournal };
}

/** Returns the answers to the first changes, up to the one that must wait. */
function answersUntilWait<C>(
  changes: readonly C[],
  answerOf: (change: C) => unknown,
): readonly ChangeAnswer[] {
  const answers: ChangeAnswer[] = [];
  for (const change of changes) {
    const answer = answerOf(change);
    if (answer === WAITS) break;
    if (answer instanceof Error) answers.push(answer);
    else if (answer instanceof Refused) answers.push({ outcome: "refused", reason: answer.reason });
    else answers.push({ outcome: "changed", answer });
  }
  return answers;
}

function recalledAnswer(recalled: Recalled | Error | undefined): unknown {
  if (recalled === undefined) return WAITS;
  return recalled instanceof Error ? recalled : recalled.answer;
}

/** The condition of an update: see the options of `update`. */
interface UpdateCondition {
  readonly if: ColumnValues | "exists";
  readonly isNull: readonly string[];
  readonly isNotNull: readonly string[];
}

/**
 * Returns the condition that the columns read, and the journal, are as they were seen. If it names no column, the row must
 * exist. That a column is null also holds for a row that does not exist, which the update would create. So the condition
 * then includes another column that has a value. Returns undefined if too little is known of the row.
 */
export function conditionOf(
  table: Table,
  key: ColumnValues,
  { base, seen }: DraftValues,
  journal: Journal | undefined,
): UpdateCondition | undefined {
  const remembered = journal?.condition();
  const isNotNull = remembered?.isNotNull ?? [];
  const isNull = [...(remembered?.isNull ?? [])];
  const values: Record<string, unknown> = { ...remembered?.if };
  let hasValue = remembered !== undefined && definedNames(values).length > 0;
  for (const name of definedNames(base)) {
    if (base[name] === null) isNull.push(name);
    else values[name] = base[name];
    hasValue ||= base[name] !== null;
  }
  if (hasValue) return { if: values, isNull, isNotNull };
  if (isNull.length + isNotNull.length === 0) return { if: "exists", isNull, isNotNull };
  // If a column marks the row's existence, `update` adds it to every condition.
  if (presenceColumn(table) !== undefined) return { if: {}, isNull, isNotNull };
  const others = regularNames(table);
  if (others.some((name) => seenIn(seen, name) === undefined)) return undefined;
  const witness = others.find((name) => seen[name] !== null);
  if (witness !== undefined) return { if: { [witness]: seen[witness] }, isNull, isNotNull };
  const why = "is null, and so is every other column: the row can only be deleted";
  throw unreadableColumn(table, key, { name: others[0] ?? "", why });
}

/**
 * Returns the names of the columns that the changes give another value. If anything else of the row is written, it includes
 * columns that are set but in no condition: their stored values may differ from those seen.
 */
export function changedIn(
  table: Table,
  { seen, base, next }: DraftValues,
  isSentAnyway = false,
): readonly string[] {
  const names = definedNames(next);
  const isAsSeen = (name: string) =>
    isSameStored(table, name, base[name] ?? seenIn(seen, name), next[name]);
  if (!isSentAnyway && names.every(isAsSeen)) return [];
  return names.filter((name) => !isSameStored(table, name, base[name], next[name]));
}

/** Whether a change has read a column that was not seen, but assumed. */
function hasUnseen({ seen, base }: DraftValues): boolean {
  return definedNames(base).some((name) => seenIn(seen, name) === undefined);
}

/** Returns the value by which a column is written as empty: null, or a collection without elements. */
function emptyOf(table: Table, name: string): unknown {
  const { type, ifNull } = columnOf(table, name);
  return type.isMulticell && ifNull ? ifNull() : null;
}

/** Whether two values of a column in stored form are the same. Null and undefined equal only themselves. */
function isSameStored(table: Table, name: string, one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  const value = readable(one);
  if (value === null || value === undefined || other === null) return false;
  const { type } = columnOf(table, name);
  return type.toText(value) === type.toText(other);
}
