import { createRecent } from "../../support/recent.ts";
import { CassandraError } from "../error.ts";
import { messageOf } from "./message.ts";
import { keyText, partitionKeyOf, placeValues } from "../key.ts";
import { isOrdered, type Slice, sliceOf, slicesBetween } from "../slice.ts";
import type { RangeRead, RawRow } from "../statement.ts";
import { sweep, type SweepAccess, type Swept } from "./sweep.ts";
import type { Table } from "../table.ts";
import { unlikelyColumn } from "../write-partition.ts";

/**
 * Sweeps what reads show to have very many dead rows, one partition after the other: see {@link sweep}.
 *
 * Tables of lightweight transactions are swept, and those of plain writes whose definition says that they may.
 */
export interface Sweeper {
  /** A read has come upon very many tombstones, or has failed because of them. */
  heed(read: RangeRead): void;
  /** Sweeps no more. Done when nothing is under way. */
  close(): Promise<void>;
}

/** How often is swept. */
const limits = {
  /** Partitions that wait for it; one more is swept when it is read again. */
  waiting: 100,
  /** How long a partition is left alone after a sweep, at least, in milliseconds. */
  rest: 5000,
  /** The same, as a multiple of the time that the sweep took: so sweeps take a quarter of the time at most. */
  restFor: 3,
  /** The same where a sweep failed, in milliseconds. */
  restOfFailure: 30_000,
  /** Of how many partitions it is remembered when they were swept last. */
  remembered: 1000,
} as const;

/**
 * @param accessTo gives what a sweep needs of the database
 * @param log where a line goes for each sweep
 */
export function createSweeper(
  accessTo: (table: Table, partition: RawRow, signal: AbortSignal) => SweepAccess,
  log: (line: string) => void,
): Sweeper {
  const waiting = new Map<string, RangeRead>();
  const notBefore = createRecent<number>(limits.remembered);
  const closing = new AbortController();
  const { signal } = closing;
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    for (const [text, read] of waiting) {
      const start = performance.now();
      const isDone = await sweepOnce(read);
      const end = performance.now();
      const rest = isDone
        ? Math.max(limits.rest, (end - start) * limits.restFor)
        : limits.restOfFailure;
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
      const access = accessTo(table, partition, signal);
      const swept = await sweep(access, table, partition, slicesOf(read));
      if (swept.ranges > 0) log(lineOf(read, swept, performance.now() - start));
      return true;
    } catch (error) {
      if (!signal.aborted) log(`Cannot sweep ${placeOf(read)}: ${messageOf(error)}`);
      return false;
    }
  }

  return {
    heed(read) {
      if (signal.aborted || !isSwept(read.table)) return;
      const text = placeOf(read);
      if (waiting.has(text) || waiting.size >= limits.waiting) return;
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

/** What a read has gone through, and what comes behind it. */
function slicesOf({ table, key, after }: RangeRead): readonly Slice[] {
  const slice = sliceOf(table, key);
  return after ? slicesBetween(table, slice, placeValues(table, after), undefined) : [slice];
}

function placeOf({ table, key }: RangeRead): string {
  return `${table.name} ${keyText(table, table.partition, key)}`;
}

function lineOf(read: RangeRead, { ranges, rows, isComplete }: Swept, time: number): string {
  const end = isComplete ? "" : " It goes on when the rest is read.";
  return `Swept ${placeOf(read)}: ${ranges} ranges of deleted rows between ${rows} rows, in ${(time / 1000).toFixed(1)} s.${end}`;
}
