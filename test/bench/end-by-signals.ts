import { constants } from "node:os";

/** Disposes what would outlive this process when it is ended by a signal. Its children end with it in any case. */
export function endBySignals(opened: AsyncDisposableStack): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, async () => {
      await opened.disposeAsync();
      process.exit(128 + constants.signals[signal]);
    });
  }
}
