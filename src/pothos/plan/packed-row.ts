import type { PackedPage } from "../../cassandra/index.ts";

/** Steps through packed rows. One step finds all cells of a row, by the slots of their columns. */
export class PackedRow {
  /** The slot of each column that is read. */
  #slots = new Int32Array();
  #starts = new Int32Array();
  #lengths = new Int32Array();
  #pages: readonly PackedPage[] = [];
  #page = 0;
  #left = 0;
  #at = 0;
  /** What the positions of {@link PackedRow.start} are in. */
  bytes: Buffer = NOTHING_READ;

  /** Sets the slots of the columns, in the order in which they are read. */
  arrange(slots: readonly number[]): void {
    this.#slots = Int32Array.from(slots);
    this.#starts = new Int32Array(slots.length);
    this.#lengths = new Int32Array(slots.length);
  }

  /** Goes before the first row of these pages. */
  open(pages: readonly PackedPage[]): void {
    this.#pages = pages;
    this.#page = -1;
    this.#left = 0;
  }

  /** Goes to the next row. Returns whether there is one. */
  next(): boolean {
    while (this.#left === 0) {
      const page = this.#pages[++this.#page];
      if (!page) return false;
      this.#left = page.length;
      this.#at = page.start;
      this.bytes = page.bytes;
    }
    this.#left -= 1;
    this.#findCells();
    return true;
  }

  #findCells(): void {
    const { bytes } = this;
    const slots = this.#slots;
    const starts = this.#starts;
    const lengths = this.#lengths;
    let at = this.#at;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i]!;
      const length =
        (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
      at += 4;
      starts[slot] = at;
      lengths[slot] = length;
      if (length > 0) at += length;
    }
    this.#at = at;
  }

  isNull(slot: number): boolean {
    return this.#lengths[slot]! < 0;
  }

  /** Where the value of a slot begins. */
  start(slot: number): number {
    return this.#starts[slot]!;
  }

  /** How many bytes the value of a slot has. */
  length(slot: number): number {
    return this.#lengths[slot]!;
  }

  /** Returns the bytes of a value that is not null. They are part of a larger buffer. */
  value(slot: number): Buffer {
    const start = this.#starts[slot]!;
    return this.bytes.subarray(start, start + this.#lengths[slot]!);
  }
}

const NOTHING_READ = Buffer.alloc(0);

/** The slots of columns. */
export class RowSlots {
  readonly #slots = new Map<string, number>();

  /** Returns the slot of a column, which has one from now on. */
  of(column: string): number {
    let slot = this.#slots.get(column);
    if (slot === undefined) this.#slots.set(column, (slot = this.#slots.size));
    return slot;
  }

  /** The columns that have a slot. */
  get columns(): readonly string[] {
    return [...this.#slots.keys()];
  }
}
