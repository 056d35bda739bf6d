import type { GraphQLObjectType, SelectionSetNode } from "graphql";
import type { Table } from "../../cassandra/index.ts";
import { type CheckCell, checkCell, writeCell } from "./cells.ts";
import type { Selecting } from "./collect.ts";
import { leaveToExecutor } from "./for-executor.ts";
import type { JsonWriter } from "./json-writer.ts";
import { addObject } from "./object.ts";
import type { PackedRow, RowSlots } from "./packed-row.ts";
import { plannableColumn, type PlannableRead } from "./plannable.ts";
import type { JsonTemplate } from "./template.ts";
import type { PlannedFields } from "./planned-fields.ts";

/** Writes the cursor of a row. */
export type WriteCursor = (out: JsonWriter, row: PackedRow) => void;

/** Writes a part of a row. */
export type WriteRowPart = (out: JsonWriter, row: PackedRow, writeCursor: WriteCursor) => void;

/** A planned field, and what is known of its rows. */
export interface RowsContext {
  readonly read: PlannableRead;
  readonly selecting: Selecting;
  readonly fields: PlannedFields;
  /** Gets a slot for each column that is shown. */
  readonly slots: RowSlots;
}

/** Adds the object of a row to a template. */
export function addRowObject(
  template: JsonTemplate<WriteRowPart>,
  type: GraphQLObjectType,
  { sets, context }: { readonly sets: readonly SelectionSetNode[]; readonly context: RowsContext },
): void {
  const { read, slots } = context;
  addObject(template, type, {
    ...context,
    sets,
    add(field) {
      const column = plannableColumn(field);
      if (column?.table !== read.table) return leaveToExecutor();
      const place = { ...column, builder: read.builder, slot: slots.of(column.name) };
      template.part(writeCell(place, field.type));
    },
  });
}

/** Which columns are read of a table. */
export interface ReadColumns {
  readonly table: Table;
  /** In the order in which they are read. */
  readonly columns: readonly string[];
  readonly slots: RowSlots;
  /** The columns that are shown. */
  readonly shown: readonly string[];
}

/** Returns the checks of the columns that are read without being shown. */
export function checksOf({ table, columns, slots, shown }: ReadColumns): readonly CheckCell[] {
  return columns.flatMap((name) => {
    // The values of the partition key are those of the request. The column that tells whether the row exists is none of the
    // model.
    const isKnown = table.partition.includes(name) || !Object.hasOwn(table.columns, name);
    if (shown.includes(name) || isKnown) return [];
    return checkCell({ table, name, slot: slots.of(name) }) ?? [];
  });
}
