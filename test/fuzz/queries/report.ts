import type { Counts } from "./execute.ts";
import type { Difference, QueryFuzzResult } from "./run.ts";

/** How many characters of an answer are shown, about the place of the difference. */
const SHOWN = 600;

/** The share of operations that plans must have executed at least: a plan for none would be right, too. */
const PLANNED = 0.3;
/** The share of operations that plans must have left to graphql-js at least. */
const LEFT = 0.02;

/** Returns what is wrong with a run. */
export function problemsOfQueries(result: QueryFuzzResult): readonly string[] {
  const { differences, executed, served } = result;
  const all = sum(executed);
  return [
    ...differences.map((difference) => describe(difference, result)),
    ...(executed.planned < all * PLANNED ? ["Hardly any operation was executed by a plan."] : []),
    ...(executed.left < all * LEFT
      ? ["Hardly any plan has left its operation to graphql-js."]
      : []),
    ...(served.planned === 0 ? ["A server has executed no operation by a plan."] : []),
  ];
}

/** Describes the result of a run, with the command that repeats each case. */
export function reportQueries(result: QueryFuzzResult): string {
  const { seed, cases, invalid, executed, served, unsteady } = result;
  const problems = problemsOfQueries(result);
  const verdict =
    problems.length === 0
      ? "Passed: all answers are those of graphql-js."
      : `Failed with seed ${seed}.`;
  return [
    "",
    `${cases} documents, ${invalid} of them not valid, with ${sum(executed)} operations: ${countsOf(executed)}.`,
    `Of these, a server has executed ${countsOf(ofSecond(served))}.`,
    ...(unsteady.length > 0 ? [`The same only when repeated: cases ${unsteady.join(", ")}.`] : []),
    "",
    ...problems.flatMap((problem, at) => [`${at + 1}. ${problem}`, ""]),
    verdict,
  ].join("\n");
}

/** Returns the counts of the second execution by the server that has plans: each operation was executed three times. */
function ofSecond(served: Counts): Counts {
  const { planned, left, executed } = served;
  return { planned, left, executed: executed - (sum(served) * 2) / 3 };
}

function sum({ planned, left, executed }: Counts): number {
  return planned + left + executed;
}

function countsOf({ planned, left, executed }: Counts): string {
  return `${planned} by plans, ${left} by plans that left them to graphql-js, ${executed} without a plan`;
}

function describe(
  { number, source, run, request, expected, actual }: Difference,
  { seed }: QueryFuzzResult,
): string {
  const at = Math.max(0, commonLength(expected, actual) - SHOWN / 4);
  const shown = (text: string) => `${at > 0 ? "…" : ""}${text.slice(at, at + SHOWN)}`;
  return [
    `Other answers${request ? ` of servers to ${JSON.stringify(request)}` : ""}, as ${JSON.stringify(run)}, to`,
    source,
    `   graphql-js: ${shown(expected)}`,
    `   by a plan:  ${shown(actual)}`,
    `   repeat: npm run fuzz -- queries --seed ${seed} --case ${number}`,
  ].join("\n");
}

function commonLength(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  return at;
}
