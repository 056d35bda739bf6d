import DataLoader from "dataloader";
import { chunks } from "../../support/chunks.ts";
import { boundedColumns } from "../bounded-columns.ts";
import { CassandraError } from "../error.ts";
import { keyText, rowIdentity } from "../key-text.ts";
import { clusteringKeyOf, partitionKeyOf } from "../key.ts";
import { isThere } from "../presence.ts";
import { decodeKey, decodeRow } from "../row.ts";
import { type AnySelectOptions, selectedNames } from "../selection.ts";
import { select } from "../select.ts";
import { selectRows } from "../select-rows.ts";
import type { RawRow, Statement } from "../statement.ts";
import type { ColumnName, KeyName, PrimaryKey, RowOf, Shown } from "../table-rows.ts";
import type { Table } from "../table.ts";

/** The most rows that one query names. Astra DB refuses longer lists (guardrail in_select_cartesian_product). */
export const MAX_ROWS_A_QUERY = 25;

/** Reads a row by its primary key: see `Session.load`. */
export type Load = <T extends Table, Name extends ColumnName<T> = ColumnName<T>>(
  table: T,
  key: PrimaryKey<T>,
  options?: { readonly columns?: readonly Name[] | undefined },
) => Promise<Shown<RowOf<T, Name | KeyName<T>>> | undefined>;

type RunStatement = <Result>(statement: Statement<Result>) => Promise<Result>;

/** Where rows are read from. */
interface RowSource {
  readonly run: RunStatement;
  readonly table: Table;
}

/** A requested row. */
interface WantedRow {
  readonly key: RawRow;
  /** Undefined means all columns. */
  readonly columns: readonly string[] | undefined;
}

/** Stored rows, or the error of reading them, by the identity of their keys. A key without an entry has no row. */
type LoadedRows = ReadonlyMap<string, RawRow | Error>;

/**
 * Creates the function that reads single rows. All rows requested in one tick are read by one query per partition,
 * which selects the columns that any of the callers wants. Independent callers share a query, so each gets its own
 * result or error, for its own columns only.
 *
 * Nothing is cached, so the function can live as long as its session, and a read after a write sees the write.
 */
export function createLoaders(run: RunStatement): Load {
  const loaders = new Map<Table, DataLoader<WantedRow, RawRow | undefined>>();
  const load = async (
    table: Table,
    key: RawRow,
    { columns }: Pick<AnySelectOptions, "columns"> = {},
  ) => {
    let loader = loaders.get(table);
    if (!loader) {
      const source = { run, table };
      loader = new DataLoader((wanted) => loadWanted(source, wanted), { cache: false });
      loaders.set(table, loader);
    }
    return loader.load({ key, columns });
  };
  // A row has the requested columns; the type of the map cannot express that.
  return load as Load;
}

async function loadWanted(
  source: RowSource,
  wanted: readonly WantedRow[],
): Promise<readonly (RawRow | undefined | Error)[]> {
  const { table } = source;
  const identities = wanted.map(({ key }) => valueOrError(() => rowIdentity(table, key)));
  const distinct = new Map<string, WantedRow>();
  for (const [at, identity] of identities.entries()) {
    if (typeof identity !== "string") continue;
    const known = distinct.get(identity);
    distinct.set(identity, known ? mergeWanted(known, wanted[at]!) : wanted[at]!);
  }
  const partitions = Map.groupBy(distinct.values(), ({ key }) =>
    keyText(table, key, { columns: table.partition }),
  );
  const queries = [...partitions.values()].flatMap((rows) => chunks(rows, MAX_ROWS_A_QUERY));
  const found = await Promise.all(queries.map((rows) => loadPartition(source, rows)));
  const results = new Map(found.flatMap((each) => [...each]));
  return identities.map((identity, at) => {
    if (typeof identity !== "string") return identity;
    const row = results.get(identity);
    if (row === undefined || row instanceof Error) return row;
    const { columns } = wanted[at]!;
    return valueOrError((): RawRow =>
      decodeRow(table, row, { columns: selectedNames(table, columns) }),
    );
  });
}

/** Reads rows of one partition by one query. Never throws: an error becomes the result of the keys that it concerns. */
async function loadPartition(source: RowSource, wanted: readonly WantedRow[]): Promise<LoadedRows> {
  const { run, table } = source;
  try {
    return await run(selectWanted(table, wanted));
  } catch (error) {
    if (wanted.length > 1 && isRefused(error)) return loadOneByOne(source, wanted);
    return new Map(wanted.map(({ key }) => [rowIdentity(table, key), asError(error)]));
  }
}

/** Reads each row by a query of its own, after Cassandra refused a common query because of one of its keys. */
async function loadOneByOne(source: RowSource, wanted: readonly WantedRow[]): Promise<LoadedRows> {
  const found = await Promise.all(wanted.map((each) => loadPartition(source, [each])));
  return new Map(found.flatMap((each) => [...each]));
}

function selectWanted(table: Table, wanted: readonly WantedRow[]): Statement<LoadedRows> {
  const { key, columns } = wanted.reduce(mergeWanted);
  const options = { columns: boundedColumns(table, columns) };
  const { rest: _, ...statement }: Statement<unknown> =
    wanted.length === 1
      ? select(table, key as never, options as never)
      : selectRows(
          table,
          partitionKeyOf(table, key),
          wanted.map((each) => clusteringKeyOf(table, each.key)),
          options as never,
        );
  const entry = (raw: RawRow) => [rowIdentity(table, decodeKey(table, raw)), raw] as const;
  const isFound = (raw: RawRow) => isThere(table, raw);
  return { ...statement, decode: (rows) => new Map(rows.filter(isFound).map(entry)) };
}

/** Combines the requests of two callers for the same row. */
function mergeWanted(one: WantedRow, other: WantedRow): WantedRow {
  const isAll = one.columns === undefined || other.columns === undefined;
  return { key: one.key, columns: isAll ? undefined : [...one.columns!, ...other.columns!] };
}

function isRefused(error: unknown): boolean {
  return error instanceof CassandraError && error.code === "REFUSED";
}

/** Returns what a function returns, or the error that it throws. */
function valueOrError<Value>(run: () => Value): Value | Error {
  try {
    return run();
  } catch (error) {
    return asError(error);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error
    ? error
    : new Error("A value that is not an Error was thrown", { cause: error });
}
