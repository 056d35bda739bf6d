import { type RowOrder, whereAfter } from "./after.ts";
import { CassandraError, UnreadableRow } from "./error.ts";
import { identifier } from "./identifier.ts";
import { namesRow, whereKey } from "./key.ts";
import { isThere } from "./presence.ts";
import { decodeEach, decodeRow } from "./row.ts";
import {
  type AnyOptions,
  type CellOptions,
  cells,
  from,
  namesOf,
  type Selected,
  timesOf,
} from "./selection.ts";
import { type Fragment, join, marked, type RawRow, type Statement, text } from "./statement.ts";
import { badStatement } from "./table-columns.ts";
import { type Table } from "./table.ts";
import type { ColumnName, DataName, Place } from "./table-rows.ts";
import type { Key, NamesRow, NoneOf, Prefix } from "./table-keys.ts";
import { INT_MAX, intType } from "./types/integers.ts";

/** Which rows of a partition are read. */
export interface RowsOptions<T extends Table> {
  /** Most rows, a whole number from 1 to {@link INT_MAX}. Default: all of them. */
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

function rowOf(table: Table, key: RawRow, options: AnyOptions): Statement<RawRow | undefined> {
  if (options.after || options.order || options.limit !== undefined) {
    throw badStatement(table, "has one row of this key: limit, after and order are for several");
  }
  const names = namesOf(table, options.columns);
  return {
    ...join([from(table, cells(table, names, options)), whereKey(table, key)]),
    table,
    kind: options.serial ? "serial" : "read",
    decode: ([row]) =>
      row && isThere(table, row)
        ? { ...(decodeRow(table, row, names) as RawRow), ...timesOf(row, options) }
        : undefined,
  };
}

/** The reads of rows, each row by itself: the first one, with those that come after it. */
function rowsOf(
  table: Table,
  key: RawRow,
  options: AnyOptions,
): Statement<readonly (RawRow | UnreadableRow)[]> {
  const { limit, after, order = "stored", serial = false } = options;
  if (limit !== undefined) checkLimit(limit);
  if (after && namesRow(table, key)) {
    throw badStatement(table, "has one row of this key, and no other comes after it");
  }
  const names = namesOf(table, options.columns);
  const selection = from(table, cells(table, names, options));
  const sorting = order === "reversed" ? [reversed(table)] : [];
  const decode = (rows: readonly RawRow[]) =>
    rows
      .filter((row) => isThere(table, row))
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
export function map<From, To>(
  statement: Statement<From>,
  become: (result: From) => To,
): Statement<To> {
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

function reversed(table: Table): Fragment {
  const columns = table.clustering.map(
    ({ name, order }) => `${identifier(name)} ${order === "ASC" ? "DESC" : "ASC"}`,
  );
  if (columns.length === 0)
    throw badStatement(table, "has no clustering key that could be reversed");
  return text(`ORDER BY ${columns.join(", ")}`);
}

function checkLimit(limit: number): void {
  if (Number.isInteger(limit) && limit > 0 && limit <= INT_MAX) return;
  const message = `A limit must be a whole number from 1 to ${INT_MAX}, but got ${limit}.`;
  throw new CassandraError("BAD_STATEMENT", message);
}
