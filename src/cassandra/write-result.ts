import { isGone } from "./presence.ts";
import { decodeStored } from "./row.ts";
import type { Lwt, LwtBatch, RawRow } from "./statement.ts";
import type { StoredRow } from "./table-rows.ts";
import type { Table } from "./table.ts";
import { booleanType } from "./types/boolean.ts";

/** The typed result of a write: that of a lightweight transaction, or none for a plain write. */
export type WriteResult<T extends Table, Current> = T["lwt"] extends true ? Lwt<Current> : void;

/**
 * Returns the members of a write statement that describe its result.
 *
 * @param decode converts the current columns of a row, which a refused transaction returns
 */
export function writeResultOf<Current>(table: Table, decode: (row: RawRow) => Current) {
  return table.lwt
    ? lwtResult(table, decode)
    : ({ table, kind: "write", decode: () => undefined } as const);
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
