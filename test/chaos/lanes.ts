import type { History, Mark } from "./history.ts";
import { isOfLane } from "./steps.ts";

/** How long after the last node's return a lane may take to settle what was unknown, in milliseconds. */
const SETTLED_WITHIN = 30_000;

/** A server's lane of a partition, after all nodes were there again. */
export interface Lane {
  readonly server: string;
  readonly partition: string;
  readonly whole: Mark;
  /** How long until it told something that was asked for after that; Infinity: it never did. */
  readonly took: number;
}

/** The lanes of the processes that lived on, after each time that all nodes were there again. */
export function settledLanes({ operations, marks }: History): readonly Lane[] {
  const asked = operations.flatMap((operation) =>
    operation.attempts.map((attempt) => ({
      ...attempt,
      operation,
      partition: operation.partition,
    })),
  );
  const lanes = Map.groupBy(asked, ({ server, partition }) => `${server} ${partition}`);
  const times = marks.toSorted((a, b) => a.at - b.at);
  return times.flatMap((whole, i) => {
    if (whole.mark !== "whole") return [];
    // With the next phase time begins anew.
    const until = times.slice(i + 1).find(({ mark }) => mark !== "whole")?.at ?? Infinity;
    return [...lanes.values()].flatMap((all) => {
      const { server, partition } = all[0]!;
      const later = all.filter(({ start }) => start >= whole.at);
      const told = later.filter(({ operation, answer }) => isOfLane(operation, answer));
      const first = Math.min(...told.map(({ end }) => end));
      const isOver = later.length === 0 || (first > until && until < whole.at + SETTLED_WITHIN);
      return isOver ? [] : [{ server, partition, whole, took: first - whole.at }];
    });
  });
}

/** A lane that was stuck, in words. */
export function unsettled({ server, partition, whole, took }: Lane): readonly string[] {
  if (took <= SETTLED_WITHIN) return [];
  const seconds = Number.isFinite(took) ? `for ${(took / 1000).toFixed(1)} s` : "ever again";
  return [
    `${partition}: server ${server} told nothing ${seconds} after ${whole.name}: its lane is stuck.`,
  ];
}
