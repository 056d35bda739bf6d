import { type Answer, mayBeDone, type Operation } from "./history.ts";
import { nameOf, type RowHistory } from "./row-history.ts";
import { describe, saidTo, type Words } from "./words.ts";

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
export function wrongAnswers(operation: Operation, words: Words): readonly string[] {
  return [...wrongIn(operation, words), ...appliedTwice(operation, words)].map(
    (what) => `${nameOf(operation)}: ${describe(operation, words)} ${what}`,
  );
}

function wrongIn({ wish, attempts }: Operation, { amount }: Words): readonly string[] {
  return attempts.flatMap(({ answer }) => {
    if (answer.said === "error" && !expectedCodes.has(answer.code)) {
      return [`was answered with ${answer.code}.`];
    }
    if (wish.kind !== "change") return [];
    const { expected, delta } = wish;
    if (answer.said === "done" && answer.amount !== expected + delta) {
      return [`was told the ${amount} ${answer.amount}.`];
    }
    if (answer.said === "stale" && answer.actual === expected) {
      return [`was told that the ${amount} was not what it was.`];
    }
    return answer.said === "range" && expected + delta >= 0 ? ["is not out of range."] : [];
  });
}

function appliedTwice(
  { wish, attempts, operationId }: Operation,
  { amount }: Words,
): readonly string[] {
  if (!("delta" in wish)) return [];
  const done = attempts.filter(({ answer }) => answer.said === "done");
  const amounts = new Set(done.map(({ answer }) => "amount" in answer && answer.amount));
  if (amounts.size > 1) {
    return [
      `was applied more than once under one id: it was told the ${amount}s ${[...amounts].join(", ")}.`,
    ];
  }
  const [first] = done.toSorted((a, b) => a.end - b.end);
  const forgotten = attempts.find(
    ({ start, answer }) => operationId && first && start > first.end && answer.said === "stale",
  );
  return forgotten ? ["was applied, and sent again it was judged anew."] : [];
}

/** Checks that nobody saw an amount below zero. */
export function belowZero(row: RowHistory): readonly string[] {
  const { name, words, operations, sightings, finals } = row;
  const told = operations.flatMap((operation) =>
    operation.attempts.flatMap(({ answer }) =>
      amountsIn(answer).map((amount) => ({ amount, who: describe(operation, words) })),
    ),
  );
  const seen = sightings.map(({ amount, watcher }) => ({ amount, who: watcher }));
  const found = finals.map(({ found, by }) => ({ amount: found?.amount ?? 0, who: by }));
  return [...told, ...seen, ...found]
    .filter(({ amount }) => amount < 0)
    .map(({ amount, who }) => `${name}: ${who} saw the ${words.amount} ${amount}, below zero.`);
}

function amountsIn(answer: Answer): readonly number[] {
  if (answer.said === "stale") return [answer.actual];
  return "amount" in answer && answer.amount !== undefined ? [answer.amount] : [];
}

/** Checks that nobody saw a name that was not given, or whose update was told not to be applied. */
export function wrongNames({ name, words, operations, finals }: RowHistory): readonly string[] {
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
        ? [{ who: describe(operation, words), seen: answer.name }]
        : [],
    ),
  );
  const last = finals.flatMap(({ by, found }) => (found ? [{ who: by, seen: found.name }] : []));
  return [...reads, ...last].flatMap(({ who, seen }) => {
    const operation = names.get(seen);
    if (!operation) return [`${name}: ${who} saw the ${words.name} "${seen}", which nobody gave.`];
    const certain = operation.attempts.every(({ answer }) => !mayBeDone(answer));
    if (!certain) return [];
    return [
      `${name}: ${who} saw the ${words.name} "${seen}", but ${describe(operation, words)} was told: ${saidTo(operation)}.`,
    ];
  });
}
