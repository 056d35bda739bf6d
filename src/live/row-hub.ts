import { chunks } from "../support/chunks.ts";
import {
  MAX_ROWS_A_QUERY,
  type RawRow,
  type RowChange,
  type Table,
  UnreadableRow,
} from "../cassandra/index.ts";
import type { Source } from "./broadcast.ts";
import { createHub, type Version } from "./hub.ts";
import type { Query } from "./poll.ts";
import { partitionTopic } from "./topic.ts";
import type { FoundVersion, View } from "./view.ts";

/** The hub of a row of a table and a view. */
export interface RowHub {
  readonly table: Table;
  readonly key: RawRow;
  readonly view: View;
  /** Equal for rows of one partition and one view. */
  readonly group: string;
  readonly isEmpty: boolean;
  /** When it last read because of a hint, in milliseconds since the process began. */
  readonly hintedAt: number;
  /** Reads the row again if it may have changed. @param change default: unknown */
  hint(change?: RowChange): void;
  /** Reads the row again if this version, found by the poll, is news. */
  found(seen: FoundVersion): void;
  join(since?: bigint): Promise<Source<Version<RawRow>> | void>;
  close(): Promise<void>;
}

export function createRowHub(view: View, key: RawRow, onEmpty: () => void): RowHub {
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
      // The hub reads the row itself to find out whether it is readable for its subscribers.
      if (seen instanceof UnreadableRow) hub.hint();
      else hub.found(seen);
    },
    join: (since) => hub.join(since),
    close: () => hub.close(),
  };
}

/** Whether a change may concern one of these columns. */
function touches(change: RowChange, columns: readonly string[]): boolean {
  return typeof change === "string" || change.some((name) => columns.includes(name));
}

/**
 * Returns the queries of the poll that find changes without hints. One query reads the rows of one partition and one view.
 *
 * @param rest how long a row is left alone after a hint, which made its hub read it, in milliseconds
 */
export function rowHubQueries(hubs: readonly RowHub[], rest: number): readonly Query[] {
  const isDue = (hub: RowHub) => !hub.isEmpty && performance.now() - hub.hintedAt >= rest;
  return [...Map.groupBy(hubs, ({ group }) => group).values()]
    .flatMap((some) => chunks(some, MAX_ROWS_A_QUERY))
    .map((some) => ({
      cost: () => (some.some(isDue) ? 1 : 0),
      run: () => compareRows(some.filter(isDue)),
    }));
}

/** Reads the rows and passes the versions to their hubs. A hub for which one is news reads it again, as after a hint. */
async function compareRows(hubs: readonly RowHub[]): Promise<void> {
  const [first] = hubs;
  if (!first) return;
  const found = await first.view.readAll(hubs.map(({ key }) => key));
  hubs.forEach((hub, at) => hub.found(found[at]));
}
