import type { PartitionKey, Table } from "../cassandra/index.ts";
import { type AnyRule, type Caller, tellEach } from "./caller.ts";
import type { KnownRows } from "./known.ts";
import { laneLimits } from "./limits.ts";
import type { RowPlan } from "./rule.ts";

/** What becomes of a row in a round, and the callers whom that answers. */
export interface PlannedRow<T extends Table> {
  readonly row: string;
  /** All of one rule. */
  readonly callers: readonly Caller<T>[];
  readonly plan: RowPlan<T, unknown>;
}

/**
 * Works out what callers have asked for, row by row, in order of arrival, against what is known. Of a row whose callers
 * have different rules, those up to the first of another rule are worked out; the others wait for the next round. A rule
 * that throws fails its callers.
 */
export function workOut<T extends Table>(
  partition: PartitionKey<T>,
  known: KnownRows<T>,
  callers: readonly Caller<T>[],
): readonly PlannedRow<T>[] {
  return [...Map.groupBy(callers, ({ row }) => row)].flatMap(([row, all]) => {
    const { rule } = all[0]!;
    const group = untilAnother(all, rule);
    const requests = group.map(({ request }) => request);
    try {
      return [{ row, callers: group, plan: rule.workOut(partition, known.seen(row), requests) }];
    } catch (error) {
      tellEach(
        group,
        group.map(() => error),
      );
      return [];
    }
  });
}

function untilAnother<T extends Table>(
  callers: readonly Caller<T>[],
  rule: AnyRule<T>,
): readonly Caller<T>[] {
  const end = callers.findIndex((caller) => caller.rule !== rule);
  return end === -1 ? callers : callers.slice(0, end);
}

/** The columns that have to be read to work out what callers have asked for. */
export function columnsOf<T extends Table>(callers: readonly Caller<T>[]) {
  const byRule = Map.groupBy(callers, ({ rule }) => rule);
  const columns = [...byRule].flatMap(([rule, group]) =>
    rule.columnsOf(group.map(({ request }) => request)),
  );
  return [...new Set(columns)];
}

/** The first rows, as many as one round may have. */
export function bounded<T extends Table>(rows: readonly PlannedRow<T>[]): readonly PlannedRow<T>[] {
  let bytes = 0;
  const end = rows.findIndex(({ plan }, at) => {
    bytes += sizeOf(plan.write?.params ?? []);
    return at > 0 && (at >= laneLimits.rows || bytes > laneLimits.bytes);
  });
  return end === -1 ? rows : rows.slice(0, end);
}

function sizeOf(params: readonly unknown[]): number {
  return params.reduce<number>((sum, param) => {
    if (typeof param === "string") return sum + Buffer.byteLength(param);
    return sum + (param instanceof Uint8Array ? param.length : 16);
  }, 0);
}
