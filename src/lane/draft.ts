import {
  badStatement,
  columnOf,
  type ColumnType,
  dataNames,
  isStatic,
  oncePerTable,
  orderedNames,
  readable,
  readAs,
  type Row,
  type Table,
  columnCheck,
  columnLookup,
  unreadableColumn,
} from "../cassandra/index.ts";
import { type Change, type Draft, Refused } from "./change.ts";
import { isWithEntries } from "./with-entries.ts";

/** Values of columns by their names, in stored form. */
export type ColumnValues = Readonly<Record<string, unknown>>;

/** A change of a row of any table. The compiler checked it against its table when it was submitted. */
export type AnyChange = Change<Table, unknown>;

/** An object that inherits no properties. V8 represents it as a literal, unlike an object without a prototype. */
const Bare = function () {} as unknown as new () => Record<string, unknown>;
Bare.prototype = Object.create(null);

/** The values of columns before and after the changes of a round. */
export interface DraftValues {
  /** The values that are known. */
  readonly seen: ColumnValues;
  /** The values that the changes have read, as they were seen or assumed. The round's condition compares them. */
  readonly base: Record<string, unknown>;
  /** The values that the changes have set. */
  readonly next: Record<string, unknown>;
}

/** @param seen the known columns, each null or a value in stored form; undefined: none is known */
export function createDraftValues(seen: ColumnValues | undefined): DraftValues {
  return { seen: seen ?? NO_VALUES, base: new Bare(), next: new Bare() };
}

export const NO_VALUES: ColumnValues = Object.freeze({});

/**
 * Returned instead of an answer, which may be any value: the change must wait for another round. Also thrown by a draft's
 * `get`.
 */
export const WAITS = Symbol("waits");

/** A column that a change can read and set. */
interface DraftColumn {
  readonly isStatic: boolean;
  /** Returns a copy of a new value in its stored form. @throws InvalidValue */
  readonly check: (value: unknown) => unknown;
  /** Returns a copy of a value that may be stored already. @throws InvalidValue */
  readonly lookup: (value: unknown) => unknown;
  readonly nullable: boolean;
  /** Whether an order of the table sorts by it. */
  readonly isOrdered: boolean;
}

/** Returns the columns outside a table's key by their names. */
const draftColumns = oncePerTable((table): ReadonlyMap<string, DraftColumn> => {
  const entries = dataNames(table).map((name) => {
    const column = columnOf(table, name);
    const copyBy = (take: (value: unknown) => unknown) => (value: unknown) =>
      emptyAsNull(column.type, copyValue(column.type, take(value)));
    const check = copyBy(columnCheck(table, name));
    const lookup = copyBy(columnLookup(table, name));
    const isOrdered = orderedNames(table).includes(name);
    const { nullable } = column;
    return [name, { isStatic: isStatic(column), check, lookup, nullable, isOrdered }] as const;
  });
  return new Map(entries);
});

function storedValue(
  column: DraftColumn,
  value: unknown,
  rule: "check" | "lookup" = "check",
): unknown {
  return value === null && column.nullable ? null : column[rule](value);
}

/**
 * Returns null for an empty multi-cell collection, which Cassandra does not store. A condition that such a column is empty
 * would also hold if the row did not exist.
 */
export function emptyAsNull({ isMulticell = false }: ColumnType, value: unknown): unknown {
  return isMulticell && collectionSize(value) === 0 ? null : value;
}

function collectionSize(value: unknown): number | undefined {
  if (Array.isArray(value)) return value.length;
  return value instanceof Map || value instanceof Set ? value.size : undefined;
}

/** Returns a value, or a copy of it if it could be changed in place. */
export function copyValue(type: ColumnType, value: unknown): unknown {
  return typeof value === "object" && value !== null ? type.decode(type.encode(value)) : value;
}

/** A failure of a change that must not wait for another round. */
class FinalFailure {
  readonly cause: Error;

  constructor(cause: Error) {
    this.cause = cause;
  }
}

export interface RowDraftOptions {
  readonly key: ColumnValues;
  /** The columns of the row itself. */
  readonly own: DraftValues;
  /** The static columns of the partition, which the rows of a round share. */
  readonly statics: DraftValues;
}

