import { type ColumnType, unreadable } from "../type.ts";
import { type Compare, int32 } from "./parts.ts";

/**
 * Sorts items as Cassandra does, and merges equal ones. Cassandra sorts a collection itself, but not one within another
 * value: there it stores and compares the bytes as they were sent.
 */
export function sortDistinct<Item>(
  items: readonly Item[],
  compare: Compare<Item>,
  merge: (first: Item, again: Item) => Item,
): readonly Item[] {
  const distinct: Item[] = [];
  for (const item of items.toSorted(compare)) {
    const last = distinct.length - 1;
    const isAgain = last >= 0 && compare(distinct[last]!, item) === 0;
    if (isAgain) distinct[last] = merge(distinct[last]!, item);
    else distinct.push(item);
  }
  return distinct;
}

/**
 * Returns a `Set`, or the keys of a `Map`, if it holds all items that were put into it. JavaScript takes some values
 * for equal that Cassandra does not, e.g. 0 and -0.
 *
 * @throws InvalidValue
 */
export function requireAll<Item, Kept extends Iterable<Item>>(
  kept: Kept,
  { items, expects }: { readonly items: readonly Item[]; readonly expects: string },
): Kept {
  let at = 0;
  for (const each of kept) if (!Object.is(each, items[at++])) throw unreadable(expects);
  if (at !== items.length) throw unreadable(expects);
  return kept;
}

/** Whether a collection or UDT is frozen. */
export interface Frozenness {
  readonly isFrozen: boolean;
}

/** Returns the CQL of a collection type, and whether the database keeps each element in a cell of its own. */
export function collectionCql(
  name: string,
  parts: readonly ColumnType[],
  { isFrozen }: Frozenness,
): Pick<ColumnType, "cql" | "isMulticell"> {
  const cql = `${name}<${parts.map((part) => part.cql).join(", ")}>`;
  return isFrozen ? { cql: `frozen<${cql}>` } : { cql, isMulticell: true };
}

/**
 * Encodes a collection for the native protocol: the number of elements, then each element after its length. The keys
 * and values of a map alternate.
 */
export function encodeElements(elements: readonly Buffer[], count: number): Buffer {
  return Buffer.concat([int32(count), ...elements.flatMap((each) => [int32(each.length), each])]);
}

/** How a collection is decoded. */
interface DecodeOptions {
  /** How many values an element has: 2 in a map. */
  readonly valuesPerElement: 1 | 2;
  readonly expects: string;
}

/** Decodes what {@link encodeElements} returns. @throws InvalidValue */
export function decodeElements(
  bytes: Buffer,
  { valuesPerElement, expects }: DecodeOptions,
): readonly Buffer[] {
  const elements: Buffer[] = [];
  let at = 4;
  const count = bytes.readInt32BE();
  if (count < 0) throw unreadable(expects);
  for (let left = count * valuesPerElement; left > 0; left--) {
    const length = bytes.readInt32BE(at);
    const end = at + 4 + length;
    // No element of a collection is null.
    if (length < 0 || end > bytes.length) throw unreadable(expects);
    elements.push(bytes.subarray(at + 4, end));
    at = end;
  }
  if (at !== bytes.length) throw unreadable(expects);
  return elements;
}
