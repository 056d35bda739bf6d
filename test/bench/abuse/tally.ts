/** How often each outcome occurred. */
export type Tally = Readonly<Record<string, number>>;

/** Counts outcomes. */
export function createTally() {
  const counts = new Map<string, number>();
  return {
    count(outcome: string) {
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    },
    reset: () => counts.clear(),
    /** Returns the counts, the most frequent first. */
    read: (): Tally =>
      Object.fromEntries([...counts].toSorted(([, one], [, other]) => other - one)),
  };
}

/** Returns the sum of all counts. */
export function total(tally: Tally): number {
  return Object.values(tally).reduce((sum, count) => sum + count, 0);
}

/** Formats the counts in one line. */
export function tallied(tally: Tally): string {
  const parts = Object.entries(tally).map(
    ([outcome, count]) => `${count.toLocaleString("en")} ${outcome}`,
  );
  return parts.join(", ") || "nothing";
}
