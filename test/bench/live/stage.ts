import { type Result, inTurns, type Series } from "../comparison.ts";
import type { Place } from "../counts/place.ts";
import type { Options } from "../index.ts";

/** What is measured on. */
export interface Stage extends Options {
  readonly place: Place;
  /** What would outlive this process: it is ended with the run, also by a signal. */
  readonly opened: AsyncDisposableStack;
}

/** Something to measure. */
export interface Row {
  /** In a few words. */
  readonly what: string;
  measure(stage: Stage): Promise<readonly Result[]>;
}

/** Runs each once for nothing, so that what is hot is compiled, and then in turns. */
export async function measured<Name extends string, Sample>(
  { rounds, progress }: Stage,
  series: Series<Name, Sample>,
): Promise<readonly Result[]> {
  progress(`${series.what}: warming up`);
  await inTurns(series, 1, () => {});
  return inTurns(series, rounds, progress);
}

/** The middle one. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
