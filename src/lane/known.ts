import {
  clusteringIdentity,
  isThere,
  type RawRow,
  staticNames,
  type StoredRow,
  type Table,
} from "../cassandra/index.ts";
import { createRecent } from "../support/recent.ts";
import type { Caller } from "./caller.ts";
import { laneLimits } from "./limits.ts";
import type { Seen } from "./request.ts";

/**
 * What a lane knows of the rows of its partition, and of the static columns that they share, from what Cassandra has
 * answered it.
 *
 * Why a lane may answer from what it knows: it works out each request against the values last seen, and sends the result
 * on the condition that they are still the stored ones. If they are not, the batch is refused as a whole and brings the
 * values that are there: nothing wrong was ever written, and the request is worked out again. So a stale value costs a
 * round, never a wrong answer. An answer that writes nothing has no condition that could fail. It is given only if
 * what is known of the row was read by a statement that was sent after the request had come (`isFresh`): then the answer
 * was true at some moment while its caller waited, which is all that any answer can be.
 */
export interface KnownRows<T extends Table> {
  /** What is known of a row, by the text of its key. */
  seen(row: string): Seen<T>;
  /** What is known of the static columns. */
  shared(): StoredRow<T> | undefined;
  /** Whether what is known of a row was asked for after all these callers came. */
  isFresh(row: string, callers: readonly Caller<T>[]): boolean;
  /** Whether one statement has read both a row and the static columns: else they may never have been so together. */
  isOneWithShared(row: string): boolean;
  /**
   * Remembers rows as a statement found them, and what came with them of the static columns; those that it did not find do
   * not exist.
   *
   * @param asOf the time on the lane's clock when it was sent
   */
  observe(rows: readonly string[], found: readonly StoredRow<T>[], asOf: number): void;
  /**
   * Remembers what an applied round has made of a row. A batch proves only the columns that it wrote or compared, so no
   * answer may rest on the rest: it is not fresh for anyone.
   */
  expect(row: string, seen: Seen<T>): void;
  /** Remembers what an applied round has made of the static columns. */
  expectShared(shared: StoredRow<T> | undefined): void;
  forget(row: string): void;
  forgetShared(): void;
}

/** What is known. */
interface Known<Value> {
  readonly value: Value;
  /** When it was asked for, on the lane's clock. */
  readonly asOf: number;
  /** The rows that one statement has found; undefined: it is what a round has made. */
  readonly found?: object;
}

export function createKnownRows<T extends Table>(table: T): KnownRows<T> {
  const known = createRecent<Known<Seen<T>>>(laneLimits.known);
  let shared: Known<StoredRow<T>> | undefined;
  const statics = staticNames(table);

  function observeShared(found: readonly StoredRow<T>[], asOf: number) {
    // Each has them, also the one by which a partition without rows shows.
    const [row] = found;
    if (statics.length === 0 || !row) return;
    const names = statics.filter((name) => Object.hasOwn(row, name));
    const values = row as RawRow;
    const value = Object.fromEntries(names.map((name) => [name, values[name]])) as StoredRow<T>;
    if (names.length > 0) shared = { value, asOf, found };
  }

  return {
    seen: (row) => known.get(row)?.value,
    shared: () => shared?.value,
    isFresh(row, callers) {
      const asOf = known.get(row)?.asOf ?? 0;
      return callers.every(({ came }) => came <= asOf);
    },
    isOneWithShared: (row) => shared?.found !== undefined && known.get(row)?.found === shared.found,
    observe(rows, found, asOf) {
      observeShared(found, asOf);
      const byKey = new Map(
        found.filter((row) => isThere(table, row)).map((row) => [rowText(table, row), row]),
      );
      for (const row of rows) known.set(row, { value: byKey.get(row) ?? null, asOf, found });
    },
    expect: (row, value) => known.set(row, { value, asOf: 0 }),
    expectShared: (value) => (shared = value && { value, asOf: 0 }),
    forget: (row) => known.delete(row),
    forgetShared: () => (shared = undefined),
  };
}

/** The text by which a row of a partition is known. */
export function rowText(table: Table, row: object): string {
  return clusteringIdentity(table, row as RawRow);
}
