import { belowZero, wrongAnswers, wrongNames } from "./answers.ts";
import { wrongBallots } from "./ballots.ts";
import { wrongExistence, wrongSums } from "./ends.ts";
import type { History, Operation, RowHistory } from "./history.ts";
import { settledLanes, unsettled } from "./lanes.ts";
import { findOrder, type State } from "./order.ts";
import { settling, stepsOf, type Told } from "./steps.ts";
import { describe, saidTo } from "./words.ts";

/** What a history proves. */
export interface Verdict {
  /** What cannot have happened in a service that keeps its word, each with its party and operation. */
  readonly problems: readonly string[];
  readonly rows: number;
  /** Parties whose operations had too many possible orders to look at all. */
  readonly undecided: number;
  /** The longest time after the last node was back until a lane told something, in milliseconds; how many lanes. */
  readonly settled: { readonly longest: number; readonly lanes: number };
}

/** How many operations before what cannot be are tried as its explanation. */
const SUSPECTS = 40;

/** Checks whether what was told and seen can have happened. */
export function check(history: History): Verdict {
  const rows = rowsOf(history);
  const settled = settling(history);
  const orderOf = ({ operations, finals }: RowHistory) =>
    findOrder(stepsOf(operations, finals, settled));
  const orders = rows.map((row) => ({ row, order: orderOf(row) }));
  const lanes = settledLanes(history);
  return {
    problems: [
      ...history.operations.flatMap(wrongAnswers),
      ...rows.flatMap((row) => [
        ...belowZero(row),
        ...wrongBallots(row.operations, row.sightings).map((problem) => `${row.name}: ${problem}`),
        ...wrongNames(row),
        ...wrongSums(row),
        ...wrongExistence(row),
      ]),
      ...orders.flatMap(({ row, order }) =>
        order.found === false
          ? [`${noOrder(row, order.stuck, order.possible)}${suspect(row, order.stuck, orderOf)}`]
          : [],
      ),
      ...lanes.flatMap(unsettled),
    ],
    rows: rows.length,
    undecided: orders.filter(({ order }) => order.found === "undecided").length,
    settled: { longest: Math.max(0, ...lanes.map(({ took }) => took)), lanes: lanes.length },
  };
}

function rowsOf({ operations, sightings, finals }: History): readonly RowHistory[] {
  const nameOf = ({ partition, id }: { readonly partition: string; readonly id: string }) =>
    `${partition}/${id}`;
  const seen = Map.groupBy(sightings, nameOf);
  const last = Map.groupBy(finals, nameOf);
  return [...Map.groupBy(operations, nameOf)].map(([name, all]) => ({
    name,
    operations: all,
    sightings: seen.get(name) ?? [],
    finals: last.get(name) ?? [],
  }));
}

function noOrder({ name }: RowHistory, stuck: Told, possible: readonly State[]): string {
  const states = possible.map((state) => (state === null ? "no party" : state));
  const shown = states.length > 6 ? [...states.slice(0, 6), "…"] : states;
  const needs = `${stuck.sees ? "saw" : "needs"} ${stuck.said}`;
  const who = "attempts" in stuck.of ? describe(stuck.of) : `${stuck.of.by}, in the end,`;
  return `${name}: ${who} ${needs}, but in no order of all that was told can that be: only ${shown.join(", ")}.`;
}

/** Says which of the operations that were told not to be applied explains it, if one does. */
function suspect(
  row: RowHistory,
  stuck: Told,
  orderOf: (row: RowHistory) => { readonly found: unknown },
): string {
  const found = row.operations
    .filter(({ attempts }) =>
      attempts.every(({ start, answer }) => answer.said === "error" && start < stuck.end),
    )
    .slice(-SUSPECTS)
    .findLast((operation) => orderOf(unknownIn(row, operation)).found === true);
  if (!found) return "";
  return ` It could, had ${describe(found)} been applied, which was told: ${saidTo(found)}.`;
}

/** The party, had an operation got no answer. */
function unknownIn({ operations, ...row }: RowHistory, operation: Operation): RowHistory {
  const attempts = operation.attempts.map((attempt) => ({
    ...attempt,
    answer: { said: "lost" } as const,
  }));
  const changed = operations.map((each) =>
    each === operation ? { ...operation, attempts } : each,
  );
  return { ...row, operations: changed };
}
