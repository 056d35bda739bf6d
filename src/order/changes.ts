import {
  type Admit,
  columnCheck,
  columnOf,
  type DataName,
  InvalidValue,
  keyNames,
  orderedNames,
  type RawRow,
  type Row,
  type Table,
} from "../cassandra/index.ts";
import { type Draft, Refused } from "../lane/index.ts";
import { admitted } from "./admitted.ts";
import { valueEquality } from "./entry.ts";

/** New values of columns. Undefined leaves a column as it is. */
export type ChangesOf<T extends Table> = {
  readonly [Name in DataName<T>]?: Row<T>[Name & keyof Row<T>] | undefined;
};

/**
 * Returns new values of columns that depend on the row, or a refusal. It is pure, as a `Change` is. It also runs on the row
 * as it was read before, whose result only decides which entries are put.
 */
export type ChangesBy<T extends Table, Reason> = (
  row: Pick<Draft<T>, "get" | "refuse">,
) => ChangesOf<T> | Refused<Reason>;

/** A draft of any table. The compiler has checked the change against its table. */
interface AnyDraft {
  get(name: string): unknown;
  assume(name: string, value: unknown): void;
  set(values: RawRow): void;
  refuse(reason: unknown): unknown;
}

/** Returns changes of a row of any table in stored form, or a refusal. */
export type AnyChanges = (row: Pick<AnyDraft, "get" | "refuse">) => RawRow | Refused<unknown>;

/**
 * Returns the function of an update, which returns changes in stored form. It throws an InvalidValue for the first value that
 * does not fit its column.
 *
 * @throws InvalidValue likewise, for changes that are no function
 */
export function changesFunction<T extends Table, Reason>(
  table: T,
  given: ChangesOf<T> | ChangesBy<T, Reason>,
): AnyChanges {
  if (typeof given !== "function") {
    const changes = storedChanges(table, given);
    return () => changes;
  }
  return (row) => {
    const changes = given(row as never);
    return changes instanceof Refused ? changes : storedChanges(table, changes);
  };
}

interface ReadRow {
  /** The row as it was read. */
  readonly before: object;
  readonly changesOf: AnyChanges;
}

/** Returns the changes of a row as it was read. None if they are refused or fail: only the lane decides whether they are. */
export function foreseenChanges({ before, changesOf }: ReadRow): RawRow {
  const read = before as RawRow;
  try {
    const changes = changesOf({
      get: (name) => read[name],
      refuse: (reason) => new Refused(reason),
    });
    return changes instanceof Refused ? {} : changes;
  } catch {
    return {};
  }
}

interface MoveOptions extends ReadRow {
  readonly foreseen: RawRow;
  readonly admit: Admit;
}

/** The refusal of an update whose entries are not, or may not be, those that were put. */
export const MOVED = Symbol("moved");

/**
 * Returns a change that sets columns if every column that an order sorts by has the value that was read, and gets the one
 * that was foreseen. All of them are in the condition: otherwise two concurrent updates of one column each could leave the
 * row without an entry.
 */
export function setIfUnmoved(table: Table, { before, foreseen, changesOf, admit }: MoveOptions) {
  const read = before as RawRow;
  const names = orderedNames(table);
  const isSame = (name: string, one: RawRow, other: RawRow) =>
    Object.hasOwn(one, name) === Object.hasOwn(other, name) &&
    valueEquality(table, name)(one[name] ?? null, other[name] ?? null);
  return (row: AnyDraft): unknown => {
    const assumed = assuming(row, read);
    for (const name of names) row.assume(name, read[name]);
    const found = Object.fromEntries(names.map((name) => [name, row.get(name)]));
    const seen: RawRow = admitted({ ...valuesOfKey(table, read), ...found }, { table, admit });
    const changes = changesOf(assumed);
    if (changes instanceof Refused) return changes;
    const isMoved = names.some(
      (name) => !isSame(name, seen, read) || !isSame(name, changes, foreseen),
    );
    if (isMoved) return row.refuse(MOVED);
    row.set(changes);
    return changes;
  };
}

/**
 * Returns a draft of a row that was just read, so that the lane need not read it again. If it has changed since, Cassandra
 * refuses the batch and returns the actual values.
 */
function assuming(row: AnyDraft, read: RawRow): Pick<AnyDraft, "get" | "refuse"> {
  return {
    get(name) {
      try {
        row.assume(name, read[name]);
      } catch (error) {
        // Another program has written a value that the model does not accept.
        if (!(error instanceof InvalidValue)) throw error;
      }
      return row.get(name);
    },
    refuse: (reason) => row.refuse(reason),
  };
}

/** Returns changes in stored form. @throws InvalidValue */
function storedChanges(table: Table, changes: object): RawRow {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  const stored = (name: string, value: unknown) =>
    value === null && columnOf(table, name).nullable ? null : columnCheck(table, name)(value);
  return Object.fromEntries(given.map(([name, value]) => [name, stored(name, value)]));
}

/** Returns the values of a row's primary key. */
export function valuesOfKey(table: Table, row: object): RawRow {
  return Object.fromEntries(keyNames(table).map((name) => [name, (row as RawRow)[name]]));
}
