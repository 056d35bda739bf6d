import { types } from "cassandra-driver";
import { CassandraError, UnreadableRow } from "./error.ts";
import { identifier } from "./identifier.ts";
import { clusteringKeyOf, clusteringValues, namesRow, whereAfter, whereKey } from "./key.ts";
import { decodeEach, decodeRow, decodeStored } from "./row.ts";
import { type Fragment, join, type RawRow, type Statement } from "./statement.ts";
import {
  type ClusteringKey,
  clusteringNames,
  columnOf,
  type DataName,
  type HiddenName,
  type Key,
  type PartitionKey,
  type Place,
  type Row,
  type RowKey,
  type StoredRow,
  type Table,
} from "./table.ts";

/** What a select takes beside the key. */
export interface SelectOptions<T extends Table, Name extends DataName<T> = never> {
  /** Most rows, a whole number from 1. Default: all of them. */
  readonly limit?: number | undefined;
  /** Begin behind this row of the partition, whether it still exists or not. */
  readonly after?: Place<T> | undefined;
  /** Read this column's write time beside; under lightweight transactions it is the ballot. */
  readonly writetime?: Name;
  /**
   * Read at the serial consistency: what lightweight transactions have begun is finished first, so that what is
   * found is applied for good. It costs them a round: for the rare case that has to know. Default: false.
   */
  readonly serial?: boolean;
}

/** A row with the write time of a column in microseconds, null where the column is null. */
export type TimedRow<T extends Table, Name extends string> = Row<T> & Writetime<Name>;

/** The write time of a column in microseconds, null where the column is null. */
export type Writetime<Name extends string> = {
  readonly [N in Name as `writetime(${N})`]: bigint | null;
};

/**
 * Reads by key: a row where the key is the whole primary key, else rows of a partition in clustering order.
 *
 * @example
 * select(PartyTable, { city: "Rome", id }); // Row | undefined
 * // SELECT city, id, name, people, date FROM party WHERE city = ? AND id = ?
 * select(PartyTable, { city: "Rome" }, { limit: 20 }); // Row[]
 * // SELECT city, id, name, people, date FROM party WHERE city = ? LIMIT ?
 * select(PartyTable, { city: "Rome", id }, { writetime: "people" }); // row["writetime(people)"] is its ballot
 * // SELECT city, id, name, people, date, WRITETIME(people) FROM party WHERE city = ? AND id = ?
 * What cannot be represented of a single row is an {@link UnreadableRow} when it is read; of several rows it reads as a
 * null does, if the column says what that is.
 *
 * @throws CassandraError `BAD_STATEMENT` if the key is not one; InvalidValue if a value does not fit its column
 */
export function select<T extends Table, Name extends DataName<T> = never>(
  table: T,
  key: RowKey<T>,
  options?: Pick<SelectOptions<T, Name>, "writetime" | "serial">,
): Statement<TimedRow<T, Name> | undefined>;
export function select<T extends Table, Name extends DataName<T> = never>(
  table: T,
  key: Key<T>,
  options?: SelectOptions<T, Name>,
): Statement<readonly TimedRow<T, Name>[]>;
export function select(table: Table, key: RawRow, options: AnyOptions = {}): Statement<unknown> {
  const { decode, ...statement } = readOf(table, key, options);
  return {
    ...statement,
    decode: namesRow(table, key)
      ? ([row]) => row && timedRow(table, row, options.writetime)
      : (rows) => decode(rows).map(orThrow),
  };
}

/**
 * Reads by key as `select` does, each row by itself: one that cannot be read, as another program has written it, does not
 * fail the others. In its place is why. Of a single row, too, what cannot be represented reads as a null does.
 *
 * @example
 * selectEach(PartyTable, { city: "Rome" }, { limit: 20 }); // (Row | UnreadableRow)[]
 * // SELECT city, id, name, people, date FROM party WHERE city = ? LIMIT ?
 */
export function selectEach<T extends Table, Name extends DataName<T> = never>(
  table: T,
  key: Key<T>,
  options?: SelectOptions<T, Name>,
): Statement<readonly (TimedRow<T, Name> | UnreadableRow)[]>;
export function selectEach(
  table: Table,
  key: RawRow,
  options: AnyOptions = {},
): Statement<unknown> {
  return readOf(table, key, options);
}

function readOf(
  table: Table,
  key: RawRow,
  { limit, after, writetime, serial = false }: AnyOptions,
): Statement<readonly (RawRow | UnreadableRow)[]> {
  const where = [whereKey(table, key), ...(after ? [whereAfter(table, after)] : [])];
  const bound = limit === undefined ? [] : [{ cql: "LIMIT ?", params: [positive(limit)] }];
  return {
    ...join([from(table, rowColumns(table, writetime)), join(where, " AND "), ...bound]),
    kind: serial ? "serial" : "read",
    ...(!namesRow(table, key) && { range: { table, key, after } }),
    decode: (rows) =>
      rows
        .filter((row) => !isPartition(table, row))
        .map((row) => {
          const each = decodeEach(table, row) as RawRow | UnreadableRow;
          return each instanceof UnreadableRow ? each : { ...each, ...writetimeOf(row, writetime) };
        }),
  };
}

function timedRow(table: Table, row: RawRow, writetime: string | undefined): RawRow {
  return { ...decodeRow(table, row), ...writetimeOf(row, writetime) };
}

