import { constants } from "node:os";
import { type Result, resultOf } from "../comparison.ts";
import { openPlace } from "../counts/place.ts";
import type { BenchOptions } from "../index.ts";
import { deliveries, growth } from "./deliveries.ts";
import { executions } from "./executions.ts";
import { watchForeignLoad } from "./foreign-load.ts";
import { hotRow } from "./hot-row.ts";
import { memory } from "./memory.ts";
import { reads } from "./reads.ts";
import { hintThroughRedis } from "./redis.ts";
import { checkSocketLimits } from "./socket-limits.ts";
import type { Measurement } from "./stage.ts";

/**
 * Measures live counts: one event to many subscribers. Servers, references and subscribers each have their own process and
 * share one Cassandra.
 */
export async function benchLive(options: BenchOptions): Promise<readonly Result[]> {
  const { subscribers, only, progress } = options;
  checkSocketLimits(subscribers);
  await using place = await openPlace(progress);
  await using opened = new AsyncDisposableStack();
  endBySignals(opened);
  const rows: readonly Measurement[] = [
    deliveries("WebSocket", subscribers),
    deliveries("SSE", subscribers),
    ...(subscribers > 1000 ? [growth(subscribers)] : []),
    memory(subscribers),
    executions(subscribers),
    hotRow(subscribers),
    hintThroughRedis,
    reads(subscribers),
  ];
  const results: Result[] = [];
  for (const row of rows.filter(({ what }) => what.includes(only))) {
    using foreign = watchForeignLoad();
    results.push(...(await row.measure({ ...options, place, opened })));
    results.push(
      resultOf({ what: row.what, name: "cores busy with other processes" }, foreign.cores),
    );
  }
  return results;
}

/** Disposes what would outlive this process. Cassandra, the servers and the subscribers end with it in any case. */
function endBySignals(opened: AsyncDisposableStack): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, async () => {
      await opened.disposeAsync();
      process.exit(128 + constants.signals[signal]);
    });
  }
}
