import { ClientError } from "./error.ts";
import { pause } from "./pause.ts";
import type { CallOptions } from "./request.ts";

/** How often a call is sent at most. */
const ATTEMPTS = 4;
/** For how long, in milliseconds: half of the time for which the service remembers an operation id. */
const SPAN = 30_000;

/** Makes a call that is harmless when repeated, again while no answer comes. */
export async function repeated<Value>(
  call: () => Promise<Value>,
  { signal }: CallOptions,
): Promise<Value> {
  const end = performance.now() + SPAN;
  for (let failures = 0; ; failures += 1) {
    try {
      return await call();
    } catch (error) {
      const isLast = failures + 1 === ATTEMPTS || performance.now() > end;
      if (isLast || !isLost(error)) throw error;
      await pause(failures, signal);
    }
  }
}

function isLost(error: unknown): boolean {
  return error instanceof ClientError && error.code === "NETWORK_ERROR";
}
