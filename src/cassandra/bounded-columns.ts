import { namesOf } from "./selection.ts";
import { oncePerTable } from "./table-columns.ts";
import { type Table } from "./table.ts";

/** How many sets of columns are read of a table, beside all of them. */
const MOST_SETS = 32;

/**
 * Returns columns that were asked for, or undefined, which stands for all of them, when the table is read by as many
 * other sets already. Each set is a statement of its own to Cassandra and to the driver, which keep a few hundred prepared:
 * who chooses columns freely could have them prepare all the time.
 *
 * @throws CassandraError `BAD_STATEMENT` for a column that the table has not
 */
export function boundedColumns<Name extends string>(
  table: Table,
  columns: readonly Name[] | undefined,
): readonly Name[] | undefined {
  if (columns === undefined) return undefined;
  const names = namesOf(table, columns);
  if (names.length === Object.keys(table.columns).length) return undefined;
  const sets = setsOf(table);
  const set = JSON.stringify(names);
  if (!sets.has(set) && sets.size >= MOST_SETS) return undefined;
  sets.add(set);
  return columns;
}

const setsOf = oncePerTable(() => new Set<string>());
