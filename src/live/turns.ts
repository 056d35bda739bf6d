import type { Query } from "./poll.ts";
import { smallest } from "../support/smallest.ts";

/** A query in its turn. */
export interface CallerTurn {
  readonly query: Query;
  /** The caller whose turn it is. */
  readonly caller: string;
  /** The cost of this caller's queries before it. */
  readonly start: number;
  /** Whether its name comes after that of the last caller. */
  readonly isNext: boolean;
}

export interface TurnsOptions {
  /** What the queries may cost together. Each costs at least 1. */
  readonly budget: number;
  /** The caller that had the last turn before. */
  readonly last: string;
}

/**
 * Returns the queries that a budget allows, in an order in which callers take turns: the next query is one of the caller
 * that has cost least so far. Of the queries of a caller, those that ran least recently come first. A query of several
 * callers comes in the first of their turns, and counts for all of them.
 *
 * Among equals, the callers after `last` come first, by name. So if the last caller that had a turn is passed each time,
 * all callers have turns equally often, even if not all of them have one each time.
 */
export function inTurns(
  queries: readonly Query[],
  { budget, last }: TurnsOptions,
): readonly CallerTurn[] {
  const turns = turnsOf(queries, last).filter(({ start }) => start < budget);
  let rest = budget;
  const some = smallest(turns, budget, compareTurns);
  const end = some.findIndex(({ query }) => (rest -= query.cost) < 0);
  return end === -1 ? some : some.slice(0, end);
}

function turnsOf(queries: readonly Query[], last: string): readonly CallerTurn[] {
  /** What the queries of each caller cost so far. */
  const spent = new Map<string, number>();
  return queries
    .toSorted((one, other) => one.polledIn - other.polledIn)
    .flatMap((query) => {
      let turn: CallerTurn | undefined;
      for (const caller of query.callers()) {
        const start = spent.get(caller) ?? 0;
        spent.set(caller, start + query.cost);
        if (start > (turn?.start ?? Infinity)) continue;
        const other = { query, caller, start, isNext: caller > last };
        if (!turn || compareTurns(other, turn) < 0) turn = other;
      }
      return turn ?? [];
    });
}

function compareTurns(one: CallerTurn, other: CallerTurn): number {
  if (one.start !== other.start) return one.start - other.start;
  if (one.isNext !== other.isNext) return one.isNext ? -1 : 1;
  if (one.caller === other.caller) return 0;
  return one.caller < other.caller ? -1 : 1;
}
