import type { SoakResult } from "./run.ts";
import { type Sample, type Slope, slopeOf } from "./slope.ts";

/** The goal: by how much the resident memory may grow, in MiB per ten minutes. */
const GOAL = 1;

/** A shorter run says nothing about growth, in seconds: caches are still being filled, and the scatter is large. */
const LONG_ENOUGH = 20 * 60;

const TEN_MINUTES = 600_000;

/** The result of a soak. */
export interface Report {
  readonly text: string;
  readonly passed: boolean;
}

/**
 * Reports a soak. The slope is that of the second half, because a process grows at first: code is compiled, caches are
 * filled, and the heap finds its size. The goal applies to what is resident right after a collection: what waits for the
 * collector in between scatters by tens of MiB, which hides one MiB.
 */
export function report(result: SoakResult): Report {
  const { seconds, tally, stalls, problems } = result;
  const errors = [...tally.errors].map(([error, count]) => `  ${count} × ${error}`);
  const failed = [...tally.errors.values()].reduce((sum, count) => sum + count, 0);
  const collected = slopeOfSecondHalf(result.collected);
  const isLong = seconds >= LONG_ENOUGH;
  const grows = isLong && !(collected.slope * TEN_MINUTES < GOAL * 2 ** 20);
  const lines = [
    "",
    `${seconds.toFixed(0)} s: ${tally.requests} requests, ${tally.events} events, ${failed} errors, ${stalls} stalls of the event loop.`,
    ...errors,
    "",
    "Memory in the second half, by linear regression, in MiB per ten minutes (± standard error):",
    `  resident after a collection  ${shown(collected)}   goal: under ${GOAL}`,
    `  resident                     ${shown(slopeOfSecondHalf(result.resident))}`,
    `  used by JavaScript           ${shown(slopeOfSecondHalf(result.used))}`,
    "",
    ...problems.map((problem) => `Problem: ${problem}`),
  ];
  const passed = !grows && failed === 0 && stalls === 0 && problems.length === 0;
  const verdict = passed ? "Passed." : "Failed.";
  const reserve = isLong
    ? ""
    : ` It says nothing about growth: that takes ${LONG_ENOUGH / 60} minutes.`;
  return { text: [...lines, verdict + reserve].join("\n"), passed };
}

function slopeOfSecondHalf(samples: readonly Sample[]): Slope {
  return slopeOf(samples.slice(Math.floor(samples.length / 2)));
}

function shown({ slope, error }: Slope): string {
  const figure = (perMillisecond: number) => ((perMillisecond * TEN_MINUTES) / 2 ** 20).toFixed(2);
  return `${figure(slope).padStart(7)} ± ${figure(error)}`;
}
