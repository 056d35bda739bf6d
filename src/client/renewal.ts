/** Renews a connection before the token that it was opened with expires. */
export interface Renewal {
  /** Plans it. @param acknowledgement what the service has acknowledged the connection with */
  plan(acknowledgement: unknown): void;
  cancel(): void;
}

/** How long before its end a connection is renewed, in milliseconds; at most a tenth of the time until then. */
const LEAD = 30_000;

/** If less is left, the service may as well end the connection, in milliseconds. */
const LAST = 1000;

/** The longest time of a timer, in milliseconds. */
const MAX_TIMER = 2 ** 31 - 1;

/**
 * Creates a renewal.
 *
 * @param renew called when it is time; returns whether there is a new connection. It is called again otherwise, as long as
 * the old one lasts
 */
export function createRenewal(renew: () => Promise<boolean>): Renewal {
  let timer: ReturnType<typeof setTimeout> | undefined;

  function cancel() {
    clearTimeout(timer);
    timer = undefined;
  }

  function planUntil(end: number) {
    const left = end - performance.now();
    if (left < LAST) return;
    const time = Math.min(left - Math.min(LEAD, left / 10), MAX_TIMER);
    const own = setTimeout(async () => {
      const isRenewed = await renew();
      // Otherwise it was cancelled meanwhile.
      if (!isRenewed && timer === own) planUntil(end);
    }, time);
    timer = own;
  }

  return {
    plan(acknowledgement) {
      cancel();
      const left = timeLeft(acknowledgement);
      if (left !== undefined) planUntil(performance.now() + left);
    },
    cancel,
  };
}

/** Returns for how many milliseconds the service accepts the connection; undefined if it has not said so. */
function timeLeft(acknowledgement: unknown): number | undefined {
  const { expiresIn } = (acknowledgement ?? {}) as { readonly expiresIn?: unknown };
  return typeof expiresIn === "number" && expiresIn >= 0 ? expiresIn : undefined;
}
