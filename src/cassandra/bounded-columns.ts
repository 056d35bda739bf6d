import { selectedNames } from "./selection.ts";
import { oncePerTable } from "./table-columns.ts";
import { type Table } from "./table.ts";

/** How many different sets of columns are read from a table, besides the set of all columns. */
const MOST_COLUMN_SETS = 32;

/**
 * Limits the number of different sets of columns that are read from a table. Returns the given columns, or undefined
 * for all columns if the table has reached the limit. Each set is a separate prepared statement, and Cassandra and the
 * driver cache only a few hundred of these: clients that choose columns freely could make them prepare statements all
 * the time.
 *
 * @throws CassandraError `BAD_STATEMENT` for a column that the table does not have
 */
export function boundedColumns<Name extends string>(
  table: Table,
  columns: readonly Name[] | undefined,
): readonly Name[] | undefined {
  if (columns === undefined) return undefined;
  const names = selectedNames(table, columns);
  if (names.length === Object.keys(table.columns).length) return undefined;
  const sets = columnSets(table);
  const set = JSON.stringify(names);
  if (!sets.has(set) && sets.size >= MOST_COLUMN_SETS) return undefined;
  sets.add(set);
  return columns;
}

const columnSets = oncePerTable(() => new Set<string>());
