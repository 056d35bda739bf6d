import { type Result, resultOf, type Rounds } from "../comparison.ts";
import { openPlace } from "../counts/place.ts";
import type { BenchOptions } from "../index.ts";
import { watchForeignLoad } from "../live/foreign-load.ts";
import { deepPages } from "./deep-pages.ts";
import type { Measurement } from "./stage.ts";
import { twoProcesses } from "./two-processes.ts";
import { stubWorkloads, workloads } from "./workloads.ts";

/** How long each server answers before it is measured, in milliseconds. */
const WARM_UP = 3000;

/** The same for the first measurement, in which Cassandra compiles its hot functions. */
const FIRST_WARM_UP = 8000;

/** The same without a database. */
const STUB_WARM_UP = 2500;

/** How many cores other processes may use on average during a round. */
const QUIET = 0.25;

/**
 * Measures reads, and changes of the count, over HTTP: the service, a bare server and one as documented by the libraries.
 * Servers and clients each have their own process, and the servers share one Cassandra.
 */
export async function benchReads(options: BenchOptions): Promise<readonly Result[]> {
  const all = [...workloads, deepPages, twoProcesses].filter(isWanted(options));
  if (all.length === 0) return [];
  await using place = await openPlace(options.progress);
  return await measureAll(all, { ...options, ground: place, warmUps: [FIRST_WARM_UP, WARM_UP] });
}

/** Measures the same servers without a database: they read constant rows. */
export function benchStubReads(options: BenchOptions): Promise<readonly Result[]> {
  const all = stubWorkloads.filter(isWanted(options));
  // Not longer than it says, whatever else the machine does.
  const isDisturbed = () => false;
  return measureAll(all, { ...options, ground: undefined, warmUps: [STUB_WARM_UP], isDisturbed });
}

function isWanted({ only }: BenchOptions) {
  return ({ what }: Pick<Measurement<never>, "what">) => what.includes(only);
}

interface MeasureAllOptions<Ground> extends BenchOptions, Pick<Rounds, "isDisturbed"> {
  readonly ground: Ground;
  /** The warm-up of each measurement; the last one is for all that follow. */
  readonly warmUps: readonly number[];
}

async function measureAll<Ground>(
  all: readonly Measurement<Ground>[],
  { ground, warmUps, ...options }: MeasureAllOptions<Ground>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const [at, measurement] of all.entries()) {
    using foreign = watchForeignLoad();
    const warmUp = warmUps[at] ?? warmUps.at(-1)!;
    const stage = { isDisturbed: disturbance(foreign.cores), ...options, warmUp };
    results.push(...(await measurement.measure(stage, ground)));
    const load = { what: measurement.what, name: "cores busy with other processes" };
    results.push(resultOf(load, foreign.cores));
  }
  return results;
}

/** Returns whether other processes were too busy since the last call. */
function disturbance(cores: readonly number[]): () => boolean {
  let seen = 0;
  return () => {
    const since = cores.slice(seen);
    seen = cores.length;
    return since.reduce((sum, busy) => sum + busy, 0) > QUIET * since.length;
  };
}
