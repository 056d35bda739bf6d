import { type RawRow, select, type Session, type Table } from "../../cassandra/index.ts";
import type { Builder } from "../builder-options.ts";
import { columnsShown, neededColumns, tableObjectOf } from "../refs.ts";
import { showRow } from "../shown.ts";

/**
 * Makes the function that reads a row as it is now, together with the write time of a column.
 *
 * @throws UnreadableRow when it reads what cannot be shown
 */
export function timedReader(builder: Builder, table: Table, timed: readonly string[]) {
  const columns = neededColumns(tableObjectOf(builder, table));
  const options = { columns: [...new Set([...columns, ...timed])], writetime: timed };
  return async (session: Session, key: RawRow): Promise<RawRow | undefined> => {
    const row = await session.run<RawRow | undefined>(
      select(table, key as never, options as never),
    );
    return row && showRow(builder, table, row, columnsShown(builder, table));
  };
}
