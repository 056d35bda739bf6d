import type { Operation, Sighting } from "./history.ts";
import type { RowHistory } from "./row-history.ts";
import { describe, type Words } from "./words.ts";

/** An amount with its ballot, and the time in which it was read. */
interface Timed {
  readonly who: string;
  readonly amount: number;
  readonly asOf: bigint;
  /** -Infinity if it is unknown: then the amount may be old. */
  readonly start: number;
  readonly end: number;
}

/** Checks that a row's amounts are ordered by their ballots, and that no reader goes back in that order. */
export function wrongBallots({
  name,
  words,
  operations,
  sightings,
}: RowHistory): readonly string[] {
  const timed = [
    ...operations.flatMap((operation) => timedIn(operation, words)),
    ...timedOf(sightings, ({ since }) => since === undefined),
  ];
  // A subscription with a `since` begins with the latest version of the hub that it shares on that server.
  const onOne = [...Map.groupBy(sightings, ({ server }) => server).values()].flatMap((some) =>
    older(
      timedOf(some, ({ since }) => since !== undefined),
      words,
    ),
  );
  const problems = [
    ...ambiguous(timed, words),
    ...older(timed, words),
    ...onOne,
    ...backwards(sightings),
  ];
  return problems.map((problem) => `${name}: ${problem}`);
}

function timedIn(operation: Operation, words: Words): readonly Timed[] {
  return operation.attempts.flatMap(({ start, end, answer }) => {
    if (answer.said !== "done" || answer.amount === undefined || !answer.asOf) return [];
    const { amount, asOf } = answer;
    return [{ who: describe(operation, words), amount, asOf: BigInt(asOf), start, end }];
  });
}

/**
 * The first value of a subscription is read when the subscription begins. When the others are read is unknown.
 *
 * @param isRead whether the first value of a subscription was read for it
 */
function timedOf(
  sightings: readonly Sighting[],
  isRead: (first: Sighting) => boolean,
): readonly Timed[] {
  const nameOf = ({ watcher, subscribed }: Sighting) => `${watcher} ${subscribed}`;
  return [...Map.groupBy(sightings, nameOf).values()].flatMap((some) =>
    some.map((each, at) => {
      const { watcher, subscribed, amount, asOf, at: end } = each;
      const start = at === 0 && isRead(each) ? subscribed : -Infinity;
      return { who: watcher, amount, asOf: BigInt(asOf), start, end };
    }),
  );
}

function ambiguous(timed: readonly Timed[], words: Words): readonly string[] {
  const first = new Map<bigint, Timed>();
  return timed.flatMap((each) => {
    const other = first.get(each.asOf);
    first.set(each.asOf, other ?? each);
    if (!other || other.amount === each.amount) return [];
    const { who, amount, asOf } = each;
    return [
      `as of ${asOf}, ${other.who} saw the ${words.amount} ${other.amount} and ${who} saw ${amount}.`,
    ];
  });
}

/** Finds reads that returned an older amount than a read that had ended before they began. */
function older(timed: readonly Timed[], words: Words): readonly string[] {
  const byEnd = timed.toSorted((a, b) => a.end - b.end);
  let at = 0;
  let newest: Timed | undefined;
  return timed
    .toSorted((a, b) => a.start - b.start)
    .flatMap((each) => {
      for (; byEnd[at] && byEnd[at]!.end < each.start; at++) {
        if (!newest || byEnd[at]!.asOf > newest.asOf) newest = byEnd[at];
      }
      if (!newest || newest.asOf <= each.asOf) return [];
      return [
        `${each.who} saw the ${words.amount} ${each.amount} as of ${each.asOf}, after ${newest.who} had seen ${newest.amount} as of ${newest.asOf}.`,
      ];
    });
}

function backwards(sightings: readonly Sighting[]): readonly string[] {
  const last = new Map<string, Sighting>();
  return sightings.flatMap((each) => {
    const before = last.get(each.watcher);
    last.set(each.watcher, each);
    if (!before) return [];
    const goesOn = before.subscribed === each.subscribed || each.since !== undefined;
    const isSame = goesOn && before.asOf === each.asOf;
    if (BigInt(each.asOf) >= BigInt(before.asOf) && !isSame) return [];
    const { watcher, amount, asOf } = each;
    return [
      `${watcher} went back from ${before.amount} as of ${before.asOf} to ${amount} as of ${asOf}.`,
    ];
  });
}
