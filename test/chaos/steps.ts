import {
  type Answer,
  type Attempt,
  type Final,
  type History,
  mayBeDone,
  type Operation,
} from "./history.ts";
import type { State, Step } from "./order.ts";
import type { RowHistory } from "./row-history.ts";
import { a, type Words } from "./words.ts";

/** A step, and the operation or the final read of the row that recorded it. */
export interface RecordedStep extends Step {
  readonly of: Operation | Final;
  /** What the answer says, as a text. */
  readonly said: string;
}

/** Returns when the unknown outcome of an attempt is settled at the latest; Infinity: perhaps never. */
type Settled = (attempt: Attempt, partition: string) => number;

/** Returns the steps that the operations on a row and the final reads of it have recorded. */
export function stepsOf(
  { words, operations, finals }: RowHistory,
  settled: Settled,
): readonly RecordedStep[] {
  return [
    ...operations.flatMap((operation) => [
      ...changeOf(operation, settled, words),
      ...operation.attempts.flatMap((attempt) => sightOf(operation, attempt, words)),
    ]),
    ...finals.map((final) => finalStep(final, words)),
  ];
}

/** Whether an answer shows that the server's lane has settled what it had sent before. */
export function isOfLane({ wish }: Operation, { said }: Answer): boolean {
  if (wish.kind === "read") return false;
  // An update reads beforehand whether the row exists, and the range of an expected amount is judged beforehand.
  if (wish.kind === "update") return said === "done";
  if (wish.kind === "change" && said === "range") return false;
  return said !== "error" && said !== "unknown" && said !== "lost";
}

/** Whether a request needed its lane, answered or not. */
export function isForLane(operation: Operation, answer: Answer): boolean {
  const isNone = answer.said === "error" || answer.said === "unknown" || answer.said === "lost";
  return operation.wish.kind !== "read" && (isNone || isOfLane(operation, answer));
}

/**
 * Returns when unknown outcomes are settled at the latest. A lane sends no further round before it has settled the last
 * one, so an answer to a later request shows it.
 */
export function settling({ operations }: Pick<History, "operations">): Settled {
  const answers = Map.groupBy(
    operations.flatMap((operation) =>
      operation.attempts
        .filter(({ answer }) => isOfLane(operation, answer))
        .map(({ server, start, end }) => ({
          lane: `${server} ${operation.partition}`,
          start,
          end,
        })),
    ),
    ({ lane }) => lane,
  );
  const byStart = new Map([...answers].map(([lane, all]) => [lane, earliest(all)]));
  return ({ server, end, answer }, partition) => {
    if (answer.said !== "unknown") return Infinity;
    return byStart.get(`${server} ${partition}`)?.(end) ?? Infinity;
  };
}

/** Returns a function that finds the earliest end of the spans that began after a time. */
function earliest(spans: readonly { readonly start: number; readonly end: number }[]) {
  const sorted = spans.toSorted((a, b) => a.start - b.start);
  const ends = sorted.map(() => Infinity);
  let least = Infinity;
  for (let at = sorted.length - 1; at >= 0; at--) {
    least = Math.min(least, sorted[at]!.end);
    ends[at] = least;
  }
  return (time: number) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]!.start > time) high = middle;
      else low = middle + 1;
    }
    return ends[low];
  };
}

/** Returns the change that an operation made or may have made; none if it certainly made none. */
function changeOf(operation: Operation, settled: Settled, words: Words): readonly RecordedStep[] {
  const { wish, attempts, partition } = operation;
  if (wish.kind === "read" || wish.kind === "update") return [];
  const possible = attempts.filter(({ answer }) => mayBeDone(answer));
  if (possible.length === 0) return [];
  const done = possible.filter(({ answer }) => answer.said === "done");
  const certain = done.length > 0;
  const common = {
    of: operation,
    start: Math.min(...possible.map(({ start }) => start)),
    end: certain
      ? Math.min(...done.map(({ end }) => end))
      : Math.max(...possible.map((attempt) => settled(attempt, partition))),
    optional: !certain,
    sees: false,
  };
  return [{ ...common, ...effectOf(operation, amountIn(done[0]?.answer), words) }];
}

function amountIn(answer: Answer | undefined): number | undefined {
  return answer?.said === "done" ? answer.amount : undefined;
}

function effectOf({ wish }: Operation, amount: number | undefined, words: Words): Effect {
  switch (wish.kind) {
    case "create":
      return effect(`makes ${wish.amount}`, `to find no ${words.row}`, (state) =>
        state === null ? wish.amount : undefined,
      );
    case "delete":
      return effect("deletes", `to find ${a(words.row)}`, (state) =>
        state === null ? undefined : null,
      );
    case "change": {
      const { expected, delta } = wish;
      return effect(
        `${expected} + ${delta}`,
        `the ${words.amount} ${expected} before it`,
        (state) => (state === expected ? expected + delta : undefined),
      );
    }
    case "add": {
      const { delta } = wish;
      if (amount === undefined)
        return effect(`+ ${delta}`, `${a(words.amount)} to add to`, added(delta));
      const before = amount - delta;
      return effect(`${before} + ${delta}`, `the ${words.amount} ${before} before it`, (state) =>
        state === before ? amount : undefined,
      );
    }
    default:
      throw new Error(`A ${wish.kind} changes no amount`);
  }
}

type Effect = Pick<RecordedStep, "does" | "said" | "apply">;

function effect(does: string, said: string, apply: Step["apply"]): Effect {
  return { does, said, apply };
}

function added(delta: number): Step["apply"] {
  return (state) => (state === null || state + delta < 0 ? undefined : state + delta);
}

/** Returns the sighting that an answer reports. */
function sightOf(operation: Operation, attempt: Attempt, words: Words): readonly RecordedStep[] {
  const sight = seenIn(operation, attempt.answer, words);
  if (!sight) return [];
  const { start, end } = attempt;
  const does = `sees ${sight.said}`;
  return [{ of: operation, start, end, optional: false, sees: true, does, ...sight }];
}

function seenIn({ wish }: Operation, answer: Answer, words: Words): Sight | undefined {
  switch (answer.said) {
    case "stale":
      return sightOfAmount(answer.actual, words);
    case "exists":
      return sightOfAmount(answer.amount, words);
    case "missing":
      return sightOfNone(words);
    case "range":
      if (wish.kind !== "add") return undefined;
      return sight(
        `${a(words.amount)} under ${-wish.delta}`,
        (state) => state !== null && state + wish.delta < 0,
      );
    case "done":
      if (wish.kind === "update") return sight(a(words.row), (state) => state !== null);
      return wish.kind === "read" && answer.amount !== undefined
        ? sightOfAmount(answer.amount, words)
        : undefined;
    default:
      return undefined;
  }
}

type Sight = Pick<RecordedStep, "said" | "apply">;

function sight(said: string, matches: (state: State) => boolean): Sight {
  return { said, apply: (state) => (matches(state) ? state : undefined) };
}

function sightOfAmount(amount: number, words: Words): Sight {
  return sight(`the ${words.amount} ${amount}`, (state) => state === amount);
}

function sightOfNone({ row }: Words): Sight {
  return sight(`no ${row}`, (state) => state === null);
}

function finalStep(final: Final, words: Words): RecordedStep {
  const { found, at } = final;
  const seen = found ? sightOfAmount(found.amount, words) : sightOfNone(words);
  const does = `sees ${seen.said}`;
  return { of: final, start: at, end: Infinity, optional: false, sees: true, does, ...seen };
}
