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

/** What {@link readRows} takes beside the key. */
export type ReadOptions<
  T extends Table,
  Name extends ColumnName<T> = ColumnName<T>,
  W extends DataName<T> = never,
> = SelectOptions<T, Name, W> & {
  /** How many rows that can be read. */
  readonly limit: number;
  /** Returns the row as its reader takes it, or why it cannot: then it is none of the rows. Default: it is taken as it is. */
  readonly admit?: <R extends object>(row: R) => R | UnreadableRow;
};

/** Rows that can be read, and what was found between them. */
export interface ReadRows<
  T extends Table,
  Name extends ColumnName<T> = ColumnName<T>,
  W extends DataName<T> = never,
> {
  /** As many as were asked for; fewer at the end, or where too many of the others are in between. */
  readonly rows: readonly Selected<T, Name, W>[];
  /** Those that cannot be read, each with the number of rows before it. */
  readonly unreadable: readonly { readonly row: UnreadableRow; readonly at: number }[];
  /** Whether nothing lies behind them. */
  readonly isEnd: boolean;
  /** The last place that was looked at and can be named: another read can begin behind it. */
  readonly place: ClusteringKey<T> | undefined;
}

/** How many queries are sent for rows instead of those that cannot be read. */
const MOST_QUERIES = 20;

/**
 * Reads rows of a partition by one query. Only if some of them cannot be read, as another program has written them, it
 * reads others instead.
 */
export async function readRows<
  T extends Table,
  Name extends ColumnName<T> = ColumnName<T>,
  W extends DataName<T> = never,
>(
  session: Pick<Session, "run">,
  table: T,
  key: Key<T>,
  { limit, after, admit = (row) => row, ...options }: ReadOptions<T, Name, W>,
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
      from = placeOf(table, each);
      if (isNamed(from)) place = from;
      const row = each instanceof UnreadableRow ? each : admit(each);
      if (row instanceof UnreadableRow) unreadable.push({ row, at: rows.length });
      else rows.push(row);
    }
    isEnd = found.length < wanted || namesRow(table, key);
  }
  return { rows, unreadable, isEnd, place };
}

function placeOf<T extends Table>(table: T, row: object): Place<T> {
  const key = row instanceof UnreadableRow ? row.storedKey : (row as RawRow);
  return clusteringKeyOf(table, key) as Place<T>;
}

/** Whether a place has only values that can be represented. */
function isNamed<T extends Table>(place: Place<T>): place is Place<T> & ClusteringKey<T> {
  return !Object.values(place).some((value) => value instanceof Unreadable);
}
