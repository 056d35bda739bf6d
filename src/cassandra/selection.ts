import type { RowOrder } from "./after.ts";
import { identifier } from "./identifier.ts";
import { presenceColumn } from "./lane-columns.ts";
import { type ConsistencyLevel, type Fragment, type RawRow, cqlText } from "./statement.ts";
import type { ColumnName, DataName, KeyName, RowOf, Shown } from "./table-rows.ts";
import { badStatement, columnOf, keyNames } from "./table-columns.ts";
import { type Table } from "./table.ts";
import type { ColumnType } from "./type.ts";
import { bigintType, intType } from "./types/integers.ts";

/** What a read selects of each row. */
export interface SelectedOptions<
  T extends Table,
  Name extends ColumnName<T>,
  W extends DataName<T>,
  L extends DataName<T>,
> {
  /** The columns to select besides the key. Default: all. */
  readonly columns?: readonly Name[] | undefined;
  /**
   * Columns whose write time is also selected, in microseconds. For lightweight transactions, this is the ballot. For a
   * collection or UDT that is not frozen, it is the largest write time of an element (`MAXWRITETIME`, Cassandra 5),
   * which does not change when an element is removed.
   */
  readonly writetime?: readonly W[];
  /**
   * Columns whose TTL is also selected: the seconds until their value expires. Not for a collection or UDT that is not
   * frozen.
   */
  readonly ttl?: readonly L[];
  /**
   * Read at the serial consistency: unfinished lightweight transactions are completed first, so that the result is
   * final. This slows down concurrent transactions, so use it only if needed. Default: false.
   */
  readonly serial?: boolean;
}

/** A selected row. Write times are null if the column is null, and TTLs if it does not expire. */
export type Selected<
  T extends Table,
  Name extends ColumnName<T> = ColumnName<T>,
  W extends DataName<T> = never,
  L extends DataName<T> = never,
> = Shown<RowOf<T, Name | KeyName<T>> & Writetimes<W> & Ttls<L>>;

/** The write times of columns in microseconds, or null if the column is null. */
export type Writetimes<Name extends string> = {
  readonly [N in Name as `writetime(${N})`]: bigint | null;
};

type Ttls<Name extends string> = { readonly [N in Name as `ttl(${N})`]: number | null };

/** The options of a select on any table. */
export interface AnySelectOptions {
  readonly columns?: readonly string[] | undefined;
  readonly limit?: number | undefined;
  readonly after?: RawRow | undefined;
  readonly order?: RowOrder | undefined;
  readonly writetime?: readonly string[];
  readonly ttl?: readonly string[];
  readonly serial?: boolean;
  readonly where?: RawRow | undefined;
  readonly consistency?: ConsistencyLevel | undefined;
}

/** Returns a SELECT of columns, given in CQL, and of the column that decides whether a row exists. */
export function selectFrom(table: Table, columns: readonly string[]): Fragment {
  const presence = presenceColumn(table);
  const extra = presence === undefined ? [] : [identifier(presence)];
  const all = new Set([...columns, ...extra]);
  return cqlText(`SELECT ${[...all].join(", ")} FROM ${identifier(table.name)} WHERE`);
}

/**
 * Returns the names of the key and of the given columns in the order of the table, so that each set has one CQL text.
 */
export function selectedNames(
  table: Table,
  columns: readonly string[] | undefined,
): readonly string[] {
  const names = Object.keys(table.columns);
  if (columns === undefined) return names;
  const stray = columns.find((name) => !names.includes(name));
  if (stray !== undefined) throw badStatement(table, `has no column "${stray}"`);
  return names.filter((name) => columns.includes(name) || keyNames(table).includes(name));
}

/** Returns the selected columns, write times and TTLs in CQL. */
export function selectedColumns(
  table: Table,
  names: readonly string[],
  { writetime = [], ttl = [] }: Pick<AnySelectOptions, "writetime" | "ttl">,
): readonly string[] {
  const timed = [...writetime, ...ttl];
  for (const name of timed) columnOf(table, name);
  const multicell = ttl.find((name) => isMulticell(table, name));
  if (multicell !== undefined) {
    throw badStatement(
      table,
      `has a TTL for each element of "${multicell}", not one for the column`,
    );
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
    ...writetime.map((name) => writetimeCql(table, name)),
    ...ttl.map((name) => `TTL(${identifier(name)})`),
  ];
}

function writetimeCql(table: Table, name: string): string {
  if (!isMulticell(table, name)) return `WRITETIME(${identifier(name)})`;
  return `MAXWRITETIME(${identifier(name)}) AS ${identifier(`writetime(${name})`)}`;
}

function isMulticell(table: Table, name: string): boolean {
  return columnOf(table, name).type.isMulticell === true;
}

/** Decodes the selected write times and TTLs of a row. */
export function decodeTimes(
  row: RawRow,
  { writetime, ttl }: Pick<AnySelectOptions, "writetime" | "ttl">,
): RawRow {
  if (writetime === undefined && ttl === undefined) return {};
  const decode = (property: string, type: ColumnType) => {
    const bytes = row[property];
    return [property, Buffer.isBuffer(bytes) ? type.decode(bytes) : null] as const;
  };
  return Object.fromEntries([
    ...(writetime ?? []).map((name) => decode(`writetime(${name})`, bigintType)),
    ...(ttl ?? []).map((name) => decode(`ttl(${name})`, intType)),
  ]);
}
