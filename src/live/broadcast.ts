import { inSlices } from "./slices.ts";

/** Values for many readers, each of which takes them when it can. */
export interface Broadcast<Value> {
  /** How many readers there are. */
  readonly size: number;
  put(value: Value): void;
  /** Adds a reader of what comes from now on, and of the value that came last if it is `withLast`. */
  join(withLast: boolean): Source<Value>;
  /** Ends for all readers: they get what they have not taken, and no more. Done when they were visited. */
  end(): Promise<void>;
}

/**
 * What one reader gets: as an async iterator, or, for those who are too many to each wait on promises of their own, by
 * visits.
 */
export interface Source<Value> extends AsyncIterableIterator<Value> {
  /** The next value; undefined if none waits. */
  take(): Value | undefined;
  /** Whether none waits, and none will come. */
  readonly isOver: boolean;
  /**
   * Has a function called, which may not throw, whenever a value may wait or it may be over: instead of the iterator's
   * `next`. All readers are called one after the other, and do not hold the process meanwhile.
   */
  onNews(visit: () => void): void;
  /** Has all readers visited again. One function for all of them. */
  readonly visitAll: () => void;
  /** Leaves. */
  return(): Promise<IteratorReturnResult<undefined>>;
}

/**
 * Makes a broadcast without readers.
 *
 * @param keep how many values wait at most; they are kept once for all readers
 * @param missed what a reader that is further behind gets in the place of all that it has not taken
 * @param onEmpty called when the last reader has left, or all were ended
 */
export function createBroadcast<Value>(
  keep: number,
  missed: (last: Value) => Value,
  onEmpty: () => void,
): Broadcast<Value> {
  const readers = new Set<Reader<Value>>();
  let last: readonly Value[] = [];
  let count = 0;
  let isVisiting = false;
  let again = false;

  function visitAll() {
    again = true;
    if (isVisiting) return;
    isVisiting = true;
    void inSlices(visits());
  }

  function* visits() {
    while (again) {
      again = false;
      // Who is visited late gets the newest that there is then.
      for (const reader of readers) yield reader.visit();
    }
    isVisiting = false;
  }

  const log: Log<Value> = {
    get count() {
      return count;
    },
    behind(taken) {
      const waiting = count - taken;
      return waiting > last.length ? [missed(last.at(-1)!)] : last.slice(last.length - waiting);
    },
  };

  return {
    get size() {
      return readers.size;
    },
    put(value) {
      last = [...last, value].slice(-keep);
      count += 1;
      visitAll();
    },
    join(withLast) {
      const leave = () => {
        if (readers.delete(reader) && readers.size === 0) onEmpty();
      };
      const taken = withLast && count > 0 ? count - 1 : count;
      const reader = createReader(log, taken, { leave, visitAll });
      readers.add(reader);
      return reader.source;
    },
    async end() {
      if (readers.size === 0) return;
      const ended = [...readers];
      readers.clear();
      onEmpty();
      for (const reader of ended) reader.end();
      await inSlices(ended.values().map((reader) => reader.visit()));
    },
  };
}

interface Reader<Value> {
  readonly source: Source<Value>;
  visit(): void;
  /** Nothing more comes. */
  end(): void;
}

/** What was put, for those who read it. */
interface Log<Value> {
  /** How many values there were. */
  readonly count: number;
  /** What came behind so many of them. */
  behind(taken: number): Value[];
}

/** @param taken how many values it has had, or never will */
function createReader<Value>(
  log: Log<Value>,
  taken: number,
  { leave, visitAll }: { readonly leave: () => void; readonly visitAll: () => void },
): Reader<Value> {
  let waiting: Value[] = [];
  let isEnded = false;
  let visit = () => {};

  function fetch() {
    if (isEnded || taken === log.count) return;
    waiting.push(...log.behind(taken));
    taken = log.count;
  }

  function take() {
    if (waiting.length === 0) fetch();
    return waiting.shift();
  }

  async function next(): Promise<IteratorResult<Value, undefined>> {
    for (;;) {
      const value = take();
      if (value !== undefined) return { done: false, value };
      if (isEnded) return { done: true, value: undefined };
      await new Promise<void>((resolve) => (visit = resolve));
    }
  }

  function end() {
    fetch();
    isEnded = true;
  }

  function quit() {
    isEnded = true;
    waiting = [];
    leave();
    visit();
    return Promise.resolve({ done: true as const, value: undefined });
  }

  const source: Source<Value> = {
    take,
    get isOver() {
      return isEnded && waiting.length === 0;
    },
    onNews(listener) {
      visit = listener;
    },
    visitAll,
    next,
    return: quit,
    throw: quit,
    [Symbol.asyncIterator]: () => source,
  };
  return { source, visit: () => visit(), end };
}
