import { type Column, column, partOf } from "../column.ts";
import type { ColumnType } from "../type.ts";

/**
 * A collection or UDT in one piece: it is replaced as a whole, it can be within another type and in a key, and empty is
 * another value than null.
 *
 * @example frozen(map(text(), list(int()))) // frozen<map<text, frozen<list<int>>>>
 */
export function frozen<Value>(whole: Column<Value>) {
  return column(frozenType(partOf(whole)));
}

/** Returns a type with all that is in it frozen; itself if it has nothing that could be. */
export function frozenType<Value>(type: ColumnType<Value>): ColumnType<Value> {
  return type.freeze?.() ?? type;
}
