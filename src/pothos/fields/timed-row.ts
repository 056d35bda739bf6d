import { type RawRow, select, type Session, type Table } from "../../cassandra/index.ts";
import type { Builder } from "../builder-options.ts";
import { columnsShown, neededColumns, tableObjectOf } from "../refs.ts";
import { showRow } from "../shown.ts";

/**
 * Returns a function that reads a row together with the write times of some columns. It throws an UnreadableRow if the row
 * cannot be shown.
 */
export function timedReader(
  builder: Builder,
  table: Table,
  { writetimeOf }: { readonly writetimeOf: readonly string[] },
) {
  const needed = neededColumns(tableObjectOf(builder, table));
  const options = { columns: [...new Set([...needed, ...writetimeOf])], writetime: writetimeOf };
  return async (session: Session, key: RawRow): Promise<RawRow | undefined> => {
    const row = await session.run<RawRow | undefined>(
      select(table, key as never, options as never),
    );
    return row && showRow(builder, { table, row, columns: columnsShown(builder, table) });
  };
}
