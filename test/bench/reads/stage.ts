import type { Result, Rounds } from "../comparison.ts";
import type { BenchOptions } from "../index.ts";

/** What a measurement gets. */
export interface Stage extends Pick<BenchOptions, "time">, Rounds {
  /** How long each server answers before it is measured, in milliseconds. */
  readonly warmUp: number;
}

/** A measurement. `Ground` is what it needs: a Cassandra or nothing. */
export interface Measurement<Ground> {
  /** Its name. */
  readonly what: string;
  measure(stage: Stage, ground: Ground): Promise<readonly Result[]>;
}
