import type { PackedPage, RawRow } from "../statement.ts";
import type { DriverType } from "./driver-type.ts";

/** A column of a result. */
export interface ResultColumn {
  readonly name: string;
  readonly type: DriverType;
}

/** The rows of one page as Cassandra sent them, with their columns. */
export class PackedRows implements PackedPage {
  readonly bytes: Buffer;
  readonly start: number;
  readonly length: number;
  readonly columns: readonly ResultColumn[];

  constructor({ bytes, start, length, columns }: PackedRowsInit) {
    this.bytes = bytes;
    this.start = start;
    this.length = length;
    this.columns = columns;
  }

  /** Returns the bytes of each value by column name, or null. The bytes are a part of those of the page. */
  rows(): RawRow[] {
    const { bytes, columns, length } = this;
    const rows: RawRow[] = [];
    let at = this.start;
    for (let row = 0; row < length; row++) {
      const cells = new Cells();
      for (const { name } of columns) {
        const start = at + 4;
        const size = bytes.readInt32BE(at);
        at = size < 0 ? start : start + size;
        cells[name] = size < 0 ? null : bytes.subarray(start, at);
      }
      rows.push(cells);
    }
    return rows;
  }
}

/** What {@link PackedRows} are made of. */
export type PackedRowsInit = Pick<PackedRows, "bytes" | "start" | "length" | "columns">;

/** The cells of a row by column name. It inherits nothing, so that a column may be called `__proto__`. */
const Cells = function () {} as unknown as new () => Record<string, Buffer | null>;
Cells.prototype = Object.create(null);

/**
 * Returns the rows in a response, from the position after their number. Returns undefined if they do not end within it.
 *
 * @param end the end of the response in the bytes
 */
export function packedRowsIn(init: PackedRowsInit, end: number): PackedRows | undefined {
  const { bytes, start, length, columns } = init;
  let at = start;
  for (let left = length * columns.length; left > 0; left--) {
    if (at + 4 > end) return undefined;
    const size = bytes.readInt32BE(at);
    at += size < 0 ? 4 : 4 + size;
  }
  return length >= 0 && at <= end ? new PackedRows(init) : undefined;
}
