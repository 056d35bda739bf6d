/**
 * Returns the result of a read that starts after the call: of a new read, or of one that other callers with the same key
 * wait for as well. The read must not throw synchronously.
 */
export type ShareRead<Result> = (key: string, read: () => Promise<Result>) => Promise<Result>;

/**
 * Shares reads: of those with the same key, one is in flight. The callers that come meanwhile share the next one, which
 * starts when the first has settled. So each of them gets what the database held after its call, like from a read of its
 * own, and however many callers there are, the database has one of their reads to answer at a time.
 *
 * A caller waits for two reads at most: for the one that was in flight when it came, and for its own. If both are slow,
 * that is twice the time limit of a read. A failed read fails those who share it, but not the next one.
 *
 * Nothing is kept after the last read of a key.
 */
export class SharedReads<Result> {
  readonly #flights = new Map<string, ReadInFlight<Result>>();

  /** The number of keys with a read in flight. */
  get size(): number {
    return this.#flights.size;
  }

  readonly share: ShareRead<Result> = (key, read) => {
    const flight = this.#flights.get(key);
    if (!flight) return this.#start(key, read);
    flight.next ??= { read, ...Promise.withResolvers<Result>() };
    return flight.next.promise;
  };

  #start(key: string, read: () => Promise<Result>): Promise<Result> {
    const flight: ReadInFlight<Result> = { next: undefined };
    this.#flights.set(key, flight);
    const settle = () => {
      const { next } = flight;
      if (next) next.resolve(this.#start(key, next.read));
      else this.#flights.delete(key);
    };
    const result = read();
    result.then(settle, settle);
    return result;
  }
}

/** A read in flight. */
interface ReadInFlight<Result> {
  /** The read that starts when it has settled, if somebody waits for it. */
  next: (PromiseWithResolvers<Result> & { readonly read: () => Promise<Result> }) | undefined;
}