function orThrow<R extends object>(row: R | UnreadableRow): R {
  if (row instanceof UnreadableRow) throw row;
  return row;
}

/** The options of any table. */
type AnyOptions = Omit<SelectOptions<Table>, "after" | "writetime"> & {
  readonly after?: RawRow | undefined;
  readonly writetime?: string;
};

/**
 * Reads several rows of one partition in clustering order; those that do not exist are left out.
 *
 * @example
 * selectRows(PartyTable, { city: "Rome" }, [{ id: a }, { id: b }]);
 * // SELECT city, id, name, people, date FROM party WHERE city = ? AND id IN ?
 */
export function selectRows<T extends Table, Name extends DataName<T> = never>(
  table: T,
  partition: PartitionKey<T>,
  rows: readonly ClusteringKey<T>[],
  options?: Pick<SelectOptions<T, Name>, "writetime">,
): Statement<readonly TimedRow<T, Name>[]>;
export function selectRows(
  table: Table,
  partition: RawRow,
  rows: readonly RawRow[],
  { writetime }: Pick<AnyOptions, "writetime"> = {},
): Statement<unknown> {
  return {
    ...join([from(table, rowColumns(table, writetime)), whereRows(table, partition, rows)]),
    kind: "read",
    decode: (found) => found.map((row) => timedRow(table, row, writetime)),
  };
}

/**
 * Reads the write times of one column of several rows of one partition, in clustering order; rows that do not exist are
 * left out. Nothing else of the rows is read, so a row that cannot be decoded has its write time like any other.
 *
 * @example
 * selectWritetimes(PartyTable, { city: "Rome" }, [{ id: a }, { id: b }], "people");
 * // SELECT id, WRITETIME(people) FROM party WHERE city = ? AND id IN ?
 */
export function selectWritetimes<T extends Table, Name extends DataName<T>>(
  table: T,
  partition: PartitionKey<T>,
  rows: readonly ClusteringKey<T>[],
  name: Name,
): Statement<readonly (ClusteringKey<T> & Writetime<Name>)[]>;
export function selectWritetimes(
  table: Table,
  partition: RawRow,
  rows: readonly RawRow[],
  name: string,
): Statement<unknown> {
  const columns = [...clusteringNames(table).map(identifier), writetimeText(name)];
  return {
    ...join([from(table, columns), whereRows(table, partition, rows)]),
    kind: "read",
    decode: (found) =>
      found.map((row) => ({
        ...decodeStored(table, clusteringKeyOf(table, row)),
        ...writetimeOf(row, name),
      })),
  };
}

/**
 * Reads columns of several rows of one partition, hidden ones too, at the serial consistency and as the database
 * holds them, nulls as nulls: for who is about to change them by a lightweight transaction.
 *
 * @example
 * selectStored(PartyTable, { city: "Rome" }, [{ id }], ["people"]);
 * // SELECT id, people FROM party WHERE city = ? AND id IN ?
 */
export function selectStored<T extends Table>(
  table: T,
  partition: PartitionKey<T>,
  rows: readonly ClusteringKey<T>[],
  columns: readonly (DataName<T> | HiddenName<T>)[],
): Statement<readonly StoredRow<T>[]>;
export function selectStored(
  table: Table,
  partition: RawRow,
  rows: readonly RawRow[],
  columns: readonly string[],
) {
  for (const name of columns) columnOf(table, name);
  const names = [...clusteringNames(table), ...columns].map(identifier);
  return {
    ...join([from(table, names), whereRows(table, partition, rows)]),
    kind: "serial",
    decode: (found: readonly RawRow[]) => found.map((row) => decodeStored(table, row)),
  } as const;
}

/** What Cassandra shows of a partition that has static columns and no row. */
function isPartition(table: Table, row: RawRow): boolean {
  const [first] = clusteringNames(table);
  return first !== undefined && row[first] === null;
}

function from(table: Table, columns: readonly string[]): Fragment {
  return { cql: `SELECT ${columns.join(", ")} FROM ${identifier(table.name)} WHERE`, params: [] };
}

function rowColumns(table: Table, writetime?: string): readonly string[] {
  const columns = Object.keys(table.columns).map(identifier);
  return writetime === undefined ? columns : [...columns, writetimeText(writetime)];
}

function writetimeText(name: string): string {
  return `WRITETIME(${identifier(name)})`;
}

function whereRows(table: Table, partition: RawRow, rows: readonly RawRow[]): Fragment {
  const names = clusteringNames(table).map(identifier);
  const keys = rows.map((row) => clusteringValues(table, row));
  const rowsIn =
    names.length === 1
      ? { cql: `${names[0]} IN ?`, params: [keys.flat()] }
      : { cql: `(${names.join(", ")}) IN ?`, params: [keys.map((key) => tuple(key))] };
  return join([whereKey(table, partition), rowsIn], " AND ");
}

function writetimeOf(row: RawRow, name: string | undefined): RawRow {
  if (name === undefined) return {};
  const property = `writetime(${name})`;
  const value = row[property];
  return { [property]: typeof value === "bigint" ? value : null };
}

function tuple(values: readonly unknown[]): types.Tuple {
  return types.Tuple.fromArray([...values]);
}

function positive(limit: number): number {
  if (Number.isInteger(limit) && limit > 0) return limit;
  const message = `A limit must be a whole number from 1, but got ${limit}.`;
  throw new CassandraError("BAD_STATEMENT", message);
}
