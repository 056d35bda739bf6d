import { type Column, isCounter, isStatic } from "./column.ts";
import { CassandraError } from "./error.ts";
import { identifier } from "./identifier.ts";
import type { Columns, Table } from "./table.ts";

/** The names of a table's key columns: partition key, then clustering key. */
export const keyNames = oncePerTable((table): readonly string[] => [
  ...table.partition,
  ...clusteringNames(table),
]);

/** The names of a table's clustering columns, in order. */
export const clusteringNames = oncePerTable((table): readonly string[] =>
  table.clustering.map(({ name }) => name),
);

/** The names of a table's static columns, without the hidden ones. */
export const staticNames = oncePerTable((table): readonly string[] =>
  Object.keys(table.columns).filter((name) => isStatic(table.columns[name]!)),
);

/** The names of a table's columns that are not in the key. */
export const dataNames = oncePerTable((table): readonly string[] =>
  Object.keys(table.columns).filter((name) => !keyNames(table).includes(name)),
);

/** The names of those of which each row has its own value. */
export const regularNames = oncePerTable((table): readonly string[] =>
  dataNames(table).filter((name) => !isStatic(table.columns[name]!)),
);

/** Whether a table's columns outside its key are counters. */
export const hasCounters = oncePerTable((table): boolean =>
  Object.values(table.columns).some(isCounter),
);

/** Every column of a table by name, the hidden ones last. */
export const allColumns = oncePerTable(({ columns, hidden }): Columns =>
  Object.freeze({ ...columns, ...hidden }),
);

/** Computes once what follows from a table alone, and is asked for by each statement. */
export function oncePerTable<Found>(find: (table: Table) => Found): (table: Table) => Found {
  const found = new WeakMap<Table, Found>();
  return (table) => {
    const known = found.get(table);
    if (known !== undefined || found.has(table)) return known!;
    const first = find(table);
    found.set(table, first);
    return first;
  };
}

/** A column by its name, hidden or not. @throws CassandraError `BAD_STATEMENT` if the table has none of that name */
export function columnOf(table: Table, name: string): Column {
  const columns = allColumns(table);
  if (Object.hasOwn(columns, name)) return columns[name]!;
  throw new CassandraError("BAD_STATEMENT", `Table "${table.name}" has no column "${name}".`);
}

/** A table's primary key as CQL writes it, e.g. `((city), id)`. */
export function primaryKeyText(table: Table): string {
  const partition = `(${table.partition.map(identifier).join(", ")})`;
  return `(${[partition, ...clusteringNames(table).map(identifier)].join(", ")})`;
}

/** @throws CassandraError `BAD_STATEMENT` if one of the columns, hidden or not, is not static */
export function refuseRegular(table: Table, names: readonly string[]): void {
  const regular = names.find((name) => !isStatic(columnOf(table, name)));
  if (regular === undefined) return;
  throw badStatement(table, `has "${regular}" once per row, not once per partition`);
}

/** The error for a statement that a table does not allow. @param why continues a sentence that begins with the table */
export function badStatement({ name }: Table, why: string): CassandraError {
  return new CassandraError("BAD_STATEMENT", `Table "${name}" ${why}.`);
}

/** The error for a table that cannot be. @param why continues a sentence that begins with the table */
export function badTable({ name }: Table, why: string): CassandraError {
  return new CassandraError("BAD_TABLE", `Table "${name}" cannot be: ${why}.`);
}
