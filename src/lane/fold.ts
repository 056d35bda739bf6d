import {
  type ClusteringKey,
  columnOf,
  type DataName,
  keyNames,
  type PartitionKey,
  readable,
  readAs,
  type Row,
  type StoredRow,
  type Table,
  unreadableColumn,
  UnreadableRow,
  update,
  type ValueOf,
} from "../cassandra/index.ts";
import type { RowPlan, Seen } from "./rule.ts";

/** A row as the changes before this one, in the same round, left it. */
export interface Draft<T extends Table> {
  /**
   * Returns the value of a column as a row of the model has it. The round then holds only if the column is still what it
   * was when it was seen. If nothing is known of it, the change is given up here, and run again when it is.
   */
  get<Name extends DataName<T>>(name: Name): Row<T>[Name & keyof Row<T>];
  /**
   * Assumes the value of a column of which nothing is known, so that the row need not be read first: the round then
   * holds only if it has this value. Where something is known, it does nothing.
   */
  assume<Name extends DataName<T>>(name: Name, value: ValueOf<T, Name>): void;
  /** Gives columns other values. Those that are undefined stay as they are. */
  set(values: { readonly [Name in DataName<T>]?: ValueOf<T, Name> | undefined }): void;
}

/**
 * A change of a row that exists: it decides by `get`, changes by `set`, and returns its answer, an error as an error. It
 * is pure, and may be called any number of times.
 */
export type Judge<T extends Table, Answer> = (row: Draft<T>) => Answer | Error;

/** Some of the changes of a row, in the order in which they came. */
export interface Change<T extends Table, Answer> {
  readonly judge: Judge<T, Answer>;
  /** Undefined: it may be applied again if it is sent again. */
  readonly once?: Once<Answer> | undefined;
}

/** What a row remembers of one change, by which a repeated one is recognised and answered. */
export interface Once<Answer> {
  /** Returns the answer of an earlier round or of an earlier change of this one; an error if it cannot be remembered now. */
  recall(): Answer | Error | undefined;
  /** Returns the answer if it was added in this round. */
  added(): Answer | Error | undefined;
  /** Whether one more can be remembered in this round. */
  hasRoom(): boolean;
  add(answer: Answer | Error): void;
}

/** What a row remembers of its changes: columns that are written and compared beside the others. */
export interface Journal {
  /** What must still be so if nothing is to be remembered twice. */
  condition(): {
    readonly if: Values;
    readonly isNull: readonly string[];
    readonly isNotNull: readonly string[];
  };
  /** What is written: nothing if nothing was added. */
  write(): Values;
  /** What the row remembers then. */
  after(): Values;
  /** Whether what the row remembers has been seen. */
  readonly isSeen: boolean;
}

type Values = Readonly<Record<string, unknown>>;

/** A row's key, its changes, and what it remembers of them. */
export interface FoldOptions<T extends Table, Answer> {
  readonly key: PartitionKey<T> & ClusteringKey<T>;
  /** What is known of the row, which exists. */
  readonly seen: Exclude<Seen<T>, null>;
  readonly changes: readonly Change<T, Answer>[];
  /** Absent: the table remembers no changes. */
  readonly journal?: Journal;
}

/**
 * Folds changes of one row into one conditional update: from what the row was to what it is after all of them, on the
 * condition that every column by which one of them decided is still as it was seen or assumed. Columns on which no change
 * based its decision are left out of the condition.
 *
 * A change that needs to know more ends the fold: those before it are answered by this round, it and those after it
 * wait for the next one.
 *
 * @throws UnreadableRow if every column of the row is null: then no condition tells it from a row that does not exist
 */
export function fold<T extends Table, Answer>(
  table: T,
  { key, seen, changes, journal }: FoldOptions<T, Answer>,
): RowPlan<T, Answer> {
  // Their answers are true of the row as it was seen, so nothing goes along that changes it.
  const repeated = mapWhile(changes, ({ once }) => once?.recall() ?? WAITS);
  if (repeated.length > 0) return { after: seen, answers: repeated };
  const draft = createDraft(table, key, seen ?? {});
  let remembers = false;
  const answers = mapWhile(changes, ({ judge, once }) => {
    if (!once) return draft.run(judge);
    if (once.recall() !== undefined) return WAITS;
    remembers = true;
    const added = once.added();
    if (added !== undefined || !once.hasRoom()) return added ?? WAITS;
    const answer = draft.run(judge);
    if (answer !== WAITS) once.add(answer);
    return answer;
  });
  return draft.plan(answers, remembers ? journal : undefined);
}

/** Values by name, and nothing inherited; V8 keeps it as it keeps a literal, unlike an object without any prototype. */
const Bare = function () {} as unknown as new () => Record<string, unknown>;
Bare.prototype = Object.create(null);

/** In place of an answer, which may be anything: the change has to wait for another round. Also thrown by a draft's `get`. */
const WAITS = Symbol("waits");

type Untyped = (...args: readonly unknown[]) => unknown;

