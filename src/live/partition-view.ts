import {
  type Admit,
  admitAll,
  clusteringKeyOf,
  keyNames,
  type RawRow,
  readRows,
  type RowChange,
  selectEach,
  type Session,
  type Table,
  UnreadableRow,
} from "../cassandra/index.ts";
import { liveConsistency } from "./consistency.ts";
import { allDataColumns, columnWritetime, dataColumns, isOneCell, valuesText } from "./columns.ts";
import { objectNumber } from "../support/number.ts";
import { CREATED, type Marks } from "./tracked-rows.ts";
import type { TrackedPartition } from "./tracker.ts";

/** A change of a row of a followed partition, with the row as it is when the event is sent. */
export type FollowEvent<Key, Row, Name extends string = string, Partition = RawRow> =
  | { readonly kind: "created"; readonly row: Row }
  | {
      readonly kind: "updated";
      readonly row: Row;
      /** The columns named in `apart` that were written. */
      readonly changed: ReadonlySet<Name>;
      /** Whether other columns were written. */
      readonly others: boolean;
    }
  | { readonly kind: "deleted"; readonly key: Key }
  /** Something was missed: read the partition again. */
  | { readonly kind: "reset"; readonly partition: Partition };

export interface PartitionViewOptions {
  readonly partition: RawRow;
  readonly columns?: readonly string[] | undefined;
  readonly apart?: readonly string[] | undefined;
  readonly admit?: Admit | undefined;
}

/** The followed columns of a partition's rows, how they are read, and which events their changes make. */
export interface PartitionView extends TrackedPartition<
  RawRow,
  RawRow,
  FollowEvent<RawRow, RawRow>
> {
  readonly table: Table;
  /** Equal for equal views. */
  readonly text: string;
  /** The followed columns, in the table's order. */
  readonly columns: readonly string[];
  /** Returns the kinds of a change; none: it concerns no followed column. */
  kindsOf(change: RowChange): readonly string[];
}

/** The kind of a change of columns that are not in `apart`. The kinds of columns differ from it, whatever their names. */
const OTHERS = "others";

/** @throws CassandraError `BAD_STATEMENT` for a column that cannot be followed */
export function createPartitionView(
  session: Pick<Session, "run" | "report" | "consistency">,
  table: Table,
  options: PartitionViewOptions,
): PartitionView {
  const { partition, columns: given = allDataColumns(table), admit = admitAll } = options;
  const apart = dataColumns(table, options.apart ?? []);
  const columns = dataColumns(table, [...given, ...apart]);
  const kinds = apart.map((name) => [name, `column ${name}`] as const);
  const together = columns.filter((name) => !apart.includes(name));
  const selection = { columns, writetime: apart, ...liveConsistency(session, table) } as const;
  const reset = { kind: "reset", partition } as const;

  function admitted(row: RawRow | UnreadableRow): RawRow | UnreadableRow {
    return row instanceof UnreadableRow ? row : admit(row, table);
  }

  const othersOf = valuesText(table, together);
  const marksOf = kinds.map(([name, kind]) => {
    const hasBallot = table.lwt && isOneCell(table, name);
    const byBallot = (row: RawRow) => String(columnWritetime(row, name));
    return { kind, markOf: hasBallot ? byBallot : valuesText(table, [name]) };
  });

  return {
    table,
    columns,
    text: JSON.stringify([objectNumber(table), columns, apart, objectNumber(admit)]),
    kindsOf(change) {
      if (typeof change === "string") return [change];
      const written = kinds.flatMap(([name, kind]) => (change.includes(name) ? [kind] : []));
      return together.some((name) => change.includes(name)) ? [...written, OTHERS] : written;
    },
    // A row with values that cannot be represented is followed like any other, with replacements for them.
    async read(key) {
      const found: readonly (RawRow | UnreadableRow)[] = await session.run(
        selectEach(table, key as never, selection as never),
      );
      const [row] = found.map(admitted);
      if (!(row instanceof UnreadableRow)) return row;
      session.report(row);
      throw row;
    },
    async page(after, limit) {
      const { rows, unreadable, isEnd } = await readRows(session, table, {
        ...(selection as object),
        key: partition as never,
        limit,
        after: after && clusteringKeyOf(table, after),
        admit: (row) => admit(row, table),
      });
      for (const { row } of unreadable) session.report(row);
      if (rows.length < limit && !isEnd) throw unreadable[0]!.row;
      return rows as readonly RawRow[];
    },
    keyOf: (row) => Object.fromEntries(keyNames(table).map((name) => [name, row[name]])),
    marks(row): Marks {
      const marks: Record<string, string> = {};
      for (const { kind, markOf } of marksOf) marks[kind] = markOf(row);
      if (together.length > 0) marks[OTHERS] = othersOf(row);
      return marks;
    },
    eventOf({ key, row, kinds: changed }) {
      if (!row) return { kind: "deleted", key };
      if (changed.has(CREATED)) return { kind: "created", row };
      const written = kinds.flatMap(([name, kind]) => (changed.has(kind) ? [name] : []));
      const others = changed.has(OTHERS);
      // If it is unknown what changed, the event names everything.
      const isAll = written.length === 0 && !others;
      return {
        kind: "updated",
        row,
        changed: new Set(isAll ? apart : written),
        others: others || isAll,
      };
    },
    reset,
  };
}
