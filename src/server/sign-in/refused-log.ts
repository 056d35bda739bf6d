import type { Log } from "../mask.ts";

/** How long it takes at least from one line about a refused token until the next one, in milliseconds. */
const REFUSED_INTERVAL = 60_000;

/** Logs why a token is refused, which its sender does not get to know. */
export type ReportRefused = (reason: () => string) => void;

/**
 * Creates what logs refused tokens: the first, then at most one a minute, with how many others there were. The reason is
 * only computed for those that are logged, so that a flood costs next to nothing.
 */
export function createRefusedLog(log: Log): ReportRefused {
  let loggedAt = -Infinity;
  let others = 0;
  return (reason) => {
    const now = performance.now();
    if (now - loggedAt < REFUSED_INTERVAL) {
      others += 1;
      return;
    }
    const more = others === 0 ? "" : ` Since the last such line, ${others} more were refused.`;
    loggedAt = now;
    others = 0;
    log(`Refused a token: ${reason()}.${more}`);
  };
}
