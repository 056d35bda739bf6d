import {
  CassandraError,
  CLOCK_DIFFERENCE,
  clusteringNames,
  columnOf,
  ENTERED,
  identityOf,
  insert,
  InvalidValue,
  keyNames,
  type Order,
  type PrimaryKey,
  type RawRow,
  remove,
  select,
  type Session,
  type Statement,
  type Table,
} from "../cassandra/index.ts";
import { type Admit, loadAdmitted } from "./admitted.ts";

/**
 * A row of an order: the values of its key. It is put before the row of the source is written, so that whatever happens
 * then, no row is without one. An entry without its row does no harm.
 */
export type Entry = RawRow;

/** Any statement: what its tables are the compiler knew where they were defined. */
type Untyped = (...args: readonly unknown[]) => Statement<unknown>;

/** The entry of a row of the source; undefined: the row has none, see {@link whyNoEntry}. */
export function entryOf(order: Order, row: object): Entry | undefined {
  const values = row as RawRow;
  const names = keyNames(order);
  const isWhole = names.every((name) => whyNoEntry(order, name, values[name]) === undefined);
  return isWhole ? Object.fromEntries(names.map((name) => [name, values[name]])) : undefined;
}

/** The key of the row of which something is an entry. */
export function sourceKeyOf(order: Order, entry: object): PrimaryKey<Order["source"]> {
  const values = entry as RawRow;
  return Object.fromEntries(keyNames(order.source).map((name) => [name, values[name]]));
}

/** Why a row with this value in a column of an order's key has no entry: it has no value, or Cassandra has no such key. */
export function isAbsent(order: Order, name: string, value: unknown): boolean {
  if (value === null || value === undefined) return true;
  const isAlone = order.partition.length === 1 && order.partition[0] === name;
  // Cassandra refuses a partition key of no bytes.
  return isAlone && (value === "" || (Buffer.isBuffer(value) && value.length === 0));
}

/**
 * Why a row with this value in a column of an order's key has no entry, continuing a sentence that begins with the column;
 * undefined: it has one. Beside what {@link isAbsent} says, the value may be one of another program's that no reader could
 * name.
 */
export function whyNoEntry(order: Order, name: string, value: unknown): string | undefined {
  if (isAbsent(order, name, value)) return "has no value";
  const { type } = columnOf(order, name);
  try {
    const isStored = type.toText(type.check(value)) === type.toText(value);
    return isStored ? undefined : "is not in the form in which its model stores it";
  } catch (error) {
    if (error instanceof InvalidValue) return error.message;
    throw error;
  }
}

/** Whether two values of a column are the same, each of them as it is stored or null. */
export function isSameValue(table: Table, name: string, one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (one === null || other === null) return false;
  const { type } = columnOf(table, name);
  return type.toText(one) === type.toText(other);
}

/** Whether two entries are the same row of their order. */
export function isSameEntry(
  order: Order,
  one: Entry | undefined,
  other: Entry | undefined,
): boolean {
  if (one === undefined || other === undefined) return one === other;
  return keyNames(order).every((name) => {
    const { type } = columnOf(order, name);
    // Partitions are the same if their bytes are, rows of a partition if they compare as equal.
    const textOf = (value: unknown) =>
      order.partition.includes(name) ? type.toText(value) : identityOf(type, value);
    return textOf(one[name]) === textOf(other[name]);
  });
}

/** Compares two entries of a partition by their place in it: below 0 if the first one comes first. */
export function compareEntries(order: Order, one: Entry, other: Entry): number {
  for (const [at, name] of clusteringNames(order).entries()) {
    const difference = columnOf(order, name).type.compare!(one[name], other[name]);
    if (difference !== 0) return order.clustering[at]!.order === "ASC" ? difference : -difference;
  }
  return 0;
}

/**
 * Puts an entry.
 *
 * @throws CassandraError `UNAVAILABLE`, also where nobody knows whether it was put: the row is untouched
 */
export async function putEntry(session: Session, order: Order, entry: Entry): Promise<void> {
  try {
    await session.run((insert as Untyped)(order, entry));
  } catch (error) {
    if (!(error instanceof CassandraError && error.code === "OUTCOME_UNKNOWN")) throw error;
    throw new CassandraError("UNAVAILABLE", "Cassandra does not answer.", { cause: error });
  }
}

/**
 * Puts an entry again when its row has been written: a reader may have removed the first one, if the write took long. If it
 * fails, the first one is most likely there still.
 */
export async function putEntryAgain(session: Session, order: Order, entry: Entry): Promise<void> {
  await putEntry(session, order, entry).catch(() => {});
}

/**
 * Removes an entry that its row has left, unless it is young: then a reader removes it later. The version is seen before the
 * row is read, and only that version is removed: whoever moves the row back meanwhile puts a younger one. If it fails, the
 * entry stays and does no harm.
 */
export async function dropEntry(
  session: Session,
  order: Order,
  entry: Entry,
  admit: Admit,
): Promise<void> {
  try {
    const version = await versionOf(session, order, entry);
    if (!isRemovable(version)) return;
    const row = await loadAdmitted(session, order.source, sourceKeyOf(order, entry), admit);
    if (row && isSameEntry(order, entryOf(order, row), entry)) return;
    await removeEntry(session, order, entry, version);
  } catch (error) {
    if (!(error instanceof CassandraError)) throw error;
  }
}

/** Removes just the version of an entry that was seen, in microseconds of the coordinator's clock. */
export async function removeEntry(
  session: Session,
  order: Order,
  entry: Entry,
  version: bigint,
): Promise<void> {
  const key = Object.fromEntries(keyNames(order).map((name) => [name, entry[name]]));
  await session.run((remove as Untyped)(order, key, { timestamp: version }));
}

/**
 * Whether a version is old enough to be removed. Of a younger one the writer may be about to write the row; and whoever
 * puts it again by a slower clock would put it below the removal.
 */
export function isRemovable(version: bigint | null | undefined): version is bigint {
  const youngest = BigInt(Date.now() - CLOCK_DIFFERENCE * 1000) * 1000n;
  return typeof version === "bigint" && version <= youngest;
}

async function versionOf(
  session: Session,
  order: Order,
  entry: Entry,
): Promise<bigint | null | undefined> {
  const statement = (select as Untyped)(order, entry, { columns: [], writetime: [ENTERED] });
  const found = (await session.run(statement)) as RawRow | undefined;
  return found?.[`writetime(${ENTERED})`] as bigint | null | undefined;
}
