import {
  type ClusteringKey,
  columnOf,
  createRow,
  dataNames,
  laneColumns,
  type Lwt,
  type PartitionKey,
  regularNames,
  removeRow,
  type Row,
  type RowAlone,
  rowOfStored,
  staticNames,
  type StoredRow,
  type Table,
  UnreadableRow,
  type Write,
  type RowChange,
} from "../cassandra/index.ts";
import type { Untyped } from "../support/untyped.ts";
import { copyValue, type DraftValues, emptyAsNull } from "./draft.ts";
import { type ChangeAnswer, fold, type FoldedChange } from "./fold.ts";
import { planCheckedRemoval, type RemovalCheck } from "./removal.ts";

/** A request to a lane about one row. */
export type Request<T extends Table> =
  | { readonly kind: "create"; readonly row: RowAlone<T> }
  | { readonly kind: "remove"; readonly check?: RemovalCheck<Table, unknown> | undefined }
  | ({ readonly kind: "change" } & FoldedChange);

/** The answer of a lane. */
export type LaneAnswer<T extends Table> = Created<T> | Removed<unknown> | ChangeAnswer;

/** The outcome of creating a row. */
export type Created<T extends Table> =
  | { readonly outcome: "created"; readonly row: RowAlone<T> }
  /** A row with this key exists already. An `UnreadableRow` if it cannot be read. */
  | { readonly outcome: "exists"; readonly row: Row<T> | UnreadableRow };

/** The outcome of removing a row. */
export type Removed<Reason = never> =
  | { readonly outcome: "deleted" }
  /** The row does not exist. */
  | { readonly outcome: "missing" }
  /** The removal's check has refused it. */
  | { readonly outcome: "refused"; readonly reason: Reason };

/** What is known of a row: perhaps only some of its columns; null: it does not exist; undefined: nothing is known. */
export type KnownRow<T extends Table> = StoredRow<T> | null | undefined;

/** The plan for one row of a round. */
export interface RowPlan<T extends Table> {
  /** The answers to the first of the requests. The other requests wait for another round. Empty: too little is known. */
  readonly answers: readonly LaneAnswer<T>[];
  /**
   * Writes the row, on the condition that it is as it was seen or assumed. Absent: nothing changes, and the answers hold if
   * the row is as it was seen.
   */
  readonly write?: Write<T, Lwt<unknown>>;
  /** Whether the write creates the row. */
  readonly creates: boolean;
  /** What is known of the row after the round. */
  readonly after: KnownRow<T>;
  /** The columns that one read must cover, for answers without a write or before more requests can be answered. */
  readonly needs: readonly string[];
  /** How the row changes. For an update: the columns that get another value. */
  readonly change: RowChange;
  /** Whether an answer rests on a static column. */
  readonly usesStatics: boolean;
  /** Whether the row waits because other rows of the round set a static column that its answers rest on. */
  readonly waitsForOthers: boolean;
  /** Undoes what the row's changes have set in the static columns of the round. */
  revert(): void;
}

/** A row of a partition, and what is known of both. */
export interface RowPlace<T extends Table> {
  readonly table: T;
  readonly partition: PartitionKey<T>;
  readonly row: ClusteringKey<T>;
  readonly seen: KnownRow<T>;
  /** The static columns of the partition, as the earlier rows of the round have left them. */
  readonly statics: DraftValues;
  /** The present time, in milliseconds since 1970. */
  readonly now: number;
}

/**
 * Plans requests about one row, in their order of arrival. Creating and removing the row each take a round of their own;
 * consecutive changes are folded into one write.
 */
export function planRow<T extends Table>(
  place: RowPlace<T>,
  requests: readonly Request<T>[],
): RowPlan<T> {
  const [first] = requests;
  if (first?.kind === "create") return planCreate(place, first.row);
  if (first?.kind === "remove") return planRemove(place, first);
  const changes: FoldedChange[] = [];
  for (const request of requests) {
    if (request.kind !== "change") break;
    changes.push(request);
  }
  return planChanges(place, changes);
}

