import { ClientError } from "./error.ts";
import { pause } from "./pause.ts";
import type { CallOptions } from "./request.ts";

/** How often a call is sent at most. With 10 s for each that is less than the 60 s that the service remembers it. */
const ATTEMPTS = 4;

/** Makes a call that is harmless when repeated, again while no answer comes. */
export async function repeated<Value>(
  call: () => Promise<Value>,
  { signal }: CallOptions = {},
): Promise<Value> {
  for (let failures = 0; ; failures += 1) {
    try {
      return await call();
    } catch (error) {
      const isLost = error instanceof ClientError && error.code === "NETWORK_ERROR";
      if (!isLost || failures + 1 >= ATTEMPTS) throw error;
      await pause(failures, signal);
    }
  }
}
