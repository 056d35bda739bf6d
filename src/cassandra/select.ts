import { type RowOrder, whereAfter } from "./after.ts";
import { CassandraError, UnreadableRow } from "./error.ts";
import { identifier } from "./identifier.ts";
import { clusteringKeyOf, clusteringValues, namesRow, whereKey } from "./key.ts";
import { decodeEach, decodeRow, decodeStored } from "./row.ts";
import { type Fragment, join, marked, type RawRow, type Statement, text } from "./statement.ts";
import {
  type ClusteringKey,
  clusteringNames,
  type ColumnName,
  columnOf,
  type DataName,
  type HiddenName,
  type Key,
  keyNames,
  type KeyName,
  type NamesRow,
  type NoneOf,
  type PartitionKey,
  type Place,
  type Prefix,
  type RowOf,
  type Shown,
  type StaticName,
  staticNames,
  type StoredRow,
  type Table,
} from "./table.ts";
import type { ColumnType } from "./type.ts";
import { listType } from "./types/collections.ts";
import { bigintType, intType } from "./types/integers.ts";
import { tupleType } from "./types/tuple.ts";

/** What is read of each row. */
export interface CellOptions<
  T extends Table,
  Name extends ColumnName<T>,
  W extends DataName<T>,
  L extends DataName<T>,
> {
  /** The columns to read beside the key. Default: all. */
  readonly columns?: readonly Name[] | undefined;
  /**
   * Columns whose write time is read beside, in microseconds; under lightweight transactions it is the ballot. A collection
   * or UDT that is not frozen has none.
   */
  readonly writetime?: readonly W[];
  /** Columns of which the seconds are read beside that are left until their value expires. See `writetime`. */
  readonly ttl?: readonly L[];
  /**
   * Read at the serial consistency: what lightweight transactions have begun is finished first, so that what is
   * found is applied for good. It costs them a round: for the rare case that has to know. Default: false.
   */
  readonly serial?: boolean;
}

/** Which rows of a partition are read. */
export interface RowsOptions<T extends Table> {
  /** Most rows, a whole number from 1. Default: all of them. */
  readonly limit?: number | undefined;
  /** Begin after this row of the partition, in the order of the read, whether the row still exists or not. */
  readonly after?: Place<T> | undefined;
  /** `reversed`: the last row first. Default: `stored`. */
  readonly order?: RowOrder | undefined;
}

/** What a select takes beside the key. */
export type SelectOptions<
  T extends Table,
  Name extends ColumnName<T> = ColumnName<T>,
  W extends DataName<T> = never,
  L extends DataName<T> = never,
> = CellOptions<T, Name, W, L> & RowsOptions<T>;

/** A row with what was selected of it. Write times are null where the column is null, and TTLs where it does not expire. */
export type Selected<
  T extends Table,
  Name extends ColumnName<T> = ColumnName<T>,
  W extends DataName<T> = never,
  L extends DataName<T> = never,
> = Shown<RowOf<T, Name | KeyName<T>> & Writetimes<W> & Ttls<L>>;

/** Write times of columns in microseconds, null where the column is null. */
export type Writetimes<Name extends string> = {
  readonly [N in Name as `writetime(${N})`]: bigint | null;
};

type Ttls<Name extends string> = { readonly [N in Name as `ttl(${N})`]: number | null };

/** A single row has no order: these options are those of several. */
type OfOneRow = NoneOf<"limit" | "after" | "order", "the key names one row">;

/**
 * Reads by key: a row where the key is the whole primary key, else rows of a partition in clustering order.
 *
 * What cannot be represented of a single row is an {@link UnreadableRow} when it is read; of several rows it reads as a
 * null does, if the column says what that is.
 *
 * @example
 * select(Message, { room: "lobby", at }); // the row, or undefined
 * // SELECT room, at, body FROM message WHERE room = ? AND at = ?
 * select(Message, { room: "lobby" }, { limit: 20 }); // rows
 * // SELECT room, at, body FROM message WHERE room = ? LIMIT ?
 * select(Message, { room: "lobby", at: { gte: noon } }, { order: "reversed" });
 * // SELECT room, at, body FROM message WHERE room = ? AND at >= ? ORDER BY at ASC
 * select(Message, { room: "lobby" }, { columns: ["body"], after: row, writetime: ["body"] });
 * // SELECT room, at, body, WRITETIME(body) FROM message WHERE room = ? AND at < ?
 * @throws CassandraError `BAD_STATEMENT` if the key is not one; InvalidValue if a value does not fit its column
 */
