/** What waits for one reader, who takes it as an async iterator. */
export interface Mailbox<Value> {
  put(value: Value): void;
  /** No more values: the reader gets what waits, then the end. */
  end(): void;
  readonly values: AsyncIterableIterator<Value>;
}

/** Says what waits when one more value comes: so that a slow reader costs a bounded memory. */
export type Keep<Value> = (waiting: readonly Value[], value: Value) => readonly Value[];

/** Only the newest value waits. */
export function newest<Value>(_waiting: readonly Value[], value: Value): readonly Value[] {
  return [value];
}

/** So many values wait; when it gets too much, one that says so waits in their place. */
export function atMost<Value>(limit: number, tooMuch: Value): Keep<Value> {
  return (waiting, value) => (waiting.length < limit ? [...waiting, value] : [tooMuch]);
}

/**
 * Makes an empty mailbox.
 *
 * @param onReturn called once when the reader leaves, also while it waits for a value
 */
export function createMailbox<Value>(keep: Keep<Value>, onReturn: () => void): Mailbox<Value> {
  let waiting: readonly Value[] = [];
  let ended = false;
  let news = Promise.withResolvers<void>();

  const wake = () => {
    news.resolve();
    news = Promise.withResolvers();
  };
  const end = () => {
    ended = true;
    wake();
  };
  const leave = () => {
    waiting = [];
    if (!ended) onReturn();
    end();
    return Promise.resolve({ done: true as const, value: undefined });
  };

  return {
    put(value) {
      if (ended) return;
      waiting = keep(waiting, value);
      wake();
    },
    end,
    values: {
      async next() {
        while (waiting.length === 0 && !ended) await news.promise;
        const [value, ...rest] = waiting;
        if (waiting.length === 0) return { done: true, value: undefined };
        waiting = rest;
        return { done: false, value: value as Value };
      },
      return: leave,
      throw: leave,
      [Symbol.asyncIterator]() {
        return this;
      },
    },
  };
}
