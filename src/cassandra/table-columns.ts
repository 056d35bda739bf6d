import { type Column, isCounter, isStatic } from "./column.ts";
import { CassandraError } from "./error.ts";
import { identifier } from "./identifier.ts";
import type { Columns, Table } from "./table.ts";

/** Returns the names of a table's key columns: first the partition key, then the clustering key. */
export const keyNames = oncePerTable((table): readonly string[] => [
  ...table.partition,
  ...clusteringNames(table),
]);

/** Returns the names of a table's clustering columns, in order. */
export const clusteringNames = oncePerTable((table): readonly string[] =>
  table.clustering.map(({ name }) => name),
);

/** Returns the names of a table's static columns, without hidden ones. */
export const staticNames = oncePerTable((table): readonly string[] =>
  Object.keys(table.columns).filter((name) => isStatic(table.columns[name]!)),
);

/** Returns the names of a table's columns outside the key. */
export const dataNames = oncePerTable((table): readonly string[] =>
  Object.keys(table.columns).filter((name) => !keyNames(table).includes(name)),
);

/** Returns the names of a table's columns outside the key that are not static. */
export const regularNames = oncePerTable((table): readonly string[] =>
  dataNames(table).filter((name) => !isStatic(table.columns[name]!)),
);

/** Returns whether a table is one of counters. */
export const hasCounters = oncePerTable((table): boolean =>
  Object.values(table.columns).some(isCounter),
);

/** Returns all columns of a table by name, the hidden ones last. */
export const allColumns = oncePerTable(({ columns, hidden }): Columns =>
  Object.freeze({ ...columns, ...hidden }),
);

/** Caches the result of a function per table. Statements use this for everything that depends on the table alone. */
export function oncePerTable<Result>(compute: (table: Table) => Result): (table: Table) => Result {
  const results = new WeakMap<Table, Result>();
  return (table) => {
    const known = results.get(table);
    if (known !== undefined || results.has(table)) return known!;
    const result = compute(table);
    results.set(table, result);
    return result;
  };
}

/** Returns a column by name, hidden or not. @throws CassandraError `BAD_STATEMENT` if the table has no such column */
export function columnOf(table: Table, name: string): Column {
  const columns = allColumns(table);
  if (Object.hasOwn(columns, name)) return columns[name]!;
  throw new CassandraError("BAD_STATEMENT", `Table "${table.name}" has no column "${name}".`);
}

/** Sorts columns in the order of the table, so that each set of columns has one CQL text. */
export function inTableOrder(table: Table, names: readonly string[]): readonly string[] {
  for (const name of names) columnOf(table, name);
  return Object.keys(allColumns(table)).filter((name) => names.includes(name));
}

/** Returns a table's primary key in CQL, e.g. `((theatre), id)`. */
export function primaryKeyText(table: Table): string {
  const partition = `(${table.partition.map(identifier).join(", ")})`;
  return `(${[partition, ...clusteringNames(table).map(identifier)].join(", ")})`;
}

/** @throws CassandraError `BAD_STATEMENT` if a column, hidden or not, is not static */
export function refuseRegular(table: Table, names: readonly string[]): void {
  const regular = names.find((name) => !isStatic(columnOf(table, name)));
  if (regular === undefined) return;
  throw badStatement(table, `has "${regular}" once per row, not once per partition`);
}

/** Returns the error for a statement that a table does not allow. @param why continues a sentence about the table */
export function badStatement({ name }: Table, why: string): CassandraError {
  return new CassandraError("BAD_STATEMENT", `Table "${name}" ${why}.`);
}

/** Returns the error for an invalid definition of a table. @param why the reason, as a clause */
export function badTable({ name }: Table, why: string): CassandraError {
  return new CassandraError("BAD_TABLE", `Table "${name}" is invalid: ${why}.`);
}
