import { createRecent } from "../../support/recent.ts";
import { CassandraError } from "../error.ts";
import { messageOf } from "../../support/message.ts";
import { keyText } from "../key-text.ts";
import { partitionKeyOf, placeValues } from "../key.ts";
import { isOrdered, type Slice, sliceOf, slicesBetween } from "../slice.ts";
import type { RangeRead } from "../statement.ts";
import type { TablePartition } from "./fence.ts";
import { sweep, type SweepAccess, type Swept } from "./sweep.ts";
import type { Table } from "../table.ts";
import { unlikelyColumn } from "../write-partition.ts";

/**
 * Sweeps partitions in which reads find very many dead rows, one partition after the other: see {@link sweep}.
 *
 * It sweeps tables of lightweight transactions, and tables of plain writes that have `sweepAfter`.
 */
export interface Sweeper {
  /** Requests a sweep after a read that found very many tombstones or failed because of them. */
  request(read: RangeRead): void;
  /** Stops sweeping. Resolves when the current sweep has ended. */
  close(): Promise<void>;
}

/** The limits of how often the sweeper works. */
const sweeperLimits = {
  /** Partitions that may wait. Further requests are ignored until the partition is read again. */
  waiting: 100,
  /** The shortest pause between two sweeps of a partition, in milliseconds. */
  rest: 5000,
  /** The same as a multiple of a sweep's duration, so that sweeps take at most a quarter of the time. */
  restFor: 3,
  /** The pause after a failed sweep, in milliseconds. */
  restOfFailure: 30_000,
  /** The number of partitions whose last sweep is remembered. */
  remembered: 1000,
} as const;

/**
 * Creates a sweeper.
 *
 * @param accessTo returns the database operations for a partition
 * @param log called with a line for each sweep
 */
export function createSweeper(
  accessTo: (partition: TablePartition, signal: AbortSignal) => SweepAccess,
  log: (line: string) => void,
): Sweeper {
  const waiting = new Map<string, RangeRead>();
  const notBefore = createRecent<number>(sweeperLimits.remembered);
  const closing = new AbortController();
  const { signal } = closing;
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    for (const [text, read] of waiting) {
      const start = performance.now();
      const isDone = await sweepOnce(read);
      const end = performance.now();
      const rest = isDone
        ? Math.max(sweeperLimits.rest, (end - start) * sweeperLimits.restFor)
        : sweeperLimits.restOfFailure;
      notBefore.set(text, end + rest);
      waiting.delete(text);
    }
    running = undefined;
  }

  async function sweepOnce(read: RangeRead): Promise<boolean> {
    const { table } = read;
    const partition = partitionKeyOf(table, read.key);
    const start = performance.now();
    try {
      const access = accessTo({ table, partition }, signal);
      const swept = await sweep(access, { table, partition, slices: slicesToSweep(read) });
      const time = performance.now() - start;
      if (swept.ranges > 0) log(sweptLine(read, { ...swept, time }));
      return true;
    } catch (error) {
      if (!signal.aborted) log(`Cannot sweep ${partitionText(read)}: ${messageOf(error)}`);
      return false;
    }
  }

  return {
    request(read) {
      if (signal.aborted || !isSwept(read.table)) return;
      const text = partitionText(read);
      if (waiting.has(text) || waiting.size >= sweeperLimits.waiting) return;
      if (performance.now() < (notBefore.get(text) ?? 0)) return;
      waiting.set(text, read);
      running ??= run();
    },
    async close() {
      closing.abort(new CassandraError("UNAVAILABLE", "The session is closed."));
      waiting.clear();
      await running;
    },
  };
}

function isSwept(table: Table): boolean {
  if (!isOrdered(table)) return false;
  return table.lwt ? unlikelyColumn(table) !== undefined : table.sweepAfter !== undefined;
}

/** Returns the slices that a read has gone through, and those after it. */
function slicesToSweep({ table, key, after }: RangeRead): readonly Slice[] {
  const slice = sliceOf(table, key);
  return after ? slicesBetween(table, slice, { after: placeValues(table, after) }) : [slice];
}

function partitionText({ table, key }: RangeRead): string {
  return `${table.name} ${keyText(table, key, { columns: table.partition })}`;
}

function sweptLine(
  read: RangeRead,
  { ranges, rows, isComplete, time }: Swept & { readonly time: number },
): string {
  const end = isComplete ? "" : " The rest is swept after it is read.";
  return `Swept ${partitionText(read)}: ${ranges} ranges of deleted rows between ${rows} rows, in ${(time / 1000).toFixed(1)} s.${end}`;
}
