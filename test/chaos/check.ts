import { belowZero, wrongAnswers, wrongNames } from "./answers.ts";
import { wrongBallots } from "./ballots.ts";
import { wrongExistence, wrongSums } from "./ends.ts";
import type { History, Operation } from "./history.ts";
import { settledLanes, silenceOf, unsettled } from "./lanes.ts";
import { findOrder, type State } from "./order.ts";
import { type RowHistory, rowsOf } from "./row-history.ts";
import { type RecordedStep, settling, stepsOf } from "./steps.ts";
import { describe, saidTo, vocabulary } from "./words.ts";

export interface Verdict {
  /** What a correct service cannot have answered, each with its row and operation. */
  readonly problems: readonly string[];
  readonly rows: number;
  /** The number of rows whose operations had too many possible orders to check all. */
  readonly undecided: number;
  /**
   * The number of lanes, and the longest time in milliseconds from the first request to a lane, after all nodes were back,
   * to its first answer.
   */
  readonly settled: { readonly longest: number; readonly lanes: number };
}

/** How many earlier operations are tried as an explanation of an impossible answer. */
const SUSPECTS = 40;

/** Checks whether the answers and sightings of a history are possible. */
export function check(history: History): Verdict {
  const words = vocabulary[history.table];
  const rows = rowsOf(history);
  const settled = settling(history);
  const orderOf = (row: RowHistory) => findOrder(stepsOf(row, settled));
  const orders = rows.map((row) => ({ row, order: orderOf(row) }));
  const lanes = settledLanes(history);
  return {
    problems: [
      ...history.operations.flatMap((operation) => wrongAnswers(operation, words)),
      ...rows.flatMap((row) => [
        ...belowZero(row),
        ...wrongBallots(row),
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
    settled: { longest: Math.max(0, ...lanes.map(silenceOf)), lanes: lanes.length },
  };
}

function noOrder(
  { name, words }: RowHistory,
  stuck: RecordedStep,
  possible: readonly State[],
): string {
  const states = possible.map((state) => (state === null ? `no ${words.row}` : state));
  const shown = states.length > 6 ? [...states.slice(0, 6), "…"] : states;
  const needs = `${stuck.sees ? "saw" : "needs"} ${stuck.said}`;
  const who = "attempts" in stuck.of ? describe(stuck.of, words) : `${stuck.of.by}, at the end,`;
  return `${name}: ${who} ${needs}, but no order of the recorded answers allows that: only ${shown.join(", ")}.`;
}

/** Names the operation that was answered as not applied and would explain the answer, if there is one. */
function suspect(
  row: RowHistory,
  stuck: RecordedStep,
  orderOf: (row: RowHistory) => { readonly found: unknown },
): string {
  const found = row.operations
    .filter(({ attempts }) =>
      attempts.every(({ start, answer }) => answer.said === "error" && start < stuck.end),
    )
    .slice(-SUSPECTS)
    .findLast((operation) => orderOf(unknownIn(row, operation)).found === true);
  if (!found) return "";
  return ` It would be possible if ${describe(found, row.words)} had been applied, which was answered: ${saidTo(found)}.`;
}

/** Returns the row as if an operation had got no answer. */
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