function createDraft<T extends Table>(table: T, key: Values, given: StoredRow<T>) {
  const seen = given as Values;
  // A column may be called as what every object inherits.
  const seenOf = (name: string) => (Object.hasOwn(seen, name) ? seen[name] : undefined);
  /** What the changes were judged by: columns as they were seen, or are assumed to be. */
  const base = new Bare();
  /** What they make of it. */
  const next = new Bare();
  /** What the change that is running has put into the two above, so that it can be taken out: the name, and what was there. */
  const done: { values: Record<string, unknown>; name: string; before: unknown }[] = [];

  function put(values: Record<string, unknown>, name: string, value: unknown): void {
    done.push({ values, name, before: values[name] });
    values[name] = value;
  }

  const row: Draft<Table> = {
    get(name) {
      let stored = base[name];
      if (stored === undefined) {
        stored = seenOf(name);
        if (stored === undefined) throw WAITS;
        put(base, name, stored);
      }
      const set = next[name];
      return modelled(table, key, name, set === undefined ? stored : set) as never;
    },
    assume(name, value) {
      if (seenOf(name) === undefined && base[name] === undefined) put(base, name, value);
    },
    set(values) {
      for (const name in values) {
        const value = (values as Values)[name];
        if (value !== undefined) put(next, name, value);
      }
    },
  };

  return {
    /** Runs a change; `WAITS`: too little is known, and it has changed nothing. */
    run<Answer>(judge: Judge<T, Answer>): Answer | Error | typeof WAITS {
      done.length = 0;
      try {
        return judge(row as unknown as Draft<T>);
      } catch (error) {
        for (const { values, name, before } of done.toReversed()) values[name] = before;
        if (error === WAITS) return WAITS;
        if (error instanceof UnreadableRow) return error;
        throw error;
      }
    },
    plan<Answer>(
      answers: readonly (Answer | Error)[],
      journal: Journal | undefined,
    ): RowPlan<T, Answer> {
      const unknown = { after: given, answers: [] };
      const after: Record<string, unknown> = { ...seen };
      const [judged, set] = [namesOf(base), namesOf(next)];
      for (const name of judged) after[name] = base[name];
      for (const name of set) after[name] = next[name];
      if (journal) Object.assign(after, journal.after());
      const written = journal?.write() ?? {};
      const isChanged = set.some(
        (name) => !isSame(table, name, base[name] ?? seen[name], next[name]),
      );
      if (!isChanged && Object.keys(written).length === 0) {
        const isAssumed = judged.some((name) => seen[name] === undefined);
        return isAssumed || journal?.isSeen === false ? unknown : planOf();
      }
      const condition = conditionOf(table, key, { base, seen, journal });
      if (!condition) return unknown;
      const write = (update as Untyped)(table, key, { ...changed(), ...written }, condition);
      return planOf(write);

      function planOf(write?: unknown) {
        return { ...(write !== undefined && { write }), after, answers } as RowPlan<T, Answer>;
      }

      /** What is another value than it was; also what no condition says is still as it was seen. */
      function changed(): Values {
        const names = set.filter((name) => !isSame(table, name, base[name], next[name]));
        return Object.fromEntries(names.map((name) => [name, next[name]]));
      }
    },
  };
}

/** A stored value as a row of the model has it. @throws UnreadableRow if no row can have it */
function modelled(table: Table, key: Values, name: string, stored: unknown): unknown {
  if (readable(stored) !== null) return stored;
  const column = columnOf(table, name);
  const value = readAs(column, stored);
  if (value !== null || column.nullable) return value;
  throw unreadableColumn(table, { ...key, [name]: stored }, name);
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
  { base, seen, journal }: { base: Values; seen: Values; journal: Journal | undefined },
): Condition | undefined {
  const remembered = journal?.condition();
  const judged = namesOf(base);
  const isNull = [...judged.filter((name) => base[name] === null), ...(remembered?.isNull ?? [])];
  const isNotNull = remembered?.isNotNull ?? [];
  const values: Record<string, unknown> = { ...remembered?.if };
  for (const name of judged) if (base[name] !== null) values[name] = base[name];
  if (Object.keys(values).length > 0) return { if: values, isNull, isNotNull };
  if (isNull.length + isNotNull.length === 0) return { if: "exists", isNull, isNotNull };
  const others = Object.keys(table.columns).filter((name) => !keyNames(table).includes(name));
  if (others.some((name) => seen[name] === undefined)) return undefined;
  const witness = others.find((name) => seen[name] !== null);
  if (witness !== undefined) return { if: { [witness]: seen[witness] }, isNull, isNotNull };
  const why = "is null, and so is every other column: the row can only be deleted";
  throw unreadableColumn(table, key, others[0] ?? "", { why });
}

/** The names of those that are there. */
function namesOf(values: Values): readonly string[] {
  return Object.keys(values).filter((name) => values[name] !== undefined);
}

function isSame(table: Table, name: string, one: unknown, other: unknown): boolean {
  if (one === other) return true;
  const value = readable(one);
  if (value === null || value === undefined || other === null) return false;
  const { type } = columnOf(table, name);
  return type.toText(value) === type.toText(other);
}

/** What a function makes of the first items, up to the one that has to wait. */
function mapWhile<Item, Made>(
  items: readonly Item[],
  make: (item: Item) => Made | typeof WAITS,
): readonly Made[] {
  const made: Made[] = [];
  for (const item of items) {
    const each = make(item);
    if (each === WAITS) break;
    made.push(each);
  }
  return made;
}
