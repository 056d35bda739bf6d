import type { Query } from "./poll.ts";

/** A query that is needed, and what it costs. */
export interface DueQuery {
  readonly query: Query;
  readonly cost: number;
}

/** A query in its turn. */
export interface Turn extends DueQuery {
  /** The caller whose turn it is. */
  readonly caller: string;
  /** The cost of this caller's queries before it. */
  readonly start: number;
}

/**
 * Orders queries so that callers take turns: the next query is one of the caller that has cost least so far. Of the queries
 * of a caller, those that ran least recently come first. A query of several callers comes in the first of their turns, and
 * counts for all of them.
 *
 * Among equals, the callers after `last` come first, by name. So if the last caller that had a turn is passed each time,
 * all callers have turns equally often, even if not all of them have one each time.
 */
export function inTurns(due: readonly DueQuery[], last: string): readonly Turn[] {
  /** What the queries of each caller cost so far. */
  const spent = new Map<string, number>();

  function precedes(one: string, other: string): boolean {
    return one > last === other > last ? one < other : one > last;
  }

  function turnOf({ query, cost }: DueQuery): Turn {
    let caller = "";
    let start = Infinity;
    for (const each of query.callers()) {
      const before = spent.get(each) ?? 0;
      spent.set(each, before + cost);
      if (before > start || (before === start && !precedes(each, caller))) continue;
      caller = each;
      start = before;
    }
    return { query, cost, caller, start };
  }

  return due
    .map((each) => ({ ...each, polledIn: each.query.polledIn }))
    .toSorted((one, other) => one.polledIn - other.polledIn)
    .map(turnOf)
    .toSorted((one, other) => {
      if (one.start !== other.start) return one.start - other.start;
      return one.caller === other.caller ? 0 : precedes(one.caller, other.caller) ? -1 : 1;
    });
}