export function select<
  T extends Table,
  const K extends Key<T>,
  Name extends ColumnName<T> = ColumnName<T>,
  W extends DataName<T> = never,
  L extends DataName<T> = never,
>(
  table: T,
  key: K & Prefix<T, K>,
  options?: SelectOptions<T, Name, W, L> & (NamesRow<T, K> extends true ? OfOneRow : unknown),
): Statement<
  NamesRow<T, K> extends true
    ? Selected<T, Name, W, L> | undefined
    : readonly Selected<T, Name, W, L>[]
>;
export function select(table: Table, key: RawRow, options: AnyOptions = {}): Statement<unknown> {
  return namesRow(table, key)
    ? rowOf(table, key, options)
    : map(rowsOf(table, key, options), throwing);
}

/**
 * Reads by key as `select` does, each row by itself: one that cannot be read, as another program has written it, does not
 * fail the others. In its place is why. Of a single row, too, what cannot be represented reads as a null does.
 *
 * @example
 * selectEach(Message, { room: "lobby" }, { limit: 20 }); // rows and UnreadableRows
 * // SELECT room, at, body FROM message WHERE room = ? LIMIT ?
 */
export function selectEach<
  T extends Table,
  const K extends Key<T>,
  Name extends ColumnName<T> = ColumnName<T>,
  W extends DataName<T> = never,
  L extends DataName<T> = never,
>(
  table: T,
  key: K & Prefix<T, K>,
  options?: SelectOptions<T, Name, W, L>,
): Statement<readonly (Selected<T, Name, W, L> | UnreadableRow)[]>;
export function selectEach(
  table: Table,
  key: RawRow,
  options: AnyOptions = {},
): Statement<unknown> {
  return rowsOf(table, key, options);
}

/** The options of any table. */
export interface AnyOptions {
  readonly columns?: readonly string[] | undefined;
  readonly limit?: number | undefined;
  readonly after?: RawRow | undefined;
  readonly order?: RowOrder | undefined;
  readonly writetime?: readonly string[];
  readonly ttl?: readonly string[];
  readonly serial?: boolean;
}

function rowOf(table: Table, key: RawRow, options: AnyOptions): Statement<RawRow | undefined> {
  if (options.after || options.order || options.limit !== undefined) {
    throw refused(table, "has one row of this key: limit, after and order are for several");
  }
  const names = namesOf(table, options.columns);
  return {
    ...join([from(table, cells(table, names, options)), whereKey(table, key)]),
    table,
    kind: options.serial ? "serial" : "read",
    decode: ([row]) =>
      row && { ...(decodeRow(table, row, names) as RawRow), ...timesOf(row, options) },
  };
}

/** The reads of rows, each row by itself: the first one, with those that come after it. */
function rowsOf(
  table: Table,
  key: RawRow,
  options: AnyOptions,
): Statement<readonly (RawRow | UnreadableRow)[]> {
  const { limit, after, order = "stored", serial = false } = options;
  if (limit !== undefined) positive(limit);
  const names = namesOf(table, options.columns);
  const selection = from(table, cells(table, names, options));
  const sorting = order === "reversed" ? [reversed(table)] : [];
  const decode = (rows: readonly RawRow[]) =>
    rows
      .filter((row) => !isPartition(table, row))
      .map((row) => {
        const each = decodeEach(table, row, names) as RawRow | UnreadableRow;
        return each instanceof UnreadableRow ? each : { ...each, ...timesOf(row, options) };
      });
  const shared = {
    table,
    kind: serial ? "serial" : "read",
    decode,
    // What lies dead in the way of a reversed read is not told by where it began.
    ...(!namesRow(table, key) && {
      range: { table, key, after: order === "stored" ? after : undefined },
    }),
  } as const;
  const reads = after ? whereAfter(table, key, after, order) : [whereKey(table, key)];
  /** @param found how many rows the reads before this one have found */
  const statement = (at: number, found: number): Statement<readonly (RawRow | UnreadableRow)[]> => {
    const bound = limit === undefined ? [] : [marked("LIMIT ?", intType, limit - found)];
    const read = { ...join([selection, reads[at]!, ...sorting, ...bound]), ...shared };
    if (at === reads.length - 1) return read;
    const isWanted = (rows: number) => limit === undefined || rows < limit;
    return { ...read, rest: (rows) => (isWanted(rows) ? statement(at + 1, rows) : undefined) };
  };
  return statement(0, 0);
}

