/** Counts what happens during a soak. */
export interface Tally {
  readonly requests: number;
  readonly events: number;
  /** How often each error has occurred. */
  readonly errors: ReadonlyMap<string, number>;
  answered(): void;
  event(): void;
  failed(error: string): void;
}

export function createTally(): Tally {
  const errors = new Map<string, number>();
  let requests = 0;
  let events = 0;
  return {
    get requests() {
      return requests;
    },
    get events() {
      return events;
    },
    errors,
    answered: () => void (requests += 1),
    event: () => void (events += 1),
    failed: (error) => void errors.set(error, (errors.get(error) ?? 0) + 1),
  };
}
