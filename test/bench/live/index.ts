import { constants } from "node:os";
import { type Result, resultOf } from "../comparison.ts";
import { openPlace } from "../counts/place.ts";
import type { Options } from "../index.ts";
import { deliveries, growth } from "./deliveries.ts";
import { executions } from "./executions.ts";
import { watchForeignLoad } from "./foreign-load.ts";
import { hotRow } from "./hot-row.ts";
import { memory } from "./memory.ts";
import { reads } from "./reads.ts";
import { hintThroughRedis } from "./redis.ts";
import { checkRoom } from "./room.ts";
import type { Row } from "./stage.ts";

/**
 * Live counts: one event to many subscribers. Servers, references and subscribers each have a process of their own, on
 * one Cassandra.
 */
export async function benchLive(options: Options): Promise<readonly Result[]> {
  const { subscribers, only, progress } = options;
  checkRoom(subscribers);
  await using place = await openPlace(progress);
  await using opened = new AsyncDisposableStack();
  endBySignals(opened);
  const rows: readonly Row[] = [
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
    results.push(resultOf({ what: row.what, name: "cores busy with others" }, foreign.cores));
  }
  return results;
}

/** Cassandra, the servers and the subscribers end with this process, however that ends; all else has to be ended. */
function endBySignals(opened: AsyncDisposableStack): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, async () => {
      await opened.disposeAsync();
      process.exit(128 + constants.signals[signal]);
    });
  }
}
