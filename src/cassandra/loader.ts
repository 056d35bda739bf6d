import DataLoader from "dataloader";
import { chunks } from "../chunks.ts";
import { clusteringKeyOf, keyText, partitionKeyOf } from "./key.ts";
import { select, selectRows } from "./select.ts";
import type { RawRow, Statement } from "./statement.ts";
import { keyNames, type PrimaryKey, type Row, type RowKey, type Table } from "./table.ts";

/** Most rows that one query names; Astra DB refuses longer lists (guardrail in_select_cartesian_product). */
export const MAX_ROWS_A_QUERY = 25;

type Run = <Result>(statement: Statement<Result>) => Promise<Result>;
type Load<T extends Table> = DataLoader<PrimaryKey<T>, Row<T> | undefined>;

/**
 * Makes what reads single rows: all that are asked for in one tick by one query a partition.
 *
 * It does not cache, so that it can live as long as its session and nobody reads what was before a write.
 */
export function createLoaders(run: Run) {
  const loaders = new Map<Table, unknown>();
  return <T extends Table>(table: T, key: PrimaryKey<T>): Promise<Row<T> | undefined> => {
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
): Promise<readonly (Row<T> | undefined)[]> {
  const distinct = new Map(keys.map((key) => [rowText(table, key), key]));
  const partitions = Map.groupBy(distinct.values(), (key) => keyText(table, table.partition, key));
  const queries = [...partitions.values()].flatMap((rows) => chunks(rows, MAX_ROWS_A_QUERY));
  const found = await Promise.all(queries.map((rows) => loadPartition(run, table, rows)));
  const rows = new Map(found.flat().map((row) => [rowText(table, row), row]));
  return keys.map((key) => rows.get(rowText(table, key)));
}

async function loadPartition<T extends Table>(
  run: Run,
  table: T,
  keys: readonly PrimaryKey<T>[],
): Promise<readonly Row<T>[]> {
  const [key] = keys;
  if (key === undefined) return [];
  if (keys.length > 1) {
    const rows = keys.map((each) => clusteringKeyOf(table, each));
    return run(selectRows(table, partitionKeyOf(table, key), rows));
  }
  const row = await run(select(table, key as RowKey<T>));
  return row ? [row] : [];
}

function rowText(table: Table, row: RawRow): string {
  return keyText(table, keyNames(table), row);
}