function throwing(rows: readonly (RawRow | UnreadableRow)[]): readonly RawRow[] {
  return rows.map((row) => {
    if (row instanceof UnreadableRow) throw row;
    return row;
  });
}

/** The same reads with another result. */
function map<From, To>(statement: Statement<From>, become: (result: From) => To): Statement<To> {
  const { decode, rest, ...others } = statement;
  return {
    ...others,
    decode: (rows) => become(decode(rows)),
    ...(rest && {
      rest(found: number) {
        const next = rest(found);
        return next && map(next, become);
      },
    }),
  };
}

/** What a partition has by itself, rows or not. */
export type Partition<T extends Table, Name extends StaticName<T> = StaticName<T>> = Shown<
  RowOf<T, (T["partition"][number] & ColumnName<T>) | Name>
>;

/**
 * Reads the partition key and static columns of a partition, whether it has rows or not. Undefined: it has neither rows nor
 * values of static columns.
 *
 * @example
 * selectPartition(Reading, { device: "a", day: "2027-08-15" });
 * // SELECT DISTINCT device, day, site FROM reading WHERE device = ? AND day = ?
 */
export function selectPartition<T extends Table, Name extends StaticName<T> = StaticName<T>>(
  table: T,
  partition: PartitionKey<T>,
  options?: { readonly columns?: readonly Name[] },
): Statement<Partition<T, Name> | undefined>;
export function selectPartition(
  table: Table,
  partition: RawRow,
  { columns = staticNames(table) }: { readonly columns?: readonly string[] } = {},
): Statement<unknown> {
  const stray = columns.find((name) => !staticNames(table).includes(name));
  if (stray !== undefined)
    throw refused(table, `has "${stray}" once per row, not once per partition`);
  const named = Object.keys(partition).find((name) => !table.partition.includes(name));
  if (named !== undefined) throw refused(table, `has "${named}" not in its partition key`);
  const names = [...table.partition, ...columns];
  const selection = `SELECT DISTINCT ${names.map(identifier).join(", ")} FROM ${identifier(table.name)} WHERE`;
  return {
    ...join([text(selection), whereKey(table, partition)]),
    table,
    kind: "read",
    decode: ([row]) => row && decodeRow(table, row, names),
  };
}

/**
 * Reads several rows of one partition in clustering order; those that do not exist are left out.
 *
 * @example
 * selectRows(Message, { room: "lobby" }, [{ at: noon }, { at: midnight }]);
 * // SELECT room, at, body FROM message WHERE room = ? AND at IN ?
 */
export function selectRows<
  T extends Table,
  Name extends ColumnName<T> = ColumnName<T>,
  W extends DataName<T> = never,
  L extends DataName<T> = never,
>(
  table: T,
  partition: PartitionKey<T>,
  rows: readonly ClusteringKey<T>[],
  options?: Omit<CellOptions<T, Name, W, L>, "serial">,
): Statement<readonly Selected<T, Name, W, L>[]>;
export function selectRows(
  table: Table,
  partition: RawRow,
  rows: readonly RawRow[],
  options: AnyOptions = {},
): Statement<unknown> {
  const names = namesOf(table, options.columns);
  return {
    ...join([from(table, cells(table, names, options)), whereRows(table, partition, rows)]),
    table,
    kind: "read",
    decode: (found) =>
      found.map((row) => ({
        ...(decodeRow(table, row, names) as RawRow),
        ...timesOf(row, options),
      })),
  };
}

/**
 * Reads the write times of one column of several rows of one partition, in clustering order; rows that do not exist are
 * left out. Nothing else of the rows is read, so a row that cannot be decoded has its write time like any other.
 *
 * @example
 * selectWritetimes(Message, { room: "lobby" }, [{ at: noon }, { at: midnight }], "body");
 * // SELECT at, WRITETIME(body) FROM message WHERE room = ? AND at IN ?
 */
export function selectWritetimes<T extends Table, Name extends DataName<T>>(
  table: T,
  partition: PartitionKey<T>,
  rows: readonly ClusteringKey<T>[],
  name: Name,
): Statement<readonly (ClusteringKey<T> & Writetimes<Name>)[]>;
export function selectWritetimes(
  table: Table,
  partition: RawRow,
  rows: readonly RawRow[],
  name: string,
): Statement<unknown> {
  const options = { writetime: [name] };
  return {
    ...join([
      from(table, cells(table, clusteringNames(table), options)),
      whereRows(table, partition, rows),
    ]),
    table,
    kind: "read",
    decode: (found) =>
      found.map((row) => ({
        ...decodeStored(table, clusteringKeyOf(table, row)),
        ...timesOf(row, options),
      })),
  };
}

