import type { BenchOptions } from "../index.ts";
import { compare, type Comparison, type Result } from "../comparison.ts";
import { overGraphQL } from "./graphql.ts";
import { inProcess } from "./in-process.ts";
import { openPlace } from "./place.ts";
import { aging } from "./aging.ts";

/** Rounds before the measurement. They do everything for the first time and compile the hot functions. */
const WARM_UP = 3;

/** Measures changes of the count: lanes, and clients that each send their own lightweight transactions. */
export async function benchCounts({
  rounds,
  time,
  only,
  progress,
}: BenchOptions): Promise<readonly Result[]> {
  await using place = await openPlace(progress);
  await using served = await overGraphQL(place, time);
  const all: readonly Comparison<never>[] = [
    ...inProcess(place, time),
    ...served.comparisons,
    ...aging(place, { time, progress }),
  ] as never;
  const results: Result[] = [];
  for (const comparison of all.filter(({ what }) => what.includes(only))) {
    progress(`${comparison.what}: warming up`);
    await compare(comparison, { rounds: WARM_UP, progress: () => {} });
    results.push(...(await compare(comparison, { rounds, progress })));
  }
  return results;
}
