import { inSlices } from "../support/slices.ts";

/** Values for many subscribers, each of which takes them when it can. */
export interface Broadcast<Value> {
  /** The number of subscribers. */
  readonly size: number;
  put(value: Value): void;
  /**
   * Adds a subscriber. It gets the values put from now on, and before them the last one if `withLast`.
   *
   * @param caller who subscribes
   */
  join(withLast: boolean, caller?: string): Source<Value>;
  /** Returns the callers of the subscribers. Takes time in proportion to these. */
  readonly callers: () => ReadonlySet<string>;
  /** Ends for all subscribers. They get the values that they have not taken, and no more. Resolves when all were visited. */
  end(): Promise<void>;
}

/**
 * The values for one subscriber: as an async iterator, or by visits, which take less memory than a waiting promise for each
 * of very many subscribers.
 */
export interface Source<Value> extends AsyncIterableIterator<Value> {
  /** Returns the next value; undefined if none waits. */
  take(): Value | undefined;
  /** Whether no value waits and none will come. The subscriber can then leave. */
  readonly isOver: boolean;
  /** Visited whenever a value may wait, or the source may be over. It replaces the iterator's `next`. */
  visitor: Visitor | undefined;
  /** Visits all subscribers again. All sources of a broadcast have the same function. */
  readonly visitAll: () => void;
  /** Leaves the broadcast. */
  return(): Promise<IteratorReturnResult<undefined>>;
}

/** Visitors are called one after the other, in slices that let other work run in between. */
export interface Visitor {
  /** Must not throw. */
  visit(): void;
}

export interface BroadcastOptions<Value> {
  /** How many values wait at most. They are kept once for all subscribers. */
  readonly keep: number;
  /** Returns the value for a subscriber that is further behind, instead of all values that it has not taken. */
  readonly missed: (last: Value) => Value;
  /** Called when the last subscriber has left, or all were ended. */
  readonly onEmpty: () => void;
}

/** The caller of all who do not say who they are. */
export const UNNAMED = "";

/** Creates a broadcast without subscribers. */
export function createBroadcast<Value>(options: BroadcastOptions<Value>): Broadcast<Value> {
  const { keep, missed, onEmpty } = options;
  const subscribers = new Set<BroadcastSubscriber<Value>>();
  /** Subscribers that were ended and have not left. */
  const leaving = new Set<BroadcastSubscriber<Value>>();
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
      // A subscriber that is visited late gets the newest value there is then.
      for (const subscriber of subscribers) yield subscriber.visitor?.visit();
      for (const subscriber of leaving) yield subscriber.visitor?.visit();
    }
    visiting = undefined;
  }

  const log: ValueLog<Value> = {
    get count() {
      return count;
    },
    after(taken) {
      const waiting = count - taken;
      return waiting > last.length ? [missed(last.at(-1)!)] : last.slice(last.length - waiting);
    },
    leave(subscriber) {
      leaving.delete(subscriber);
      if (subscribers.delete(subscriber) && subscribers.size === 0) onEmpty();
    },
    visitAll,
  };

  return {
    get size() {
      return subscribers.size;
    },
    put(value) {
      last = [...last, value].slice(-keep);
      count += 1;
      visitAll();
    },
    join(withLast, caller = UNNAMED) {
      const taken = withLast && count > 0 ? count - 1 : count;
      const subscriber = new BroadcastSubscriber(log, { taken, caller });
      subscribers.add(subscriber);
      return subscriber;
    },
    callers() {
      const callers = new Set<string>();
      for (const { caller } of subscribers) callers.add(caller);
      return callers;
    },
    async end() {
      if (subscribers.size === 0) return;
      for (const subscriber of subscribers) {
        subscriber.end();
        leaving.add(subscriber);
      }
      subscribers.clear();
      onEmpty();
      visitAll();
      await visiting;
    },
  };
}

/** The values of a broadcast, for its subscribers. */
interface ValueLog<Value> {
  /** How many values were put. */
  readonly count: number;
  /** Returns the values that were put after the first so many. */
  after(taken: number): readonly Value[];
  leave(subscriber: BroadcastSubscriber<Value>): void;
  readonly visitAll: () => void;
}

interface SubscriberOptions {
  /** The number of values that it has had or will never get. */
  readonly taken: number;
  readonly caller: string;
}

/** A class, like its visitors: there is one per subscriber, and closures take more memory. */
class BroadcastSubscriber<Value> implements Source<Value> {
  visitor: Visitor | undefined;
  readonly caller: string;
  readonly #log: ValueLog<Value>;
  #taken: number;
  #waiting: readonly Value[] = NONE_WAITING;
  #isEnded = false;

  constructor(log: ValueLog<Value>, { taken, caller }: SubscriberOptions) {
    this.#log = log;
    this.#taken = taken;
    this.caller = caller;
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
    this.#waiting = rest.length === 0 ? NONE_WAITING : rest;
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

  /** Ends the source after the values that wait. */
  end() {
    this.#waiting = [...this.#waiting, ...this.#log.after(this.#taken)];
    this.#isEnded = true;
  }

  return() {
    this.#isEnded = true;
    this.#waiting = NONE_WAITING;
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
    this.#waiting = this.#log.after(this.#taken);
    this.#taken = this.#log.count;
  }
}

const NONE_WAITING: readonly never[] = [];
