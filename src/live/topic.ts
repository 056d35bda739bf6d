import {
  keyNames,
  keyOfText,
  keyText,
  type PartitionKey,
  type PrimaryKey,
  type RawRow,
  type Table,
} from "../cassandra/index.ts";

/** Returns the topic of the subscribers to a row. */
export function rowTopic(table: Table, row: RawRow): string {
  return `${table.name}${keyText(table, row, { columns: keyNames(table) })}`;
}

/** Returns the topic of the subscribers to a partition. @param row the partition's key, or a row of it */
export function partitionTopic(table: Table, row: RawRow): string {
  return `${table.name}${keyText(table, row, { columns: table.partition })}`;
}

/**
 * Copies the columns of a primary key, in stored form. Other properties of the given object are left out.
 *
 * @throws InvalidValue for a value that does not fit its column
 */
export function copyPrimaryKey<T extends Table>(table: T, given: PrimaryKey<T>): PrimaryKey<T> {
  const columns = keyNames(table);
  // The text was made by keyText, so it is valid.
  return keyOfText(table, keyText(table, given, { columns }), { columns })! as PrimaryKey<T>;
}

/** Copies a partition key, as {@link copyPrimaryKey} does. @throws InvalidValue */
export function copyPartitionKey<T extends Table>(
  table: T,
  given: PartitionKey<T>,
): PartitionKey<T> {
  const columns = table.partition;
  return keyOfText(table, keyText(table, given, { columns }), { columns })! as PartitionKey<T>;
}
