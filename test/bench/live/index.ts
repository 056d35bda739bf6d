import { type Result, resultOf } from "../comparison.ts";
import { openPlace } from "../counts/place.ts";
import { endBySignals } from "../end-by-signals.ts";
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
