import { type Column, column, partOf } from "../column.ts";
import type { ColumnType } from "../type.ts";

/**
 * Freezes a collection or UDT: it can only be replaced as a whole, it can be part of another type and of a key, and an
 * empty collection differs from null.
 *
 * @example frozen(map(text(), list(int()))) // frozen<map<text, frozen<list<int>>>>
 */
export function frozen<Value>(whole: Column<Value>) {
  return column(frozenType(partOf(whole)));
}

/** Returns a type with all its parts frozen, or the type itself if it cannot be frozen. */
export function frozenType<Value>(type: ColumnType<Value>): FrozenType<Value> {
  return (type.freeze?.() ?? type) as FrozenType<Value>;
}

/** A type whose values are stored as a whole. */
type FrozenType<Value> = ColumnType<Value> & { readonly isMulticell?: false };
