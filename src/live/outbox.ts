import { setImmediate } from "node:timers/promises";
import { singleFlight } from "../support/single-flight.ts";

/** A message and its topic. */
export type Letter = readonly [topic: string, message: string];

/** The letters that wait to be sent. All of them are sent together, one batch at a time. */
export interface Outbox {
  /** Adds a letter, unless the same one waits already. */
  put(topic: string, message: string): void;
  /** Sends the waiting letters. Resolves when they were sent, or could not be sent. */
  flush(): Promise<void>;
}

/** The connection over which letters are sent. */
export interface Sender {
  /** While it is not ready, letters wait. */
  readonly isReady: boolean;
  /** Returns the letters that may not have been sent. They are sent again. */
  send(letters: readonly Letter[]): Promise<readonly Letter[]>;
}

/** How many letters wait at most. Further ones are dropped. */
const MAX_WAITING_LETTERS = 10_000;

export function createOutbox(sender: Sender): Outbox {
  const waiting = new Map<string, Letter>();

  function keep(letter: Letter) {
    if (waiting.size < MAX_WAITING_LETTERS) waiting.set(letter.join("\n"), letter);
  }

  const flush = singleFlight(async () => {
    // Letters of one turn of the event loop, e.g. the hints of one round, are sent together.
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
