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
import { type Cells, heldOf, ownOf } from "./draft.ts";
import { fold, type FoldedChange, type Told } from "./fold.ts";

/** What a lane is asked for about one row. */
export type Request<T extends Table> =
  | { readonly kind: "create"; readonly row: RowAlone<T> }
  | { readonly kind: "remove" }
  | ({ readonly kind: "change" } & FoldedChange);

/** What a lane answers. */
export type Answer<T extends Table> = Created<T> | Removed | Told;

/** What became of a row that was to be created. */
export type Created<T extends Table> =
  | { readonly outcome: "created"; readonly row: RowAlone<T> }
  /** There is such a row already; the error, if it cannot be read. */
  | { readonly outcome: "exists"; readonly row: Row<T> | UnreadableRow };

/** What became of a row that was to be removed. */
export type Removed = { readonly outcome: "deleted" } | { readonly outcome: "missing" };

type Untyped = (...args: readonly unknown[]) => unknown;

/** What is known of a row, some columns of it perhaps; null: that there is none; undefined: nothing. */
export type Seen<T extends Table> = StoredRow<T> | null | undefined;

/** What is to become of a row in a round. */
export interface RowPlan<T extends Table> {
  /** What the first of the requests are told; the others wait for another round. None: too little is known of the row. */
  readonly answers: readonly Answer<T>[];
  /**
   * Makes the row so, if it is as it was seen or assumed. Absent: nothing changes, and the answers hold if the row is as
   * it was seen.
   */
  readonly write?: Write<T, Lwt<unknown>>;
  /** Whether it makes the row where there is none. */
  readonly creates: boolean;
  /** What is known of the row then. */
  readonly after: Seen<T>;
  /** The columns that have to be seen together for answers that write nothing, or before more can be answered. */
  readonly asks: readonly string[];
  /** How the row changes: of an update the columns that get another value. */
  readonly change: RowChange;
  /** Whether an answer rests on a static column. */
  readonly usesShared: boolean;
  /** Whether the row waits for what other rows of the round make of a static column. */
  readonly waitsForOthers: boolean;
  /** Takes out of the static columns of the round what the row's changes have put there. */
  revert(): void;
}

/** A row of a partition, and what is known of both. */
export interface RowPlace<T extends Table> {
  readonly table: T;
  readonly partition: PartitionKey<T>;
  readonly row: ClusteringKey<T>;
  readonly seen: Seen<T>;
  /** The static columns of the partition, as the rows before this one in the round left them. */
  readonly shared: Cells;
}

/**
 * Works out what requests about one row come to, in the order in which they came. The row's creation and its removal have
 * a round for themselves; changes are folded.
 */
export function planRow<T extends Table>(
  place: RowPlace<T>,
  requests: readonly Request<T>[],
  now: number,
): RowPlan<T> {
  const [first] = requests;
  if (first?.kind === "create") return creation(place, first.row);
  if (first?.kind === "remove") return removal(place);
  const changes: FoldedChange[] = [];
  for (const request of requests) {
    if (request.kind !== "change") break;
    changes.push(request);
  }
  return changed(place, changes, now);
}

function creation<T extends Table>(
  { table, seen, ...place }: RowPlace<T>,
  row: RowAlone<T>,
): RowPlan<T> {
  if (!seen) {
    const answers = [{ outcome: "created", row: ownRow(table, row) }] as const;
    // The table's own types: of any table the compiler cannot know them.
    const write = (createRow as Untyped)(table, row) as Write<T, Lwt<unknown>>;
    return {
      ...SIMPLE,
      answers,
      write,
      creates: true,
      after: storedOf(table, row),
      change: "created",
    };
  }
  const names = dataNames(table);
  const stored = { ...place.shared.seen, ...seen } as StoredRow<T>;
  if (names.some((name) => !Object.hasOwn(stored, name))) {
    return { ...SIMPLE, answers: [], after: seen, asks: names };
  }
  const found = rowOfStored(table, { ...stored, ...place.partition, ...place.row });
  const own = found instanceof UnreadableRow ? found : ownRow(table, found);
  const answers = [{ outcome: "exists", row: own }] as const;
  const usesShared = staticNames(table).length > 0;
  return { ...SIMPLE, answers, after: seen, asks: names, usesShared };
}

function removal<T extends Table>({ table, partition, row, seen }: RowPlace<T>): RowPlan<T> {
  if (seen === null) return { ...SIMPLE, answers: [{ outcome: "missing" }], after: null };
  const write = removeRow(table, { ...partition, ...row } as never) as Write<T, Lwt<unknown>>;
  return { ...SIMPLE, answers: [{ outcome: "deleted" }], write, after: null, change: "deleted" };
}

function changed<T extends Table>(
  { table, partition, row, seen, shared }: RowPlace<T>,
  changes: readonly FoldedChange[],
  now: number,
): RowPlan<T> {
  if (seen === null) {
    return { ...SIMPLE, answers: changes.map(() => ({ outcome: "missing" })), after: null };
  }
  const key = { ...partition, ...row };
  const {
    answers,
    write,
    after,
    asks,
    changed: change,
    draft,
    waitsForOthers = false,
  } = fold(table, { key, seen, shared, changes, now });
  const { usesShared } = draft;
  return {
    answers,
    ...(write && { write }),
    creates: false,
    after,
    asks,
    change,
    usesShared,
    waitsForOthers,
    revert: () => draft.revert(),
  };
}

/** A row whose values nobody else can change in place. */
export function ownRow<R extends object>(table: Table, row: R): R {
  const entries = Object.entries(row).map(([name, value]) => [
    name,
    ownOf(columnOf(table, name).type, value),
  ]);
  // What a row says of columns that cannot be read stays with it.
  return { ...row, ...Object.fromEntries(entries) };
}

/** A row as its creation leaves it: what it does not give is null, its memory too. */
function storedOf<T extends Table>(table: T, row: RowAlone<T>): StoredRow<T> {
  const { recent, earlier } = laneColumns(table) ?? {};
  const hidden = [recent, earlier].filter((name) => name !== undefined);
  const values = row as Readonly<Record<string, unknown>>;
  const regular = regularNames(table).map((name) => [
    name,
    heldOf(columnOf(table, name).type, values[name] ?? null),
  ]);
  return Object.fromEntries([...regular, ...hidden.map((name) => [name, null])]) as StoredRow<T>;
}

/** A plan of which none of this can be said. */
const SIMPLE = {
  creates: false,
  asks: [] as readonly string[],
  change: [] as readonly string[],
  usesShared: false,
  waitsForOthers: false,
  revert() {},
} as const;
