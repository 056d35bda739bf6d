import {
  type Lwt,
  regularNames,
  removeRow,
  type StoredRow,
  type Table,
  UnreadableRow,
  type Write,
} from "../cassandra/index.ts";
import type { Untyped } from "../support/untyped.ts";
import { type Changed, type Draft, Refused } from "./change.ts";
import {
  type ColumnValues,
  createDraftValues,
  type DraftValues,
  RowDraft,
  WAITS,
} from "./draft.ts";
import { conditionOf } from "./fold.ts";

/**
 * Decides whether a row is removed: returns a refusal, or undefined. It is pure, as a `Change` is. The row is then removed
 * only if the columns that it has read still have the same values.
 */
export type RemovalCheck<T extends Table, Reason> = (
  row: Pick<Draft<T>, "get" | "refuse">,
) => Refused<Reason> | undefined;

/** A row that is to be removed if its check does not refuse it. */
export interface CheckedRemoval<T extends Table> {
  /** The row's partition key and clustering key. */
  readonly key: ColumnValues;
  /** What is known of the row; undefined: nothing. */
  readonly seen: StoredRow<T> | undefined;
  /** The static columns of the partition, as the earlier rows of the round have left them. */
  readonly statics: DraftValues;
  /** The compiler has checked it against its table when it was submitted. */
  readonly check: RemovalCheck<Table, unknown>;
}

/** The result of planning a removal. */
export interface PlannedRemoval {
  /** Empty: too little is known, or the row must wait. */
  readonly answers: readonly (
    | Changed<unknown, unknown>
    | { readonly outcome: "deleted" }
    | Error
  )[];
  /** Absent: nothing is removed, and the answer holds if the row is as it was seen. */
  readonly write?: Write<Table, Lwt<unknown>>;
  /** The columns that one read must cover, for an answer without a write or before the check can decide. */
  readonly needs: readonly string[];
  /** Whether the answer rests on a static column that other rows of the round set. Default: false. */
  readonly waitsForOthers?: boolean;
  readonly draft: RowDraft;
}

/** Plans the removal of a row, on the condition that the columns that its check has read are as they were seen. */
export function planCheckedRemoval<T extends Table>(
  table: T,
  { key, seen, statics, check }: CheckedRemoval<T>,
): PlannedRemoval {
  const own = createDraftValues(seen);
  const draft = new RowDraft(table, { key, own, statics });
  const answer = draft.run((row) =>
    check({ get: (name) => row.get(name), refuse: (reason) => row.refuse(reason) }),
  );
  const needs = draft.columnsRead;
  if (answer === WAITS) return { draft, answers: [], needs };
  if (answer instanceof Error) return unwritten(answer);
  if (answer instanceof Refused) return unwritten({ outcome: "refused", reason: answer.reason });
  try {
    const condition = conditionOf(table, key, own, undefined);
    if (!condition) return { draft, answers: [], needs: [...needs, ...regularNames(table)] };
    const write = (removeRow as Untyped)(table, key, condition) as Write<Table, Lwt<unknown>>;
    return { draft, answers: [{ outcome: "deleted" }], write, needs };
  } catch (error) {
    if (!(error instanceof UnreadableRow)) throw error;
    return { draft, answers: [error], needs: regularNames(table) };
  }

  /** An answer without a write must not rest on what other rows of the round set. */
  function unwritten(only: PlannedRemoval["answers"][number]): PlannedRemoval {
    if (draft.seesOthers) return { draft, answers: [], needs, waitsForOthers: true };
    return { draft, answers: [only], needs };
  }
}
