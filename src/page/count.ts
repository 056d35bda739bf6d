/** A count as far as it is known. */
export interface Count {
  readonly people: number;
  /** The newest ballot that came with a count; −1 if none did. What is not newer never replaces it. */
  readonly asOf: bigint;
  /** When something live was last heard of it, in the numbering of its view. */
  readonly heard: number;
}

/** A count as it comes live, or in the answer to a change. */
export interface Counted {
  readonly people: number;
  /** Null: it was never written, or, in an answer, has changed again since. */
  readonly asOf: string | null;
}

/**
 * What is known after a count has come with its ballot, live or in the answer to a change. One that was never written is older than any that was.
 *
 * @param now the number of what was just heard
 */
export function told(known: Count | undefined, { people, asOf }: Counted, now: number): Count {
  const ballot = BigInt(asOf ?? 0);
  if (known && ballot <= known.asOf) return { ...known, heard: now };
  return { people, asOf: ballot, heard: now };
}

/**
 * What is known after a count has been read, which brings no ballot: what was heard since the reading began stands.
 * It is as new, or what is newer will be heard, too.
 *
 * @param since the number of what was last heard before
 */
export function read(known: Count | undefined, people: number, since: number): Count {
  if (known && known.heard > since) return known;
  return { people, asOf: known?.asOf ?? -1n, heard: since };
}
