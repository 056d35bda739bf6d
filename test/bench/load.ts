/** The result of a load. */
export interface Load {
  /** The counted results per second. */
  readonly rate: number;
  /** The durations of all calls in milliseconds, sorted. */
  readonly times: Float64Array;
}

/** How many clients run, and for how long in milliseconds. */
export interface LoadOptions {
  readonly clients: number;
  readonly time: number;
}

/**
 * Runs concurrent clients for some time. Each makes one call after the other without a pause.
 *
 * @param call makes a call of a client; returns how many counted results it had
 */
export async function drive(
  { clients, time }: LoadOptions,
  call: (client: number) => Promise<number>,
): Promise<Load> {
  const times: number[] = [];
  let counted = 0;
  const started = performance.now();
  const client = async (_: unknown, number: number) => {
    while (performance.now() - started < time) {
      const at = performance.now();
      const count = await call(number);
      times.push(performance.now() - at);
      counted += count;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const seconds = (performance.now() - started) / 1000;
  return { rate: counted / seconds, times: Float64Array.from(times).toSorted() };
}

/** Returns a percentile of the durations; a share of 0.5 is the median. */
export function percentile({ times }: Pick<Load, "times">, share: number): number {
  return times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? NaN;
}
