import { type Answer, mayBeDone, type Operation } from "./history.ts";
import { nameOf, type RowHistory } from "./row-history.ts";
import { describe, saidTo, type Words } from "./words.ts";

/** Codes that a client must expect. Nothing was changed. */
const expectedCodes = new Set([
  "UNAVAILABLE",
  "CONTENTION",
  "TOO_MANY_OPERATIONS",
  // The server refused the connection.
  "UNREACHABLE",
]);

// Checks of single answers.

/** Finds wrong answers to one operation. */
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
      return [`was answered with the ${amount} ${answer.amount}.`];
    }
    if (answer.said === "stale" && answer.actual === expected) {
      return [`was refused as stale, but the ${amount} was the expected one.`];
    }
    return answer.said === "range" && expected + delta >= 0
      ? ["was refused as out of range, but is within it."]
      : [];
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
      `was applied more than once under one id: its answers were the ${amount}s ${[...amounts].join(", ")}.`,
    ];
  }
  const [first] = done.toSorted((a, b) => a.end - b.end);
  const forgotten = attempts.find(
    ({ start, answer }) => operationId && first && start > first.end && answer.said === "stale",
  );
  return forgotten ? ["was applied, but refused as stale when it was repeated."] : [];
}

/** Finds amounts below zero. */
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

/** Finds names that no operation has set, or only operations that were answered as not applied. */
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
    if (!operation)
      return [`${name}: ${who} saw the ${words.name} "${seen}", which no operation has set.`];
    const certain = operation.attempts.every(({ answer }) => !mayBeDone(answer));
    if (!certain) return [];
    return [
      `${name}: ${who} saw the ${words.name} "${seen}", but ${describe(operation, words)} was answered: ${saidTo(operation)}.`,
    ];
  });
}
