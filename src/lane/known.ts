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
import type { KnownRow } from "./request.ts";

/**
 * What a lane knows of the rows of its partition and of the static columns that they share, from Cassandra's responses.
 *
 * Why a lane may answer from what it knows: it works out each request against the values last seen, and sends the result
 * on the condition that these values are still the stored ones. If they are not, Cassandra refuses the batch as a whole and
 * returns the stored values: nothing wrong was written, and the lane works out the request again. So a stale value costs a
 * round, never a wrong answer. An answer that writes nothing has no condition that could fail. A lane gives it only if the
 * row was read by a statement that was sent after the request had arrived (`isFresh`). Then the answer was true at some
 * moment while its caller waited, which is all that any answer can be.
 */
export interface KnownRows<T extends Table> {
  /** Returns what is known of a row. @param row the text of its key */
  seen(row: string): KnownRow<T>;
  /** Returns what is known of the static columns. */
  statics(): StoredRow<T> | undefined;
  /** Whether the row was read by a statement that was sent after all these callers arrived. */
  isFresh(row: string, callers: readonly Caller<T>[]): boolean;
  /** Whether one statement has read both a row and the static columns. Otherwise they may never have existed together. */
  isReadWithStatics(row: string): boolean;
  /**
   * Remembers the result of a statement: the rows that it found, and the static columns that came with them. Rows that it
   * did not find do not exist.
   *
   * @param rows the rows that the statement asked for
   */
  observe(rows: readonly string[], found: readonly StoredRow<T>[], options: ObserveOptions): void;
  /**
   * Remembers a row as an applied round has left it. A batch proves only the columns that it wrote or compared, so the row
   * is not fresh for any caller.
   */
  expect(row: string, seen: KnownRow<T>): void;
  /** Remembers the static columns as an applied round has left them. */
  expectStatics(statics: StoredRow<T> | undefined): void;
  forget(row: string): void;
  forgetStatics(): void;
}

export interface ObserveOptions {
  /** When the statement was sent, on the lane's clock. */
  readonly asOf: number;
}

interface KnownValue<Value> {
  readonly value: Value;
  /** When the statement that read it was sent, on the lane's clock; 0: it was not read, but left by a round. */
  readonly asOf: number;
  /** The result of the statement that read it; undefined: it was left by a round. */
  readonly found?: object;
}

export function createKnownRows<T extends Table>(table: T): KnownRows<T> {
  const known = createRecent<KnownValue<KnownRow<T>>>(laneLimits.known);
  let statics: KnownValue<StoredRow<T>> | undefined;
  const columns = staticNames(table);

  function observeStatics(found: readonly StoredRow<T>[], asOf: number) {
    // Every row has them, also the one that stands for a partition without rows.
    const [row] = found;
    if (columns.length === 0 || !row) return;
    const names = columns.filter((name) => Object.hasOwn(row, name));
    const values = row as RawRow;
    const value = Object.fromEntries(names.map((name) => [name, values[name]])) as StoredRow<T>;
    if (names.length > 0) statics = { value, asOf, found };
  }

  return {
    seen: (row) => known.get(row)?.value,
    statics: () => statics?.value,
    isFresh(row, callers) {
      const asOf = known.get(row)?.asOf ?? 0;
      return callers.every(({ arrival }) => arrival <= asOf);
    },
    isReadWithStatics: (row) =>
      statics?.found !== undefined && known.get(row)?.found === statics.found,
    observe(rows, found, { asOf }) {
      observeStatics(found, asOf);
      const byKey = new Map(
        found.filter((row) => isThere(table, row)).map((row) => [rowText(table, row), row]),
      );
      for (const row of rows) known.set(row, { value: byKey.get(row) ?? null, asOf, found });
    },
    expect: (row, value) => known.set(row, { value, asOf: 0 }),
    expectStatics: (value) => (statics = value && { value, asOf: 0 }),
    forget: (row) => known.delete(row),
    forgetStatics: () => (statics = undefined),
  };
}

/** Returns a text that identifies a row in its partition. */
export function rowText(table: Table, row: object): string {
  return clusteringIdentity(table, row as RawRow);
}
