/** Something measured beside its reference, in turns. */
export interface Comparison<Sample> {
  /** What is measured, in a few words. */
  readonly what: string;
  /** What it is compared with. */
  readonly reference?: { readonly name: string; readonly run: () => Promise<Sample> };
  readonly run: () => Promise<Sample>;
  readonly figures: readonly Figure<Sample>[];
}

/** A number made of a pair of samples. */
export interface Figure<Sample> {
  readonly name: string;
  readonly of: (ours: Sample, reference: Sample) => number;
  /** What the median has to be at least, or at most; neither: it is only told. */
  readonly atLeast?: number;
  readonly atMost?: number;
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

/** Runs the two in turns, and the first of them first every other time, so that neither gets the warmer machine. */
export async function compare<Sample>(
  { what, reference, run, figures }: Comparison<Sample>,
  rounds: number,
  progress: (line: string) => void,
): Promise<readonly Result[]> {
  const pairs: (readonly [Sample, Sample])[] = [];
  for (let round = 0; round < rounds; round++) {
    progress(`${what}: round ${round + 1} of ${rounds}`);
    if (!reference) {
      const ours = await run();
      pairs.push([ours, ours]);
    } else if (round % 2 === 0) {
      const other = await reference.run();
      pairs.push([await run(), other]);
    } else {
      const ours = await run();
      pairs.push([ours, await reference.run()]);
    }
  }
  return figures.map((figure) => resultOf(what, figure, pairs));
}

function resultOf<Sample>(
  what: string,
  { name, of, atLeast, atMost }: Figure<Sample>,
  pairs: readonly (readonly [Sample, Sample])[],
): Result {
  const values = pairs.map(([ours, reference]) => of(ours, reference)).toSorted((a, b) => a - b);
  const median = values[Math.floor(values.length / 2)] ?? NaN;
  const goal =
    atLeast !== undefined ? `≥ ${atLeast}` : atMost !== undefined ? `≤ ${shown(atMost)}` : "";
  const met =
    goal === "" ? undefined : median >= (atLeast ?? -Infinity) && median <= (atMost ?? Infinity);
  return { what, name, median, least: values.at(0)!, most: values.at(-1)!, goal, met };
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
