import { type ColumnType, unreadable } from "../type.ts";
import { int32 } from "./parts.ts";

/**
 * Sorts items as Cassandra does, and makes one of equal ones. Cassandra does so itself, but not within other values: there
 * the bytes that it is given are what it stores and compares.
 */
export function sorted<Item>(
  items: readonly Item[],
  compare: (one: Item, other: Item) => number,
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

/** Returns a `Set` or the keys of a `Map` if JavaScript has kept all items apart, as it does not 0 and -0. @throws InvalidValue */
export function whole<Item, Kept extends Iterable<Item>>(
  kept: Kept,
  items: readonly Item[],
  expects: string,
): Kept {
  let at = 0;
  for (const each of kept) if (!Object.is(each, items[at++])) throw unreadable(expects);
  if (at !== items.length) throw unreadable(expects);
  return kept;
}

/** How the database keeps and spells a collection. */
export function kept(name: string, parts: readonly ColumnType[], isFrozen: boolean) {
  const cql = `${name}<${parts.map((part) => part.cql).join(", ")}>`;
  return isFrozen ? { cql: `frozen<${cql}>` } : { cql, isMulticell: true };
}

/** A collection in the native protocol: how many elements, then each with its length; a map's keys and values alternate. */
export function encodeAll(elements: readonly Buffer[], count: number): Buffer {
  return Buffer.concat([int32(count), ...elements.flatMap((each) => [int32(each.length), each])]);
}

export function decodeAll(bytes: Buffer, each: 1 | 2, expects: string): readonly Buffer[] {
  const elements: Buffer[] = [];
  let at = 4;
  const count = bytes.readInt32BE();
  if (count < 0) throw unreadable(expects);
  for (let left = count * each; left > 0; left--) {
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
