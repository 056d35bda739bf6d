import {
  type DataName,
  dataNames,
  type HiddenName,
  type Lwt,
  MAX_ROWS_A_QUERY,
  type PartitionKey,
  type StoredRow,
  type Table,
  Unreadable,
  updatePartition,
  type Write,
} from "../cassandra/index.ts";
import type { Untyped } from "../support/untyped.ts";
import { answerEach, type Caller } from "./caller.ts";
import { type ColumnValues, createDraftValues, definedNames, type DraftValues } from "./draft.ts";
import { changedIn } from "./fold.ts";
import type { KnownRows } from "./known.ts";
import { laneLimits } from "./limits.ts";
import { planRow, type RowPlan } from "./request.ts";

/** The plan for one row, and its callers, in order of arrival. */
export interface PlannedRow<T extends Table> {
  readonly row: string;
  readonly callers: readonly Caller<T>[];
  readonly plan: RowPlan<T>;
}

/** The plan for the rows of one round. */
export interface RoundPlan<T extends Table> {
  /** Rows that must be read first, at most as many as one query reads. */
  readonly unclear: readonly PlannedRow<T>[];
  /** Rows whose callers can be answered without a write. */
  readonly answered: readonly PlannedRow<T>[];
  /** Rows to write, at most as many as one round may have. */
  readonly written: readonly PlannedRow<T>[];
  readonly statics: StaticPlan<T>;
}

/** The plan for the static columns of the partition that the changes of the written rows have read or set. */
export interface StaticPlan<T extends Table> {
  /** Absent: they stay as they are. */
  readonly write?: Write<T, Lwt<unknown>>;
  /** Their condition, if there is no write to carry it. */
  readonly condition?: StaticCondition;
  /** What is known of them after the round. */
  readonly after: StoredRow<T> | undefined;
}

/** A condition on static columns. */
export interface StaticCondition {
  /** Columns that must have these values. */
  readonly if: ColumnValues;
  /** Columns that must be null. */
  readonly isNull: readonly string[];
}

export interface RoundOptions<T extends Table> {
  readonly table: T;
  readonly partition: PartitionKey<T>;
  readonly known: KnownRows<T>;
  /** In order of arrival. */
  readonly callers: readonly Caller<T>[];
  /** Whether the process has a cell in the partition. */
  readonly hasCell: boolean;
}

/**
 * Plans the requests of callers, row by row, in the order in which the rows' first callers arrived, against what is known.
 * If planning a row fails, its callers fail.
 */
export function planRound<T extends Table>(options: RoundOptions<T>): RoundPlan<T> {
  const { table, partition, known, callers, hasCell } = options;
  const statics = createDraftValues(known.statics() as ColumnValues | undefined);
  const unclear: PlannedRow<T>[] = [];
  const answered: PlannedRow<T>[] = [];
  const written: PlannedRow<T>[] = [];
  const now = Date.now();
  let bytes = 0;
  for (const [row, group] of Map.groupBy(callers, (caller) => caller.row)) {
    const planned = planOrFail(group, () => {
      const seen = known.seen(row);
      const place = { table, partition, row: group[0]!.key, seen, statics, now };
      const requests = group.map(({ request }) => request);
      return { row, callers: group, plan: planRow(place, requests) };
    });
    if (!planned) continue;
    const { plan } = planned;
    const { write } = plan;
    if (!write) {
      plan.revert();
      if (plan.answers.length > 0 && isFresh(planned)) answered.push(planned);
      else if (!plan.waitsForOthers) unclear.push(planned);
    } else if (plan.creates || hasCell || known.seen(row)) {
      bytes += statementSize(write);
      if (written.length > 0 && (written.length === laneLimits.rows || bytes > laneLimits.bytes)) {
        plan.revert();
        break;
      }
      // The remaining callers wait for another round, whatever the outcome of this one.
      written.push({ ...planned, callers: group.slice(0, plan.answers.length) });
    } else {
      // The first round of a process writes a cell into the partition. For a row that may not exist, read it first.
      plan.revert();
      unclear.push(planned);
    }
  }
  return {
    unclear: unclear.slice(0, MAX_ROWS_A_QUERY),
    answered,
    written,
    statics: planStatics(options, statics),
  };

  function isFresh({ row, callers, plan }: PlannedRow<T>): boolean {
    return known.isFresh(row, callers) && (!plan.usesStatics || known.isReadWithStatics(row));
  }
}

function planOrFail<T extends Table>(
  callers: readonly Caller<T>[],
  work: () => PlannedRow<T>,
): PlannedRow<T> | undefined {
  try {
    return work();
  } catch (error) {
    answerEach(
      callers,
      callers.map(() => error as Error),
    );
    return undefined;
  }
}

function planStatics<T extends Table>(
  { table, partition }: Pick<RoundOptions<T>, "table" | "partition">,
  statics: DraftValues,
): StaticPlan<T> {
  const { seen, base, next } = statics;
  const judged = definedNames(base);
  if (judged.length === 0) return { after: seen as StoredRow<T> };
  const condition = {
    if: valuesOf(
      base,
      judged.filter((name) => base[name] !== null),
    ),
    isNull: judged.filter((name) => base[name] === null),
  };
  const after = {
    ...seen,
    ...valuesOf(base, judged),
    ...valuesOf(next, definedNames(next)),
  } as StoredRow<T>;
  const changed = changedIn(table, statics);
  if (changed.length === 0) return { condition, after };
  const write = (updatePartition as Untyped)(table, partition, valuesOf(next, changed), condition);
  return { write: write as Write<T, Lwt<unknown>>, after };
}

function valuesOf(values: ColumnValues, names: readonly string[]): ColumnValues {
  return Object.fromEntries(names.map((name) => [name, values[name]]));
}

/** Returns the columns to read for rows: those that their plans need, or all if a caller has waited for a read before. */
export function columnsToRead<T extends Table>(
  table: T,
  rows: readonly PlannedRow<T>[],
): readonly (DataName<T> | HiddenName<T>)[] {
  const asked = rows.flatMap(({ plan }) => plan.needs);
  const again = rows.some(({ callers }) => callers.some(({ rounds }) => rounds > 0));
  return [...new Set([...asked, ...(again ? dataNames(table) : [])])] as never;
}

/** Returns the approximate size of a statement's values, in bytes. */
function statementSize({ params, types }: Pick<Write<Table, unknown>, "params" | "types">): number {
  let size = 0;
  for (const [at, param] of params.entries()) {
    if (typeof param === "string") size += Buffer.byteLength(param);
    else if (param instanceof Uint8Array) size += param.length;
    else if (isComposed(param)) size += types[at]!.encode(param).length;
    else size += 16;
  }
  return size;
}

function isComposed(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    !(value instanceof Date || value instanceof Unreadable)
  );
}
