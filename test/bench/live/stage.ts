import { interleave, type Result, type Series } from "../comparison.ts";
import type { Place } from "../counts/place.ts";
import type { BenchOptions } from "../index.ts";

/** What a measurement gets. */
export interface Stage extends BenchOptions {
  readonly place: Place;
  /** Resources that would outlive this process. They are disposed at the end of the run, also by a signal. */
  readonly opened: AsyncDisposableStack;
}

/** A measurement. */
export interface Measurement {
  /** Its name. */
  readonly what: string;
  measure(stage: Stage): Promise<readonly Result[]>;
}

/** Runs a series once without measuring, so that hot functions are compiled, and then measures it. */
export async function measured<Name extends string, Sample>(
  { rounds, progress }: Stage,
  series: Series<Name, Sample>,
): Promise<readonly Result[]> {
  progress(`${series.what}: warming up`);
  await interleave(series, { rounds: 1, progress: () => {} });
  return interleave(series, { rounds, progress });
}

/** Returns the median. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
