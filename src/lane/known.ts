import {
  clusteringIdentity,
  clusteringNames,
  type RawRow,
  type StoredRow,
  type Table,
} from "../cassandra/index.ts";
import { createRecent } from "../recent.ts";
import type { Caller } from "./caller.ts";
import { laneLimits } from "./limits.ts";
import type { Seen } from "./rule.ts";

/**
 * What a lane knows of the rows of its partition, from what Cassandra has answered it.
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
  /** Whether what is known of a row was asked for after all these callers came. */
  isFresh(row: string, callers: readonly Caller<T>[]): boolean;
  /**
   * Remembers rows as a statement found them; those that it did not find do not exist.
   *
   * @param asOf the time on the lane's clock when it was sent
   */
  observe(rows: readonly string[], found: readonly StoredRow<T>[], asOf: number): void;
  /**
   * Remembers what an applied round has made of a row. A batch proves only the columns that it wrote or compared, so no
   * answer may rest on the rest: it is not fresh for anyone.
   */
  expect(row: string, seen: Seen<T>): void;
  forget(row: string): void;
}

export function createKnownRows<T extends Table>(table: T): KnownRows<T> {
  const known = createRecent<{ readonly seen: Seen<T>; readonly asOf: number }>(laneLimits.known);
  return {
    seen: (row) => known.get(row)?.seen,
    isFresh(row, callers) {
      const asOf = known.get(row)?.asOf ?? 0;
      return callers.every(({ came }) => came <= asOf);
    },
    observe(rows, found, asOf) {
      const byKey = new Map(
        found.filter((row) => isRow(table, row)).map((row) => [rowText(table, row), row]),
      );
      for (const row of rows) known.set(row, { seen: byKey.get(row) ?? null, asOf });
    },
    expect: (row, seen) => known.set(row, { seen, asOf: 0 }),
    forget: (row) => known.delete(row),
  };
}

/** The text by which a row of a partition is known. */
export function rowText(table: Table, row: object): string {
  return clusteringIdentity(table, row as RawRow);
}

/** A partition with static columns and no row shows as a row without a clustering key. */
function isRow(table: Table, row: object): boolean {
  return clusteringNames(table).every((name) => (row as RawRow)[name] !== null);
}
