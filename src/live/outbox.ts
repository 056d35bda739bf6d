import { setImmediate } from "node:timers/promises";
import { singleFlight } from "./single-flight.ts";

/** A message and its topic. */
export type Letter = readonly [topic: string, message: string];

/** What waits to be sent: all of it goes together, one time after the other. */
export interface Outbox {
  /** What waits already is not taken again: it is sent later than this was told. */
  put(topic: string, message: string): void;
  /** Ends when what waits now was sent, or could not be. */
  flush(): Promise<void>;
}

/** How many wait at most, for a receiver that does not answer; more are dropped. */
const WAITING = 10_000;

/** @param send what fails is not sent again */
export function createOutbox(send: (letters: readonly Letter[]) => Promise<void>): Outbox {
  const waiting = new Map<string, Letter>();

  const flush = singleFlight(async () => {
    // What is told in this turn of the event loop, as by those who were answered by one round, goes together.
    await setImmediate();
    const letters = [...waiting.values()];
    waiting.clear();
    if (letters.length > 0) await send(letters).catch(() => {});
  });

  return {
    put(topic, message) {
      if (waiting.size >= WAITING) return;
      waiting.set(`${topic}\n${message}`, [topic, message]);
      void flush();
    },
    flush,
  };
}
