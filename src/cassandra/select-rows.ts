import { consistencyOf, type ConsistencyOption } from "./consistency.ts";
import { identifier } from "./identifier.ts";
import { clusteringKeyOf, clusteringValues, whereKey } from "./key.ts";
import { presenceColumn } from "./lane-columns.ts";
import { isGone, isThere } from "./presence.ts";
import { decodeRow, decodeStored } from "./row.ts";
import {
  type AnySelectOptions,
  type SelectedOptions,
  selectedColumns,
  selectFrom,
  selectedNames,
  type Selected,
  decodeTimes,
  type Writetimes,
} from "./selection.ts";
import {
  type Fragment,
  join,
  withParam,
  type RawRow,
  type Statement,
  cqlText,
} from "./statement.ts";
import type {
  ClusteringKey,
  ColumnName,
  DataName,
  HiddenName,
  HiddenStaticName,
  PartitionKey,
  RowOf,
  Shown,
  StaticName,
  StoredRow,
} from "./table-rows.ts";
import {
  badStatement,
  clusteringNames,
  columnOf,
  refuseRegular,
  staticNames,
  oncePerTable,
} from "./table-columns.ts";
import { type Table } from "./table.ts";
import type { ColumnType } from "./type.ts";
import { listType } from "./types/list.ts";
import { tupleType } from "./types/tuple.ts";

/** The partition key and static columns of a partition. */
export type Partition<T extends Table, Name extends StaticName<T> = StaticName<T>> = Shown<
  RowOf<T, (T["partition"][number] & ColumnName<T>) | Name>
>;

/**
 * Reads the partition key and static columns of a partition. Returns undefined if the partition has neither rows nor
 * values of static columns.
 *
 * @example
 * selectPartition(Reading, { device: "a", day: "2027-08-15" });
 * // SELECT DISTINCT device, day, site FROM reading WHERE device = ? AND day = ?
 */
export function selectPartition<T extends Table, Name extends StaticName<T> = StaticName<T>>(
  table: T,
  partition: PartitionKey<T>,
  options?: { readonly columns?: readonly Name[] } & ConsistencyOption<T>,
): Statement<Partition<T, Name> | undefined>;
export function selectPartition(
  table: Table,
  partition: RawRow,
  options: object = {},
): Statement<unknown> {
  const { columns = staticNames(table), consistency } = options as AnySelectOptions;
  const stray = columns.find((name) => !staticNames(table).includes(name));
  if (stray !== undefined)
    throw badStatement(table, `has "${stray}" once per row, not once per partition`);
  const named = Object.keys(partition).find((name) => !table.partition.includes(name));
  if (named !== undefined)
    throw badStatement(table, `does not have "${named}" in its partition key`);
  const names = [...table.partition, ...columns];
  return {
    ...join([fromPartition(table, names), whereKey(table, partition)]),
    table,
    kind: "read",
    ...consistencyOf(table, consistency),
    decode: ([row]) =>
      row && !isGone(table, row) ? decodeRow(table, row, { columns: names }) : undefined,
  };
}

/**
 * Reads static columns of a partition, hidden ones included, in stored form and at the serial consistency: for callers
 * that are about to change them by a lightweight transaction. Returns undefined if the partition has neither rows nor
 * values of static columns.
 *
 * @example
 * selectStoredPartition(Reading, { device: "a", day: "2027-08-15" }, ["site"]);
 * // SELECT DISTINCT device, day, site FROM reading WHERE device = ? AND day = ?
 */
export function selectStoredPartition<T extends Table>(
  table: T,
  partition: PartitionKey<T>,
  columns: readonly (StaticName<T> | HiddenStaticName<T>)[],
): Statement<StoredRow<T> | undefined>;
export function selectStoredPartition(
  table: Table,
  partition: RawRow,
  columns: readonly string[],
): Statement<unknown> {
  refuseRegular(table, columns);
  const names = [...table.partition, ...columns];
  return {
    ...join([fromPartition(table, names), whereKey(table, partition)]),
    table,
    kind: "serial",
    decode: ([row]) => row && decodeStored(table, row),
  };
}

