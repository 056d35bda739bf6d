/** Counts something per caller. */
export interface CallerCounts {
  /** How many callers have a count. */
  readonly size: number;
  of(caller: string): number;
  /** Returns the first of some callers that fits. */
  find(fits: (caller: string) => boolean): string | undefined;
  add(caller: string, count: number): void;
  subtract(caller: string, count: number): void;
}

/** How many callers are looked at. */
const CANDIDATES = 100;

/** Creates the counts, which keep only the callers whose count is not 0. */
export function createCallerCounts(): CallerCounts {
  const counts = new Map<string, number>();
  const add = (caller: string, count: number) => {
    const sum = (counts.get(caller) ?? 0) + count;
    if (sum === 0) counts.delete(caller);
    else counts.set(caller, sum);
  };
  return {
    get size() {
      return counts.size;
    },
    find(fits) {
      // Of very many callers a few are enough.
      for (const caller of counts.keys().take(CANDIDATES)) if (fits(caller)) return caller;
      return undefined;
    },
    of: (caller) => counts.get(caller) ?? 0,
    add,
    subtract: (caller, count) => add(caller, -count),
  };
}
