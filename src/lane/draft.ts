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
  taking,
  unreadableColumn,
} from "../cassandra/index.ts";
import { type Change, type Draft, Refused } from "./change.ts";
import { isWithEntries } from "./with-entries.ts";

type Values = Readonly<Record<string, unknown>>;

/** A change of a row of some table, which the compiler knew where it was asked for. */
export type AnyChange = Change<Table, unknown>;

/** Values by name, and nothing inherited; V8 keeps it as it keeps a literal, unlike an object without any prototype. */
const Bare = function () {} as unknown as new () => Record<string, unknown>;
Bare.prototype = Object.create(null);

/** Columns as they were seen, by what changes were judged, and what they make of it. */
export interface Cells {
  readonly seen: Values;
  /** What the changes were judged by: columns as they were seen, or are assumed to be. */
  readonly base: Record<string, unknown>;
  /** What they make of it. */
  readonly next: Record<string, unknown>;
}

/** @param seen what is known of the columns, each null or a value in stored form; undefined: nothing */
export function createCells(seen: Values | undefined): Cells {
  return { seen: seen ?? NOTHING, base: new Bare(), next: new Bare() };
}

const NOTHING: Values = Object.freeze({});

/** In place of an answer, which may be anything: the change has to wait for another round. Also thrown by a draft's `get`. */
export const WAITS = Symbol("waits");

/** What a draft has to know of a column that a change can read and set. */
interface DraftColumn {
  readonly isStatic: boolean;
  /** Returns a value in its stored form, which no one else can change in place. @throws InvalidValue */
  readonly check: (value: unknown) => unknown;
  readonly nullable: boolean;
  /** Whether an order of the table sorts by it. */
  readonly isOrdered: boolean;
}

/** The columns of a table that are not in the key, by their names. */
const draftColumns = oncePerTable((table): ReadonlyMap<string, DraftColumn> => {
  const entries = dataNames(table).map((name) => {
    const column = columnOf(table, name);
    const take = taking(table, name, "check");
    const check = (value: unknown) => heldOf(column.type, ownOf(column.type, take(value)));
    const isOrdered = orderedNames(table).includes(name);
    const { nullable } = column;
    return [name, { isStatic: isStatic(column), check, nullable, isOrdered }] as const;
  });
  return new Map(entries);
});

function takenBy({ check, nullable }: DraftColumn, value: unknown): unknown {
  return value === null && nullable ? null : check(value);
}

/**
 * A value as the database holds it: of an empty collection in cells of their own there is nothing. A condition that such a
 * column is empty would also hold where there is no row.
 */
export function heldOf({ isMulticell = false }: ColumnType, value: unknown): unknown {
  return isMulticell && sizeOf(value) === 0 ? null : value;
}

function sizeOf(value: unknown): number | undefined {
  if (Array.isArray(value)) return value.length;
  return value instanceof Map || value instanceof Set ? value.size : undefined;
}

/** A value that can be changed in place, as a copy. */
export function ownOf(type: ColumnType, value: unknown): unknown {
  return typeof value === "object" && value !== null ? type.decode(type.encode(value)) : value;
}

/** The failure of a change whatever it may have to wait for. */
class NeverWaits {
  readonly cause: Error;

  constructor(cause: Error) {
    this.cause = cause;
  }
}

/** A row of a round, in which its changes are run one after the other. */
export class RowDraft implements Draft<Table> {
  /** Whether a change was judged by a static column. */
  usesShared = false;
  /** Whether a change was judged by what other rows of the round have made of a static column. */
  seesOthers = false;
  /** The columns by which the last change that had to wait was to be judged. */
  #asks: readonly string[] = [];
  #missing: string | undefined;
  #isRunning = false;
  /** The change that is running. */
  #change: object | undefined;
  #refused: Refused<unknown> | undefined;
  readonly #table: Table;
  readonly #key: Values;
  readonly #own: Cells;
  readonly #shared: Cells;
  readonly #columns: ReadonlyMap<string, DraftColumn>;
  /** The static columns that other rows of the round have set. */
  readonly #others: readonly string[];
  /** What was put into the cells, so that it can be taken out: values, name, and what was there, one after the other. */
  readonly #log: unknown[] = [];

  /** @param shared the static columns of the partition, which the rows of a round share */
  constructor(table: Table, key: Values, own: Cells, shared: Cells) {
    this.#table = table;
    this.#key = key;
    this.#own = own;
    this.#shared = shared;
    this.#columns = draftColumns(table);
    this.#others = namesIn(shared.next);
  }

