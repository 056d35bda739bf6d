import { outOfQuota } from "./quota-error.ts";
import { createCallerCounts } from "./caller-counts.ts";

/** The WebSockets and event streams of callers. */
export interface OpenSockets {
  /** Counts one. @throws GraphQLError `QUOTA_EXCEEDED` */
  open(caller: string): void;
  /** Called once for each that is no longer open. */
  close(caller: string): void;
}

/** How long a client should wait until it connects again, in milliseconds: until sockets that have died are found. */
const SOCKET_RETRY = 30_000;

/** Creates the counter of sockets. @param most how many a caller may have */
export function createOpenSockets(most: number): OpenSockets {
  const counts = createCallerCounts();
  return {
    open(caller) {
      if (counts.of(caller) >= most) {
        const text = `${most} WebSockets and event streams`;
        throw outOfQuota("socketsPerCaller", { most: text, wait: SOCKET_RETRY });
      }
      counts.add(caller, 1);
    },
    close: (caller) => counts.subtract(caller, 1),
  };
}
