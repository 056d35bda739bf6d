import {
  type Admit,
  admitAll,
  columnCheck,
  columnOf,
  type DataName,
  type InsertAlone,
  insertedAlone,
  keyNames,
  newRowAlone,
  orderedNames,
  orderedNamesOf,
  ordersOf,
  type PrimaryKey,
  type RawRow,
  type Row,
  type Session,
  type Table,
  UnreadableRow,
} from "../cassandra/index.ts";
import {
  type Change,
  contention,
  type Created,
  type Laned,
  type Lanes,
  type Removed,
} from "../lane/index.ts";
import { withEntries } from "../lane/with-entries.ts";
import { admitted, findAdmitted, loadAdmitted } from "./admitted.ts";
import {
  dropEntry,
  entryEquality,
  entryOf,
  type OrderEntry,
  putEntry,
  putEntryAgain,
  valueEquality,
} from "./entry.ts";

export interface OrderedOptions {
  readonly session: Session;
  readonly lanes: Lanes;
  /** How rows are read: a row's place in an order is that of its admitted values. Default: as they are. */
  readonly admit?: Admit;
}

/** New values of columns. Undefined leaves a column as it is. */
export type ChangesOf<T extends Table> = {
  readonly [Name in DataName<T>]?: Row<T>[Name & keyof Row<T>] | undefined;
};

/** The outcome of updating a row. */
export type Updated<T extends Table> =
  /** The row as this update has left it. */
  | { readonly outcome: "updated"; readonly row: Row<T> }
  /** The row does not exist. */
  | { readonly outcome: "missing" };

/**
 * Writes rows of tables with or without orders. Each method puts the row's entries in all orders of its table before it
 * writes the row, and removes old entries after it.
 */
export interface Ordered {
  /**
   * Creates a row, unless one with this key exists. Fails as `Lanes.create` does, and with CassandraError `REFUSED` for a
   * value that is too long for a key.
   *
   * @example await ordered.create(Seat, { theatre: "Globe", date });
   */
  create<T extends Laned>(table: T, values: InsertAlone<T>): Promise<Created<T>>;
  /**
   * Changes columns of a row, on the condition that the columns that its table's orders sort by are still those that were
   * read, so that it knows the entries that the row leaves. Fails as `Lanes.change` does, with `CONTENTION` if these columns
   * keep changing.
   *
   * @throws InvalidValue for the first value that does not fit its column
   * @example await ordered.update(Seat, { theatre: "Globe", id }, { date });
   */
  update<T extends Laned>(table: T, key: PrimaryKey<T>, changes: ChangesOf<T>): Promise<Updated<T>>;
  /** Removes a row and its journal. Fails as `Lanes.remove` does. */
  remove<T extends Laned>(table: T, key: PrimaryKey<T>): Promise<Removed>;
}

/** How often an update starts again because the columns that orders sort by have changed. */
const ROUNDS = 20;

