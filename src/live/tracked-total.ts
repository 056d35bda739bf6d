/** What tracks the rows of a partition. */
export interface RowHolder {
  /** Forgets its rows, and removes them from the total. */
  giveUp(): void;
}

/** The number of rows that are tracked of all partitions of a process. */
export interface TrackedTotal {
  /** Counts a further row of a holder. Returns false if there is no room. */
  add(holder: RowHolder): boolean;
  /** Removes a row of a holder. */
  remove(holder: RowHolder): void;
  /** Removes all rows of a holder. */
  removeAll(holder: RowHolder): void;
  /**
   * Makes room for a partition of so many rows, and for as many more, so that the next few rows do not need it again. If
   * there is not enough, the holder with the most rows gives up, provided that these are twice as many.
   *
   * @returns whether there is room
   */
  makeRoom(rows: number): boolean;
}

/** @param most how many rows are tracked at most */
export function createTrackedTotal(most: number): TrackedTotal {
  const counts = new Map<RowHolder, number>();
  let total = 0;

  const countOf = (holder: RowHolder) => counts.get(holder) ?? 0;

  function set(holder: RowHolder, count: number) {
    total += count - countOf(holder);
    if (count > 0) counts.set(holder, count);
    else counts.delete(holder);
  }

  return {
    add(holder) {
      if (total >= most) return false;
      set(holder, countOf(holder) + 1);
      return true;
    },
    remove: (holder) => set(holder, countOf(holder) - 1),
    removeAll: (holder) => set(holder, 0),
    makeRoom(rows) {
      const needed = Math.min(2 * rows, most);
      if (total + needed <= most) return true;
      const holders = [...counts.keys()];
      const largest = holders.reduce((one, other) => (countOf(other) > countOf(one) ? other : one));
      if (countOf(largest) < needed) return false;
      largest.giveUp();
      return true;
    },
  };
}
