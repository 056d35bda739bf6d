import DataLoader from "dataloader";
import { chunks } from "../../chunks.ts";
import { CassandraError } from "../error.ts";
import { clusteringKeyOf, keyText, partitionKeyOf } from "../key.ts";
import { decodeKey, decodeRow } from "../row.ts";
import { select, selectRows } from "../select.ts";
import type { RawRow, Statement } from "../statement.ts";
import { keyNames, type PrimaryKey, type Row, type RowKey, type Table } from "../table.ts";

/** Most rows that one query names; Astra DB refuses longer lists (guardrail in_select_cartesian_product). */
export const MAX_ROWS_A_QUERY = 25;

type Run = <Result>(statement: Statement<Result>) => Promise<Result>;
type Load<T extends Table> = DataLoader<PrimaryKey<T>, Row<T> | undefined>;

/** Results by the text of the key; a key without one has no row. */
type Found<T extends Table> = ReadonlyMap<string, Row<T> | Error>;

/**
 * Makes the function that reads single rows: all rows that are asked for in one tick are read by one query per partition.
 * Callers that know nothing of each other share a query, so each key has a result or an error of its own.
 *
 * It does not cache. So it can live as long as its session, and nobody reads what was there before a write.
 */
export function createLoaders(run: Run) {
  const loaders = new Map<Table, unknown>();
  return async <T extends Table>(table: T, key: PrimaryKey<T>): Promise<Row<T> | undefined> => {
    // A table's own loader: the map cannot say so.
    let loader = loaders.get(table) as Load<T> | undefined;
    if (!loader) {
      loader = new DataLoader((keys) => loadRows(run, table, keys), { cache: false });
      loaders.set(table, loader);
    }
    return loader.load(key);
  };
}

async function loadRows<T extends Table>(
  run: Run,
  table: T,
  keys: readonly PrimaryKey<T>[],
): Promise<readonly (Row<T> | undefined | Error)[]> {
  const texts = keys.map((key) => attempt(() => rowText(table, key)));
  const distinct = new Map<string, PrimaryKey<T>>();
  for (const [at, text] of texts.entries()) {
    if (typeof text === "string") distinct.set(text, keys[at]!);
  }
  const partitions = Map.groupBy(distinct.values(), (key) => keyText(table, table.partition, key));
  const queries = [...partitions.values()].flatMap((rows) => chunks(rows, MAX_ROWS_A_QUERY));
  const found = await Promise.all(queries.map((rows) => loadPartition(run, table, rows)));
  const results = new Map(found.flatMap((each) => [...each]));
  return texts.map((text) => (typeof text === "string" ? results.get(text) : text));
}

/** Reads rows of one partition by one query. It never fails: an error is the result of the keys that it concerns. */
async function loadPartition<T extends Table>(
  run: Run,
  table: T,
  keys: readonly PrimaryKey<T>[],
): Promise<Found<T>> {
  try {
    return await run(rowsOf(table, keys));
  } catch (error) {
    if (keys.length > 1 && isRefused(error)) return loadOneByOne(run, table, keys);
    return new Map(keys.map((key) => [rowText(table, key), asError(error)]));
  }
}

/** Cassandra refuses a query for one of the keys in it: the others are read without that one. */
async function loadOneByOne<T extends Table>(
  run: Run,
  table: T,
  keys: readonly PrimaryKey<T>[],
): Promise<Found<T>> {
  const found = await Promise.all(keys.map((key) => loadPartition(run, table, [key])));
  return new Map(found.flatMap((each) => [...each]));
}

function rowsOf<T extends Table>(table: T, keys: readonly PrimaryKey<T>[]): Statement<Found<T>> {
  const [key] = keys;
  const statement =
    keys.length === 1
      ? select(table, key as RowKey<T>)
      : selectRows(
          table,
          partitionKeyOf(table, key!),
          keys.map((each) => clusteringKeyOf(table, each)),
        );
  const entry = (raw: RawRow) =>
    [rowText(table, decodeKey(table, raw)), attempt(() => decodeRow(table, raw))] as const;
  return { ...statement, decode: (rows) => new Map(rows.map(entry)) };
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

function rowText(table: Table, row: RawRow): string {
  return keyText(table, keyNames(table), row);
}