function planCreate<T extends Table>(
  { table, seen, ...place }: RowPlace<T>,
  row: RowAlone<T>,
): RowPlan<T> {
  if (!seen) {
    const answers = [{ outcome: "created", row: copyRow(table, row) }] as const;
    const write = (createRow as Untyped)(table, row) as Write<T, Lwt<unknown>>;
    return {
      ...PLAN_DEFAULTS,
      answers,
      write,
      creates: true,
      after: storedOf(table, row),
      change: "created",
    };
  }
  const names = dataNames(table);
  const stored = { ...place.statics.seen, ...seen } as StoredRow<T>;
  if (names.some((name) => !Object.hasOwn(stored, name))) {
    return { ...PLAN_DEFAULTS, answers: [], after: seen, needs: names };
  }
  const found = rowOfStored(table, { ...stored, ...place.partition, ...place.row });
  const own = found instanceof UnreadableRow ? found : copyRow(table, found);
  const answers = [{ outcome: "exists", row: own }] as const;
  const usesStatics = staticNames(table).length > 0;
  return { ...PLAN_DEFAULTS, answers, after: seen, needs: names, usesStatics };
}

function planRemove<T extends Table>(
  { table, partition, row, seen, statics }: RowPlace<T>,
  { check }: Request<T> & { readonly kind: "remove" },
): RowPlan<T> {
  if (seen === null) return { ...PLAN_DEFAULTS, answers: [{ outcome: "missing" }], after: null };
  const key = { ...partition, ...row };
  if (check) {
    const { draft, write, ...planned } = planCheckedRemoval(table, { key, seen, statics, check });
    return {
      ...PLAN_DEFAULTS,
      ...planned,
      ...(write && { write: write as Write<T, Lwt<unknown>>, change: "deleted" }),
      after: write ? null : seen,
      usesStatics: draft.usesStatics,
      revert: () => draft.revert(),
    };
  }
  const write = removeRow(table, key as never) as Write<T, Lwt<unknown>>;
  return {
    ...PLAN_DEFAULTS,
    answers: [{ outcome: "deleted" }],
    write,
    after: null,
    change: "deleted",
  };
}

function planChanges<T extends Table>(
  { table, partition, row, seen, statics, now }: RowPlace<T>,
  changes: readonly FoldedChange[],
): RowPlan<T> {
  if (seen === null) {
    return { ...PLAN_DEFAULTS, answers: changes.map(() => ({ outcome: "missing" })), after: null };
  }
  const key = { ...partition, ...row };
  const {
    answers,
    write,
    after,
    needs,
    changed: change,
    draft,
    waitsForOthers = false,
  } = fold(table, { key, seen, statics, changes, now });
  const { usesStatics } = draft;
  return {
    answers,
    ...(write && { write }),
    creates: false,
    after,
    needs,
    change,
    usesStatics,
    waitsForOthers,
    revert: () => draft.revert(),
  };
}

/** Copies a row, so that its values cannot be changed in place by the caller. */
export function copyRow<R extends object>(table: Table, row: R): R {
  const entries = Object.entries(row).map(([name, value]) => [
    name,
    copyValue(columnOf(table, name).type, value),
  ]);
  // The spread keeps the symbol that marks unreadable columns.
  return { ...row, ...Object.fromEntries(entries) };
}

/** Returns a row as its creation stores it: absent columns and the journal are null. */
function storedOf<T extends Table>(table: T, row: RowAlone<T>): StoredRow<T> {
  const { recent, earlier } = laneColumns(table) ?? {};
  const hidden = [recent, earlier].filter((name) => name !== undefined);
  const values = row as Readonly<Record<string, unknown>>;
  const regular = regularNames(table).map((name) => [
    name,
    emptyAsNull(columnOf(table, name).type, values[name] ?? null),
  ]);
  return Object.fromEntries([...regular, ...hidden.map((name) => [name, null])]) as StoredRow<T>;
}

/** The fields of a plan that most plans share. */
const PLAN_DEFAULTS = {
  creates: false,
  needs: [] as readonly string[],
  change: [] as readonly string[],
  usesStatics: false,
  waitsForOthers: false,
  revert() {},
} as const;
