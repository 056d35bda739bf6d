import { chunks } from "../support/chunks.ts";
import {
  MAX_ROWS_A_QUERY,
  type RawRow,
  type Table,
  UnreadableRow,
  type RowChange,
} from "../cassandra/index.ts";
import type { Source } from "./broadcast.ts";
import { createHub, type Version } from "./hub.ts";
import type { Query } from "./poll.ts";
import { partitionTopic } from "./topic.ts";
import type { View } from "./view.ts";

/** A row of which somebody watches a view. */
export interface Watched {
  readonly table: Table;
  readonly key: RawRow;
  readonly view: View;
  /** Equal where rows are of one partition and of one view. */
  readonly group: string;
  /** Whether nobody watches any more. */
  readonly isEmpty: boolean;
  /** When it was last read because of a hint, in milliseconds since the process began. */
  readonly hintedAt: number;
  /** The row may have changed. @param change how; default: nobody knows */
  hint(change?: RowChange): void;
  /** Somebody else has found this of it. */
  found(seen: Found): void;
  join(since?: bigint): Promise<Source<Version<RawRow>> | void>;
  close(): Promise<void>;
}

type Found = Awaited<ReturnType<View["readAll"]>>[number];

/** Makes the hub of a row and a view. */
export function createWatched(view: View, key: RawRow, onEmpty: () => void): Watched {
  const { table, isOneCell, columns } = view;
  const hub = createHub({ read: () => view.read(key), isOneCell, onEmpty });
  let hintedAt = -Infinity;
  return {
    table,
    key,
    view,
    group: `${partitionTopic(table, key)} ${view.text}`,
    get isEmpty() {
      return hub.isEmpty;
    },
    get hintedAt() {
      return hintedAt;
    },
    hint(change) {
      if (change && !touches(change, columns)) return;
      hintedAt = performance.now();
      hub.hint();
    },
    found(seen) {
      // The hub finds out for itself whether it can be read.
      if (seen instanceof UnreadableRow) hub.hint();
      else hub.found(seen);
    },
    join: (since) => hub.join(since),
    close: () => hub.close(),
  };
}

/** Whether a change may be one of these columns. */
function touches(change: RowChange, columns: readonly string[]): boolean {
  return typeof change === "string" || change.some((name) => columns.includes(name));
}

/**
 * The queries by which changes are found that no hint told of: rows of one partition and one view together.
 *
 * @param rest for how long a row that was hinted at, and so was read, is left alone, in milliseconds
 */
export function watchedQueries(rows: readonly Watched[], rest: number): readonly Query[] {
  const isDue = (row: Watched) => !row.isEmpty && performance.now() - row.hintedAt >= rest;
  return [...Map.groupBy(rows, ({ group }) => group).values()]
    .flatMap((some) => chunks(some, MAX_ROWS_A_QUERY))
    .map((some) => ({
      cost: () => (some.some(isDue) ? 1 : 0),
      run: () => compare(some.filter(isDue)),
    }));
}

/** Lets the hubs know what there is. What is news to one it reads for itself, as after a hint. */
async function compare(rows: readonly Watched[]): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const found = await first.view.readAll(rows.map(({ key }) => key));
  rows.forEach((row, at) => row.found(found[at]));
}
