import type { Options } from "../index.ts";
import { compare, type Comparison, type Result } from "../comparison.ts";
import { overGraphQL } from "./graphql.ts";
import { inProcess } from "./in-process.ts";
import { openPlace } from "./place.ts";
import { aging } from "./aging.ts";

/** Changes of the count: lanes against clients that each send their own lightweight transactions. */
export async function benchCounts({
  rounds,
  time,
  only,
  progress,
}: Options): Promise<readonly Result[]> {
  await using place = await openPlace(progress);
  await using served = await overGraphQL(place, time);
  const all: readonly Comparison<never>[] = [
    ...inProcess(place, time),
    ...served.comparisons,
    ...aging(place, time, progress),
  ] as never;
  const results: Result[] = [];
  for (const comparison of all.filter(({ what }) => what.includes(only))) {
    // The first run warms both up.
    await compare(comparison, 1, () => {});
    results.push(...(await compare(comparison, rounds, progress)));
  }
  return results;
}
