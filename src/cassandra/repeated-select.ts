import { selectedNames } from "./selection.ts";
import { presenceColumn } from "./lane-columns.ts";
import { select, selectEach } from "./select.ts";
import type { RawRow, Statement } from "./statement.ts";
import { clusteringNames, keyNames } from "./table-columns.ts";
import type { Table } from "./table.ts";

/** A read that is builtOnce with other values, whose rows are used undecoded. */
export interface RepeatedSelect<Values> {
  /** The names of the columns that the read returns, in order. */
  readonly columns: readonly string[];
  /** Returns the statement for some values, which are in stored form. */
  readonly statement: (values: Values) => Statement<unknown>;
}

/** A page of a whole partition in the stored order. */
export interface WholePage {
  /** The partition key. */
  readonly partition: RawRow;
  /** The clustering key after which the page begins. */
  readonly after: RawRow | undefined;
  readonly limit: number;
}

/**
 * Returns the read of a row by its primary key. Its CQL text is built once.
 *
 * @param names the columns to read besides the key; undefined: all
 */
export function rowSelect(
  table: Table,
  names: readonly string[] | undefined,
): RepeatedSelect<RawRow> {
  const statement = builtOnce(
    (key: RawRow) => select(table, key as never, { columns: names } as never) as Statement<unknown>,
  );
  return {
    columns: columnsOf(table, names),
    statement: (key) => ({ ...statement(key), params: keyValues(key, keyNames(table)) }),
  };
}

/**
 * Returns the read of a page. Its CQL text is built once for the first page and once for the others. If that needs several
 * statements, because the clustering columns have different directions, they are built each time.
 *
 * @param names as of {@link rowSelect}
 */
export function pageSelect(
  table: Table,
  names: readonly string[] | undefined,
): RepeatedSelect<WholePage> {
  const build = ({ partition, after, limit }: WholePage): Statement<unknown> =>
    selectEach(table, partition as never, { columns: names, after, limit } as never);
  const first = builtOnce(build);
  const next = builtOnce(build);
  return {
    columns: columnsOf(table, names),
    statement(page) {
      const { partition, after, limit } = page;
      const statement = after ? next(page) : first(page);
      // The statement is one of several, the first of which may have other parameters.
      if (statement.rest) return build(page);
      const place = after ? keyValues(after, clusteringNames(table)) : [];
      return {
        ...statement,
        params: [...keyValues(partition, table.partition), ...place, limit],
        range: { table, key: partition, after },
      };
    },
  };
}

/** Calls a function once, and returns its result each time. */
function builtOnce<Values>(
  build: (values: Values) => Statement<unknown>,
): (values: Values) => Statement<unknown> {
  let built: Statement<unknown> | undefined;
  return (values) => (built ??= build(values));
}

function columnsOf(table: Table, names: readonly string[] | undefined): readonly string[] {
  const presence = presenceColumn(table);
  const extra = presence === undefined ? [] : [presence];
  return [...new Set([...selectedNames(table, names), ...extra])];
}

function keyValues(row: RawRow, names: readonly string[]): readonly unknown[] {
  return names.map((name) => row[name]);
}
