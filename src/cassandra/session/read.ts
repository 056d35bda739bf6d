import { UnreadableRow } from "../error.ts";
import { clusteringKeyOf, namesRow } from "../key.ts";
import type { Selected } from "../selection.ts";
import { selectEach, type SelectOptions } from "../select.ts";
import type { RawRow } from "../statement.ts";
import type { Session } from "./session.ts";
import type { ClusteringKey, ColumnName, DataName, Place } from "../table-rows.ts";
import type { Key } from "../table-keys.ts";
import type { Table } from "../table.ts";
import { Unreadable } from "../unreadable.ts";

/** Options of {@link readRows}. */
export type ReadOptions<
  T extends Table,
  Name extends ColumnName<T> = ColumnName<T>,
  W extends DataName<T> = never,
> = SelectOptions<T, Name, W> & {
  /** The partition, or a range of it. */
  readonly key: Key<T>;
  /** The number of readable rows to return. */
  readonly limit: number;
  /**
   * Returns the row to use, or an error, which makes the row count as unreadable. Default: returns the row unchanged.
   */
  readonly admit?: <R extends object>(row: R) => R | UnreadableRow;
};

/** The result of {@link readRows}: readable rows, and the unreadable ones between them. */
export interface ReadRows<
  T extends Table,
  Name extends ColumnName<T> = ColumnName<T>,
  W extends DataName<T> = never,
> {
  /** As many as the limit; fewer at the end of the range, or if too many unreadable rows lie in between. */
  readonly rows: readonly Selected<T, Name, W>[];
  /** The unreadable rows, each with the number of readable rows before it. */
  readonly unreadable: readonly { readonly row: UnreadableRow; readonly at: number }[];
  /** Whether the range ends after them. */
  readonly isEnd: boolean;
  /** The last clustering key seen that can be represented. Another read can continue after it. */
  readonly place: ClusteringKey<T> | undefined;
}

/** The most queries sent to replace unreadable rows. */
const MOST_QUERIES = 20;

/**
 * Reads rows of a partition by one query. Sends further queries only to replace rows that cannot be read because
 * another program has written them.
 */
export async function readRows<
  T extends Table,
  Name extends ColumnName<T> = ColumnName<T>,
  W extends DataName<T> = never,
>(
  session: Pick<Session, "run">,
  table: T,
  { key, limit, after, admit = (row) => row, ...options }: ReadOptions<T, Name, W>,
): Promise<ReadRows<T, Name, W>> {
  const rows: Selected<T, Name, W>[] = [];
  const unreadable: { row: UnreadableRow; at: number }[] = [];
  let from: Place<T> | undefined = after;
  let place: ClusteringKey<T> | undefined;
  let isEnd = false;
  for (let query = 0; query < MOST_QUERIES && !isEnd && rows.length < limit; query++) {
    const wanted = limit - rows.length;
    const found = await session.run(
      selectEach<T, Key<T>, Name, W>(table, key as never, {
        ...options,
        limit: wanted,
        after: from,
      }),
    );
    for (const each of found) {
      from = rowPlace(table, each);
      if (isReadablePlace(from)) place = from;
      const row = each instanceof UnreadableRow ? each : admit(each);
      if (row instanceof UnreadableRow) unreadable.push({ row, at: rows.length });
      else rows.push(row);
    }
    isEnd = found.length < wanted || namesRow(table, key);
  }
  return { rows, unreadable, isEnd, place };
}

function rowPlace<T extends Table>(table: T, row: object): Place<T> {
  const key = row instanceof UnreadableRow ? row.storedKey : (row as RawRow);
  return clusteringKeyOf(table, key) as Place<T>;
}

/** Whether all values of a clustering key can be represented. */
function isReadablePlace<T extends Table>(place: Place<T>): place is Place<T> & ClusteringKey<T> {
  return !Object.values(place).some((value) => value instanceof Unreadable);
}
