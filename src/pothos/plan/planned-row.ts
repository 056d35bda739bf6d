import {
  boundedColumns,
  existenceColumns,
  type PackedPage,
  type RawRow,
  rowSelect,
  type Session,
} from "../../cassandra/index.ts";
import type { CheckCell } from "./cells.ts";
import { type MergedNodes, selectionSets } from "./collect.ts";
import { leaveToExecutor } from "./for-executor.ts";
import type { JsonWriter } from "./json-writer.ts";
import { type OutputField, objectTypeOf } from "./object.ts";
import { once } from "./once.ts";
import { PackedRow, RowSlots } from "./packed-row.ts";
import { type PlannedRead, PlannedValue } from "./planned-read.ts";
import { readPacked } from "./read-packed.ts";
import { addRowObject, checksOf, type RowsContext, type WriteRowPart } from "./row-object.ts";
import { JsonTemplate } from "./template.ts";

/** Returns how a field of `t.row` reads and writes a row. */
export function planRowField(
  field: OutputField,
  nodes: MergedNodes,
  context: Omit<RowsContext, "slots">,
): PlannedRead["row"] {
  const { table } = context.read;
  const row = new PackedRow();
  const slots = new RowSlots();
  const template = new JsonTemplate<WriteRowPart>();
  addRowObject(template, objectTypeOf(field), {
    sets: selectionSets(nodes),
    context: { ...context, slots },
  });

  /** Chooses the columns to read when somebody may read them: their sets are bounded. */
  const arrange = once(() => {
    const shown = slots.columns;
    const { columns, statement } = rowSelect(table, boundedColumns(table, shown));
    row.arrange(columns.map((name) => slots.of(name)));
    const written: WrittenRow = {
      row,
      parts: template.parts(),
      checks: checksOf({ table, columns, slots, shown }),
      existence: existenceColumns(table).map((name) => slots.of(name)),
    };
    return { statement, written };
  });

  return async (session: Session, key: RawRow) => {
    const { statement, written } = arrange();
    return new RowToWrite(written, await readPacked(session, statement(key)));
  };
}

/** How a row is checked and written. */
interface WrittenRow {
  readonly row: PackedRow;
  readonly parts: readonly WriteRowPart[];
  readonly checks: readonly CheckCell[];
  /** The slots of the columns that are not null if the row exists. */
  readonly existence: readonly number[];
}

/** The row of a planned field. */
class RowToWrite extends PlannedValue {
  readonly #written: WrittenRow;
  readonly #rows: readonly PackedPage[];

  constructor(written: WrittenRow, rows: readonly PackedPage[]) {
    super();
    this.#written = written;
    this.#rows = rows;
  }

  override write(out: JsonWriter): void {
    const { row, parts, checks, existence } = this.#written;
    row.open(this.#rows);
    if (!row.next() || existence.some((slot) => row.isNull(slot))) return out.ascii("null");
    for (const check of checks) check(row);
    for (const write of parts) write(out, row, leaveToExecutor);
  }
}
