import {
  type Admit,
  admitAll,
  type InsertAlone,
  insertedAlone,
  newRowAlone,
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
  type RemoveOptions,
} from "../lane/index.ts";
import { withEntries } from "../lane/with-entries.ts";
import { findAdmitted, loadAdmitted } from "./admitted.ts";
import {
  type AnyChanges,
  type ChangesBy,
  changesFunction,
  type ChangesOf,
  foreseenChanges,
  MOVED,
  setIfUnmoved,
  valuesOfKey,
} from "./changes.ts";
import {
  dropEntry,
  entryEquality,
  entryOf,
  type OrderEntry,
  putEntry,
  putEntryAgain,
} from "./entry.ts";

/** What the changes of rows with orders are made with. */
export interface OrderedOptions {
  readonly session: Session;
  readonly lanes: Lanes;
  /** How rows are read: a row's place in an order is that of its admitted values. Default: as they are. */
  readonly admit?: Admit;
}

/** The outcome of updating a row. */
export type Updated<T extends Table, Reason = never> =
  /** The row as this update has left it. */
  | { readonly outcome: "updated"; readonly row: Row<T> }
  /** The row does not exist. */
  | { readonly outcome: "missing" }
  | { readonly outcome: "refused"; readonly reason: Reason };

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
   * @param changes new values, or a function that returns them
   * @throws InvalidValue for the first value that does not fit its column; whatever the function throws
   * @example
   * await ordered.update(Seat, { theatre: "Globe", id }, { date });
   * await ordered.update(Seat, { theatre: "Globe", id }, (row) =>
   *   row.get("sold") ? row.refuse("SOLD") : { price: row.get("price") + 1 },
   * );
   */
  update<T extends Laned, Reason = never>(
    table: T,
    key: PrimaryKey<T>,
    changes: ChangesOf<T> | ChangesBy<T, Reason>,
  ): Promise<Updated<T, Reason>>;
  /** Removes a row and its journal. Fails as `Lanes.remove` does. */
  remove<T extends Laned, Reason = never>(
    table: T,
    key: PrimaryKey<T>,
    options?: RemoveOptions<T, Reason>,
  ): Promise<Removed<Reason>>;
}

/** How often an update starts again because the columns that orders sort by have changed. */
const ROUNDS = 20;

/** Creates the functions that change rows of tables with orders, together with their entries. */
export function createOrdered({ session, lanes, admit = admitAll }: OrderedOptions): Ordered {
  /** Makes one attempt. Returns undefined if a column that an order sorts by is not as it was read, or as it was foreseen. */
  async function updateOnce<T extends Laned>(
    table: T,
    { before, changesOf }: { readonly before: Row<T>; readonly changesOf: AnyChanges },
  ): Promise<Updated<T, unknown> | undefined> {
    const foreseen = foreseenChanges({ before, changesOf });
    const touched = ordersOf(table).filter((order) =>
      orderedNamesOf(order).some((name) => Object.hasOwn(foreseen, name)),
    );
    const entries = entriesOf(touched, { ...before, ...foreseen });
    // Also if it seems to exist: what reads as a value may be stored as another value or as null.
    await putAll(entries);
    const change = withEntries(setIfUnmoved(table, { before, foreseen, changesOf, admit }));
    const key = valuesOfKey(table, before) as PrimaryKey<T>;
    const changed = await lanes.change(table, key, change as Change<T, unknown>);
    if (changed.outcome === "missing") return changed;
    if (changed.outcome === "refused") return changed.reason === MOVED ? undefined : changed;
    await putAllAgain(entries);
    const after = { ...before, ...(changed.answer as ChangesOf<T>) };
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
    async update<T extends Laned, Reason>(
      table: T,
      key: PrimaryKey<T>,
      given: ChangesOf<T> | ChangesBy<T, Reason>,
    ) {
      const changesOf = changesFunction(table, given);
      for (let round = 0; round < ROUNDS; round++) {
        const before = await findAdmitted(session, table, { key, admit });
        if (!before) return { outcome: "missing" };
        const updated = await updateOnce(table, { before, changesOf });
        if (updated) return updated as Updated<T, Reason>;
      }
      throw contention();
    },
    async remove<T extends Laned, Reason>(
      table: T,
      key: PrimaryKey<T>,
      options?: RemoveOptions<T, Reason>,
    ) {
      const orders = ordersOf(table);
      const before = orders.length > 0 ? await readBefore(table, key) : undefined;
      const removed = await lanes.remove(table, key, options);
      if (removed.outcome === "deleted" && before) await dropAll(entriesOf(orders, before));
      return removed;
    },
  };
}

function entriesOf(orders: ReturnType<typeof ordersOf>, row: object): readonly OrderEntry[] {
  return orders.flatMap((order) => {
    const entry = entryOf(order, row);
    return entry ? [{ order, entry }] : [];
  });
}
