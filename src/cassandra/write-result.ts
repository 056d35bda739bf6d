import { type ConsistencyOption, writeConsistencyOf } from "./consistency.ts";
import { isGone } from "./presence.ts";
import { decodeStored } from "./row.ts";
import type { CounterWrite, Lwt, LwtBatch, PlainWrite, RawRow, Write } from "./statement.ts";
import { hasCounters } from "./table-columns.ts";
import type { CounterName, StoredRow } from "./table-rows.ts";
import type { Table } from "./table.ts";
import { booleanType } from "./types/boolean.ts";

/** A write to a table: a lightweight transaction, or else a plain write, which has no result. */
export type WriteOf<T extends Table, Current> = T["lwt"] extends true
  ? Write<T, Lwt<Current>>
  : PlainWrite<T>;

/** A removal from a table, which may also be one of counters. */
export type RemovalOf<T extends Table, Current = never> = [CounterName<T>] extends [never]
  ? WriteOf<T, Current>
  : CounterWrite<T>;

/** What a write needs besides its CQL. */
interface WriteMembers<Current> {
  /** Converts the current columns of a row, which a refused transaction returns. */
  readonly decode?: (row: RawRow) => Current;
  /** Returns the partition of a plain write, in stored form. */
  readonly partition: () => RawRow;
  /** The options of a plain write. */
  readonly options?: ConsistencyOption<Table> | undefined;
}

/** Returns the members of a write statement that describe how it is run, and its result. */
export function writeMembers<Current>(
  table: Table,
  { decode, partition, options }: WriteMembers<Current>,
) {
  const consistency = writeConsistencyOf(table, options?.consistency);
  if (table.lwt) return lwtResult(table, decode ?? (() => undefined));
  const kind = hasCounters(table) ? "counter" : "write";
  return { table, kind, partition: partition(), ...consistency, decode: () => undefined } as const;
}

/** Returns the members of a lightweight transaction whose result is in stored form. */
export function storedLwtResult(table: Table) {
  return lwtResult(table, (row) => decodeStored(table, row));
}

function lwtResult<Current>(table: Table, decode: (row: RawRow) => Current) {
  return {
    table,
    kind: "lwt",
    decode: ([first]: readonly RawRow[]) =>
      decodeLwt(first, (row) => (isGone(table, row) ? undefined : decode(row))),
  } as const;
}

/** Decodes the result of a lightweight transaction. One that is refused on a missing row returns `[applied]` only. */
export function decodeLwt<Current>(
  row: RawRow | undefined,
  decode: (row: RawRow) => Current,
): Lwt<Current> {
  if (isApplied(row)) return { applied: true };
  const { "[applied]": _, ...current } = row ?? {};
  const exists = Object.keys(current).length > 0;
  return { applied: false, current: exists ? decode(current) : undefined };
}

function isApplied(row: RawRow | undefined): boolean {
  const applied = row?.["[applied]"];
  return Buffer.isBuffer(applied) && booleanType.decode(applied);
}

/** Decodes the result of a batch of lightweight transactions. */
export function decodeBatch<T extends Table>(
  table: T,
  rows: readonly RawRow[],
): LwtBatch<StoredRow<T>> {
  if (isApplied(rows[0])) return { applied: true };
  // A row with `[applied]` only has no columns of the table.
  const found = rows.map((row) => decodeStored(table, row));
  return { applied: false, rows: found.filter((row) => Object.keys(row).length > 0) };
}
