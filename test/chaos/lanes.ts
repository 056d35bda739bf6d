import type { History, Mark } from "./history.ts";
import { isForLane, isOfLane } from "./steps.ts";

/** How long a lane may take to settle unknown outcomes after all nodes are back, in milliseconds. */
const SETTLED_WITHIN = 30_000;

/** A server's lane of a partition, after all nodes were back. */
export interface Lane {
  readonly server: string;
  readonly partition: string;
  readonly whole: Mark;
  /** When it got the first request after that. */
  readonly requested: number;
  /** When it first answered such a request; Infinity: never. */
  readonly answered: number;
}

/** Returns the lanes of the surviving processes, for each time that all nodes were back. */
export function settledLanes({ operations, marks }: History): readonly Lane[] {
  const requests = operations.flatMap((operation) =>
    operation.attempts
      .filter(({ answer }) => isForLane(operation, answer))
      .map((attempt) => ({ ...attempt, operation, partition: operation.partition })),
  );
  const lanes = Map.groupBy(requests, ({ server, partition }) => `${server} ${partition}`);
  const times = marks.toSorted((a, b) => a.at - b.at);
  return times.flatMap((whole, i) => {
    if (whole.mark !== "whole") return [];
    // The next phase restarts the measurement.
    const until = times.slice(i + 1).find(({ mark }) => mark !== "whole")?.at ?? Infinity;
    return [...lanes.values()].flatMap((all) => {
      const { server, partition } = all[0]!;
      const later = all.filter(({ start }) => start >= whole.at);
      const requested = Math.min(...later.map(({ start }) => start));
      const last = Math.max(...later.map(({ end }) => end));
      const answers = later.filter(({ operation, answer }) => isOfLane(operation, answer));
      const answered = Math.min(...answers.map(({ end }) => end));
      const isOver = answered > until && until < requested + SETTLED_WITHIN;
      // A lane that only got requests at first may just have been busy then.
      const isLeft = answered === Infinity && last < requested + SETTLED_WITHIN / 2;
      return isOver || isLeft ? [] : [{ server, partition, whole, requested, answered }];
    });
  });
}

/** Returns the time from the first request to the first answer of a lane, in milliseconds. */
export function silenceOf({ requested, answered }: Lane): number {
  return answered - requested;
}

/** Describes a lane if it was stuck. */
export function unsettled(lane: Lane): readonly string[] {
  if (silenceOf(lane) <= SETTLED_WITHIN) return [];
  const { server, partition, whole, answered } = lane;
  const time = Number.isFinite(answered)
    ? `did not answer for ${((answered - whole.at) / 1000).toFixed(1)} s`
    : "never answered again";
  return [`${partition}: server ${server} ${time} after phase "${whole.name}": its lane is stuck.`];
}
