import type { History, Mark } from "./history.ts";
import { isForLane, isOfLane } from "./steps.ts";

/** How long after the last node's return a lane may take to settle what was unknown, in milliseconds. */
const SETTLED_WITHIN = 30_000;

/** A server's lane of a partition, after all nodes were there again. */
export interface Lane {
  readonly server: string;
  readonly partition: string;
  readonly whole: Mark;
  /** When it was first asked for something after that. */
  readonly asked: number;
  /** When it first told something that was asked for after that; Infinity: it never did. */
  readonly told: number;
}

/** The lanes of the processes that lived on, after each time that all nodes were there again. */
export function settledLanes({ operations, marks }: History): readonly Lane[] {
  const asked = operations.flatMap((operation) =>
    operation.attempts
      .filter(({ answer }) => isForLane(operation, answer))
      .map((attempt) => ({ ...attempt, operation, partition: operation.partition })),
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
      const asked = Math.min(...later.map(({ start }) => start));
      const last = Math.max(...later.map(({ end }) => end));
      const answered = later.filter(({ operation, answer }) => isOfLane(operation, answer));
      const told = Math.min(...answered.map(({ end }) => end));
      const isOver = told > until && until < asked + SETTLED_WITHIN;
      // Of a lane that is asked only at first nobody can say more than that it was busy then.
      const isLeft = told === Infinity && last < asked + SETTLED_WITHIN / 2;
      return isOver || isLeft ? [] : [{ server, partition, whole, asked, told }];
    });
  });
}

/** How long a lane was asked until it told something, in milliseconds. */
export function silenceOf({ asked, told }: Lane): number {
  return told - asked;
}

/** A lane that was stuck, in words. */
export function unsettled(lane: Lane): readonly string[] {
  if (silenceOf(lane) <= SETTLED_WITHIN) return [];
  const { server, partition, whole, told } = lane;
  const time = Number.isFinite(told)
    ? `for ${((told - whole.at) / 1000).toFixed(1)} s`
    : "ever again";
  return [
    `${partition}: server ${server} told nothing ${time} after ${whole.name}: its lane is stuck.`,
  ];
}
