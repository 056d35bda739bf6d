import type { Viewer } from "../../pothos/index.ts";
import { inSlices } from "../../support/slices.ts";

/** What ends when the token of its client expires. */
export interface Expiring {
  /** In milliseconds since 1970. Undefined: never. */
  readonly expires: number | undefined;
  /** Ends it. Called again until it is removed. */
  expire(): void;
}

/** Ends what has expired, soon afterwards: whatever must not happen after it is checked by itself. */
export interface Expiry {
  add(each: Expiring): void;
  remove(each: Expiring): void;
}

/** How often is looked for what has expired, in milliseconds. */
const SWEEP_INTERVAL = 1000;

/** The last moment that a Date can have, in milliseconds since 1970. */
const LAST_MOMENT = 8.64e15;

/** Creates an expiry. It has a timer only while there is something that can expire. */
export function createExpiry(): Expiry {
  const all = new Set<Expiring>();
  let timer: NodeJS.Timeout | undefined;

  const sweep = () => void inSlices(all.values().map(endIfExpired));

  return {
    add(each) {
      if (each.expires === undefined) return;
      all.add(each);
      timer ??= setInterval(sweep, SWEEP_INTERVAL);
    },
    remove(each) {
      if (!all.delete(each) || all.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    },
  };
}

function endIfExpired(each: Expiring): void {
  if (isPast(each.expires)) each.expire();
}

/** Whether a moment in milliseconds since 1970 has come; never if there is none. */
export function isPast(moment: number | undefined): boolean {
  return moment !== undefined && Date.now() >= moment;
}

/**
 * Returns until when somebody is signed in, in milliseconds since 1970; undefined if the token does not say.
 *
 * @param tolerance by how many seconds the clock of the issuer may be slow
 */
export function expiryOf({ claims }: Viewer, tolerance: number): number | undefined {
  const { exp } = claims;
  if (typeof exp !== "number") return undefined;
  return Math.min(Math.max((exp + tolerance) * 1000, 0), LAST_MOMENT);
}
