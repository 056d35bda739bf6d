import { type RowOrder, whereAfter } from "./after.ts";
import { consistencyOf, type ConsistencyOption } from "./consistency.ts";
import { CassandraError, UnreadableRow } from "./error.ts";
import { identifier } from "./identifier.ts";
import { namesRow, whereKey } from "./key.ts";
import { isThere } from "./presence.ts";
import { decodeEach, decodeRow } from "./row.ts";
import {
  type AnySelectOptions,
  type SelectedOptions,
  selectedColumns,
  selectFrom,
  selectedNames,
  type Selected,
  decodeTimes,
} from "./selection.ts";
import {
  type Fragment,
  join,
  withParam,
  type RawRow,
  type Statement,
  cqlText,
} from "./statement.ts";
import { badStatement } from "./table-columns.ts";
import { type Table } from "./table.ts";
import type { ColumnName, DataName, Place } from "./table-rows.ts";
import type { Impossible, Key, NamesRow, NoneOf, Prefix } from "./table-keys.ts";
import { INT_MAX, intType } from "./types/integers.ts";
import { type Where, whereIndexed } from "./where.ts";

/** Which rows of a partition a select returns. */
export type RowsOptions<T extends Table> = {
  /** The maximum number of rows, from 1 to {@link INT_MAX}. Default: no limit. */
  readonly limit?: number | undefined;
  /** Return only rows after this row, in the order of the read. The row need not exist. */
  readonly after?: Place<T> | undefined;
} & (Sorted | Restricted<T>);

interface Sorted {
  /** `reversed` returns the last row first. Default: `stored`. */
  readonly order?: RowOrder | undefined;
  readonly where?: undefined;
}

interface Restricted<T extends Table> {
  /**
   * Return only rows with these values in columns that have an index. Not with `order` and `serial`. While an index is
   * being built, such reads fail with `READ_FAILED`.
   */
  readonly where: Where<T>;
  readonly order?: Impossible<"Cassandra does not sort what it finds by an index">;
  readonly serial?: false;
}

/** The options of a select. */
export type SelectOptions<
  T extends Table,
  Name extends ColumnName<T> = ColumnName<T>,
  W extends DataName<T> = never,
  L extends DataName<T> = never,
> = SelectedOptions<T, Name, W, L> & RowsOptions<T> & ConsistencyOption<T>;

/** These options are for reads of several rows. */
type OfOneRow = NoneOf<"limit" | "after" | "order" | "where", "the key names one row">;

