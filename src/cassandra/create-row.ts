import { condition, rowCondition } from "./condition.ts";
import { identifier } from "./identifier.ts";
import { whereRow } from "./key.ts";
import { laneColumns, presenceColumn } from "./lane-columns.ts";
import { storedAnswer } from "./lwt-answer.ts";
import { insertedAlone } from "./row.ts";
import { shaped, type Take } from "./shape.ts";
import { join, type Lwt, marked, type RawRow, text, type Write } from "./statement.ts";
import { allColumns, columnOf, keyNames } from "./table-columns.ts";
import type { RowKey } from "./table-keys.ts";
import type { InsertAlone, OnlyLwt, StoredRow } from "./table-rows.ts";
import type { Table } from "./table.ts";
import { insertion, removal } from "./write.ts";

/**
 * Creates a row if there is none, with the defaults of the columns that are left out: for lanes, on any table of lightweight
 * transactions. Where a row is a partition with lanes, it is an update of the columns that are given, since the row may
 * already hold the cells of lanes; the row exists if its presence column is not null. If it is refused, `current` has
 * there nothing but that column.
 *
 * @example
 * createRow(PartyTable, { city: "Rome", name: "Ferragosto" });
 * // INSERT INTO party (city, id, name, people, date) VALUES (?, ?, ?, ?, ?) IF NOT EXISTS
 * createRow(Theatre, { id, name: "Odeon" });
 * // UPDATE theatre SET name = ? WHERE id = ? IF name = null
 */
export function createRow<T extends Table>(
  table: T,
  values: InsertAlone<T> & OnlyLwt<T, "insert(…) writes its rows">,
): Write<T, Lwt<StoredRow<T>>>;
export function createRow(table: Table, values: RawRow) {
  const create = presenceColumn(table) === undefined ? insertion : creation;
  const given = { changes: insertedAlone(table, values), if: "not exists" } as const;
  return { ...create(table, given), ...storedAnswer(table) };
}

/** An update that creates a row which is a partition, of values that are checked. */
const creation = shaped((table, { changes = {} }) => {
  const presence = presenceColumn(table)!;
  const equal = (names: readonly string[]) =>
    names.map((name) => {
      const value: Take = (given) => given.changes![name];
      return marked(`${identifier(name)} = ?`, columnOf(table, name).type, value);
    });
  const data = Object.keys(changes).filter((name) => !keyNames(table).includes(name));
  const present = Object.hasOwn(table.hidden, presence)
    ? [text(`${identifier(presence)} = true`)]
    : [];
  return join<Take>([
    text(`UPDATE ${identifier(table.name)} SET`),
    join<Take>([...equal(data), ...present], ", "),
    text("WHERE"),
    join(equal(keyNames(table)), " AND "),
    ...condition(table, { if: {}, isNull: [presence] }),
  ]);
});

/**
 * Removes a row if there is one: for lanes, on any table of lightweight transactions. Where a row is a partition with lanes,
 * it is an update that leaves nothing of the row but the cells of lanes.
 *
 * @example
 * removeRow(PartyTable, { city: "Rome", id });
 * // DELETE FROM party WHERE city = ? AND id = ? IF EXISTS
 * removeRow(Theatre, { id });
 * // UPDATE theatre SET name = null, seats = null, recent = null, earlier = null WHERE id = ? IF name != null
 */
export function removeRow<T extends Table>(
  table: T,
  key: RowKey<T> & OnlyLwt<T, "remove(…) removes its rows">,
): Write<T, Lwt<StoredRow<T>>>;
export function removeRow(table: Table, key: RawRow) {
  const remove = presenceColumn(table) === undefined ? removal : emptying;
  return { ...remove(table, { key, if: "exists" }), ...storedAnswer(table) };
}

/** An update that removes a row which is a partition. */
const emptying = shaped((table, given) => {
  const kept = [...keyNames(table), laneColumns(table)!.rounds];
  const gone = Object.keys(allColumns(table)).filter((name) => !kept.includes(name));
  return join<Take>([
    text(`UPDATE ${identifier(table.name)} SET`),
    text(gone.map((name) => `${identifier(name)} = null`).join(", ")),
    text("WHERE"),
    whereRow(table, given),
    ...rowCondition(table, given),
  ]);
});
