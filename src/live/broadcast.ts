import { inSlices } from "../support/slices.ts";

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
  /** Whether none waits, and none will come: then it can be left. */
  readonly isOver: boolean;
  /** Who is told, instead of by the iterator's `next`, whenever a value may wait or it may be over. */
  visitor: Visitor | undefined;
  /** Has all readers visited again. One function for all of them. */
  readonly visitAll: () => void;
  /** Leaves. */
  return(): Promise<IteratorReturnResult<undefined>>;
}

/** Readers are visited one after the other, so that they do not hold the process meanwhile. */
export interface Visitor {
  /** May not throw. */
  visit(): void;
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
  /** Those for whom it has ended, and who have not left. */
  const leaving = new Set<Reader<Value>>();
  let last: readonly Value[] = [];
  let count = 0;
  let visiting: Promise<void> | undefined;
  let again = false;

  function visitAll() {
    again = true;
    visiting ??= inSlices(visits());
  }

  function* visits() {
    while (again) {
      again = false;
      // Who is visited late gets the newest that there is then.
      for (const reader of readers) yield reader.visitor?.visit();
      for (const reader of leaving) yield reader.visitor?.visit();
    }
    visiting = undefined;
  }

  const log: Log<Value> = {
    get count() {
      return count;
    },
    behind(taken) {
      const waiting = count - taken;
      return waiting > last.length ? [missed(last.at(-1)!)] : last.slice(last.length - waiting);
    },
    leave(reader) {
      leaving.delete(reader);
      if (readers.delete(reader) && readers.size === 0) onEmpty();
    },
    visitAll,
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
      const reader = new Reader(log, withLast && count > 0 ? count - 1 : count);
      readers.add(reader);
      return reader;
    },
    async end() {
      if (readers.size === 0) return;
      for (const reader of readers) {
        reader.end();
        leaving.add(reader);
      }
      readers.clear();
      onEmpty();
      visitAll();
      await visiting;
    },
  };
}

/** What was put, for those who read it. */
interface Log<Value> {
  /** How many values there were. */
  readonly count: number;
  /** What came behind so many of them. */
  behind(taken: number): readonly Value[];
  leave(reader: Reader<Value>): void;
  readonly visitAll: () => void;
}

/** A class, and so is what visits it: of these there are as many as subscribers, and closures take memory. */
class Reader<Value> implements Source<Value> {
  visitor: Visitor | undefined;
  readonly #log: Log<Value>;
  #taken: number;
  #waiting: readonly Value[] = NOTHING;
  #isEnded = false;

  /** @param taken how many values it has had, or never will */
  constructor(log: Log<Value>, taken: number) {
    this.#log = log;
    this.#taken = taken;
  }

  get isOver() {
    return this.#isEnded && this.#waiting.length === 0;
  }

  get visitAll() {
    return this.#log.visitAll;
  }

  take() {
    if (this.#waiting.length === 0) this.#fetch();
    const [value, ...rest] = this.#waiting;
    this.#waiting = rest.length === 0 ? NOTHING : rest;
    return value;
  }

  async next(): Promise<IteratorResult<Value, undefined>> {
    for (;;) {
      const value = this.take();
      if (value !== undefined) return { done: false, value };
      if (this.#isEnded) return this.return();
      await new Promise<void>((visit) => (this.visitor = { visit }));
    }
  }

  /** Nothing more comes than what waits. */
  end() {
    this.#waiting = [...this.#waiting, ...this.#log.behind(this.#taken)];
    this.#isEnded = true;
  }

  return() {
    this.#isEnded = true;
    this.#waiting = NOTHING;
    this.#log.leave(this);
    this.visitor?.visit();
    return Promise.resolve({ done: true as const, value: undefined });
  }

  throw() {
    return this.return();
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  #fetch() {
    if (this.#isEnded || this.#taken === this.#log.count) return;
    this.#waiting = this.#log.behind(this.#taken);
    this.#taken = this.#log.count;
  }
}

const NOTHING: readonly never[] = [];
