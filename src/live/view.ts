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
import { dataColumns, isOneCell, valuesText, writetimeOf } from "./columns.ts";
import type { Seen } from "./hub.ts";
import { objectNumber } from "../support/number.ts";

/** What a view shows. */
export interface ViewOptions {
  /** The columns that are watched. */
  readonly columns: readonly string[];
  /** Columns that are read along, and of which a change alone is no news. */
  readonly beside?: readonly string[] | undefined;
  readonly admit?: Admit | undefined;
}

/** What is watched of a row of a table, and how it is read. */
export interface View {
  readonly table: Table;
  /** Equal for equal views. */
  readonly text: string;
  /** The watched columns, in the table's order. */
  readonly columns: readonly string[];
  /** Whether a version is one cell of a table of lightweight transactions. */
  readonly isOneCell: boolean;
  /** Reads the present version; undefined: there is no such row. @throws UnreadableRow */
  read(key: RawRow): Promise<Seen<RawRow> | undefined>;
  /**
   * Reads rows of one partition by one query to compare them with what is known, in their order; undefined where there is
   * none.
   */
  readAll(keys: readonly RawRow[]): Promise<readonly (Seen<RawRow> | UnreadableRow | undefined)[]>;
}

/** @throws CassandraError `BAD_STATEMENT` for a column that cannot be watched, or none */
export function createView(
  session: Pick<Session, "run">,
  table: Table,
  { columns: watched, beside = [], admit = admitAll }: ViewOptions,
): View {
  if (watched.length === 0) throw badStatement(table, "has nothing to watch without columns");
  const columns = dataColumns(table, watched);
  const names = dataColumns(table, [...watched, ...beside]);
  const options = { columns: names, writetime: columns } as never;
  // Ballots tell what is news; without them only reads of the same columns never go back.
  const compared = table.lwt ? ({ columns, writetime: columns } as never) : options;

  const sight = createSight(table, columns);

  function seen(row: RawRow): Seen<RawRow> {
    const shown = admit(row, table);
    if (shown instanceof UnreadableRow) throw shown;
    return sight(row, shown);
  }

  function readEach(keys: readonly RawRow[]): Statement<Found> {
    const [first] = keys;
    const rows = keys.map((key) => clusteringKeyOf(table, key));
    // A table without a clustering key has one row in each partition.
    return keys.length === 1
      ? each(table, select(table, first as never, compared), sight)
      : each(table, selectRows(table, partitionKeyOf(table, first!), rows, compared), sight);
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

/** What was found of rows of a partition, by the identities of their clustering keys. */
type Found = ReadonlyMap<string, Seen<RawRow> | UnreadableRow>;

/** The same read, each row by itself: one that cannot be read does not fail the others. */
function each(
  table: Table,
  statement: Statement<RawRow | readonly RawRow[] | undefined>,
  sight: Sight,
): Statement<Found> {
  const decodeOne = (raw: RawRow): readonly (readonly [string, Seen<RawRow> | UnreadableRow])[] => {
    try {
      const rows = [statement.decode([raw])].flat();
      return rows.flatMap((row) =>
        row ? [[clusteringIdentity(table, row), sight(row, row)]] : [],
      );
    } catch (error) {
      if (!(error instanceof UnreadableRow)) throw error;
      return [[clusteringIdentity(table, error.storedKey), error]];
    }
  };
  const { rest: _, ...read } = statement;
  return { ...read, decode: (rows) => new Map(rows.flatMap(decodeOne)) };
}

/**
 * Makes the function that tells a version of a row by its ballots and collections, or, of a table of plain writes, by its
 * values.
 */
function createSight(table: Table, columns: readonly string[]): Sight {
  const textOf = valuesText(
    table,
    table.lwt ? columns.filter((name) => !isOneCell(table, name)) : columns,
  );
  const areCells = columns.every((name) => isOneCell(table, name));
  return (row, shown) => {
    const times = columns.map((name) => writetimeOf(row, name));
    const version = { row: shown, asOf: largest(times) };
    if (!table.lwt) return { version, isOrdered: false, text: textOf(row) };
    const text = areCells ? times.join() : `${times.join()} ${textOf(row)}`;
    return { version, isOrdered: areCells && !times.includes(null), text };
  };
}

/** Gives what is seen of a row. @param shown as its subscribers get it */
type Sight = (row: RawRow, shown: RawRow) => Seen<RawRow>;

function largest(times: readonly (bigint | null)[]): bigint | null {
  return times.reduce(
    (most, time) => (time !== null && (most === null || time > most) ? time : most),
    null,
  );
}
