import { setImmediate } from "node:timers/promises";
import type { Source, Visitor } from "../live/index.ts";

/** An event of an {@link IterableSource}: of its own identity, whatever the iterable yields. */
export class IteratedEvent {
  /** The root value of the event's execution. */
  readonly value: unknown;
  /** What the iterable failed with, instead of a value. */
  readonly failure: { readonly error: unknown } | undefined;

  constructor(value: unknown, failure?: { readonly error: unknown }) {
    this.value = value;
    this.failure = failure;
  }
}

/**
 * Adapts any async iterable that a subscription's field returns to a source, as live values are. It asks for the next event
 * only when the one before was taken, so that a client which does not read stops its iterable.
 */
export class IterableSource implements Source<object> {
  visitor: Visitor | undefined;
  readonly #iterator: AsyncIterator<unknown>;
  readonly #onEnd: (source: IterableSource) => void;
  #event: IteratedEvent | undefined;
  #isAsking = false;
  #isEnded = false;

  /** @param onEnd called once, when no more events will come */
  constructor(iterable: AsyncIterable<unknown>, onEnd: (source: IterableSource) => void) {
    this.#iterator = iterable[Symbol.asyncIterator]();
    this.#onEnd = onEnd;
  }

  take() {
    const event = this.#event;
    this.#event = undefined;
    if (!event && !this.#isAsking && !this.#isEnded) void this.#ask();
    return event;
  }

  get isOver() {
    return this.#isEnded && !this.#event;
  }

  readonly visitAll = () => this.visitor?.visit();

  /** Lets no more events come, and tells the subscriber. */
  end() {
    this.#finish();
    this.visitor?.visit();
  }

  async return() {
    this.#event = undefined;
    this.#finish();
    return { done: true, value: undefined } as const;
  }

  next(): Promise<never> {
    throw new Error("The events of this source are taken, not iterated over.");
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  async #ask() {
    this.#isAsking = true;
    try {
      const { done, value } = await this.#iterator.next();
      if (done) this.#finish();
      // An iterable that always has a next value would let nobody else have a turn.
      else await setImmediate();
      if (!this.#isEnded) this.#event = new IteratedEvent(value);
    } catch (error) {
      if (!this.#isEnded) this.#event = new IteratedEvent(undefined, { error });
      this.#finish();
    }
    this.#isAsking = false;
    this.visitor?.visit();
  }

  #finish() {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#onEnd(this);
    void this.#leave();
  }

  async #leave() {
    try {
      // It may wait for a `next` under way.
      await this.#iterator.return?.();
    } catch {
      // The subscription is over, so nobody would read the failure.
    }
  }
}
