import { belowZero, wrongAnswers, wrongNames } from "./answers.ts";
import { wrongBallots } from "./ballots.ts";
import { wrongExistence, wrongSums } from "./ends.ts";
import type { History, Operation } from "./history.ts";
import { settledLanes, silenceOf, unsettled } from "./lanes.ts";
import { findOrder, type State } from "./order.ts";
import { type RowHistory, rowsOf } from "./row-history.ts";
import { settling, stepsOf, type Told } from "./steps.ts";
import { describe, saidTo, vocabulary } from "./words.ts";

/** What a history proves. */
export interface Verdict {
  /** What cannot have happened in a service that keeps its word, each with its row and operation. */
  readonly problems: readonly string[];
  readonly rows: number;
  /** Rows whose operations had too many possible orders to look at all. */
  readonly undecided: number;
  /**
   * The longest time that a lane was asked, after the last node was back, until it told something, in milliseconds; how
   * many lanes.
   */
  readonly settled: { readonly longest: number; readonly lanes: number };
}

/** How many operations before what cannot be are tried as its explanation. */
const SUSPECTS = 40;

/** Checks whether what was told and seen can have happened. */
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

function noOrder({ name, words }: RowHistory, stuck: Told, possible: readonly State[]): string {
  const states = possible.map((state) => (state === null ? `no ${words.row}` : state));
  const shown = states.length > 6 ? [...states.slice(0, 6), "…"] : states;
  const needs = `${stuck.sees ? "saw" : "needs"} ${stuck.said}`;
  const who = "attempts" in stuck.of ? describe(stuck.of, words) : `${stuck.of.by}, in the end,`;
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
  return ` It could, had ${describe(found, row.words)} been applied, which was told: ${saidTo(found)}.`;
}

/** The row, had an operation got no answer. */
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
