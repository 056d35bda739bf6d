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
import type { ReadQueue } from "./read-queue.ts";
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
  /** Returns the callers of the subscribers. Takes time in proportion to these. */
  readonly callers: () => ReadonlySet<string>;
  /** The last tick in which the poll read the row; 0: none. */
  polledIn: number;
  /** When it last read because of a hint, in milliseconds since the process began. */
  readonly hintedAt: number;
  /** Reads the row again if it may have changed. @param change default: unknown */
  hint(change?: RowChange): void;
  /** Reads the row again if this version, found by the poll, is news. */
  found(seen: FoundVersion): void;
  join(since: bigint | undefined, caller: string): Promise<Source<Version<RawRow>> | void>;
  close(): Promise<void>;
}

export interface RowHubOptions {
  readonly key: RawRow;
  readonly reads: ReadQueue;
  /** Called whenever the last subscriber has left. */
  readonly onEmpty: () => void;
}

export function createRowHub(view: View, { key, reads, onEmpty }: RowHubOptions): RowHub {
  const { table, isOneCell, columns } = view;
  const hub = createHub({ read: () => view.read(key), isOneCell, onEmpty, reads });
  let hintedAt = -Infinity;
  return {
    table,
    key,
    view,
    group: `${partitionTopic(table, key)} ${view.text}`,
    get isEmpty() {
      return hub.isEmpty;
    },
    callers: hub.callers,
    polledIn: 0,
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
    join: (since, caller) => hub.join(since, caller),
    close: () => hub.close(),
  };
}

/** Whether a change may concern one of these columns. */
function touches(change: RowChange, columns: readonly string[]): boolean {
  return typeof change === "string" || change.some((name) => columns.includes(name));
}

export interface RowHubQueriesOptions {
  /** How long a row is left alone after a hint, which made its hub read it, in milliseconds. */
  readonly rest: number;
  readonly reads: ReadQueue;
}

/**
 * Returns the queries of the poll that find changes without hints. One query reads the rows of one partition and one view.
 */
export function rowHubQueries(
  hubs: readonly RowHub[],
  { rest, reads }: RowHubQueriesOptions,
): readonly Query[] {
  function queryOf(some: readonly RowHub[]): Query {
    const callers = () => callersOfAll(some);
    const read = () => compareRows(some.filter(({ isEmpty }) => !isEmpty));
    return {
      cost: 1,
      callers,
      polledIn: Math.min(...some.map(({ polledIn }) => polledIn)),
      async run(tick) {
        for (const hub of some) hub.polledIn = tick;
        await reads.queued(read).waitAs({ callers, reason: "poll" });
      },
    };
  }

  const now = performance.now();
  const due = hubs.filter((hub) => !hub.isEmpty && now - hub.hintedAt >= rest);
  return [...Map.groupBy(due, ({ group }) => group).values()]
    .flatMap((some) => chunks(some, MAX_ROWS_A_QUERY))
    .map(queryOf);
}

function callersOfAll([first, ...others]: readonly RowHub[]): ReadonlySet<string> {
  return others.reduce((callers, hub) => callers.union(hub.callers()), first!.callers());
}

/** Reads the rows and passes the versions to their hubs. A hub for which one is news reads it again, as after a hint. */
async function compareRows(hubs: readonly RowHub[]): Promise<void> {
  const [first] = hubs;
  if (!first) return;
  const found = await first.view.readAll(hubs.map(({ key }) => key));
  hubs.forEach((hub, at) => hub.found(found[at]));
}
