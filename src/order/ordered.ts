import {
  checked,
  columnOf,
  type DataName,
  type InsertAlone,
  insertedAlone,
  keyNames,
  newRowAlone,
  type Order,
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
import { type Admit, admitAll, admitted, findAdmitted, loadAdmitted } from "./admitted.ts";
import {
  dropEntry,
  type Entry,
  entryOf,
  isSameEntry,
  isSameValue,
  putEntry,
  putEntryAgain,
} from "./entry.ts";

// Each of these writes the entries of a row in all orders of its table before the row, and removes old ones behind it.

/** Where rows are. */
export interface Place {
  readonly session: Session;
  readonly lanes: Lanes;
}

export interface OrderedOptions {
  /** How a row is read: what it is ordered by is what it has then. Default: as it is. */
  readonly admit?: Admit;
}

/** New values of columns; those that are undefined stay as they are. */
export type ChangesOf<T extends Table> = {
  readonly [Name in DataName<T>]?: Row<T>[Name & keyof Row<T>] | undefined;
};

/** What became of a row that was to be updated. */
export type Updated<T extends Table> =
  /** The row as this update has left it. */
  | { readonly outcome: "updated"; readonly row: Row<T> }
  /** There is no such row. */
  | { readonly outcome: "missing" };

/** How often an update begins anew because somebody else has changed what orders sort by, before it gives up. */
const ROUNDS = 20;

/**
 * Creates a row of a table with or without orders, if there is none of its key. Fails as `Lanes.create` does, and with
 * CassandraError `REFUSED` for a value that is too long for a key.
 *
 * @example await ordered.create({ session, lanes }, Party, { city: "Rome", date });
 */
export async function create<T extends Laned>(
  { session, lanes }: Place,
  table: T,
  values: InsertAlone<T>,
): Promise<Created<T>> {
  // With the defaults, which are made once.
  const written = insertedAlone(table, values as RawRow);
  const row = newRowAlone(table, written as InsertAlone<T>);
  const entries = entriesOf(ordersOf(table), row);
  await putAll(session, entries);
  const created = await lanes.create(table, withEntries(written) as never);
  if (created.outcome === "created") await putAllAgain(session, entries);
  return created as Created<T>;
}

/**
 * Changes columns of a row, if what its table's orders sort by is still what was read: so that whoever moves a row knows
 * which entries it leaves behind. Fails as `Lanes.change` does, with `CONTENTION` if others change that all the time.
 *
 * @throws InvalidValue for the first value that does not fit its column
 * @example await ordered.update({ session, lanes }, Party, { city: "Rome", id }, { date });
 */
export async function update<T extends Laned>(
  place: Place,
  table: T,
  key: PrimaryKey<T>,
  changes: ChangesOf<T>,
  { admit = admitAll }: OrderedOptions = {},
): Promise<Updated<T>> {
  const values = storedChanges(table, changes);
  for (let round = 0; round < ROUNDS; round++) {
    const before = await findAdmitted(place.session, table, key, admit);
    if (!before) return { outcome: "missing" };
    const outcome = await updateOnce(place, table, before, values, admit);
    if (outcome) return outcome;
  }
  throw contention();
}

/** Removes a row, and what it remembers. Fails as `Lanes.remove` does. */
export async function remove<T extends Laned>(
  { session, lanes }: Place,
  table: T,
  key: PrimaryKey<T>,
  { admit = admitAll }: OrderedOptions = {},
): Promise<Removed> {
  const orders = ordersOf(table);
  const before = orders.length > 0 ? await readBefore(session, table, key, admit) : undefined;
  const removed = await lanes.remove(table, key);
  if (removed.outcome === "deleted" && before) {
    await dropAll(session, entriesOf(orders, before), admit);
  }
  return removed;
}

/** A row that is about to be removed. If it cannot be read, readers remove its entries later. */
async function readBefore<T extends Table>(
  session: Session,
  table: T,
  key: PrimaryKey<T>,
  admit: Admit,
): Promise<Row<T> | undefined> {
  try {
    return await loadAdmitted(session, table, key, admit);
  } catch (error) {
    if (error instanceof UnreadableRow) return undefined;
    throw error;
  }
}

/** One round of an update; undefined if somebody else has changed what orders sort by since. */
async function updateOnce<T extends Laned>(
  { session, lanes }: Place,
  table: T,
  before: Row<T>,
  changes: RawRow,
  admit: Admit,
): Promise<Updated<T> | undefined> {
  const after = { ...before, ...changes };
  const touched = ordersOf(table).filter((order) =>
    orderedNamesOf(order).some((name) => Object.hasOwn(changes, name)),
  );
  const entries = entriesOf(touched, after);
  // Also where it seems to be there: what reads as a value may be stored as another, or as null.
  await putAll(session, entries);
  const change = withEntries(setting(table, before, changes, admit)) as Change<T, unknown>;
  const { outcome } = await lanes.change(table, pick(before, keyNames(table)) as never, change);
  if (outcome === "missing") return { outcome };
  if (outcome === "refused") return undefined;
  await putAllAgain(session, entries);
  const left = entriesOf(touched, before).filter(
    ({ order, entry }) => !isSameEntry(order, entry, entryOf(order, after)),
  );
  await dropAll(session, left, admit);
  return { outcome: "updated", row: after };
}

/** Any draft: of which table the compiler has seen. */
interface AnyDraft {
  get(name: string): unknown;
  assume(name: string, value: unknown): void;
  set(values: RawRow): void;
  refuse(reason: string): unknown;
}

/**
 * A change of a row that has what was read in every column that an order sorts by. All of them are in the condition: of two
 * updates of one column each, both would leave the row without an entry.
 */
function setting(table: Table, before: object, changes: RawRow, admit: Admit) {
  const read = before as RawRow;
  const names = orderedNames(table);
  return (row: AnyDraft): unknown => {
    for (const name of names) row.assume(name, read[name]);
    const found = Object.fromEntries(names.map((name) => [name, row.get(name)]));
    const seen = admitted(table, { ...pick(read, keyNames(table)), ...found }, admit) as RawRow;
    if (names.some((name) => !isSameValue(table, name, seen[name], read[name]))) {
      return row.refuse("MOVED");
    }
    return row.set(changes);
  };
}

/** Changes in stored form. @throws InvalidValue */
function storedChanges(table: Table, changes: object): RawRow {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  const stored = (name: string, value: unknown) =>
    value === null && columnOf(table, name).nullable ? null : checked(table, name, value);
  return Object.fromEntries(given.map(([name, value]) => [name, stored(name, value)]));
}

interface EntryOf {
  readonly order: Order;
  readonly entry: Entry;
}

function entriesOf(orders: readonly Order[], row: object): readonly EntryOf[] {
  return orders.flatMap((order) => {
    const entry = entryOf(order, row);
    return entry ? [{ order, entry }] : [];
  });
}

async function putAll(session: Session, entries: readonly EntryOf[]): Promise<void> {
  await Promise.all(entries.map(({ order, entry }) => putEntry(session, order, entry)));
}

async function putAllAgain(session: Session, entries: readonly EntryOf[]): Promise<void> {
  await Promise.all(entries.map(({ order, entry }) => putEntryAgain(session, order, entry)));
}

async function dropAll(session: Session, entries: readonly EntryOf[], admit: Admit): Promise<void> {
  await Promise.all(entries.map(({ order, entry }) => dropEntry(session, order, entry, admit)));
}

function pick(row: object, names: readonly string[]): RawRow {
  return Object.fromEntries(names.map((name) => [name, (row as RawRow)[name]]));
}
