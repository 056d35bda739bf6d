/** Items that wait, each for a caller: callers take turns, and the items of each caller leave in the order they came. */
export interface FairQueue<Item> {
  /**
   * Adds an item for one of several callers: the first of those with the fewest waiting items. An item waits at most once
   * for each caller.
   */
  add(item: Item, callers: Iterable<string>): void;
  /** Removes and returns the next item; undefined: none waits. */
  take(): Item | undefined;
}

/** Creates an empty queue. It keeps nothing of callers without waiting items. */
export function createFairQueue<Item>(): FairQueue<Item> {
  /** The items of each caller. The next caller comes first. */
  const lines = new Map<string, Set<Item>>();

  function shortest(callers: Iterable<string>): string | undefined {
    let found: string | undefined;
    let fewest = Infinity;
    for (const caller of callers) {
      const waiting = lines.get(caller)?.size ?? 0;
      if (waiting === 0) return caller;
      if (waiting >= fewest) continue;
      found = caller;
      fewest = waiting;
    }
    return found;
  }

  return {
    add(item, callers) {
      const caller = shortest(callers) ?? "";
      const line = lines.get(caller);
      if (line) line.add(item);
      else lines.set(caller, new Set([item]));
    },
    take() {
      const [next] = lines;
      if (!next) return undefined;
      const [caller, line] = next;
      const [item] = line;
      line.delete(item!);
      lines.delete(caller);
      if (line.size > 0) lines.set(caller, line);
      return item;
    },
  };
}