  /** The columns by which changes were judged, and was to be judged the one that had to wait. */
  get judgedBy(): readonly string[] {
    const shared = this.usesShared ? namesIn(this.#shared.base) : [];
    return [...namesIn(this.#own.base), ...shared, ...this.#asks];
  }

  /** The static columns that changes have set. */
  get sharedNames(): readonly string[] {
    const log = this.#log;
    const names = log.filter((_, at) => at % 3 === 1 && log[at - 1] === this.#shared.next);
    return [...new Set(names as string[])];
  }

  /**
   * Runs a change. `WAITS`: too little is known, and it has changed nothing; an error: it has failed, and changed nothing.
   *
   * @param accept told of an answer that is no refusal; returns what it is told as
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
      // It may have caught what gave it up.
      if (this.#missing !== undefined) throw WAITS;
      if (!(answer instanceof Refused)) return accept(answer);
      this.#undo(from, false);
      return answer;
    } catch (error) {
      // Also if it has caught what gave it up, and thrown another one.
      if (this.#missing !== undefined && !(error instanceof NeverWaits)) {
        this.#asks = [...this.#namesSince(from), this.#missing!];
        this.#undo(from, true);
        return WAITS;
      }
      // What it was judged by stays: its failure holds only while that is so.
      this.#undo(from, false);
      if (error instanceof NeverWaits) return error.cause;
      return error instanceof Error ? error : new Error(textOf(error), { cause: error });
    } finally {
      this.#isRunning = false;
    }
  }

  /** Takes out of the shared columns all that this row's changes have put there. */
  revert(): void {
    this.#undo(0, true);
  }

  get<Name extends string>(name: Name): Row<Table>[Name] {
    const cells = this.#cellsOf(this.#column(name));
    const next = cells.next[name];
    if (cells === this.#shared) {
      this.usesShared = true;
      if (this.#others.includes(name)) this.seesOthers = true;
    }
    let stored = cells.base[name];
    if (stored === undefined) {
      stored = this.#known(cells, name);
      this.#put(cells.base, name, stored);
    }
    return this.#modelled(name, next === undefined ? stored : next) as never;
  }

  assume(name: string, value: unknown): void {
    const column = this.#column(name);
    const { seen, base } = this.#cellsOf(column);
    if (seenIn(seen, name) !== undefined || base[name] !== undefined) return;
    this.#put(base, name, takenBy(column, value));
  }

  set(values: Values): void {
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
      const cells = this.#cellsOf(column);
      // Several rows of a round write it, so it must be known what it was.
      if (cells === this.#shared && cells.base[name] === undefined) {
        this.#put(cells.base, name, this.#known(cells, name));
      }
      this.#put(cells.next, name, takenBy(column, value));
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
        "was changed by a function that had returned: it cannot wait",
      );
    }
    const column = this.#columns.get(name);
    if (!column) throw badStatement(this.#table, `has no column "${name}" that a change can have`);
    return column;
  }

  #cellsOf({ isStatic }: DraftColumn): Cells {
    return isStatic ? this.#shared : this.#own;
  }

  #known({ seen }: Cells, name: string): unknown {
    const stored = seenIn(seen, name);
    if (stored !== undefined) return stored;
    this.#missing = name;
    throw WAITS;
  }

  /** @throws CassandraError `BAD_STATEMENT` for an answer that the compiler was not asked about */
  #check(answer: unknown): void {
    if (this.#refused && this.#missing === undefined && answer !== this.#refused) {
      throw badStatement(this.#table, "was changed by a function that did not return its refusal");
    }
    if (answer instanceof Error) {
      throw badStatement(this.#table, "was changed by a function that returned an error: throw it");
    }
    if (typeof (answer as PromiseLike<unknown> | undefined)?.then !== "function") return;
    // Its failure is told here.
    if (answer instanceof Promise) answer.catch(() => {});
    throw new NeverWaits(
      badStatement(this.#table, "was changed by a function that is async: it cannot wait"),
    );
  }

  /** A stored value as a row of the model has it, its own. @throws UnreadableRow if no row can have it */
  #modelled(name: string, stored: unknown): unknown {
    if (typeof stored === "number" || typeof stored === "string") return stored;
    const column = columnOf(this.#table, name);
    const { type, nullable } = column;
    if (readable(stored) !== null) return ownOf(type, stored);
    const value = readAs(column, stored);
    if (value !== null || nullable) return value;
    throw unreadableColumn(this.#table, { ...this.#key, [name]: stored }, name);
  }

  #namesSince(from: number): readonly string[] {
    return this.#log.filter((_, at) => at >= from && at % 3 === 1) as string[];
  }

  #put(values: Record<string, unknown>, name: string, value: unknown): void {
    this.#log.push(values, name, values[name]);
    values[name] = value;
  }

  /** @param all whether what changes were judged by is taken out, too, beside what they have set */
  #undo(from: number, all: boolean): void {
    const done = this.#log.splice(from);
    const kept: unknown[] = [];
    for (let at = done.length - 3; at >= 0; at -= 3) {
      const [values, name, before] = done.slice(at, at + 3) as [Cells["next"], string, unknown];
      if (all || values === this.#own.next || values === this.#shared.next) values[name] = before;
      else kept.unshift(values, name, before);
    }
    this.#log.push(...kept);
  }
}

/** The names of those that are there. */
export function namesIn(values: Values): readonly string[] {
  return Object.keys(values).filter((name) => values[name] !== undefined);
}

/** Whatever was thrown, as a text: it may have none. */
function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return "A change threw what is no error.";
  }
}

/** A column may be called as what every object inherits. */
export function seenIn(seen: Values, name: string): unknown {
  return Object.hasOwn(seen, name) ? seen[name] : undefined;
}
