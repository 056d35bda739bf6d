/** Something measured beside its reference, in turns. */
export interface Comparison<Sample> {
  /** What is measured, in a few words. */
  readonly what: string;
  /** What it is compared with. */
  readonly reference?: { readonly name: string; readonly run: () => Promise<Sample> };
  readonly run: () => Promise<Sample>;
  readonly figures: readonly Figure<readonly [ours: Sample, reference: Sample]>[];
}

/** Several ways of something, measured in turns. */
export interface Series<Name extends string, Sample> {
  readonly what: string;
  readonly runs: Readonly<Record<Name, () => Promise<Sample>>>;
  readonly figures: readonly Figure<readonly [samples: Readonly<Record<Name, Sample>>]>[];
}

/** A number made of the samples of a round. */
export interface Figure<Samples extends readonly unknown[]> {
  readonly name: string;
  readonly of: (...samples: Samples) => number;
  /** What the median has to be at least, or at most; neither: it is only told. */
  readonly atLeast?: number;
  readonly atMost?: number;
  /** What it should rather be. */
  readonly aim?: number;
}

/** A figure's median over the rounds, and how far these lie apart. */
export interface Result {
  readonly what: string;
  readonly name: string;
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly goal: string;
  readonly met: boolean | undefined;
}

/** Runs a comparison's two in turns. */
export function compare<Sample>(
  { what, reference, run, figures }: Comparison<Sample>,
  rounds: number,
  progress: (line: string) => void,
): Promise<readonly Result[]> {
  const series: Series<string, Sample> = {
    what,
    runs: { ...(reference && { reference: reference.run }), ours: run },
    figures: figures.map(({ of, ...figure }) => ({
      ...figure,
      of: ({ ours, reference: other = ours }) => of(ours!, other!),
    })),
  };
  return inTurns(series, rounds, progress);
}

/** Runs them one after the other, and backwards every other time, so that none gets the warmer machine. */
export async function inTurns<Name extends string, Sample>(
  { what, runs, figures }: Series<Name, Sample>,
  rounds: number,
  progress: (line: string) => void,
): Promise<readonly Result[]> {
  const names = Object.keys(runs) as Name[];
  const all: Record<Name, Sample>[] = [];
  for (let round = 0; round < rounds; round++) {
    progress(`${what}: round ${round + 1} of ${rounds}`);
    const samples: Partial<Record<Name, Sample>> = {};
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      samples[name] = await runs[name]();
    }
    all.push(samples as Record<Name, Sample>);
  }
  return figures.map(({ of, ...figure }) => resultOf({ what, ...figure }, all.map(of)));
}

/** Puts the rounds' values of a figure together. */
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

/** The results as a table, a line each. */
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

/** Three digits that count. */
function shown(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return Math.abs(value) >= 1000
    ? Math.round(value).toLocaleString("en")
    : String(Number(value.toPrecision(3)));
}