/**
 * Reads columns of several rows of one partition, hidden ones too, at the serial consistency and as the database
 * holds them, nulls as nulls: for who is about to change them by a lightweight transaction.
 *
 * @example
 * selectStored(Message, { room: "lobby" }, [{ at }], ["body"]);
 * // SELECT at, body FROM message WHERE room = ? AND at IN ?
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
    table,
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
  return text(`SELECT ${columns.join(", ")} FROM ${identifier(table.name)} WHERE`);
}

/** The key and some of the columns of a table, in its order, so that one set of columns is one prepared statement. */
export function namesOf(table: Table, columns: readonly string[] | undefined): readonly string[] {
  const names = Object.keys(table.columns);
  if (columns === undefined) return names;
  const stray = columns.find((name) => !names.includes(name));
  if (stray !== undefined) throw refused(table, `has no column "${stray}"`);
  return names.filter((name) => columns.includes(name) || keyNames(table).includes(name));
}

/** What is selected of each row. */
function cells(
  table: Table,
  names: readonly string[],
  { writetime = [], ttl = [] }: Pick<AnyOptions, "writetime" | "ttl">,
): readonly string[] {
  const timed = [...writetime, ...ttl];
  const multicell = timed.find((name) => columnOf(table, name).type.isMulticell);
  if (multicell !== undefined) {
    throw refused(table, `has a write time for each element of "${multicell}", not one for all`);
  }
  const inKey = timed.find((name) => keyNames(table).includes(name));
  if (inKey !== undefined)
    throw refused(table, `has no write time of "${inKey}": it is in the key`);
  const taken = [
    ...writetime.map((name) => `writetime(${name})`),
    ...ttl.map((name) => `ttl(${name})`),
  ].find((name) => Object.hasOwn(table.columns, name));
  if (taken !== undefined) throw refused(table, `has a column "${taken}" of its own`);
  return [
    ...names.map(identifier),
    ...writetime.map((name) => `WRITETIME(${identifier(name)})`),
    ...ttl.map((name) => `TTL(${identifier(name)})`),
  ];
}

function timesOf(row: RawRow, { writetime, ttl }: Pick<AnyOptions, "writetime" | "ttl">): RawRow {
  if (writetime === undefined && ttl === undefined) return {};
  const times = (names: readonly string[], word: string, type: ColumnType) =>
    names.map((name) => {
      const property = `${word}(${name})`;
      const bytes = row[property];
      return [property, Buffer.isBuffer(bytes) ? type.decode(bytes) : null] as const;
    });
  return Object.fromEntries([
    ...times(writetime ?? [], "writetime", bigintType),
    ...times(ttl ?? [], "ttl", intType),
  ]);
}

function reversed(table: Table): Fragment {
  const columns = table.clustering.map(
    ({ name, order }) => `${identifier(name)} ${order === "ASC" ? "DESC" : "ASC"}`,
  );
  if (columns.length === 0) throw refused(table, "has no clustering key that could be reversed");
  return text(`ORDER BY ${columns.join(", ")}`);
}

function whereRows(table: Table, partition: RawRow, rows: readonly RawRow[]): Fragment {
  const names = clusteringNames(table);
  const columns = names.map(identifier);
  const types = names.map((name) => columnOf(table, name).type);
  const keys = rows.map((row) => clusteringValues(table, row));
  const rowsIn =
    names.length === 1
      ? marked(`${columns[0]} IN ?`, listType(types[0]!, true), keys.flat())
      : marked(`(${columns.join(", ")}) IN ?`, listType(tupleOf(types), true), keys);
  return join([whereKey(table, partition), rowsIn], " AND ");
}

function tupleOf(types: readonly ColumnType[]): ColumnType {
  return tupleType(types.map((type, at) => ({ name: `item${at}`, type }))) as ColumnType;
}

function positive(limit: number): void {
  if (Number.isInteger(limit) && limit > 0) return;
  const message = `A limit must be a whole number from 1, but got ${limit}.`;
  throw new CassandraError("BAD_STATEMENT", message);
}

function refused(table: Table, why: string): CassandraError {
  return new CassandraError("BAD_STATEMENT", `Table "${table.name}" ${why}.`);
}
