import { writtenNames } from "./assignment.ts";
import type { Role } from "./column.ts";
import type { ConsistencyOption } from "./consistency.ts";
import { identifier } from "./identifier.ts";
import { columnCheck, storedPartition, whereRow, whereValues } from "./key.ts";
import { writeMembers } from "./write-result.ts";
import { type WriteInput, shaped, type Take, type Template } from "./shape.ts";
import {
  type CounterWrite,
  join,
  withParam,
  type RawRow,
  type Statement,
  cqlText,
} from "./statement.ts";
import type { RowKey, NoneOf } from "./table-keys.ts";
import type { CounterName, PartitionKey, StaticName } from "./table-rows.ts";
import { badStatement, columnOf, inTableOrder } from "./table-columns.ts";
import { type Table } from "./table.ts";

/** The numbers to add to counters of a row. */
export type Additions<T extends Table> = {
  readonly [Name in Exclude<CounterName<T>, StaticName<T>>]?: bigint;
} & NoneOf<StaticName<T>, "it is static: addToPartition(…) adds to it">;

/** The numbers to add to static counters of a partition. */
export type PartitionAdditions<T extends Table> = {
  readonly [Name in CounterName<T> & StaticName<T>]?: bigint;
} & NoneOf<Exclude<CounterName<T>, StaticName<T>>, "each row has its own: add(…) adds to it">;

/**
 * Adds to counters of a row. A negative number subtracts. Cassandra cannot detect a repeated addition, so the statement
 * is sent once only, and an unknown outcome stays unknown.
 *
 * @example
 * add(PageHits, { page: "home", day: "2027-08-15" }, { views: 1n });
 * // UPDATE page_hits SET views = views + ? WHERE page = ? AND day = ?
 */
export function add<T extends Table>(
  table: T,
  key: RowKey<T>,
  additions: Additions<T>,
  options?: ConsistencyOption<T>,
): CounterWrite<T>;
export function add(
  table: Table,
  key: RawRow,
  additions: RawRow,
  options?: ConsistencyOption<Table>,
): Statement<unknown> {
  return {
    ...buildAdd(table, { key, changes: additions }),
    ...writeMembers(table, { partition: () => storedPartition(table, key, "check"), options }),
  };
}

const buildAdd = shaped((table, given) =>
  addition(table, given, { where: whereRow(table, given), role: "counter" }),
);

/**
 * Adds to static counters of a partition: see {@link add}.
 *
 * @example
 * addToPartition(PageHits, { page: "home" }, { total: 1n });
 * // UPDATE page_hits SET total = total + ? WHERE page = ?
 */
export function addToPartition<T extends Table>(
  table: T,
  partition: PartitionKey<T>,
  additions: PartitionAdditions<T>,
  options?: ConsistencyOption<T>,
): CounterWrite<T>;
export function addToPartition(
  table: Table,
  partition: RawRow,
  additions: RawRow,
  options?: ConsistencyOption<Table>,
): Statement<unknown> {
  return {
    ...buildPartitionAdd(table, { key: partition, changes: additions }),
    ...writeMembers(table, {
      partition: () => storedPartition(table, partition, "check"),
      options,
    }),
  };
}

const buildPartitionAdd = shaped((table, given) =>
  addition(table, given, { where: whereValues(table, given), role: "static counter" }),
);

function addition(
  table: Table,
  given: WriteInput,
  { where, role }: { readonly where: Template; readonly role: Role },
): Template {
  const names = inTableOrder(table, writtenNames(given.changes!));
  const other = names.find((name) => columnOf(table, name).role !== role);
  if (other !== undefined) {
    const owners = role === "counter" ? "rows" : "partitions";
    throw badStatement(table, `has no counter "${other}" in its ${owners}`);
  }
  if (names.length === 0) throw badStatement(table, "has nothing to add");
  const set = names.map((name) => {
    const column = identifier(name);
    const check = columnCheck(table, name);
    const value: Take = ({ changes }) => check(changes![name]);
    return withParam(`${column} = ${column} + ?`, {
      type: columnOf(table, name).type,
      param: value,
    });
  });
  return join([
    cqlText(`UPDATE ${identifier(table.name)} SET`),
    join(set, ", "),
    cqlText("WHERE"),
    where,
  ]);
}
