import {
  type Admit,
  admitAll,
  clusteringKeyOf,
  keyNames,
  type RawRow,
  readRows,
  selectEach,
  type Session,
  type Table,
  UnreadableRow,
  type RowChange,
} from "../cassandra/index.ts";
import { allDataColumns, dataColumns, isOneCell, valuesText, writetimeOf } from "./columns.ts";
import type { Followed } from "./known.ts";
import { CREATED, type Marks } from "./memory.ts";
import { objectNumber } from "../support/number.ts";

/** What happened to a row of a followed partition, as it is when it is told. */
export type FollowEvent<Key, Row, Name extends string = string, Partition = RawRow> =
  | { readonly kind: "created"; readonly row: Row }
  | {
      readonly kind: "updated";
      readonly row: Row;
      /** Which of the columns that are told apart were written. */
      readonly changed: ReadonlySet<Name>;
      /** Whether others were. */
      readonly others: boolean;
    }
  | { readonly kind: "deleted"; readonly key: Key }
  /** Something was missed: read the partition again. */
  | { readonly kind: "reset"; readonly partition: Partition };

/** What is followed of the rows of a partition. */
export interface FollowedOptions {
  readonly columns?: readonly string[] | undefined;
  readonly apart?: readonly string[] | undefined;
  readonly admit?: Admit | undefined;
}

/** What is followed of a partition, how it is read, and what is told of it. */
export interface FollowedPartition extends Followed<RawRow, RawRow, FollowEvent<RawRow, RawRow>> {
  readonly table: Table;
  /** Equal where the same is followed. */
  readonly text: string;
  /** The columns that are followed, in the table's order. */
  readonly columns: readonly string[];
  /** The kinds of change that are told of a change; none: it is of nothing that is followed. */
  kindsOf(change: RowChange): readonly string[];
}

/** The kind of a change of columns that are not told apart. No column that is has such a kind, whatever its name is. */
const OTHERS = "others";

/** @throws CassandraError `BAD_STATEMENT` for a column that cannot be followed, or told apart */
export function createFollowed(
  session: Pick<Session, "run" | "report">,
  table: Table,
  partition: RawRow,
  { columns: given = allDataColumns(table), apart: told = [], admit = admitAll }: FollowedOptions,
): FollowedPartition {
  const columns = dataColumns(table, [...given, ...told]);
  const apart = dataColumns(table, told);
  const kinds = apart.map((name) => [name, `column ${name}`] as const);
  const together = columns.filter((name) => !apart.includes(name));
  const options = { columns, writetime: apart } as const;
  const reset = { kind: "reset", partition } as const;

  function admitted(row: RawRow | UnreadableRow): RawRow | UnreadableRow {
    return row instanceof UnreadableRow ? row : admit(row, table);
  }

  const othersOf = valuesText(table, together);
  const marksOf = kinds.map(([name, kind]) => {
    const hasBallot = table.lwt && isOneCell(table, name);
    const byBallot = (row: RawRow) => String(writetimeOf(row, name));
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
    // One of which something cannot be represented is followed like any other.
    async read(key) {
      const found: readonly (RawRow | UnreadableRow)[] = await session.run(
        selectEach(table, key as never, options as never),
      );
      const [row] = found.map(admitted);
      if (!(row instanceof UnreadableRow)) return row;
      session.report(row);
      throw row;
    },
    async page(behind, limit) {
      const { rows, unreadable, isEnd } = await readRows(session, table, {
        key: partition as never,
        ...(options as object),
        limit,
        after: behind && clusteringKeyOf(table, behind),
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
    tell(key, row, said) {
      if (!row) return { kind: "deleted", key };
      if (said.has(CREATED)) return { kind: "created", row };
      const written = kinds.flatMap(([name, kind]) => (said.has(kind) ? [name] : []));
      const others = said.has(OTHERS);
      // Nobody knows what changed.
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
