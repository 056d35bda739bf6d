/** The values of a subscription. Read them by `for await`; leaving the loop ends the subscription. */
export interface LiveValues<Value> extends AsyncIterableIterator<Value, undefined, void> {
  /** Ends the subscription, also while `next` waits for a value. */
  return(): Promise<IteratorReturnResult<undefined>>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The values that wait for one reader. */
export interface Mailbox<Value> {
  put(value: Value): void;
  /** Takes no more values: the reader gets those that wait, then the end. */
  end(): void;
  /** Drops the values that wait: the reader gets this error, then the end. */
  fail(error: unknown): void;
  readonly values: LiveValues<Value>;
}

/** Returns the values that wait after one more has come. It bounds them, so that a slow reader takes bounded memory. */
export type Keep<Value> = (waiting: readonly Value[], value: Value) => readonly Value[];

/** Keeps only the newest value. */
export function newest<Value>(_waiting: readonly Value[], value: Value): readonly Value[] {
  return [value];
}

/** Keeps up to a number of values; one more replaces all of them by the reset value. */
export function atMost<Value>(limit: number, reset: Value): Keep<Value> {
  return (waiting, value) => (waiting.length < limit ? [...waiting, value] : [reset]);
}

/**
 * Returns an empty mailbox.
 *
 * @param onEnd called once: when the reader leaves, or the mailbox takes no more values
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
