import { setImmediate } from "node:timers/promises";
import { singleFlight } from "../support/single-flight.ts";

/** A message and its topic. */
export type Letter = readonly [topic: string, message: string];

/** What waits to be sent: all of it goes together, one time after the other. */
export interface Outbox {
  /** What waits already is not taken again: it is sent later than this was told. */
  put(topic: string, message: string): void;
  /** Sends what waits. Ends when it was sent, or could not be. */
  flush(): Promise<void>;
}

/** Where letters are sent. */
export interface Sender {
  /** Until then they wait. */
  readonly isReady: boolean;
  /** Gives those that may not have been sent: they are sent again. */
  send(letters: readonly Letter[]): Promise<readonly Letter[]>;
}

/** How many wait at most; more are dropped. */
const WAITING = 10_000;

/** Makes an outbox with nothing in it. */
export function createOutbox(sender: Sender): Outbox {
  const waiting = new Map<string, Letter>();

  function keep(letter: Letter) {
    if (waiting.size < WAITING) waiting.set(letter.join("\n"), letter);
  }

  const flush = singleFlight(async () => {
    // What is told in this turn of the event loop, as by those who were answered by one round, goes together.
    await setImmediate();
    if (!sender.isReady || waiting.size === 0) return;
    const letters = [...waiting.values()];
    waiting.clear();
    for (const letter of await sender.send(letters)) keep(letter);
  });

  return {
    put(topic, message) {
      keep([topic, message]);
      void flush();
    },
    flush,
  };
}