/**
 * Reads by key. Returns one row if the key is the whole primary key, or else rows of a partition in clustering order.
 *
 * Running the statement throws an {@link UnreadableRow} if a value cannot be represented. If several rows are read,
 * such a value reads as a null would, provided that the column defines a value for null.
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
 * select(Reading, { device, day }, { where: { quality: 0 }, limit: 20 }); // rows, by an index
 * // SELECT device, day, at, quality FROM reading WHERE device = ? AND day = ? AND quality = ? LIMIT ?
 * @throws CassandraError `BAD_STATEMENT` if the key is invalid; InvalidValue if a value is invalid for its column
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
export function select(table: Table, key: RawRow, given: object = {}): Statement<unknown> {
  const options = given as AnySelectOptions;
  return namesRow(table, key)
    ? selectOne(table, key, options)
    : mapResult(selectSeveral(table, key, options), throwUnreadable);
}

/**
 * Reads by key like {@link select}, but always returns a list, in which an {@link UnreadableRow} stands for each row
 * that cannot be read. So a row that another program has written does not fail the others. In a single row, too, a
 * value that cannot be represented reads as a null would.
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
export function selectEach(table: Table, key: RawRow, given: object = {}): Statement<unknown> {
  return selectSeveral(table, key, given as AnySelectOptions);
}

function selectOne(
  table: Table,
  key: RawRow,
  options: AnySelectOptions,
): Statement<RawRow | undefined> {
  if (options.after || options.order || options.where || options.limit !== undefined) {
    throw badStatement(
      table,
      "has one row with this key: limit, after, order and where are for several rows",
    );
  }
  const names = selectedNames(table, options.columns);
  return {
    ...join([selectFrom(table, selectedColumns(table, names, options)), whereKey(table, key)]),
    table,
    ...executionOf(table, options),
    decode: ([row]) =>
      row && isThere(table, row)
        ? { ...(decodeRow(table, row, { columns: names }) as RawRow), ...decodeTimes(row, options) }
        : undefined,
  };
}

/** Returns the first read of several rows. Its `rest` returns the next reads. */
function selectSeveral(
  table: Table,
  key: RawRow,
  options: AnySelectOptions,
): Statement<readonly (RawRow | UnreadableRow)[]> {
  const { limit, after, order = "stored", where } = options;
  if (limit !== undefined) checkLimit(limit);
  if (after && namesRow(table, key)) {
    throw badStatement(table, "has one row with this key, so no row can come after it");
  }
  if (where) checkRestricted(table, key, options);
  const names = selectedNames(table, options.columns);
  const selection = selectFrom(table, selectedColumns(table, names, options));
  const sorting = order === "reversed" ? [orderReversed(table)] : [];
  const decode = (rows: readonly RawRow[]) =>
    rows
      .filter((row) => isThere(table, row))
      .map((row) => {
        const each = decodeEach(table, row, { columns: names }) as RawRow | UnreadableRow;
        return each instanceof UnreadableRow ? each : { ...each, ...decodeTimes(row, options) };
      });
  const shared = {
    table,
    ...executionOf(table, options),
    decode,
    // The start of a reversed read does not show where the tombstones are that it meets; a read by an index skips rows.
    ...(!namesRow(table, key) &&
      !where && { range: { table, key, after: order === "stored" ? after : undefined } }),
  } as const;
  const places = after ? whereAfter(table, key, { after, order }) : [whereKey(table, key)];
  const restrictions = where ? [whereIndexed(table, where)] : [];
  const reads = places.map((place) => join([place, ...restrictions], " AND "));
  /** @param found how many rows the previous reads have returned */
  const statement = (at: number, found: number): Statement<readonly (RawRow | UnreadableRow)[]> => {
    const limitation =
      limit === undefined ? [] : [withParam("LIMIT ?", { type: intType, param: limit - found })];
    const read = { ...join([selection, reads[at]!, ...sorting, ...limitation]), ...shared };
    if (at === reads.length - 1) return read;
    const isIncomplete = (rows: number) => limit === undefined || rows < limit;
    return { ...read, rest: (rows) => (isIncomplete(rows) ? statement(at + 1, rows) : undefined) };
  };
  return statement(0, 0);
}

/** Returns how a read is executed. */
function executionOf(table: Table, { serial, consistency }: AnySelectOptions) {
  if (!serial) return { kind: "read", ...consistencyOf(table, consistency) } as const;
  if (consistency !== undefined) {
    throw badStatement(table, `is read at the serial consistency, but got ${consistency}`);
  }
  return { kind: "serial" } as const;
}

function checkRestricted(table: Table, key: RawRow, { order, serial }: AnySelectOptions): void {
  if (namesRow(table, key))
    throw badStatement(table, "has one row with this key: where is for several rows");
  if (order === "reversed")
    throw badStatement(table, "cannot be read by an index in reverse order: where excludes order");
  if (serial)
    throw badStatement(
      table,
      "cannot be read by an index at the serial consistency: where excludes serial",
    );
}

function throwUnreadable(rows: readonly (RawRow | UnreadableRow)[]): readonly RawRow[] {
  return rows.map((row) => {
    if (row instanceof UnreadableRow) throw row;
    return row;
  });
}

/** Converts the result of a statement and of its `rest`. */
export function mapResult<From, To>(
  statement: Statement<From>,
  convert: (result: From) => To,
): Statement<To> {
  const { decode, rest, ...others } = statement;
  return {
    ...others,
    decode: (rows) => convert(decode(rows)),
    ...(rest && {
      rest(found: number) {
        const next = rest(found);
        return next && mapResult(next, convert);
      },
    }),
  };
}

function orderReversed(table: Table): Fragment {
  const columns = table.clustering.map(
    ({ name, order }) => `${identifier(name)} ${order === "ASC" ? "DESC" : "ASC"}`,
  );
  if (columns.length === 0)
    throw badStatement(table, "has no clustering key, so its order cannot be reversed");
  return cqlText(`ORDER BY ${columns.join(", ")}`);
}

function checkLimit(limit: number): void {
  if (Number.isInteger(limit) && limit > 0 && limit <= INT_MAX) return;
  const message = `A limit must be a whole number from 1 to ${INT_MAX}, but got ${limit}.`;
  throw new CassandraError("BAD_STATEMENT", message);
}
