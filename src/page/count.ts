/** A count as the page knows it. */
export interface Count {
  readonly people: number;
  /** The newest ballot that came with a count; −1 if none did. A count with an equal or older ballot is ignored. */
  readonly asOf: bigint;
  /** The number, within the view, of the last live event about this count. */
  readonly event: number;
}

/** A count from a live event or from the answer to a mutation. */
export interface BallotedCount {
  readonly people: number;
  /** Null if the count was never written or, in an answer, if it has changed again since. */
  readonly asOf: string | null;
}

/**
 * Merges a count that has a ballot into the known one. A count that was never written is older than any other.
 *
 * @param event the number of the live event
 */
export function mergeLive(
  known: Count | undefined,
  { people, asOf, event }: BallotedCount & { readonly event: number },
): Count {
  const ballot = BigInt(asOf ?? 0);
  if (known && ballot <= known.asOf) return { ...known, event };
  return { people, asOf: ballot, event };
}

/**
 * Merges a count that a query returned, which has no ballot. A live event that arrived after the query was sent wins:
 * it is as new as the query's answer, or a newer event will follow.
 *
 * @param event the number of the last live event before the query was sent
 */
export function mergeRead(
  known: Count | undefined,
  { people, event }: { readonly people: number; readonly event: number },
): Count {
  if (known && known.event > event) return known;
  return { people, asOf: known?.asOf ?? -1n, event };
}
