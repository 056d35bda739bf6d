import type { RowOrder } from "./after.ts";
import { identifier } from "./identifier.ts";
import { presenceColumn } from "./lane-columns.ts";
import { type Fragment, type RawRow, text } from "./statement.ts";
import type { ColumnName, DataName, KeyName, RowOf, Shown } from "./table-rows.ts";
import { badStatement, columnOf, keyNames } from "./table-columns.ts";
import { type Table } from "./table.ts";
import type { ColumnType } from "./type.ts";
import { bigintType, intType } from "./types/integers.ts";

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
   * or UDT that is not frozen has one for each element, of which this is the largest (`MAXWRITETIME`, Cassandra 5): it does
   * not tell that an element was removed.
   */
  readonly writetime?: readonly W[];
  /**
   * Columns of which the seconds are read beside that are left until their value expires. A collection or UDT that is not
   * frozen has none.
   */
  readonly ttl?: readonly L[];
  /**
   * Read at the serial consistency: what lightweight transactions have begun is finished first, so that what is
   * found is applied for good. It costs them a round: for the rare case that has to know. Default: false.
   */
  readonly serial?: boolean;
}

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

/** Selects columns as CQL writes them, and with them what tells whether a row exists. */
export function from(table: Table, columns: readonly string[]): Fragment {
  const presence = presenceColumn(table);
  const along = presence === undefined ? [] : [identifier(presence)];
  const all = new Set([...columns, ...along]);
  return text(`SELECT ${[...all].join(", ")} FROM ${identifier(table.name)} WHERE`);
}

/** The key and some of the columns of a table, in its order, so that one set of columns is one prepared statement. */
export function namesOf(table: Table, columns: readonly string[] | undefined): readonly string[] {
  const names = Object.keys(table.columns);
  if (columns === undefined) return names;
  const stray = columns.find((name) => !names.includes(name));
  if (stray !== undefined) throw badStatement(table, `has no column "${stray}"`);
  return names.filter((name) => columns.includes(name) || keyNames(table).includes(name));
}

/** What is selected of each row. */
export function cells(
  table: Table,
  names: readonly string[],
  { writetime = [], ttl = [] }: Pick<AnyOptions, "writetime" | "ttl">,
): readonly string[] {
  const timed = [...writetime, ...ttl];
  for (const name of timed) columnOf(table, name);
  const multicell = ttl.find((name) => isMulticell(table, name));
  if (multicell !== undefined) {
    throw badStatement(table, `has a TTL for each element of "${multicell}", not one for all`);
  }
  const inKey = timed.find((name) => keyNames(table).includes(name));
  if (inKey !== undefined)
    throw badStatement(table, `has no write time of "${inKey}": it is in the key`);
  const taken = [
    ...writetime.map((name) => `writetime(${name})`),
    ...ttl.map((name) => `ttl(${name})`),
  ].find((name) => Object.hasOwn(table.columns, name));
  if (taken !== undefined) throw badStatement(table, `has a column "${taken}" of its own`);
  return [
    ...names.map(identifier),
    ...writetime.map((name) => writetimeOf(table, name)),
    ...ttl.map((name) => `TTL(${identifier(name)})`),
  ];
}

function writetimeOf(table: Table, name: string): string {
  if (!isMulticell(table, name)) return `WRITETIME(${identifier(name)})`;
  return `MAXWRITETIME(${identifier(name)}) AS ${identifier(`writetime(${name})`)}`;
}

function isMulticell(table: Table, name: string): boolean {
  return columnOf(table, name).type.isMulticell === true;
}

export function timesOf(
  row: RawRow,
  { writetime, ttl }: Pick<AnyOptions, "writetime" | "ttl">,
): RawRow {
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
