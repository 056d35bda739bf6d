import { InvalidValue } from "./error.ts";
import { own } from "./own.ts";

import { columnOf } from "./table-columns.ts";
import { type Table } from "./table.ts";
import type { PartitionKey } from "./table-rows.ts";

/** The most bytes of a partition key (`FBUtilities.MAX_UNSIGNED_SHORT` in Cassandra). */
const MOST_BYTES = 65_535;
/** What each column of a compound key takes beside its value: its length and an end (CompositeType.java). */
const BYTES_OF_COLUMN = 3;

/**
 * Returns why Cassandra refuses a partition key that has only valid values, and the column to blame; undefined if it takes
 * the key. A key of one column is not empty, and no key has more than 65,535 bytes.
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
  if (total + (isCompound ? BYTES_OF_COLUMN * sizes.length : 0) <= MOST_BYTES) return undefined;
  const message = `must be shorter: a partition key has at most ${MOST_BYTES} bytes`;
  return { column: largest.column, problem: new InvalidValue("TOO_LONG", message) };
}
