import { assignments, usingTtl } from "./assignment.ts";
import { type Column, isStatic } from "./column.ts";
import { condition, type ExpectedOf } from "./condition.ts";
import { identifier } from "./identifier.ts";
import { storedPartition, whereValues } from "./key.ts";
import { writeMembers, type WriteOf, decodeLwt } from "./write-result.ts";
import { decodeStored } from "./row.ts";
import { type WriteInput, shaped, type Take, type Template } from "./shape.ts";
import { isOrdered } from "./slice.ts";
import { join, type Lwt, withParam, type RawRow, type Statement, cqlText } from "./statement.ts";
import { clusteringNames, columnOf, keyNames, refuseRegular } from "./table-columns.ts";
import { type Table } from "./table.ts";
import type {
  HiddenStaticName,
  HiddenValues,
  NoCounters,
  PartitionChanges,
  PartitionKey,
  StaticName,
  StoredRow,
} from "./table-rows.ts";
import {
  type AnyWriteOptions,
  refuseCounters,
  requireCondition,
  type WriteOptions,
} from "./write-options.ts";

/** The condition of an update of a partition: static columns, hidden ones included, are as expected. */
export type PartitionCondition<T extends Table> = {
  readonly [Name in StaticName<T>]?: ExpectedOf<T, Name>;
} & HiddenValues<T, null, HiddenStaticName<T>>;

/** The options of an update of a partition. */
export interface StaticOptions<T extends Table> {
  readonly if: PartitionCondition<T>;
  /** Static columns, hidden ones included, that must also be null. If `if` is empty, this is the whole condition. */
  readonly isNull?: readonly (StaticName<T> | HiddenStaticName<T>)[];
  /** After how many seconds the written values expire. Default: never. */
  readonly ttl?: number;
  /**
   * Also name a row that hardly ever exists, without changing it. For a statement outside a batch: if it names no row,
   * Cassandra looks for the first row of the partition, and fails if it meets too many deleted rows. If the unlikely
   * row does exist, the condition may fail because of it: then `current` has a value for {@link unlikelyColumn}.
   * Default: false.
   */
  readonly byName?: boolean;
}

/**
 * Changes static columns of a partition, on a condition if the table takes lightweight transactions. Does not create a
 * row. The changes are those of {@link update}.
 *
 * @example
 * updatePartition(Reading, { device, day }, { place: null }, { ttl: 60 });
 * // UPDATE reading USING TTL ? SET place = ? WHERE device = ? AND day = ?
 * const condition = { rounds: element(process, last) };
 * updatePartition(SeatTable, { theatre }, { rounds: element(process, round) }, { if: condition, ttl: 3600 });
 * // UPDATE seat USING TTL ? SET rounds[?] = ? WHERE theatre = ? IF rounds[?] = ?
 */
export function updatePartition<T extends Table>(
  table: T,
  partition: PartitionKey<T>,
  changes: PartitionChanges<T> & NoCounters<T>,
  ...options: WriteOptions<T, StaticOptions<T>>
): WriteOf<T, StoredRow<T>>;
export function updatePartition(
  table: Table,
  partition: RawRow,
  changes: RawRow,
  given: object = {},
): Statement<unknown> {
  const options = given as AnyWriteOptions;
  return {
    ...buildPartitionUpdate(table, { key: partition, changes, ...options }),
    ...writeMembers(table, {
      decode: (current) => decodeStored(table, current),
      partition: () => storedPartition(table, partition, "check"),
      options,
    }),
  };
}

const buildPartitionUpdate = shaped((table, given) => {
  requireCondition(table, { verb: "update", condition: given.if });
  refuseCounters(table, "update");
  const { changes, if: holds, isNull = [] } = given;
  refuseRegular(table, [...Object.keys({ ...changes, ...(holds as RawRow) }), ...isNull]);
  return partitionUpdate(table, given);
});

/** Returns an update of a partition, which names no row, or with `byName` one that hardly ever exists. */
export function partitionUpdate(table: Table, given: WriteInput): Template {
  const unlikely = given.byName ? unlikelyRow(table) : undefined;
  return join<Take>([
    cqlText(`UPDATE ${identifier(table.name)}`),
    ...usingTtl(table, given),
    cqlText("SET"),
    join([assignments(table, given), ...(unlikely ? [unlikely.isNull] : [])], ", "),
    cqlText("WHERE"),
    join([whereValues(table, given), ...(unlikely ? [unlikely.where] : [])], " AND "),
    ...condition(table, given),
    ...(unlikely ? [cqlText("AND"), unlikely.isNull] : []),
  ]);
}

/**
 * Returns a lightweight transaction that changes nothing: it names a row that hardly ever exists, and sets a column of
 * it to null if it is null. Returns undefined if the table has no such row or column.
 *
 * @example
 * writeNothing(SeatTable, { theatre: "Odeon" });
 * // UPDATE seat SET recent = null WHERE theatre = ? AND id = ? IF recent = null
 */
export function writeNothing(table: Table, partition: RawRow): Statement<Lwt<unknown>> | undefined {
  if (!table.lwt || !unlikelyRow(table)) return undefined;
  return {
    ...buildWriteNothing(table, { key: partition }),
    kind: "lwt",
    decode: ([row]) => decodeLwt(row, () => undefined),
  };
}

const buildWriteNothing = shaped((table, given) => {
  const { where, isNull } = unlikelyRow(table)!;
  return join<Take>([
    cqlText(`UPDATE ${identifier(table.name)} SET`),
    isNull,
    cqlText("WHERE"),
    join([whereValues(table, given), where], " AND "),
    cqlText("IF"),
    isNull,
  ]);
});

/**
 * Returns the column that a statement with `byName` sets to null in the unlikely row, or undefined if the table has
 * none.
 */
export function unlikelyColumn(table: Table): string | undefined {
  const { hidden, columns, clustering } = table;
  // Without clustering columns, Cassandra always reads by name.
  if (clustering.length === 0) return undefined;
  const isOfRow = ([name, column]: readonly [string, Column]) =>
    !isStatic(column) && !keyNames(table).includes(name);
  return [...Object.entries(hidden), ...Object.entries(columns)].find(isOfRow)?.[0];
}

/**
 * Returns the restriction to a row that hardly ever exists, and the assignment or comparison of one of its columns with
 * null.
 */
function unlikelyRow(
  table: Table,
): { readonly where: Template; readonly isNull: Template } | undefined {
  const column = unlikelyColumn(table);
  const names = clusteringNames(table);
  if (column === undefined || !isOrdered(table)) return undefined;
  const where = names.map((name) => {
    const { type } = columnOf(table, name);
    return withParam(`${identifier(name)} = ?`, { type, param: () => type.order!.unlikely });
  });
  return { where: join(where, " AND "), isNull: cqlText(`${identifier(column)} = null`) };
}
