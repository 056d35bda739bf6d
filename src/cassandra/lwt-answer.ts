import { isGone } from "./presence.ts";
import { decodeStored } from "./row.ts";
import type { Lwt, LwtBatch, RawRow } from "./statement.ts";
import type { StoredRow } from "./table-rows.ts";
import type { Table } from "./table.ts";
import { booleanType } from "./types/boolean.ts";

/** The typed answer of a lightweight transaction; elsewhere nothing is told. */
export type Answer<T extends Table, Current> = T["lwt"] extends true ? Lwt<Current> : void;

/** @param decode makes what stands there of the columns that a refused transaction brings of a row */
export function answer<Current>(table: Table, decode: (row: RawRow) => Current) {
  return table.lwt
    ? lwtAnswer(table, decode)
    : ({ table, kind: "write", decode: () => undefined } as const);
}

/** The answer of a lightweight transaction, as the database holds what it brings. */
export function storedAnswer(table: Table) {
  return lwtAnswer(table, (row) => decodeStored(table, row));
}

function lwtAnswer<Current>(table: Table, decode: (row: RawRow) => Current) {
  return {
    table,
    kind: "lwt",
    decode: ([first]: readonly RawRow[]) =>
      decodeLwt(first, (row) => (isGone(table, row) ? undefined : decode(row))),
  } as const;
}

/** A refused transaction on a missing row brings `[applied]` and nothing else. */
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

/** The rows that a batch of lightweight transactions brought. */
export function decodeBatch<T extends Table>(
  table: T,
  rows: readonly RawRow[],
): LwtBatch<StoredRow<T>> {
  if (isApplied(rows[0])) return { applied: true };
  // Its `[applied]` is no column of the table.
  const found = rows.map((row) => decodeStored(table, row));
  return { applied: false, rows: found.filter((row) => Object.keys(row).length > 0) };
}