export function createOrdered({ session, lanes, admit = admitAll }: OrderedOptions): Ordered {
  /** Makes one attempt. Returns undefined if a column that an order sorts by has changed since it was read. */
  async function updateOnce<T extends Laned>(
    table: T,
    { before, changes }: { readonly before: Row<T>; readonly changes: RawRow },
  ): Promise<Updated<T> | undefined> {
    const after = { ...before, ...changes };
    const touched = ordersOf(table).filter((order) =>
      orderedNamesOf(order).some((name) => Object.hasOwn(changes, name)),
    );
    const entries = entriesOf(touched, after);
    // Also if it seems to exist: what reads as a value may be stored as another value or as null.
    await putAll(entries);
    const change = withEntries(setIfUnmoved(table, { before, changes, admit }));
    const key = valuesOfKey(table, before) as PrimaryKey<T>;
    const { outcome } = await lanes.change(table, key, change as Change<T, unknown>);
    if (outcome === "missing") return { outcome };
    if (outcome === "refused") return undefined;
    await putAllAgain(entries);
    const left = entriesOf(touched, before).filter(
      ({ order, entry }) => !entryEquality(order)(entry, entryOf(order, after)),
    );
    await dropAll(left);
    return { outcome: "updated", row: after };
  }

  /** Reads a row that is about to be removed. If it cannot be read, readers remove its entries later. */
  async function readBefore<T extends Table>(
    table: T,
    key: PrimaryKey<T>,
  ): Promise<Row<T> | undefined> {
    try {
      return await loadAdmitted(session, table, { key, admit });
    } catch (error) {
      if (error instanceof UnreadableRow) return undefined;
      throw error;
    }
  }

  async function putAll(entries: readonly OrderEntry[]): Promise<void> {
    await Promise.all(entries.map((placed) => putEntry(session, placed)));
  }

  async function putAllAgain(entries: readonly OrderEntry[]): Promise<void> {
    await Promise.all(entries.map((placed) => putEntryAgain(session, placed)));
  }

  async function dropAll(entries: readonly OrderEntry[]): Promise<void> {
    await Promise.all(entries.map((placed) => dropEntry(session, placed, { admit })));
  }

  return {
    async create<T extends Laned>(table: T, values: InsertAlone<T>) {
      // The defaults are made only once, for the entries and the row.
      const written = insertedAlone(table, values as RawRow);
      const row = newRowAlone(table, written as InsertAlone<T>);
      const entries = entriesOf(ordersOf(table), row);
      await putAll(entries);
      const created = await lanes.create(table, withEntries(written) as never);
      if (created.outcome === "created") await putAllAgain(entries);
      return created as Created<T>;
    },
    async update<T extends Laned>(table: T, key: PrimaryKey<T>, given: ChangesOf<T>) {
      const changes = storedChanges(table, given);
      for (let round = 0; round < ROUNDS; round++) {
        const before = await findAdmitted(session, table, { key, admit });
        if (!before) return { outcome: "missing" };
        const updated = await updateOnce(table, { before, changes });
        if (updated) return updated;
      }
      throw contention();
    },
    async remove(table, key) {
      const orders = ordersOf(table);
      const before = orders.length > 0 ? await readBefore(table, key) : undefined;
      const removed = await lanes.remove(table, key);
      if (removed.outcome === "deleted" && before) await dropAll(entriesOf(orders, before));
      return removed;
    },
  };
}

/** A draft of any table. The compiler has checked the change against its table. */
interface AnyDraft {
  get(name: string): unknown;
  assume(name: string, value: unknown): void;
  set(values: RawRow): void;
  refuse(reason: string): unknown;
}

interface MoveOptions {
  /** The row as it was read. */
  readonly before: object;
  readonly changes: RawRow;
  readonly admit: Admit;
}

/**
 * Returns a change that sets columns if every column that an order sorts by has the value that was read. All of them are in
 * the condition: otherwise two concurrent updates of one column each could leave the row without an entry.
 */
function setIfUnmoved(table: Table, { before, changes, admit }: MoveOptions) {
  const read = before as RawRow;
  const names = orderedNames(table);
  return (row: AnyDraft): unknown => {
    for (const name of names) row.assume(name, read[name]);
    const found = Object.fromEntries(names.map((name) => [name, row.get(name)]));
    const seen: RawRow = admitted({ ...valuesOfKey(table, read), ...found }, { table, admit });
    if (names.some((name) => !valueEquality(table, name)(seen[name], read[name]))) {
      return row.refuse("MOVED");
    }
    return row.set(changes);
  };
}

/** Returns changes in stored form. @throws InvalidValue */
function storedChanges(table: Table, changes: object): RawRow {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  const stored = (name: string, value: unknown) =>
    value === null && columnOf(table, name).nullable ? null : columnCheck(table, name)(value);
  return Object.fromEntries(given.map(([name, value]) => [name, stored(name, value)]));
}

function entriesOf(orders: ReturnType<typeof ordersOf>, row: object): readonly OrderEntry[] {
  return orders.flatMap((order) => {
    const entry = entryOf(order, row);
    return entry ? [{ order, entry }] : [];
  });
}

function valuesOfKey(table: Table, row: object): RawRow {
  return Object.fromEntries(keyNames(table).map((name) => [name, (row as RawRow)[name]]));
}
