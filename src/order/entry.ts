import {
  type Admit,
  CassandraError,
  CLOCK_DIFFERENCE,
  clusteringNames,
  columnOf,
  ENTERED,
  identityOf,
  insertEntry,
  InvalidValue,
  keyNames,
  lookupOf,
  type Order,
  type PrimaryKey,
  type RawRow,
  remove,
  select,
  type Session,
  type Statement,
  type Table,
} from "../cassandra/index.ts";
import type { Untyped } from "../support/untyped.ts";
import { loadAdmitted } from "./admitted.ts";

/**
 * A row of an order: the values of its key. An entry is put before the row of the source is written, so that no row is ever
 * without one, whatever happens. An entry without its row does no harm.
 */
export type Entry = RawRow;

/** An entry and its order. */
export interface OrderEntry {
  readonly order: Order;
  readonly entry: Entry;
}

/** A value of a column of an order's key. */
export interface OrderValue {
  readonly order: Order;
  readonly name: string;
  readonly value: unknown;
}

/** Returns the entry of a row of the source; undefined: the row has none, see {@link whyNoEntry}. */
export function entryOf(order: Order, row: object): Entry | undefined {
  const values = row as RawRow;
  const names = keyNames(order);
  const isWhole = names.every(
    (name) => whyNoEntry({ order, name, value: values[name] }) === undefined,
  );
  return isWhole ? Object.fromEntries(names.map((name) => [name, values[name]])) : undefined;
}

/** Returns the key of the source's row that an entry stands for. */
export function sourceKeyOf(order: Order, entry: object): PrimaryKey<Order["source"]> {
  const values = entry as RawRow;
  return Object.fromEntries(keyNames(order.source).map((name) => [name, values[name]]));
}

/** Whether a row with this value has no entry, because it is null or Cassandra cannot have it in the key. */
export function isUnordered({ order, name, value }: OrderValue): boolean {
  if (value === null || value === undefined) return true;
  const isAlone = order.partition.length === 1 && order.partition[0] === name;
  // Cassandra refuses an empty partition key.
  return isAlone && (value === "" || (Buffer.isBuffer(value) && value.length === 0));
}

/**
 * Returns why a row with this value has no entry, as the end of a sentence that begins with the column; undefined: it has
 * one. Beside the reasons of {@link isUnordered}, another program may have stored a value that no reader could name.
 */
export function whyNoEntry({ order, name, value }: OrderValue): string | undefined {
  if (isUnordered({ order, name, value })) return "has no value";
  const { type } = columnOf(order, name);
  try {
    const isStored = type.toText(lookupOf(type)(value)) === type.toText(value);
    return isStored ? undefined : "is not in the form in which its model stores it";
  } catch (error) {
    if (error instanceof InvalidValue) return error.message;
    throw error;
  }
}

/** Returns a function that says whether two values of a column are the same, each in stored form or null. */
export function valueEquality(
  table: Table,
  name: string,
): (one: unknown, other: unknown) => boolean {
  const { type } = columnOf(table, name);
  return (one, other) => {
    if (one === other) return true;
    if (one === null || other === null) return false;
    return type.toText(one) === type.toText(other);
  };
}

/** Returns a function that says whether two entries are the same row of their order. */
export function entryEquality(
  order: Order,
): (one: Entry | undefined, other: Entry | undefined) => boolean {
  return (one, other) => {
    if (one === undefined || other === undefined) return one === other;
    return keyNames(order).every((name) => {
      const { type } = columnOf(order, name);
      // Partition keys are the same if their bytes are equal, clustering keys if they compare as equal.
      const text = (value: unknown) =>
        order.partition.includes(name) ? type.toText(value) : identityOf(type, value);
      return text(one[name]) === text(other[name]);
    });
  };
}

/** Returns a function that compares two entries of a partition: below 0 if the first one comes first. */
export function entryComparator(order: Order): (one: Entry, other: Entry) => number {
  const names = clusteringNames(order);
  return (one, other) => {
    for (const [at, name] of names.entries()) {
      const difference = columnOf(order, name).type.compare!(one[name], other[name]);
      if (difference !== 0) return order.clustering[at]!.order === "ASC" ? difference : -difference;
    }
    return 0;
  };
}

/**
 * Puts an entry.
 *
 * @throws CassandraError `UNAVAILABLE`, also if it is unknown whether the entry was put: the row is untouched
 */
export async function putEntry(session: Session, { order, entry }: OrderEntry): Promise<void> {
  try {
    await session.run(insertEntry(order, entry));
  } catch (error) {
    if (!(error instanceof CassandraError && error.code === "OUTCOME_UNKNOWN")) throw error;
    throw new CassandraError("UNAVAILABLE", "Cassandra does not answer.", { cause: error });
  }
}

/**
 * Puts an entry again after its row was written: if the write took long, a reader may have removed the first one. A failure
 * is ignored, because the first one most likely still exists.
 */
export async function putEntryAgain(session: Session, placed: OrderEntry): Promise<void> {
  await putEntry(session, placed).catch(() => {});
}

/**
 * Removes an entry that its row has left. A young entry stays until a reader removes it later. The entry's version is read
 * before the row, and only that version is removed: a writer who moves the row back meanwhile puts a younger one. A failure
 * is ignored, because the entry does no harm.
 */
export async function dropEntry(
  session: Session,
  { order, entry }: OrderEntry,
  { admit }: { readonly admit: Admit },
): Promise<void> {
  try {
    const version = await versionOf(session, { order, entry });
    if (!isRemovable(version)) return;
    const key = sourceKeyOf(order, entry);
    const row = await loadAdmitted(session, order.source, { key, admit });
    if (row && entryEquality(order)(entryOf(order, row), entry)) return;
    await removeEntry(session, { order, entry }, { version });
  } catch (error) {
    if (!(error instanceof CassandraError)) throw error;
  }
}

/** Removes only the version of an entry that was seen. @param version in microseconds of the coordinator's clock */
export async function removeEntry(
  session: Session,
  { order, entry }: OrderEntry,
  { version }: { readonly version: bigint },
): Promise<void> {
  const key = Object.fromEntries(keyNames(order).map((name) => [name, entry[name]]));
  const statement = (remove as Untyped)(order, key, { timestamp: version });
  await session.run(statement as Statement<unknown>);
}

/**
 * Whether a version is old enough to be removed. The writer of a younger one may still be about to write the row. And a
 * writer with a slower clock who puts the entry again would put it below the removal.
 */
export function isRemovable(version: bigint | null | undefined): version is bigint {
  const youngest = BigInt(Date.now() - CLOCK_DIFFERENCE * 1000) * 1000n;
  return typeof version === "bigint" && version <= youngest;
}

async function versionOf(
  session: Session,
  { order, entry }: OrderEntry,
): Promise<bigint | null | undefined> {
  const statement = (select as Untyped)(order, entry, { columns: [], writetime: [ENTERED] });
  const found = (await session.run(statement as Statement<unknown>)) as RawRow | undefined;
  return found?.[`writetime(${ENTERED})`] as bigint | null | undefined;
}
