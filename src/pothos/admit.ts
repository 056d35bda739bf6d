import type { SchemaTypes } from "@pothos/core";
import type { Admit, Table } from "../cassandra/index.ts";
import type { Builder } from "./builder-options.ts";
import { columnsShown } from "./refs.ts";
import { showEach, showRow } from "./shown.ts";

const admits = new WeakMap<object, Admit>();
const shows = new WeakMap<Builder, Map<Table, Admit>>();
const followed = new WeakMap<Builder, Map<Table, Admit>>();

/**
 * Returns how rows are taken that a schema shows in lists: what another program has stored and GraphQL cannot show is as if
 * it were not there. For whoever reads rows, or is about to change or remove one, beside a schema.
 */
export function admitOf<Types extends SchemaTypes>(
  builder: PothosSchemaTypes.SchemaBuilder<Types>,
): Admit {
  const found = admits.get(builder);
  if (found) return found;
  const admit: Admit = (row, table) => showEach(builder, table, row, columnsShown(builder, table));
  admits.set(builder, admit);
  return admit;
}

/** How a watched row is shown. The same function each time: those who share it share the reads. */
export function showOf(builder: Builder, table: Table): Admit {
  return oncePer(
    shows,
    builder,
    table,
    () => (row) => showRow(builder, table, row, columnsShown(builder, table)),
  );
}

/** How the rows of a followed partition are shown, as {@link showOf}. */
export function showEachOf(builder: Builder, table: Table): Admit {
  return oncePer(
    followed,
    builder,
    table,
    () => (row) => showEach(builder, table, row, columnsShown(builder, table)),
  );
}

function oncePer(
  made: WeakMap<Builder, Map<Table, Admit>>,
  builder: Builder,
  table: Table,
  make: () => Admit,
): Admit {
  const tables = made.get(builder) ?? new Map<Table, Admit>();
  made.set(builder, tables);
  const found = tables.get(table) ?? make();
  tables.set(table, found);
  return found;
}
