import DataLoader from "dataloader";
import { chunks } from "../../support/chunks.ts";
import { boundedColumns } from "../bounded-columns.ts";
import { CassandraError } from "../error.ts";
import { clusteringKeyOf, keyText, partitionKeyOf, rowIdentity } from "../key.ts";
import { isThere } from "../presence.ts";
import { decodeKey, decodeRow } from "../row.ts";
import { type AnyOptions, namesOf } from "../selection.ts";
import { select } from "../select.ts";
import { selectRows } from "../select-rows.ts";
import type { RawRow, Statement } from "../statement.ts";
import type { ColumnName, KeyName, PrimaryKey, RowOf, Shown } from "../table-rows.ts";
import type { Table } from "../table.ts";

/** Most rows that one query names; Astra DB refuses longer lists (guardrail in_select_cartesian_product). */
export const MAX_ROWS_A_QUERY = 25;

/** Reads a row by its primary key: see `Session.load`. */
export type Load = <T extends Table, Name extends ColumnName<T> = ColumnName<T>>(
  table: T,
  key: PrimaryKey<T>,
  options?: { readonly columns?: readonly Name[] | undefined },
) => Promise<Shown<RowOf<T, Name | KeyName<T>>> | undefined>;

type Run = <Result>(statement: Statement<Result>) => Promise<Result>;

/** A row that is asked for. */
interface Wanted {
  readonly key: RawRow;
  /** Undefined: all. */
  readonly columns: readonly string[] | undefined;
}

/** Stored rows, or why there is none, by the identity of their keys; a key without one has no row. */
type Found = ReadonlyMap<string, RawRow | Error>;

/**
 * Makes the function that reads single rows: all rows that are asked for in one tick are read by one query per partition,
 * with the columns that any of the callers wants. Callers that know nothing of each other share a query, so each has a
 * result or an error of its own, of its own columns alone.
 *
 * It does not cache. So it can live as long as its session, and nobody reads what was there before a write.
 */
export function createLoaders(run: Run): Load {
  const loaders = new Map<Table, DataLoader<Wanted, RawRow | undefined>>();
  const load = async (table: Table, key: RawRow, { columns }: Pick<AnyOptions, "columns"> = {}) => {
    let loader = loaders.get(table);
    if (!loader) {
      loader = new DataLoader((wanted) => loadRows(run, table, wanted), { cache: false });
      loaders.set(table, loader);
    }
    return loader.load({ key, columns });
  };
  // A row has the columns that were asked for: the map cannot say so.
  return load as Load;
}

async function loadRows(
  run: Run,
  table: Table,
  wanted: readonly Wanted[],
): Promise<readonly (RawRow | undefined | Error)[]> {
  const identities = wanted.map(({ key }) => attempt(() => rowIdentity(table, key)));
  const distinct = new Map<string, Wanted>();
  for (const [at, identity] of identities.entries()) {
    if (typeof identity !== "string") continue;
    const known = distinct.get(identity);
    distinct.set(identity, known ? both(known, wanted[at]!) : wanted[at]!);
  }
  const partitions = Map.groupBy(distinct.values(), ({ key }) =>
    keyText(table, table.partition, key),
  );
  const queries = [...partitions.values()].flatMap((rows) => chunks(rows, MAX_ROWS_A_QUERY));
  const found = await Promise.all(queries.map((rows) => loadPartition(run, table, rows)));
  const results = new Map(found.flatMap((each) => [...each]));
  return identities.map((identity, at) => {
    if (typeof identity !== "string") return identity;
    const row = results.get(identity);
    if (row === undefined || row instanceof Error) return row;
    const { columns } = wanted[at]!;
    return attempt((): RawRow => decodeRow(table, row, namesOf(table, columns)));
  });
}

/** Reads rows of one partition by one query. It never fails: an error is the result of the keys that it concerns. */
async function loadPartition(run: Run, table: Table, wanted: readonly Wanted[]): Promise<Found> {
  try {
    return await run(rowsOf(table, wanted));
  } catch (error) {
    if (wanted.length > 1 && isRefused(error)) return loadOneByOne(run, table, wanted);
    return new Map(wanted.map(({ key }) => [rowIdentity(table, key), asError(error)]));
  }
}

/** Cassandra refuses a query for one of the keys in it: the others are read without that one. */
async function loadOneByOne(run: Run, table: Table, wanted: readonly Wanted[]): Promise<Found> {
  const found = await Promise.all(wanted.map((each) => loadPartition(run, table, [each])));
  return new Map(found.flatMap((each) => [...each]));
}

function rowsOf(table: Table, wanted: readonly Wanted[]): Statement<Found> {
  const { key, columns } = wanted.reduce(both);
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

/** What two callers want of a row. */
function both(one: Wanted, other: Wanted): Wanted {
  const isAll = one.columns === undefined || other.columns === undefined;
  return { key: one.key, columns: isAll ? undefined : [...one.columns!, ...other.columns!] };
}

function isRefused(error: unknown): boolean {
  return error instanceof CassandraError && error.code === "REFUSED";
}

/** What a function returns, or what it throws. */
function attempt<Value>(run: () => Value): Value | Error {
  try {
    return run();
  } catch (error) {
    return asError(error);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error("Not an error was thrown", { cause: error });
}
