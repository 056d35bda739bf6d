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
import { type Caller, tellEach } from "./caller.ts";
import { type Cells, createCells, namesIn } from "./draft.ts";
import { changedIn } from "./fold.ts";
import type { KnownRows } from "./known.ts";
import { laneLimits } from "./limits.ts";
import { planRow, type RowPlan } from "./request.ts";

type Values = Readonly<Record<string, unknown>>;
type Untyped = (...args: readonly unknown[]) => unknown;

/** What becomes of a row in a round, and the callers who asked for it, those whom that answers first. */
export interface PlannedRow<T extends Table> {
  readonly row: string;
  readonly callers: readonly Caller<T>[];
  readonly plan: RowPlan<T>;
}

/** What becomes of the rows of a partition in a round. */
export interface RoundPlan<T extends Table> {
  /** Rows of which too little is known, as many as are read at once. */
  readonly unclear: readonly PlannedRow<T>[];
  /** Rows whose callers can be answered by what is known. */
  readonly known: readonly PlannedRow<T>[];
  /** Rows to be written, as many as one round may have. */
  readonly written: readonly PlannedRow<T>[];
  /** What becomes of the static columns by which the written rows were judged. */
  readonly shared: SharedPlan<T>;
}

/** What becomes of the static columns of a partition. */
export interface SharedPlan<T extends Table> {
  /** Absent: they stay as they are. */
  readonly write?: Write<T, Lwt<unknown>>;
  /** What must hold of them, where no write has the condition. */
  readonly condition?: SharedCondition;
  /** What is known of them then. */
  readonly after: StoredRow<T> | undefined;
}

/** What must hold of static columns: that they have these values, and that these are null. */
export interface SharedCondition {
  readonly if: Readonly<Record<string, unknown>>;
  readonly isNull: readonly string[];
}

/** A round to be worked out. */
export interface RoundOptions<T extends Table> {
  readonly table: T;
  readonly partition: PartitionKey<T>;
  readonly known: KnownRows<T>;
  /** In order of arrival. */
  readonly callers: readonly Caller<T>[];
  /** Whether the process has its cell in the partition. */
  readonly hasCell: boolean;
}

/**
 * Works out what callers have asked for, row by row, in the order in which the rows' first callers came, against what is
 * known. What fails at that fails the row's callers.
 */
export function planRound<T extends Table>(options: RoundOptions<T>): RoundPlan<T> {
  const { table, partition, known, callers, hasCell } = options;
  const shared = createCells(known.shared() as Values | undefined);
  const unclear: PlannedRow<T>[] = [];
  const answered: PlannedRow<T>[] = [];
  const written: PlannedRow<T>[] = [];
  const now = Date.now();
  let bytes = 0;
  for (const [row, group] of Map.groupBy(callers, (caller) => caller.row)) {
    const planned = attempt(group, () => {
      const seen = known.seen(row);
      const place = { table, partition, row: group[0]!.key, seen, shared };
      const requests = group.map(({ request }) => request);
      return { row, callers: group, plan: planRow(place, requests, now) };
    });
    if (!planned) continue;
    const { plan } = planned;
    const { write } = plan;
    if (!write) {
      plan.revert();
      if (plan.answers.length > 0 && isFresh(planned)) answered.push(planned);
      else if (!plan.waitsForOthers) unclear.push(planned);
    } else if (plan.creates || hasCell || known.seen(row)) {
      bytes += sizeOf(write);
      if (written.length > 0 && (written.length === laneLimits.rows || bytes > laneLimits.bytes)) {
        plan.revert();
        break;
      }
      // The others wait for another round, whatever becomes of this one.
      written.push({ ...planned, callers: group.slice(0, plan.answers.length) });
    } else {
      // The first round of a process leaves something in the partition: not for a row that may not even exist.
      plan.revert();
      unclear.push(planned);
    }
  }
  return {
    unclear: unclear.slice(0, MAX_ROWS_A_QUERY),
    known: answered,
    written,
    shared: planShared(table, partition, shared),
  };

  function isFresh({ row, callers, plan }: PlannedRow<T>): boolean {
    return known.isFresh(row, callers) && (!plan.usesShared || known.isOneWithShared(row));
  }
}

function attempt<T extends Table>(
  callers: readonly Caller<T>[],
  work: () => PlannedRow<T>,
): PlannedRow<T> | undefined {
  try {
    return work();
  } catch (error) {
    tellEach(
      callers,
      callers.map(() => error as Error),
    );
    return undefined;
  }
}

function planShared<T extends Table>(
  table: T,
  partition: PartitionKey<T>,
  cells: Cells,
): SharedPlan<T> {
  const { seen, base, next } = cells;
  const judged = namesIn(base);
  if (judged.length === 0) return { after: seen as StoredRow<T> };
  const condition = {
    if: pick(
      base,
      judged.filter((name) => base[name] !== null),
    ),
    isNull: judged.filter((name) => base[name] === null),
  };
  const after = { ...seen, ...pick(base, judged), ...pick(next, namesIn(next)) } as StoredRow<T>;
  const changed = changedIn(table, cells);
  if (changed.length === 0) return { condition, after };
  // The table's own types: of any table the compiler cannot know them.
  const write = (updatePartition as Untyped)(table, partition, pick(next, changed), condition);
  return { write: write as Write<T, Lwt<unknown>>, after };
}

function pick(values: Values, names: readonly string[]): Values {
  return Object.fromEntries(names.map((name) => [name, values[name]]));
}

/** The columns that have to be read for rows: those that were asked for, or all for whoever has waited for some before. */
export function columnsOf<T extends Table>(
  table: T,
  rows: readonly PlannedRow<T>[],
): readonly (DataName<T> | HiddenName<T>)[] {
  const asked = rows.flatMap(({ plan }) => plan.asks);
  const again = rows.some(({ callers }) => callers.some(({ rounds }) => rounds > 0));
  return [...new Set([...asked, ...(again ? dataNames(table) : [])])] as never;
}

/** How many bytes the values of a statement have, roughly. */
function sizeOf({ params, types }: Pick<Write<Table, unknown>, "params" | "types">): number {
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
