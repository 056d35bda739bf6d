import {
  clusteringKeyOf,
  keyNames,
  type RawRow,
  readRows,
  selectEach,
  type Session,
  type Table,
  UnreadableRow,
} from "../cassandra/index.ts";
import {
  allDataColumns,
  dataColumns,
  isOneCell,
  oneText,
  valueText,
  writetimeOf,
} from "./columns.ts";
import type { Followed } from "./known.ts";
import { CREATED, type Marks } from "./memory.ts";
import type { RowChange } from "../row-change.ts";
import { numberOf } from "./number.ts";
import type { Admit } from "./view.ts";

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

/** The kind of a change of columns that are not told apart. */
const OTHERS = "others";

/** The kind of a change of a column that is told apart. */
function kindOf(name: string): string {
  return `column ${name}`;
}

/** @throws CassandraError `BAD_STATEMENT` for a column that cannot be followed, or told apart */
export function createFollowed(
  session: Pick<Session, "run" | "report">,
  table: Table,
  partition: RawRow,
  { columns: given = allDataColumns(table), apart: told = [], admit = same }: FollowedOptions,
): FollowedPartition {
  const columns = dataColumns(table, [...given, ...told]);
  const apart = dataColumns(table, told);
  const together = columns.filter((name) => !apart.includes(name));
  const options = { columns, writetime: apart } as const;
  const reset = { kind: "reset", partition } as const;

  function admitted(row: RawRow | UnreadableRow): RawRow | UnreadableRow {
    return row instanceof UnreadableRow ? row : admit(row);
  }

  function markOf(row: RawRow, name: string): string {
    const isBallot = table.lwt && isOneCell(table, name);
    return isBallot ? String(writetimeOf(row, name)) : oneText([valueText(table, row, name)]);
  }

  return {
    table,
    columns,
    text: JSON.stringify([numberOf(table), columns, apart, admit === same ? 0 : numberOf(admit)]),
    kindsOf(change) {
      if (typeof change === "string") return [change];
      const kinds = apart.filter((name) => change.includes(name)).map(kindOf);
      return together.some((name) => change.includes(name)) ? [...kinds, OTHERS] : kinds;
    },
    // One of which something cannot be represented is followed like any other.
    async read(key) {
      const found: readonly (RawRow | UnreadableRow)[] = await session.run(
        selectEach(table, key as never, options as never),
      );
      const [row] = found.map(admitted);
      if (row instanceof UnreadableRow) throw row;
      return row;
    },
    async page(behind, limit) {
      const { rows, unreadable, isEnd } = await readRows(session, table, partition as never, {
        ...(options as object),
        limit,
        after: behind && clusteringKeyOf(table, behind),
        admit,
      });
      for (const { row } of unreadable) session.report(row);
      if (rows.length < limit && !isEnd) throw unreadable[0]!.row;
      return rows as readonly RawRow[];
    },
    keyOf: (row) => Object.fromEntries(keyNames(table).map((name) => [name, row[name]])),
    marks(row): Marks {
      const each = apart.map((name) => [kindOf(name), markOf(row, name)] as const);
      if (together.length === 0) return Object.fromEntries(each);
      const others = oneText(together.map((name) => valueText(table, row, name)));
      return Object.fromEntries([...each, [OTHERS, others]]);
    },
    tell(key, row, kinds) {
      if (!row) return { kind: "deleted", key };
      if (kinds.has(CREATED)) return { kind: "created", row };
      const changed = new Set(apart.filter((name) => kinds.has(kindOf(name))));
      const others = kinds.has(OTHERS);
      // Nobody knows what changed.
      const isAll = changed.size === 0 && !others;
      return {
        kind: "updated",
        row,
        changed: isAll ? new Set(apart) : changed,
        others: others || isAll,
      };
    },
    reset,
  };
}

function same<R extends object>(row: R): R {
  return row;
}
