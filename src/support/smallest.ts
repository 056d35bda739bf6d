/**
 * Returns the smallest items in their order, in less time than sorting all of them takes. Equal items keep their order.
 *
 * @param most how many
 */
export function smallest<Item>(
  items: Iterable<Item>,
  most: number,
  compare: (one: Item, other: Item) => number,
): readonly Item[] {
  let kept: Item[] = [];
  /** No item from here on is among the smallest. */
  let bound: Item | undefined;
  for (const item of items) {
    if (bound !== undefined && compare(item, bound) >= 0) continue;
    kept.push(item);
    if (kept.length < 2 * most) continue;
    kept = kept.toSorted(compare).slice(0, most);
    bound = kept.at(-1);
  }
  return kept.toSorted(compare).slice(0, most);
}
