/** Counts something per caller. */
export interface CallerCounts {
  of(caller: string): number;
  add(caller: string, count: number): void;
  subtract(caller: string, count: number): void;
}

/** Creates the counts, which keep only the callers whose count is not 0. */
export function createCallerCounts(): CallerCounts {
  const counts = new Map<string, number>();
  const add = (caller: string, count: number) => {
    const sum = (counts.get(caller) ?? 0) + count;
    if (sum === 0) counts.delete(caller);
    else counts.set(caller, sum);
  };
  return {
    of: (caller) => counts.get(caller) ?? 0,
    add,
    subtract: (caller, count) => add(caller, -count),
  };
}
