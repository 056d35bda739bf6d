import { namesGiven } from "./assignment.ts";
import type { Role } from "./column.ts";
import { inTableOrder } from "./condition.ts";
import { identifier } from "./identifier.ts";
import { taking, whereRow, whereValues } from "./key.ts";
import { answer } from "./lwt-answer.ts";
import { type Given, shaped, type Take, type Template } from "./shape.ts";
import { join, marked, type RawRow, text, type Write } from "./statement.ts";
import type { RowKey, NoneOf } from "./table-keys.ts";
import type { CounterName, PartitionKey, StaticName } from "./table-rows.ts";
import { badStatement, columnOf } from "./table-columns.ts";
import { type Table } from "./table.ts";

/** What to add to counters of a row. */
export type Additions<T extends Table> = {
  readonly [Name in Exclude<CounterName<T>, StaticName<T>>]?: bigint;
} & NoneOf<StaticName<T>, "it is static: addToPartition(…) adds to it">;

/** What to add to counters of a partition: its static ones. */
export type PartitionAdditions<T extends Table> = {
  readonly [Name in CounterName<T> & StaticName<T>]?: bigint;
} & NoneOf<Exclude<CounterName<T>, StaticName<T>>, "each row has its own: add(…) adds to it">;

/**
 * Adds to counters of a row; a negative number subtracts. Cassandra counts at once whatever it is sent, and cannot tell
 * whether it has before: so it is sent once, and an unknown outcome stays unknown.
 *
 * @example
 * add(PageHits, { page: "home", day: "2027-08-15" }, { views: 1n });
 * // UPDATE page_hits SET views = views + ? WHERE page = ? AND day = ?
 */
export function add<T extends Table>(
  table: T,
  key: RowKey<T>,
  additions: Additions<T>,
): Write<T, void>;
export function add(table: Table, key: RawRow, additions: RawRow) {
  return { ...adding(table, { key, changes: additions }), ...answer(table, () => undefined) };
}

const adding = shaped((table, given) => addition(table, whereRow(table, given), given, "counter"));

/**
 * Adds to the static counters of a partition: see {@link add}.
 *
 * @example
 * addToPartition(PageHits, { page: "home" }, { total: 1n });
 * // UPDATE page_hits SET total = total + ? WHERE page = ?
 */
export function addToPartition<T extends Table>(
  table: T,
  partition: PartitionKey<T>,
  additions: PartitionAdditions<T>,
): Write<T, void>;
export function addToPartition(table: Table, partition: RawRow, additions: RawRow) {
  const given = { key: partition, changes: additions };
  return { ...addingToPartition(table, given), ...answer(table, () => undefined) };
}

const addingToPartition = shaped((table, given) =>
  addition(table, whereValues(table, given), given, "static counter"),
);

function addition(table: Table, where: Template, given: Given, role: Role): Template {
  const names = inTableOrder(table, namesGiven(given.changes!));
  const other = names.find((name) => columnOf(table, name).role !== role);
  if (other !== undefined) {
    const where = role === "counter" ? "rows" : "partitions";
    throw badStatement(table, `has no counter "${other}" in its ${where}`);
  }
  if (names.length === 0) throw badStatement(table, "has nothing to add");
  const set = names.map((name) => {
    const column = identifier(name);
    const check = taking(table, name, "check");
    const value: Take = ({ changes }) => check(changes![name]);
    return marked(`${column} = ${column} + ?`, columnOf(table, name).type, value);
  });
  return join([
    text(`UPDATE ${identifier(table.name)} SET`),
    join(set, ", "),
    text("WHERE"),
    where,
  ]);
}
