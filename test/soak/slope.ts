/** A measured value. */
export interface Sample {
  /** When, in milliseconds. */
  readonly at: number;
  readonly value: number;
}

/** How a value changes. */
export interface Slope {
  /** By how much per millisecond. */
  readonly slope: number;
  /** The standard error of the slope: how far the scatter of the samples may have moved it. */
  readonly error: number;
}

/** Fits a straight line to samples by least squares. NaN if there are fewer than three. */
export function slopeOf(samples: readonly Sample[]): Slope {
  const count = samples.length;
  if (count < 3) return { slope: NaN, error: NaN };
  const meanOf = (of: (sample: Sample) => number) =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / count;
  const [middle, mean] = [meanOf(({ at }) => at), meanOf(({ value }) => value)];
  const spread = meanOf(({ at }) => (at - middle) ** 2);
  const slope = meanOf(({ at, value }) => (at - middle) * (value - mean)) / spread;
  const rest = meanOf(({ at, value }) => (value - mean - slope * (at - middle)) ** 2);
  return { slope, error: Math.sqrt(rest / (count - 2) / spread) };
}
