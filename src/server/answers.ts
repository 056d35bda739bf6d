import type { ServerResponse } from "node:http";

/** Counts the answers in flight of a server that is not ours. */
export interface Answers {
  /** Counts a response until it is closed. */
  count(response: ServerResponse): void;
  /** Resolves when no answer is in flight, or when the time is over. */
  finished(): Promise<void>;
}

/** Creates a counter. @param within how long `finished` waits at most, in milliseconds */
export function countAnswers(within: number): Answers {
  let inFlight = 0;
  let onLast: (() => void) | undefined;

  const onClose = () => {
    inFlight -= 1;
    if (inFlight === 0) onLast?.();
  };

  return {
    count(response) {
      inFlight += 1;
      response.once("close", onClose);
    },
    async finished() {
      if (inFlight === 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      onLast = resolve;
      const timer = setTimeout(resolve, within);
      await promise;
      clearTimeout(timer);
    },
  };
}
