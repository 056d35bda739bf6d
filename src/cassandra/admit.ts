import type { UnreadableRow } from "./error.ts";
import type { Table } from "./table.ts";

/**
 * Returns a row as its reader gets it, e.g. with another value instead of one that the reader cannot show, or an
 * `UnreadableRow` if the reader cannot take the row. It may get only some columns of a row.
 */
export type Admit = <R extends object>(row: R, table: Table) => R | UnreadableRow;

/** Admits every row as it is. */
export const admitAll: Admit = (row) => row;