/** A row of a round, on which its changes run one after the other. */
export class RowDraft implements Draft<Table> {
  /** Whether a change has read a static column. */
  usesStatics = false;
  /** Whether a change has read a static column that other rows of the round have set. */
  seesOthers = false;
  /** The columns that the last change that had to wait has read, and the one that was not known. */
  #needs: readonly string[] = [];
  /** The column because of which the running change must wait. */
  #missing: string | undefined;
  #isRunning = false;
  /** The running change. */
  #change: object | undefined;
  #refused: Refused<unknown> | undefined;
  readonly #table: Table;
  readonly #key: ColumnValues;
  readonly #own: DraftValues;
  readonly #statics: DraftValues;
  readonly #columns: ReadonlyMap<string, DraftColumn>;
  /** The static columns that other rows of the round have set. */
  readonly #others: readonly string[];
  /** An undo log. Each assignment adds three items: the assigned object, the name, and the previous value. */
  readonly #log: unknown[] = [];

  constructor(table: Table, { key, own, statics }: RowDraftOptions) {
    this.#table = table;
    this.#key = key;
    this.#own = own;
    this.#statics = statics;
    this.#columns = draftColumns(table);
    this.#others = definedNames(statics.next);
  }

  /** The columns that the changes have read, those of the change that had to wait included. */
  get columnsRead(): readonly string[] {
    const statics = this.usesStatics ? definedNames(this.#statics.base) : [];
    return [...definedNames(this.#own.base), ...statics, ...this.#needs];
  }

  /** The static columns that the row's changes have set. */
  get staticsSet(): readonly string[] {
    const log = this.#log;
    const names = log.filter((_, at) => at % 3 === 1 && log[at - 1] === this.#statics.next);
    return [...new Set(names as string[])];
  }

  /**
   * Runs a change and returns its answer. Returns `WAITS` if too little is known, or an error if the change has failed. In
   * both cases it has changed nothing.
   *
   * @param accept maps an answer that is not a refusal to the one that the caller gets
   */
  run(change: AnyChange, accept: (answer: unknown) => unknown = (answer) => answer): unknown {
    const from = this.#log.length;
    this.#missing = undefined;
    this.#refused = undefined;
    this.#isRunning = true;
    this.#change = change;
    try {
      const answer = change(this);
      this.#check(answer);
      // The change may have caught what `get` threw.
      if (this.#missing !== undefined) throw WAITS;
      if (!(answer instanceof Refused)) return accept(answer);
      this.#undo(from, false);
      return answer;
    } catch (error) {
      // Also if the change has caught what `get` threw and thrown another error.
      if (this.#missing !== undefined && !(error instanceof FinalFailure)) {
        this.#needs = [...this.#namesSince(from), this.#missing!];
        this.#undo(from, true);
        return WAITS;
      }
      // What the change has read stays in the condition: its failure holds only for these values.
      this.#undo(from, false);
      if (error instanceof FinalFailure) return error.cause;
      return error instanceof Error ? error : new Error(thrownText(error), { cause: error });
    } finally {
      this.#isRunning = false;
    }
  }

  /** Undoes what this row's changes have set in the static columns. */
  revert(): void {
    this.#undo(0, true);
  }

  get<Name extends string>(name: Name): Row<Table>[Name] {
    const values = this.#valuesOf(this.#column(name));
    const next = values.next[name];
    if (values === this.#statics) {
      this.usesStatics = true;
      if (this.#others.includes(name)) this.seesOthers = true;
    }
    let stored = values.base[name];
    if (stored === undefined) {
      stored = this.#known(values, name);
      this.#put(values.base, name, stored);
    }
    return this.#modelled(name, next === undefined ? stored : next) as never;
  }

  assume(name: string, value: unknown): void {
    const column = this.#column(name);
    const { seen, base } = this.#valuesOf(column);
    if (seenIn(seen, name) !== undefined || base[name] !== undefined) return;
    this.#put(base, name, storedValue(column, value, "lookup"));
  }

  set(values: ColumnValues): void {
    for (const name in values) {
      const value = values[name];
      if (value === undefined) continue;
      const column = this.#column(name);
      if (column.isOrdered && !isWithEntries(this.#change!)) {
        throw badStatement(
          this.#table,
          `has an order by "${name}", which ordered.update(…) changes`,
        );
      }
      const draft = this.#valuesOf(column);
      // Several rows of a round may write a static column, so its condition must compare the stored value.
      if (draft === this.#statics && draft.base[name] === undefined) {
        this.#put(draft.base, name, this.#known(draft, name));
      }
      this.#put(draft.next, name, storedValue(column, value));
    }
  }

  refuse<const Reason>(reason: Reason): Refused<Reason> {
    const refused = new Refused(reason);
    this.#refused = refused;
    return refused;
  }

  #column(name: string): DraftColumn {
    if (!this.#isRunning) {
      throw badStatement(
        this.#table,
        "was changed by a function that had returned already: a change cannot wait",
      );
    }
    const column = this.#columns.get(name);
    if (!column)
      throw badStatement(this.#table, `has no column "${name}" that a change can read or set`);
    return column;
  }

  #valuesOf({ isStatic }: DraftColumn): DraftValues {
    return isStatic ? this.#statics : this.#own;
  }

  #known({ seen }: DraftValues, name: string): unknown {
    const stored = seenIn(seen, name);
    if (stored !== undefined) return stored;
    this.#missing = name;
    throw WAITS;
  }

  /** @throws CassandraError `BAD_STATEMENT` for an answer that the compiler would have rejected */
  #check(answer: unknown): void {
    if (this.#refused && this.#missing === undefined && answer !== this.#refused) {
      throw badStatement(this.#table, "was changed by a function that did not return its refusal");
    }
    if (answer instanceof Error) {
      throw badStatement(this.#table, "was changed by a function that returned an error: throw it");
    }
    if (typeof (answer as PromiseLike<unknown> | undefined)?.then !== "function") return;
    // The rejection is reported by the error below.
    if (answer instanceof Promise) answer.catch(() => {});
    throw new FinalFailure(
      badStatement(this.#table, "was changed by an async function: a change cannot wait"),
    );
  }

  /** Returns a copy of a stored value as a row of the model has it. @throws UnreadableRow if it cannot be represented */
  #modelled(name: string, stored: unknown): unknown {
    if (typeof stored === "number" || typeof stored === "string") return stored;
    const column = columnOf(this.#table, name);
    const { type, nullable } = column;
    if (readable(stored) !== null) return copyValue(type, stored);
    const value = readAs(column, stored);
    if (value !== null || nullable) return value;
    throw unreadableColumn(this.#table, { ...this.#key, [name]: stored }, { name });
  }

  #namesSince(from: number): readonly string[] {
    return this.#log.filter((_, at) => at >= from && at % 3 === 1) as string[];
  }

  #put(values: Record<string, unknown>, name: string, value: unknown): void {
    this.#log.push(values, name, values[name]);
    values[name] = value;
  }

  /** @param all whether to undo what the changes have read as well as what they have set */
  #undo(from: number, all: boolean): void {
    const done = this.#log.splice(from);
    const kept: unknown[] = [];
    for (let at = done.length - 3; at >= 0; at -= 3) {
      const [values, name, before] = done.slice(at, at + 3) as [
        DraftValues["next"],
        string,
        unknown,
      ];
      if (all || values === this.#own.next || values === this.#statics.next) values[name] = before;
      else kept.unshift(values, name, before);
    }
    this.#log.push(...kept);
  }
}

/** Returns the names of the values that are not undefined. */
export function definedNames(values: ColumnValues): readonly string[] {
  return Object.keys(values).filter((name) => values[name] !== undefined);
}

/** Returns a text of whatever a change threw. The object may have no text itself. */
function thrownText(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return "A change threw a value that is not an error.";
  }
}

/** Returns the known value of a column. A column may have the name of a property that every object inherits. */
export function seenIn(seen: ColumnValues, name: string): unknown {
  return Object.hasOwn(seen, name) ? seen[name] : undefined;
}
