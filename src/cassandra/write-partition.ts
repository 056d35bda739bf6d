import { assignments, usingTtl } from "./assignment.ts";
import { type Column, isStatic } from "./column.ts";
import { condition, type Options, refuseCounters, requireCondition } from "./condition.ts";
import { identifier } from "./identifier.ts";
import { whereValues } from "./key.ts";
import { answer, type Answer, decodeLwt } from "./lwt-answer.ts";
import { decodeStored } from "./row.ts";
import { type Given, shaped, type Take, type Template } from "./shape.ts";
import { isOrdered } from "./slice.ts";
import {
  join,
  type Lwt,
  marked,
  type RawRow,
  type Statement,
  text,
  type Write,
} from "./statement.ts";
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
  ValueOf,
} from "./table-rows.ts";
import type { Unreadable } from "./unreadable.ts";

/** What must hold for an update of a partition: its static columns, hidden ones too, have these values. */
export type PartitionCondition<T extends Table> = {
  readonly [Name in StaticName<T>]?: ValueOf<T, Name> | Unreadable;
} & HiddenValues<T, null, HiddenStaticName<T>>;

/** How the columns of a partition are changed. */
export interface StaticOptions<T extends Table> {
  readonly if: PartitionCondition<T>;
  /** Static columns, hidden ones too, that must be null beside, or alone where `if` is empty. */
  readonly isNull?: readonly (StaticName<T> | HiddenStaticName<T>)[];
  /** After how many seconds what is written here is gone. Default: never. */
  readonly ttl?: number;
  /**
   * Also name a row that hardly ever exists, and change nothing in it. For a statement that is sent alone: without any
   * row, Cassandra looks for the first one that the partition has, and fails if there are too many deleted ones before
   * it. If that row exists after all, the condition may not hold because of it: `current` then has a value of
   * {@link unlikelyColumn}. Default: false.
   */
  readonly byName?: boolean;
}

/**
 * Changes what is kept once a partition, if the condition holds; it makes no row.
 *
 * @example
 * updatePartition(PartyTable, { city }, { rounds: element(process, round) }, { if: { rounds: element(process, last) }, ttl: 3600 });
 * // UPDATE party USING TTL ? SET rounds[?] = ? WHERE city = ? IF rounds[?] = ?
 */
export function updatePartition<T extends Table>(
  table: T,
  partition: PartitionKey<T>,
  changes: PartitionChanges<T> & NoCounters<T>,
  ...options: Options<T, StaticOptions<T>>
): Write<T, Answer<T, StoredRow<T>>>;
export function updatePartition(
  table: Table,
  partition: RawRow,
  changes: RawRow,
  options?: Pick<Given, "isNull" | "ttl" | "byName"> & { readonly if: RawRow },
) {
  return {
    ...updatingStatic(table, { key: partition, changes, ...options }),
    ...answer(table, (current) => decodeStored(table, current)),
  };
}

const updatingStatic = shaped((table, given) => {
  requireCondition(table, "update", given.if);
  refuseCounters(table, "update");
  const { changes, if: holds, isNull = [] } = given;
  refuseRegular(table, [...Object.keys({ ...changes, ...(holds as RawRow) }), ...isNull]);
  return partitionUpdate(table, given);
});

/** An update that names no row, or by its name one that hardly ever exists. */
export function partitionUpdate(table: Table, given: Given): Template {
  const beside = given.byName ? nothingIn(table) : undefined;
  return join<Take>([
    text(`UPDATE ${identifier(table.name)}`),
    ...usingTtl(table, given),
    text("SET"),
    join([assignments(table, given), ...(beside ? [beside.isNull] : [])], ", "),
    text("WHERE"),
    join([whereValues(table, given), ...(beside ? [beside.where] : [])], " AND "),
    ...condition(table, given),
    ...(beside ? [text("AND"), beside.isNull] : []),
  ]);
}

/**
 * Changes nothing, as a lightweight transaction: it names a row that hardly ever exists, and sets a column of it to null
 * if it is null. Undefined: the table has no such row or column.
 *
 * @example
 * writeNothing(PartyTable, { city: "Rome" });
 * // UPDATE party SET recent = null WHERE city = ? AND id = ? IF recent = null
 */
export function writeNothing(table: Table, partition: RawRow): Statement<Lwt<unknown>> | undefined {
  if (!table.lwt || !nothingIn(table)) return undefined;
  return {
    ...writingNothing(table, { key: partition }),
    kind: "lwt",
    decode: ([row]) => decodeLwt(row, () => undefined),
  };
}

const writingNothing = shaped((table, given) => {
  const { where, isNull } = nothingIn(table)!;
  return join<Take>([
    text(`UPDATE ${identifier(table.name)} SET`),
    isNull,
    text("WHERE"),
    join([whereValues(table, given), where], " AND "),
    text("IF"),
    isNull,
  ]);
});

/** The column that a statement by name sets to null, in a row that hardly ever exists; undefined: the table has none. */
export function unlikelyColumn(table: Table): string | undefined {
  const { hidden, columns, clustering } = table;
  // A row that is a partition is always read by name.
  if (clustering.length === 0) return undefined;
  const isOfRow = ([name, column]: readonly [string, Column]) =>
    !isStatic(column) && !keyNames(table).includes(name);
  return [...Object.entries(hidden), ...Object.entries(columns)].find(isOfRow)?.[0];
}

/** How to name a row that hardly ever exists, and a column of it that is null. */
function nothingIn(
  table: Table,
): { readonly where: Template; readonly isNull: Template } | undefined {
  const column = unlikelyColumn(table);
  const names = clusteringNames(table);
  if (column === undefined || !isOrdered(table)) return undefined;
  const where = names.map((name) => {
    const { type } = columnOf(table, name);
    return marked(`${identifier(name)} = ?`, type, () => type.order!.unlikely);
  });
  return { where: join(where, " AND "), isNull: text(`${identifier(column)} = null`) };
}
