import type { Random } from "../chaos/random.ts";

/** What the inputs of all cases can name. It is the same for the same seed. */
export interface World {
  readonly port: number;
  /** The keys of parties that exist at the beginning. */
  readonly keys: readonly { readonly city: string; readonly id: string }[];
  /** Cursors of their pages. */
  readonly cursors: readonly string[];
}

/** The choices of one case. */
export interface Choices {
  readonly random: Random;
  readonly world: World;
  /** Whether operations are written without mistakes: only these are executed. Default: false. */
  readonly isCareful?: boolean;
}

/** What a case sent, and what was wrong with the answer. */
export interface Outcome {
  /** What was sent, for the report. */
  readonly sent: string | Buffer;
  /** How it was answered, for the counts of the report, e.g. `200` or `closed 4400`. */
  readonly answer: string;
  /** Empty: nothing. */
  readonly problems: readonly string[];
}

/** A kind of input. */
export interface Target {
  readonly name: string;
  /** Performs a case. It leaves nothing open. */
  attempt(choices: Choices): Promise<Outcome>;
}
