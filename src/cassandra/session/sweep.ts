import { CassandraError } from "../error.ts";
import { identifier } from "../identifier.ts";
import {
  deletableParts,
  halves,
  type Slice,
  slicesBetween,
  type Values,
  whereSlice,
} from "../slice.ts";
import { type Fragment, join, marked, type RawRow, text } from "../statement.ts";
import { bigintType } from "../types/integers.ts";
import { clusteringNames } from "../table-columns.ts";
import { type Table } from "../table.ts";

/** What one sweep does at most. */
export const sweepLimits = {
  /** Live rows of a page. Between them is swept where there are, on average, ten or so dead ones for each. */
  page: 100,
  /** Pages that one sweep reads, whether there is something to sweep on them or not. */
  pages: 2000,
  /** How long a sweep rests behind each page, in milliseconds. */
  rest: 10,
  /** Reads that may fail because of what they read, each of which makes way for smaller ones. */
  failures: 200,
  /** Reads one after the other to which no answer comes: it may be because of what they read. */
  silences: 5,
  /** Ranges that are deleted at once. */
  ranges: 100,
} as const;

/** A page of live rows. */
export interface LivePage {
  /** Their clustering keys, in order. */
  readonly keys: readonly Values[];
  /** Whether Cassandra warned that it has read very many tombstones among them. */
  readonly isDead: boolean;
  /** What the next page begins with; undefined: it is the last one. */
  readonly next: string | undefined;
}

/** What a sweep needs of the database. */
export interface SweepAccess {
  /**
   * A write time by which dead rows can be deleted: whatever was written up to then can be seen by reads from now on,
   * and whatever is written from now on is later. In microseconds.
   */
  fence(): Promise<bigint>;
  /** @throws CassandraError */
  page(read: Fragment, from: string | undefined): Promise<LivePage>;
  /** Runs deletes of one partition, as one write. @throws CassandraError */
  remove(deletes: readonly Fragment[]): Promise<void>;
  /** Waits, in milliseconds. Throws when the sweep is to end. */
  rest(milliseconds: number): Promise<void>;
}

/** What a sweep has done. */
export interface Swept {
  /** Ranges that were deleted. */
  readonly ranges: number;
  /** Live rows that were read. */
  readonly rows: number;
  /** Whether it has seen all that it was to look at, or gave up before. */
  readonly isComplete: boolean;
}

/**
 * Deletes the ranges of a partition in which there is no live row, where there are many dead ones: so that reads need not
 * go through them, one by one, until `gc_grace_seconds` are over and a compaction has removed them.
 *
 * Each range is deleted as it was at one moment, the fence: what has been written since is not touched. So others may
 * write meanwhile.
 *
 * @throws CassandraError
 */
export async function sweep(
  access: SweepAccess,
  table: Table,
  partition: RawRow,
  within: readonly Slice[],
): Promise<Swept> {
  const timestamp = await access.fence();
  const left = [...within];
  let [ranges, rows, pages, failures, silences, isComplete] = [0, 0, 0, 0, 0, true];

  /** Deletes what lies between the rows of a page. */
  async function clear(slice: Slice, last: Values | undefined, page: LivePage) {
    const places = [last, ...page.keys, ...(page.next === undefined ? [undefined] : [])];
    const dead = places
      .slice(1)
      .flatMap((before, at) => slicesBetween(table, slice, places[at], before))
      .flatMap((gap) => deletableParts(table, gap));
    for (let at = 0; at < dead.length; at += sweepLimits.ranges) {
      const some = dead.slice(at, at + sweepLimits.ranges);
      await access.remove(some.map((each) => deleteOf(table, partition, each, timestamp)));
    }
    ranges += dead.length;
  }

  /** Sweeps a slice as far as it can be read, and gives what is left of it. */
  async function sweepSlice(slice: Slice): Promise<readonly Slice[]> {
    let last: Values | undefined;
    let next: string | undefined;
    const read = selectOf(table, partition, slice);
    do {
      const page = await access.page(read, next).catch(tooMuch);
      if (!page) return last ? slicesBetween(table, slice, last, undefined) : divided(slice);
      silences = 0;
      if (page.isDead) await clear(slice, last, page);
      rows += page.keys.length;
      last = page.keys.at(-1) ?? last;
      next = page.next;
      pages += 1;
      await access.rest(sweepLimits.rest);
    } while (next !== undefined && pages < sweepLimits.pages);
    if (next !== undefined) isComplete = false;
    return [];
  }

  /** Nothing, for a read that may succeed if it is smaller. */
  function tooMuch(error: unknown): undefined {
    const code = error instanceof CassandraError ? error.code : undefined;
    if (code === "UNAVAILABLE") silences += 1;
    else if (code !== "TOO_MANY_TOMBSTONES") throw error;
    if (silences > sweepLimits.silences) throw error;
    failures += 1;
  }

  function divided(slice: Slice): readonly Slice[] {
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

function selectOf(table: Table, partition: RawRow, slice: Slice): Fragment {
  const names = clusteringNames(table).map(identifier).join(", ");
  const from = text(`SELECT ${names} FROM ${identifier(table.name)} WHERE`);
  return join([from, whereSlice(table, partition, slice)]);
}

function deleteOf(table: Table, partition: RawRow, slice: Slice, timestamp: bigint): Fragment {
  const from = `DELETE FROM ${identifier(table.name)} USING TIMESTAMP ? WHERE`;
  return join([marked(from, bigintType, timestamp), whereSlice(table, partition, slice)]);
}
