/** What comes live: to be read by `for await`, which ends the subscription when it is left. */
export interface Live<Value> extends AsyncIterableIterator<Value, undefined, void> {
  /** Ends the subscription, also while a value is waited for. */
  return(): Promise<IteratorReturnResult<undefined>>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What waits for one reader. */
export interface Mailbox<Value> {
  put(value: Value): void;
  /** No more values: the reader gets what waits, then the end. */
  end(): void;
  /** The reader gets this error next, and then the end. */
  fail(error: unknown): void;
  readonly values: Live<Value>;
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
 * @param onEnd called once: when the reader leaves, or no more values come
 */
export function createMailbox<Value>(keep: Keep<Value>, onEnd: () => void): Mailbox<Value> {
  let waiting: readonly Value[] = [];
  let failure: { readonly error: unknown } | undefined;
  let ended = false;
  let news = Promise.withResolvers<void>();

  const wake = () => {
    news.resolve();
    news = Promise.withResolvers();
  };
  const end = () => {
    if (ended) return;
    ended = true;
    wake();
    onEnd();
  };
  const leave = async () => {
    waiting = [];
    failure = undefined;
    end();
    return { done: true, value: undefined } as const;
  };

  return {
    put(value) {
      if (ended) return;
      waiting = keep(waiting, value);
      wake();
    },
    end,
    fail(error) {
      if (ended) return;
      waiting = [];
      failure = { error };
      end();
    },
    values: {
      async next() {
        while (waiting.length === 0 && !ended) await news.promise;
        if (failure) {
          const { error } = failure;
          failure = undefined;
          throw error;
        }
        const [value, ...rest] = waiting;
        if (waiting.length === 0) return { done: true, value: undefined };
        waiting = rest;
        return { done: false, value: value as Value };
      },
      return: leave,
      throw: leave,
      async [Symbol.asyncDispose]() {
        await leave();
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    },
  };
}
