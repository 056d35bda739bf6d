/** What clients did in a while. */
export interface Load {
  /** How many of their calls were of the kind that counts, each second. */
  readonly rate: number;
  /** How long the calls took, in milliseconds, in order. */
  readonly times: Float64Array;
}

/**
 * Lets clients call one after the other, each without a pause, for some time.
 *
 * @param call what a client does; says how many of what is counted that was
 */
export async function drive(
  clients: number,
  milliseconds: number,
  call: (client: number) => Promise<number>,
): Promise<Load> {
  const times: number[] = [];
  let counted = 0;
  const begun = performance.now();
  const client = async (_: unknown, number: number) => {
    while (performance.now() - begun < milliseconds) {
      const at = performance.now();
      const count = await call(number);
      times.push(performance.now() - at);
      counted += count;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const seconds = (performance.now() - begun) / 1000;
  return { rate: counted / seconds, times: Float64Array.from(times).toSorted() };
}

/** The time that this share of the calls took at most; 0.5 is the median. */
export function percentile({ times }: Pick<Load, "times">, share: number): number {
  return times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? NaN;
}
