import type { Subject } from "./subject.ts";
import { median } from "./stage.ts";

/** A server's performance when each change follows once all subscribers have the previous one. */
export interface Loop {
  /** Deliveries per second of broadcast time. */
  readonly rate: number;
  /** The median time until the last subscriber had a count, in milliseconds. */
  readonly broadcast: number;
  /** The median time from the request of the change until the server had the new count, in milliseconds. */
  readonly before: number;
  /** The server's CPU time per delivery in microseconds, including the change. */
  readonly cpu: number;
  /** The subscribers' CPU time per delivery. It must not limit the rate. */
  readonly audienceCpu: number;
}

/**
 * Changes the count, waits until all subscribers have it, and repeats.
 *
 * The event is the same for the service and its references: `addPeople` over HTTP through the same lane, and the read that
 * follows its answer. The measured time starts when this read is answered, so that a server has the new count, and ends
 * with the last receipt. It contains no time of Cassandra, but every server has done the same work before.
 */
export async function closedLoop(
  { server, audience, subscribers, change }: Subject,
  time: number,
): Promise<Loop> {
  const broadcasts: number[] = [];
  const before: number[] = [];
  const cpu = await server.ask("cpu");
  const audienceCpu = await audience.ask("cpu");
  const started = performance.now();
  while (performance.now() - started < time) {
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
