import { type Answer, mayBeDone, type Operation, type Party } from "./history.ts";
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
  const { wish, attempts, city, id } = operation;
  const wrong = (what: string) => `${city}/${id}: ${describe(operation)} ${what}`;
  const problems = attempts.flatMap(({ answer }) => {
    if (answer.said === "error" && !expectedCodes.has(answer.code)) {
      return [wrong(`was answered with ${answer.code}.`)];
    }
    if (wish.kind !== "change") return [];
    const { expected, delta } = wish;
    if (answer.said === "done" && answer.people !== expected + delta) {
      return [wrong(`was told the count ${answer.people}.`)];
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
  const counts = new Set(done.map(({ answer }) => "people" in answer && answer.people));
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
export function belowZero({ name, operations, sightings, finals }: Party): readonly string[] {
  const told = operations.flatMap((operation) =>
    operation.attempts.flatMap(({ answer }) =>
      countsIn(answer).map((people) => ({ people, who: describe(operation) })),
    ),
  );
  const seen = sightings.map(({ people, watcher }) => ({ people, who: watcher }));
  const found = finals.map(({ found, by }) => ({ people: found?.people ?? 0, who: by }));
  return [...told, ...seen, ...found]
    .filter(({ people }) => people < 0)
    .map(({ people, who }) => `${name}: ${who} saw the count ${people}, below zero.`);
}

function countsIn(answer: Answer): readonly number[] {
  if (answer.said === "stale") return [answer.actual];
  return "people" in answer && answer.people !== undefined ? [answer.people] : [];
}

/** Checks that nobody saw a name that was not given, or whose update was told not to be applied. */
export function wrongNames({ name, operations, finals }: Party): readonly string[] {
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
