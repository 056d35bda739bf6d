import type { SchemaTypes } from "@pothos/core";
import type { Admit, Table } from "../cassandra/index.ts";
import type { Builder } from "./builder-options.ts";
import { columnsShown } from "./refs.ts";
import { showEach, showRow } from "./shown.ts";

const admits = new WeakMap<object, Admit>();

/**
 * Returns the function that decides which rows a schema shows in lists. A row with a stored value that GraphQL cannot show
 * counts as absent. Pass it to functions that read, change or remove rows outside of the schema.
 */
export function admitOf<Types extends SchemaTypes>(
  builder: PothosSchemaTypes.SchemaBuilder<Types>,
): Admit {
  const found = admits.get(builder);
  if (found) return found;
  const admit: Admit = (row, table) =>
    showEach(builder, { table, row, columns: columnsShown(builder, table) });
  admits.set(builder, admit);
  return admit;
}

/**
 * Returns the function that shows a watched row. It is the same function each time, because subscribers share reads only
 * if they pass the same one.
 */
export const showOf = cachePerTable(
  (builder, table) => (row) =>
    showRow(builder, { table, row, columns: columnsShown(builder, table) }),
);

/** Returns the function that shows the rows of a followed partition; the same one each time, as {@link showOf}. */
export const showEachOf = cachePerTable(
  (builder, table) => (row) =>
    showEach(builder, { table, row, columns: columnsShown(builder, table) }),
);

/** Calls `create` once per builder and table. */
function cachePerTable(
  create: (builder: Builder, table: Table) => Admit,
): (builder: Builder, table: Table) => Admit {
  const created = new WeakMap<Builder, Map<Table, Admit>>();
  return (builder, table) => {
    const tables = created.get(builder) ?? new Map<Table, Admit>();
    created.set(builder, tables);
    const found = tables.get(table) ?? create(builder, table);
    tables.set(table, found);
    return found;
  };
}
