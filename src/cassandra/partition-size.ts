import { InvalidValue } from "./error.ts";
import { own } from "./own.ts";

import { columnOf } from "./table-columns.ts";
import { type Table } from "./table.ts";
import type { PartitionKey } from "./table-rows.ts";

/** The maximum size of a partition key (`FBUtilities.MAX_UNSIGNED_SHORT` in Cassandra). */
const MOST_KEY_BYTES = 65_535;
/**
 * The bytes that a compound key needs per column besides the value: the length and an end marker (CompositeType.java).
 */
const BYTES_PER_COLUMN = 3;

/**
 * Returns why Cassandra rejects a partition key with valid values, and the column responsible, or undefined if it
 * accepts the key. A key of one column must not be empty, and no key can have more than 65,535 bytes.
 */
export function partitionProblem<T extends Table>(
  table: T,
  key: PartitionKey<T>,
): { readonly column: string; readonly problem: InvalidValue } | undefined {
  const sizes = table.partition.map((column) => ({
    column,
    bytes: columnOf(table, column).type.encode(own(key, column)).length,
  }));
  const largest = sizes.reduce((one, next) => (next.bytes > one.bytes ? next : one));
  const isCompound = sizes.length > 1;
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  if (!isCompound && total === 0) {
    return { column: largest.column, problem: new InvalidValue("TOO_SHORT", "must not be empty") };
  }
  if (total + (isCompound ? BYTES_PER_COLUMN * sizes.length : 0) <= MOST_KEY_BYTES)
    return undefined;
  const message = `must be shorter: a partition key has at most ${MOST_KEY_BYTES} bytes`;
  return { column: largest.column, problem: new InvalidValue("TOO_LONG", message) };
}
