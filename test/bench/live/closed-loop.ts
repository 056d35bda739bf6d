import type { Subject } from "./subject.ts";
import { median } from "./stage.ts";

/** What a server did while the count was changed again each time when all had the last change. */
export interface Loop {
  /** Deliveries a second, of the time in which it delivered. */
  readonly rate: number;
  /** Until the last subscriber had it, in the median, in milliseconds. */
  readonly broadcast: number;
  /** From the change's request until the server had the new count, in the median, in milliseconds. */
  readonly before: number;
  /** Processor time of the server for each delivery, that of the change included, in microseconds. */
  readonly cpu: number;
  /** That of the subscribers, which must not be what limits the rate. */
  readonly audienceCpu: number;
}

/**
 * Changes the count, waits until all have it, and so on.
 *
 * The event is the same for the service and its references: `addPeople` over HTTP, by the same lane, and the read that
 * follows its answer. The clock runs from the moment when this read is answered, when a server has what it tells, to
 * the last receipt. So Cassandra's time is nobody's, and yet every server has done the same work just before.
 */
export async function closedLoop(
  { server, audience, subscribers, change }: Subject,
  time: number,
): Promise<Loop> {
  const broadcasts: number[] = [];
  const before: number[] = [];
  const cpu = await server.ask("cpu");
  const audienceCpu = await audience.ask("cpu");
  const begun = performance.now();
  while (performance.now() - begun < time) {
    const { asked, had, last } = await change();
    broadcasts.push(last - had);
    before.push(had - asked);
  }
  const deliveries = broadcasts.length * subscribers;
  const sum = broadcasts.reduce((total, one) => total + one, 0);
  return {
    rate: deliveries / (sum / 1000),
    broadcast: median(broadcasts),
    before: median(before),
    cpu: ((await server.ask("cpu")) - cpu) / deliveries,
    audienceCpu: ((await audience.ask("cpu")) - audienceCpu) / deliveries,
  };
}
