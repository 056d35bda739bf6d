import {
  type Admit,
  admitAll,
  badStatement,
  clusteringIdentity,
  clusteringKeyOf,
  partitionKeyOf,
  type RawRow,
  select,
  selectRows,
  type Session,
  type Statement,
  type Table,
  UnreadableRow,
} from "../cassandra/index.ts";
import { liveConsistency } from "./consistency.ts";
import { columnWritetime, dataColumns, isOneCell, valuesText } from "./columns.ts";
import type { SeenVersion } from "./hub.ts";
import { objectNumber } from "../support/number.ts";

export interface ViewOptions {
  /** The watched columns. */
  readonly columns: readonly string[];
  /** Columns that are read with them. A change of these alone is no news. */
  readonly beside?: readonly string[] | undefined;
  readonly admit?: Admit | undefined;
}

/** The watched columns of a table's rows, and how they are read. */
export interface View {
  readonly table: Table;
  /** Equal for equal views. */
  readonly text: string;
  /** The watched columns, in the table's order. */
  readonly columns: readonly string[];
  /** Whether a version is one cell of a table of lightweight transactions. */
  readonly isOneCell: boolean;
  /** Reads the present version; undefined: the row does not exist. @throws UnreadableRow */
  read(key: RawRow): Promise<SeenVersion<RawRow> | undefined>;
  /** Reads several rows of one partition by one query. Returns their versions in the order of the keys. */
  readAll(keys: readonly RawRow[]): Promise<readonly FoundVersion[]>;
}

/** A version, or why it cannot be read; undefined: the row does not exist. */
export type FoundVersion = SeenVersion<RawRow> | UnreadableRow | undefined;

/** @throws CassandraError `BAD_STATEMENT` for a column that cannot be watched, or for no columns */
export function createView(
  session: Pick<Session, "run" | "consistency">,
  table: Table,
  { columns: watched, beside = [], admit = admitAll }: ViewOptions,
): View {
  if (watched.length === 0) throw badStatement(table, "needs columns to watch");
  const columns = dataColumns(table, watched);
  const names = dataColumns(table, [...watched, ...beside]);
  const consistency = liveConsistency(session, table);
  const options = { columns: names, writetime: columns, ...consistency } as never;
  // Ballots say what is news. Without them, only reads of the same columns never go back.
  const compared = table.lwt ? ({ columns, writetime: columns } as never) : options;

  const versionOf = createVersionOf(table, columns);

  function seen(row: RawRow): SeenVersion<RawRow> {
    const shown = admit(row, table);
    if (shown instanceof UnreadableRow) throw shown;
    return versionOf(row, shown);
  }

  function readEach(keys: readonly RawRow[]): Statement<FoundVersions> {
    const [first] = keys;
    const rows = keys.map((key) => clusteringKeyOf(table, key));
    // A table without a clustering key has one row per partition.
    const statement =
      keys.length === 1
        ? select(table, first as never, compared)
        : selectRows(table, partitionKeyOf(table, first!), rows, compared);
    return eachVersion(table, statement, { versionOf });
  }

  return {
    table,
    text: JSON.stringify([objectNumber(table), columns, names, objectNumber(admit)]),
    columns,
    isOneCell: table.lwt && columns.length === 1,
    async read(key) {
      const row = await session.run<RawRow | undefined>(select(table, key as never, options));
      return row && seen(row);
    },
    async readAll(keys) {
      const found = await session.run(readEach(keys));
      return keys.map((key) => found.get(clusteringIdentity(table, key)));
    },
  };
}

/** The rows of a partition that a read has found, by the identities of their clustering keys. */
type FoundVersions = ReadonlyMap<string, SeenVersion<RawRow> | UnreadableRow>;

/** Decodes each row of a read by itself, so that an unreadable row does not fail the others. */
function eachVersion(
  table: Table,
  statement: Statement<RawRow | readonly RawRow[] | undefined>,
  { versionOf }: { readonly versionOf: VersionOf },
): Statement<FoundVersions> {
  const decodeOne = (
    raw: RawRow,
  ): readonly (readonly [string, SeenVersion<RawRow> | UnreadableRow])[] => {
    try {
      const rows = [statement.decode([raw])].flat();
      return rows.flatMap((row) =>
        row ? [[clusteringIdentity(table, row), versionOf(row, row)]] : [],
      );
    } catch (error) {
      if (!(error instanceof UnreadableRow)) throw error;
      return [[clusteringIdentity(table, error.storedKey), error]];
    }
  };
  const { rest: _, ...read } = statement;
  return { ...read, decode: (rows) => new Map(rows.flatMap(decodeOne)) };
}

/** Returns the version of a row. @param shown the row as its subscribers get it */
type VersionOf = (row: RawRow, shown: RawRow) => SeenVersion<RawRow>;

/**
 * Returns the function that makes versions of rows. Versions of a table of lightweight transactions are distinguished by
 * ballots and the values of collections, versions of a table of plain writes by all values.
 */
function createVersionOf(table: Table, columns: readonly string[]): VersionOf {
  const comparedText = valuesText(
    table,
    table.lwt ? columns.filter((name) => !isOneCell(table, name)) : columns,
  );
  const areCells = columns.every((name) => isOneCell(table, name));
  return (row, shown) => {
    const times = columns.map((name) => columnWritetime(row, name));
    const version = { row: shown, asOf: largest(times) };
    if (!table.lwt) return { version, isOrdered: false, text: comparedText(row) };
    const text = areCells ? times.join() : `${times.join()} ${comparedText(row)}`;
    return { version, isOrdered: areCells && !times.includes(null), text };
  };
}

function largest(times: readonly (bigint | null)[]): bigint | null {
  return times.reduce(
    (most, time) => (time !== null && (most === null || time > most) ? time : most),
    null,
  );
}
