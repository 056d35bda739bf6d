/** A measurement that is interleaved with its reference. */
export interface Comparison<Sample> {
  /** Its name. */
  readonly what: string;
  /** The reference. */
  readonly reference?: { readonly name: string; readonly run: () => Promise<Sample> };
  readonly run: () => Promise<Sample>;
  readonly figures: readonly Figure<readonly [ours: Sample, reference: Sample]>[];
}

/** Several implementations that are measured alternately. */
export interface Series<Name extends string, Sample> {
  readonly what: string;
  readonly runs: Readonly<Record<Name, () => Promise<Sample>>>;
  readonly figures: readonly Figure<readonly [samples: Readonly<Record<Name, Sample>>]>[];
}

/** A number that is computed from the samples of a round. */
export interface Figure<Samples extends readonly unknown[]> {
  readonly name: string;
  readonly of: (...samples: Samples) => number;
  /** The goal: a lower or an upper bound of the median. Without a goal, the figure is only reported. */
  readonly atLeast?: number;
  readonly atMost?: number;
  /** A better value than the goal, which is only reported. */
  readonly aim?: number;
}

/** The median of a figure over all rounds, and its range. */
export interface Result {
  readonly what: string;
  readonly name: string;
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly goal: string;
  readonly met: boolean | undefined;
}

/** How often to run, and where to report progress. */
export interface Rounds {
  readonly rounds: number;
  readonly progress: (line: string) => void;
  /**
   * Called after each round: whether it is to be repeated because other processes disturbed it. As many are repeated as
   * there are rounds. Default: never.
   */
  readonly isDisturbed?: () => boolean;
}

/** Runs a comparison and its reference alternately. */
export function compare<Sample>(
  { what, reference, run, figures }: Comparison<Sample>,
  options: Rounds,
): Promise<readonly Result[]> {
  const series: Series<string, Sample> = {
    what,
    runs: { ...(reference && { reference: reference.run }), ours: run },
    figures: figures.map(({ of, ...figure }) => ({
      ...figure,
      of: ({ ours, reference: other = ours }) => of(ours!, other!),
    })),
  };
  return interleave(series, options);
}

/**
 * Runs all implementations in each round. Every other round runs them in reverse order, so that none benefits from a warmer
 * machine.
 */
export async function interleave<Name extends string, Sample>(
  { what, runs, figures }: Series<Name, Sample>,
  { rounds, progress, isDisturbed = () => false }: Rounds,
): Promise<readonly Result[]> {
  const names = Object.keys(runs) as Name[];
  const all: Record<Name, Sample>[] = [];
  for (let run = 0; all.length < rounds; run++) {
    progress(`${what}: round ${all.length + 1} of ${rounds}`);
    const samples: Partial<Record<Name, Sample>> = {};
    for (const name of run % 2 === 0 ? names : names.toReversed()) {
      samples[name] = await runs[name]();
    }
    if (isDisturbed() && run - all.length < rounds) progress("  other processes disturbed it");
    else all.push(samples as Record<Name, Sample>);
  }
  return figures.map(({ of, ...figure }) => resultOf({ what, ...figure }, all.map(of)));
}

/** Summarizes a figure's values of all rounds. */
export function resultOf(
  {
    what,
    name,
    atLeast,
    atMost,
    aim,
  }: Pick<Result, "what" | "name"> & Omit<Figure<readonly never[]>, "of">,
  rounds: readonly number[],
): Result {
  const values = rounds.toSorted((a, b) => a - b);
  const median = values[Math.floor(values.length / 2)] ?? NaN;
  const goal =
    atLeast !== undefined ? `≥ ${atLeast}` : atMost !== undefined ? `≤ ${shown(atMost)}` : "";
  const met =
    goal === "" ? undefined : median >= (atLeast ?? -Infinity) && median <= (atMost ?? Infinity);
  return {
    what,
    name,
    median,
    least: values.at(0) ?? NaN,
    most: values.at(-1) ?? NaN,
    goal: aim === undefined ? goal : `${goal}, aim ${shown(aim)}`,
    met,
  };
}

/** Formats the results as a table with one line per result. */
export function table(results: readonly Result[]): string {
  const rows = results.map(({ what, name, median, least, most, goal, met }) => [
    what,
    name,
    shown(median),
    `${shown(least)} – ${shown(most)}`,
    goal,
    met === undefined ? "" : met ? "met" : "MISSED",
  ]);
  const all = [["what", "figure", "median", "least – most", "goal", ""], ...rows];
  const widths = all[0]!.map((_, at) => Math.max(...all.map((row) => row[at]!.length)));
  return all
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Formats a number with three significant digits. */
function shown(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return Math.abs(value) >= 1000
    ? Math.round(value).toLocaleString("en")
    : String(Number(value.toPrecision(3)));
}
