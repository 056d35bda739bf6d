import { type Answer, mayBeDone, type Operation, type RowHistory } from "./history.ts";
import { describe, saidTo } from "./words.ts";

/** Codes that a client has to expect: nothing was changed. */
const expectedCodes = new Set([
  "UNAVAILABLE",
  "CONTENTION",
  "TOO_MANY_OPERATIONS",
  // Nobody listens.
  "UNREACHABLE",
]);

// What single answers say.

/** Checks what can be seen wrong in the answers to one operation. */
export function wrongAnswers(operation: Operation): readonly string[] {
  const { wish, attempts, partition, id } = operation;
  const wrong = (what: string) => `${partition}/${id}: ${describe(operation)} ${what}`;
  const problems = attempts.flatMap(({ answer }) => {
    if (answer.said === "error" && !expectedCodes.has(answer.code)) {
      return [wrong(`was answered with ${answer.code}.`)];
    }
    if (wish.kind !== "change") return [];
    const { expected, delta } = wish;
    if (answer.said === "done" && answer.amount !== expected + delta) {
      return [wrong(`was told the count ${answer.amount}.`)];
    }
    if (answer.said === "stale" && answer.actual === expected) {
      return [wrong("was told that the count was not what it was.")];
    }
    return answer.said === "range" && expected + delta >= 0 ? [wrong("is not out of range.")] : [];
  });
  return [...problems, ...appliedTwice(operation).map(wrong)];
}

function appliedTwice({ wish, attempts, operationId }: Operation): readonly string[] {
  if (!("delta" in wish)) return [];
  const done = attempts.filter(({ answer }) => answer.said === "done");
  const counts = new Set(done.map(({ answer }) => "amount" in answer && answer.amount));
  if (counts.size > 1) {
    return [
      `was applied more than once under one id: it was told the counts ${[...counts].join(", ")}.`,
    ];
  }
  const [first] = done.toSorted((a, b) => a.end - b.end);
  const forgotten = attempts.find(
    ({ start, answer }) => operationId && first && start > first.end && answer.said === "stale",
  );
  return forgotten ? ["was applied, and sent again it was judged anew."] : [];
}

/** Checks that nobody saw a count below zero. */
export function belowZero({ name, operations, sightings, finals }: RowHistory): readonly string[] {
  const told = operations.flatMap((operation) =>
    operation.attempts.flatMap(({ answer }) =>
      countsIn(answer).map((amount) => ({ amount, who: describe(operation) })),
    ),
  );
  const seen = sightings.map(({ amount, watcher }) => ({ amount, who: watcher }));
  const found = finals.map(({ found, by }) => ({ amount: found?.amount ?? 0, who: by }));
  return [...told, ...seen, ...found]
    .filter(({ amount }) => amount < 0)
    .map(({ amount, who }) => `${name}: ${who} saw the count ${amount}, below zero.`);
}

function countsIn(answer: Answer): readonly number[] {
  if (answer.said === "stale") return [answer.actual];
  return "amount" in answer && answer.amount !== undefined ? [answer.amount] : [];
}

/** Checks that nobody saw a name that was not given, or whose update was told not to be applied. */
export function wrongNames({ name, operations, finals }: RowHistory): readonly string[] {
  const names = new Map(
    operations.flatMap((operation) =>
      operation.wish.kind === "create" || operation.wish.kind === "update"
        ? [[operation.wish.name, operation] as const]
        : [],
    ),
  );
  const reads = operations.flatMap((operation) =>
    operation.attempts.flatMap(({ answer }) =>
      answer.said === "done" && answer.name !== undefined
        ? [{ who: describe(operation), seen: answer.name }]
        : [],
    ),
  );
  const last = finals.flatMap(({ by, found }) => (found ? [{ who: by, seen: found.name }] : []));
  return [...reads, ...last].flatMap(({ who, seen }) => {
    const operation = names.get(seen);
    if (!operation) return [`${name}: ${who} saw the name "${seen}", which nobody gave.`];
    const certain = operation.attempts.every(({ answer }) => !mayBeDone(answer));
    if (!certain) return [];
    return [
      `${name}: ${who} saw the name "${seen}", but ${describe(operation)} was told: ${saidTo(operation)}.`,
    ];
  });
}
