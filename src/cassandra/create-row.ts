import { assignments } from "./assignment.ts";
import { condition } from "./condition.ts";
import { identifier } from "./identifier.ts";
import { whereRow } from "./key.ts";
import { laneColumns, presenceColumn } from "./lane-columns.ts";
import { storedAnswer } from "./lwt-answer.ts";
import { inserted } from "./row.ts";
import { join, type Lwt, type RawRow, text, type Write } from "./statement.ts";
import { allColumns, keyNames } from "./table-columns.ts";
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
  const presence = presenceColumn(table);
  if (presence === undefined) {
    return { ...insertion(table, values, { if: "not exists" }), ...storedAnswer(table) };
  }
  const row = inserted(table, values);
  const given = Object.keys(row).filter((name) => !keyNames(table).includes(name));
  const changes = Object.fromEntries(given.map((name) => [name, row[name]]));
  const set = Object.hasOwn(table.hidden, presence) ? { ...changes, [presence]: true } : changes;
  const pieces = [
    text(`UPDATE ${identifier(table.name)} SET`),
    join(assignments(table, set), ", "),
    text("WHERE"),
    whereRow(table, keyOf(table, row)),
    condition(table, { if: {}, isNull: [presence] }),
  ];
  return { ...join(pieces), ...storedAnswer(table) };
}

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
  const presence = presenceColumn(table);
  if (presence === undefined) {
    return { ...removal(table, key, { if: "exists" }), ...storedAnswer(table) };
  }
  const kept = [...keyNames(table), laneColumns(table)!.rounds];
  const gone = Object.keys(allColumns(table)).filter((name) => !kept.includes(name));
  const pieces = [
    text(`UPDATE ${identifier(table.name)} SET`),
    text(gone.map((name) => `${identifier(name)} = null`).join(", ")),
    text("WHERE"),
    whereRow(table, key),
    condition(table, { if: {}, isNotNull: [presence] }),
  ];
  return { ...join(pieces), ...storedAnswer(table) };
}

function keyOf(table: Table, row: RawRow): RawRow {
  return Object.fromEntries(keyNames(table).map((name) => [name, row[name]]));
}
