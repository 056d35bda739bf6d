import { CassandraError } from "../error.ts";
import { identifier } from "../identifier.ts";
import {
  deletableParts,
  halves,
  type Slice,
  slicesBetween,
  type ClusteringValues,
  whereSlice,
} from "../slice.ts";
import { type Fragment, join, withParam, type RawRow, cqlText } from "../statement.ts";
import { bigintType } from "../types/integers.ts";
import { clusteringNames } from "../table-columns.ts";
import { type Table } from "../table.ts";
import type { TablePartition } from "./fence.ts";

/** The limits of one sweep. */
export const sweepLimits = {
  /** Live rows per page. Gaps between them are swept where there are about ten or more dead rows per live row. */
  page: 100,
  /** Pages read, whether they have something to sweep or not. */
  pages: 2000,
  /** The pause after each page, in milliseconds. */
  rest: 10,
  /** Reads that may fail because of tombstones. Each is replaced by smaller reads. */
  failures: 200,
  /** Consecutive reads that may time out, which may also be because of tombstones. */
  silences: 5,
  /** Ranges deleted by one batch. */
  ranges: 100,
} as const;

/** A page of live rows. */
export interface LivePage {
  /** The clustering keys of the rows, in order. */
  readonly keys: readonly ClusteringValues[];
  /** Whether Cassandra warned that it read very many tombstones between the rows. */
  readonly isDead: boolean;
  /** The state with which the next page is read. Undefined for the last page. */
  readonly next: string | undefined;
}

/** The database operations of a sweep. */
export interface SweepAccess {
  /**
   * Returns a write time with which dead rows can be deleted, in microseconds: everything written up to that time is
   * visible to reads from now on, and everything written from now on has a later write time.
   */
  fence(): Promise<bigint>;
  /** @throws CassandraError */
  page(read: Fragment, from: string | undefined): Promise<LivePage>;
  /** Runs deletes of one partition, as one write. @throws CassandraError */
  remove(deletes: readonly Fragment[]): Promise<void>;
  /** Waits, in milliseconds. Throws if the sweep has to end. */
  rest(milliseconds: number): Promise<void>;
}

/** The result of a sweep. */
export interface Swept {
  /** The number of ranges deleted. */
  readonly ranges: number;
  /** The number of live rows read. */
  readonly rows: number;
  /** Whether all slices were read to their end. */
  readonly isComplete: boolean;
}

/** What a sweep works on. */
export interface SweepOptions extends TablePartition {
  /** The parts of the partition to sweep. */
  readonly slices: readonly Slice[];
}

/**
 * Deletes the gaps between the live rows of a partition where there are many dead rows. Reads then skip each gap at
 * once, and need not go through its dead rows until `gc_grace_seconds` have passed and a compaction has removed them.
 *
 * Every range is deleted with the write time of the fence, so whatever is written during the sweep stays.
 *
 * @throws CassandraError
 */
export async function sweep(
  access: SweepAccess,
  { table, partition, slices }: SweepOptions,
): Promise<Swept> {
  const timestamp = await access.fence();
  const left = [...slices];
  let [ranges, rows, pages, failures, silences, isComplete] = [0, 0, 0, 0, 0, true];

  /** Deletes the gaps between the rows of a page, after the last row of the page before. */
  async function clearGaps(slice: Slice, { last, page }: PageInSlice) {
    const places = [last, ...page.keys, ...(page.next === undefined ? [undefined] : [])];
    const dead = places
      .slice(1)
      .flatMap((before, at) => slicesBetween(table, slice, { after: places[at], before }))
      .flatMap((gap) => deletableParts(table, gap));
    for (let at = 0; at < dead.length; at += sweepLimits.ranges) {
      const some = dead.slice(at, at + sweepLimits.ranges);
      await access.remove(some.map((range) => deleteRange(table, { partition, range, timestamp })));
    }
    ranges += dead.length;
  }

  /** Sweeps a slice as far as it can be read, and returns the slices left of it. */
  async function sweepSlice(slice: Slice): Promise<readonly Slice[]> {
    let last: ClusteringValues | undefined;
    let next: string | undefined;
    const read = selectKeys(table, { partition, slice });
    do {
      const page = await access.page(read, next).catch(skipFailure);
      if (!page) return last ? slicesBetween(table, slice, { after: last }) : divide(slice);
      silences = 0;
      if (page.isDead) await clearGaps(slice, { last, page });
      rows += page.keys.length;
      last = page.keys.at(-1) ?? last;
      next = page.next;
      pages += 1;
      await access.rest(sweepLimits.rest);
    } while (next !== undefined && pages < sweepLimits.pages);
    if (next !== undefined) isComplete = false;
    return [];
  }

  /** Returns undefined for a failed read that may succeed if it is smaller; throws other errors. */
  function skipFailure(error: unknown): undefined {
    const code = error instanceof CassandraError ? error.code : undefined;
    if (code === "UNAVAILABLE") silences += 1;
    else if (code !== "TOO_MANY_TOMBSTONES") throw error;
    if (silences > sweepLimits.silences) throw error;
    failures += 1;
  }

  function divide(slice: Slice): readonly Slice[] {
    const parts = halves(table, slice);
    if (!parts) isComplete = false;
    return parts ?? [];
  }

  for (let slice = left.shift(); slice; slice = left.shift()) {
    if (pages >= sweepLimits.pages || failures >= sweepLimits.failures) {
      return { ranges, rows, isComplete: false };
    }
    left.unshift(...(await sweepSlice(slice)));
  }
  return { ranges, rows, isComplete };
}

interface PageInSlice {
  /** The last clustering key of the page before. */
  readonly last: ClusteringValues | undefined;
  readonly page: LivePage;
}

function selectKeys(
  table: Table,
  { partition, slice }: { readonly partition: RawRow; readonly slice: Slice },
): Fragment {
  const names = clusteringNames(table).map(identifier).join(", ");
  const from = cqlText(`SELECT ${names} FROM ${identifier(table.name)} WHERE`);
  return join([from, whereSlice(table, partition, slice)]);
}

interface DeadRange {
  readonly partition: RawRow;
  readonly range: Slice;
  readonly timestamp: bigint;
}

function deleteRange(table: Table, { partition, range, timestamp }: DeadRange): Fragment {
  const from = `DELETE FROM ${identifier(table.name)} USING TIMESTAMP ? WHERE`;
  return join([
    withParam(from, { type: bigintType, param: timestamp }),
    whereSlice(table, partition, range),
  ]);
}
