/** The requests of a workload, which its clients send one after the other, again and again. */
export interface Requests {
  /** How many clients send them concurrently. */
  readonly clients: number;
  readonly query: string;
  /** The variables of each request. */
  readonly variables: readonly object[];
}

/** The variables of a change of the count, which expects the count of the last answer. */
export interface ChangeVariables {
  readonly city: string;
  readonly id: string;
  readonly expected: number;
  readonly delta: number;
}