/**
 * Reads several rows of one partition in clustering order. Rows that do not exist are omitted.
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
  options?: Omit<SelectedOptions<T, Name, W, L>, "serial"> & ConsistencyOption<T>,
): Statement<readonly Selected<T, Name, W, L>[]>;
export function selectRows(
  table: Table,
  partition: RawRow,
  rows: readonly RawRow[],
  given: object = {},
): Statement<unknown> {
  const options = given as AnySelectOptions;
  const names = selectedNames(table, options.columns);
  return {
    ...join([
      selectFrom(table, selectedColumns(table, names, options)),
      whereRows(table, partition, rows),
    ]),
    table,
    kind: "read",
    ...consistencyOf(table, options.consistency),
    decode: (found) =>
      existingRows(table, found).map((row) => ({
        ...(decodeRow(table, row, { columns: names }) as RawRow),
        ...decodeTimes(row, options),
      })),
  };
}

/**
 * Reads the write times of one column of several rows of one partition, in clustering order. Rows that do not exist are
 * omitted. Only the clustering key is read besides, so the read also returns rows with unreadable values.
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
      selectFrom(table, selectedColumns(table, clusteringNames(table), options)),
      whereRows(table, partition, rows),
    ]),
    table,
    kind: "read",
    ...consistencyOf(table, undefined),
    decode: (found) =>
      existingRows(table, found).map((row) => ({
        ...decodeStored(table, clusteringKeyOf(table, row)),
        ...decodeTimes(row, options),
      })),
  };
}

/**
 * Reads columns of several rows of one partition, hidden ones included, in stored form and at the serial consistency:
 * for callers that are about to change them by a lightweight transaction. Rows that Cassandra does not have are
 * omitted; check the others with {@link isThere}. Each row has the static columns; if no row is found,
 * {@link selectStoredPartition} reads them.
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
  const key = table.clustering.length > 0 ? clusteringNames(table) : table.partition;
  const names = [...key, ...columns].map(identifier);
  return {
    ...join([selectFrom(table, names), whereRows(table, partition, rows)]),
    table,
    kind: "serial",
    decode: (found: readonly RawRow[]) => found.map((row) => decodeStored(table, row)),
  } as const;
}

/** Returns a SELECT of the partition key and static columns that returns one row per partition. */
function fromPartition(table: Table, names: readonly string[]): Fragment {
  const columns = names.map(identifier);
  // The partition has one row, which may consist of cells of lanes only.
  if (presenceColumn(table) !== undefined) return selectFrom(table, columns);
  return cqlText(`SELECT DISTINCT ${columns.join(", ")} FROM ${identifier(table.name)} WHERE`);
}

function existingRows(table: Table, rows: readonly RawRow[]): readonly RawRow[] {
  return rows.filter((row) => isThere(table, row));
}

/** Returns the restriction to rows of a partition. Without a clustering key, the partition is the row. */
function whereRows(table: Table, partition: RawRow, rows: readonly RawRow[]): Fragment {
  const names = clusteringNames(table);
  if (names.length === 0) return whereKey(table, partition);
  const columns = names.map(identifier);
  const keys = rows.map((row) => clusteringValues(table, row));
  const isTuple = names.length > 1;
  const cql = isTuple ? `(${columns.join(", ")}) IN ?` : `${columns[0]} IN ?`;
  const rowsIn = withParam(cql, {
    type: clusteringKeysType(table),
    param: isTuple ? keys : keys.flat(),
  });
  return join([whereKey(table, partition), rowsIn], " AND ");
}

/** Returns the type of a list of clustering keys. A key of several columns is a tuple. */
const clusteringKeysType = oncePerTable((table): ColumnType => {
  const types = clusteringNames(table).map((name) => columnOf(table, name).type);
  const parts = types.map((type, at) => ({ name: `item${at}`, type }));
  return listType<unknown>(types.length > 1 ? tupleType(parts) : types[0]!, {
    isFrozen: true,
  });
});
