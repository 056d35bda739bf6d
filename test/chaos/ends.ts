import { type Final, isDone, mayBeDone, type Operation } from "./history.ts";
import type { RowHistory } from "./row-history.ts";
import { describe, type Words } from "./words.ts";

/** Checks that the applied changes add up, for rows that were created once and never deleted. */
export function wrongSums(row: RowHistory): readonly string[] {
  const { name, words, operations, finals } = row;
  const [created, ...others] = operations.filter(
    ({ wish, attempts }) =>
      (wish.kind === "create" || wish.kind === "delete") &&
      attempts.some(({ answer }) => mayBeDone(answer)),
  );
  if (created?.wish.kind !== "create" || others.length > 0 || !isDone(created)) return [];
  const counting = operations.filter(({ wish }) => "delta" in wish);
  const applied = counting.filter(isDone);
  const unknown = counting.filter(
    (operation) => !isDone(operation) && operation.attempts.some(({ answer }) => mayBeDone(answer)),
  );
  const sum = applied.reduce((total, operation) => total + deltaOf(operation), created.wish.amount);
  const sums = sumsOf(sum, unknown.map(deltaOf));
  return looksOf(finals).flatMap(({ by, found }) => {
    if (!found || sums.has(found.amount)) return [];
    const off = found.amount - sum;
    const perhaps = unknown.length > 0 ? `, with or without ${unknown.length} unknown` : "";
    return [
      `${name}: the final ${words.amount} is ${found.amount} (${by}), but the applied changes make ${sum}${perhaps}${suspicion(off, applied, words)}.`,
    ];
  });
}

/** Returns the final reads of a row, one for all that found the same. */
function looksOf(finals: readonly Final[]): readonly Final[] {
  const looks = Map.groupBy(finals, ({ found }) => found?.amount);
  return [...looks.values()].map((same) => ({
    ...same[0]!,
    by: same.map(({ by }) => by).join(" and "),
  }));
}

/** Returns the sums that are possible with any selection of these deltas. */
function sumsOf(sum: number, deltas: readonly number[]): ReadonlySet<number> {
  const addTo = (sums: ReadonlySet<number>, delta: number) =>
    sums.union(new Set(sums.values().map((each) => each + delta)));
  return deltas.reduce(addTo, new Set([sum]));
}

function suspicion(off: number, applied: readonly Operation[], words: Words): string {
  const lost = applied.filter((operation) => deltaOf(operation) === -off);
  const doubled = applied.filter((operation) => deltaOf(operation) === off);
  const twice = doubled.filter(({ attempts }) => attempts.length > 1);
  const guesses = [
    ...(lost.length > 0 ? [`${some(lost, words)} were lost`] : []),
    ...(doubled.length > 0
      ? [`${some(twice.length > 0 ? twice : doubled, words)} were applied twice`]
      : []),
  ];
  return guesses.length > 0 ? `, as if ${guesses.join(", or ")}` : "";
}

function some(operations: readonly Operation[], words: Words): string {
  const first = operations.slice(0, 3).map((operation) => describe(operation, words));
  const shown = first.join(" or ");
  return operations.length > 3 ? `${shown} or one of ${operations.length - 3} others` : shown;
}

/**
 * Checks that no row is lost, that is created and missing without a deletion, or restored, that is deleted and present
 * without a creation.
 */
export function wrongExistence(row: RowHistory): readonly string[] {
  const { name, words, operations, finals } = row;
  const last = lastOf(operations);
  return looksOf(finals).flatMap(({ by, found }) => {
    if (last.kind === "created" && !found) {
      return [`${name}: ${by} did not find it at the end: ${describe(last.of, words)} is lost.`];
    }
    if (last.kind === "deleted" && found) {
      return [
        `${name}: ${by} found it at the end, although ${describe(last.of, words)} was applied: it was restored.`,
      ];
    }
    return [];
  });
}

/** Returns the creation or deletion that was certainly the last one, if there is one. */
function lastOf(
  operations: readonly Operation[],
): { readonly kind: "created" | "deleted"; readonly of: Operation } | { readonly kind: "unclear" } {
  const spans = operations.flatMap((operation) =>
    operation.wish.kind === "create" || operation.wish.kind === "delete"
      ? operation.attempts
          .filter(({ answer }) => mayBeDone(answer))
          .map(({ start, end, answer }) => ({ operation, start, end, answer }))
      : [],
  );
  const certain = spans.filter(({ answer }) => answer.said === "done");
  const last = certain.toSorted((a, b) => a.start - b.start).at(-1);
  if (!last) return { kind: "unclear" };
  const isLast = spans.every(
    ({ operation, end, answer }) =>
      operation === last.operation || (answer.said === "done" && end < last.start),
  );
  if (!isLast) return { kind: "unclear" };
  return {
    kind: last.operation.wish.kind === "create" ? "created" : "deleted",
    of: last.operation,
  };
}

function deltaOf({ wish }: Operation): number {
  return "delta" in wish ? wish.delta : 0;
}
