import {
  badStatement,
  type CassandraError,
  columnOf,
  oncePerTable,
  orderedNames,
  readable,
  readAs,
  type Row,
  staticNames,
  type Table,
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

/** The names of the static columns of a table. */
const namesOfStatics = oncePerTable((table) => new Set(staticNames(table)));

/** The names of the columns that an order of a table sorts by. */
const namesOfOrdered = oncePerTable((table) => new Set(orderedNames(table)));

const NO_NAMES: ReadonlySet<string> = new Set();

function sortedBy(table: Table, name: string): CassandraError {
  return badStatement(table, `has an order by "${name}", which ordered.update(…) changes`);
}

/** A row of a round, in which its changes are run one after the other. */
export class RowDraft implements Draft<Table> {
  /** Whether a change was judged by a static column. */
  usesShared = false;
  /** Whether a change was judged by what others of the round have made of a static column. */
  seesChange = false;
  /** The columns by which the last change that had to wait was to be judged. */
  #asks: readonly string[] = [];
  #missing: string | undefined;
  #isRunning = false;
  /** The columns that the change which runs may not set. */
  #untouchable: ReadonlySet<string> = NO_NAMES;
  #refused: Refused<unknown> | undefined;
  readonly #table: Table;
  readonly #key: Values;
  readonly #own: Cells;
  readonly #shared: Cells;
  readonly #statics: ReadonlySet<string>;
  readonly #ordered: ReadonlySet<string>;
  /** What was put into the cells, so that it can be taken out: values, name, and what was there, one after the other. */
  readonly #log: unknown[] = [];

  /** @param shared the static columns of the partition, which the rows of a round share */
  constructor(table: Table, key: Values, own: Cells, shared: Cells) {
    this.#table = table;
    this.#key = key;
    this.#own = own;
    this.#shared = shared;
    this.#statics = namesOfStatics(table);
    this.#ordered = namesOfOrdered(table);
  }

  /** The columns by which changes were judged, and was to be judged the one that had to wait. */
  get judgedBy(): readonly string[] {
    const shared = this.usesShared ? namesIn(this.#shared.base) : [];
    return [...namesIn(this.#own.base), ...shared, ...this.#asks];
  }

  /** The static columns that changes have set. */
  get sharedNames(): readonly string[] {
    const log = this.#log;
    return log.filter((_, at) => at % 3 === 1 && log[at - 1] === this.#shared.next) as string[];
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
    this.#untouchable =
      this.#ordered.size === 0 || isWithEntries(change) ? NO_NAMES : this.#ordered;
    try {
      const answer = change(this);
      // It may have caught what gave it up.
      if (this.#missing !== undefined) throw WAITS;
      this.#check(answer);
      if (!(answer instanceof Refused)) return accept(answer);
      this.#undo(from, false);
      return answer;
    } catch (error) {
      if (error === WAITS) {
        this.#asks = [...this.#namesSince(from), this.#missing!];
        this.#undo(from, true);
        return WAITS;
      }
      // What it was judged by stays: its failure holds only while that is so.
      this.#undo(from, false);
      return error instanceof Error ? error : new Error(String(error), { cause: error });
    } finally {
      this.#isRunning = false;
    }
  }

  /** Takes out of the shared columns all that this row's changes have put there. */
  revert(): void {
    this.#undo(0, true);
  }

  get<Name extends string>(name: Name): Row<Table>[Name] {
    const cells = this.#cellsOf(name);
    const next = cells.next[name];
    if (cells === this.#shared) {
      this.usesShared = true;
      if (next !== undefined) this.seesChange = true;
    }
    let stored = cells.base[name];
    if (stored === undefined) {
      stored = this.#known(cells, name);
      this.#put(cells.base, name, stored);
    }
    return this.#modelled(name, next === undefined ? stored : next) as never;
  }

  assume(name: string, value: unknown): void {
    const { seen, base } = this.#cellsOf(name);
    if (seenIn(seen, name) === undefined && base[name] === undefined) this.#put(base, name, value);
  }

  set(values: Values): void {
    for (const name in values) {
      const value = values[name];
      if (value === undefined) continue;
      const cells = this.#cellsOf(name);
      if (this.#untouchable.has(name)) throw sortedBy(this.#table, name);
      // Several rows of a round write it, so it must be known what it was.
      if (cells === this.#shared && cells.base[name] === undefined) {
        this.#put(cells.base, name, this.#known(cells, name));
      }
      this.#put(cells.next, name, value);
    }
  }

  refuse<const Reason>(reason: Reason): Refused<Reason> {
    const refused = new Refused(reason);
    this.#refused = refused;
    return refused;
  }

  #cellsOf(name: string): Cells {
    if (!this.#isRunning) {
      throw badStatement(
        this.#table,
        "was changed by a function that had returned: it cannot wait",
      );
    }
    return this.#statics.has(name) ? this.#shared : this.#own;
  }

  #known({ seen }: Cells, name: string): unknown {
    const stored = seenIn(seen, name);
    if (stored !== undefined) return stored;
    columnOf(this.#table, name);
    this.#missing = name;
    throw WAITS;
  }

  /** @throws CassandraError `BAD_STATEMENT` for an answer that the compiler was not asked about */
  #check(answer: unknown): void {
    if (this.#refused && answer !== this.#refused) {
      throw badStatement(this.#table, "was changed by a function that did not return its refusal");
    }
    if (typeof (answer as PromiseLike<unknown> | undefined)?.then === "function") {
      throw badStatement(this.#table, "was changed by a function that is async: it cannot wait");
    }
  }

  /** A stored value as a row of the model has it, its own. @throws UnreadableRow if no row can have it */
  #modelled(name: string, stored: unknown): unknown {
    if (typeof stored === "number" || typeof stored === "string") return stored;
    const column = columnOf(this.#table, name);
    const { type, nullable } = column;
    if (readable(stored) !== null) return type.decode(type.encode(stored));
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

/** A column may be called as what every object inherits. */
export function seenIn(seen: Values, name: string): unknown {
  return Object.hasOwn(seen, name) ? seen[name] : undefined;
}
