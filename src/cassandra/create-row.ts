import { condition, type ConditionOptions, rowCondition } from "./condition.ts";
import { identifier } from "./identifier.ts";
import { whereRow } from "./key.ts";
import { laneColumns, presenceColumn } from "./lane-columns.ts";
import { storedLwtResult } from "./write-result.ts";
import { insertedAlone } from "./row.ts";
import { shaped, type Take } from "./shape.ts";
import { join, type Lwt, withParam, type RawRow, cqlText, type Write } from "./statement.ts";
import { allColumns, columnOf, keyNames } from "./table-columns.ts";
import type { RowKey } from "./table-keys.ts";
import type { InsertAlone, OnlyLwt, StoredRow } from "./table-rows.ts";
import type { Table } from "./table.ts";
import { buildRemove } from "./remove.ts";
import { buildInsert } from "./write.ts";

/**
 * Creates a row if it does not exist, with the defaults of omitted columns. For lanes, on any table of lightweight
 * transactions.
 *
 * On a table with lanes and partitions of one row, this is an update, since the row may already contain cells of lanes.
 * The row exists if its presence column is not null. If the update is refused, `current` has only that column.
 *
 * @example
 * createRow(SeatTable, { theatre: "Odeon", name: "A1" });
 * // INSERT INTO seat (theatre, id, name, taken, date) VALUES (?, ?, ?, ?, ?) IF NOT EXISTS
 * createRow(TheatreTable, { id, name: "Odeon" });
 * // UPDATE theatre SET name = ? WHERE id = ? IF name = null
 */
export function createRow<T extends Table>(
  table: T,
  values: InsertAlone<T> & OnlyLwt<T, "insert(…) writes its rows">,
): Write<T, Lwt<StoredRow<T>>>;
export function createRow(table: Table, values: RawRow) {
  const create = presenceColumn(table) === undefined ? buildInsert : buildCreate;
  const given = { changes: insertedAlone(table, values), if: "not exists" } as const;
  return { ...create(table, given), ...storedLwtResult(table) };
}

/** Builds an update that creates the row of a partition, from checked values. */
const buildCreate = shaped((table, { changes = {} }) => {
  const presence = presenceColumn(table)!;
  const equal = (names: readonly string[]) =>
    names.map((name) => {
      const value: Take = (given) => given.changes![name];
      return withParam(`${identifier(name)} = ?`, {
        type: columnOf(table, name).type,
        param: value,
      });
    });
  const data = Object.keys(changes).filter((name) => !keyNames(table).includes(name));
  const present = Object.hasOwn(table.hidden, presence)
    ? [cqlText(`${identifier(presence)} = true`)]
    : [];
  return join<Take>([
    cqlText(`UPDATE ${identifier(table.name)} SET`),
    join<Take>([...equal(data), ...present], ", "),
    cqlText("WHERE"),
    join(equal(keyNames(table)), " AND "),
    ...condition(table, { if: {}, isNull: [presence] }),
  ]);
});

/**
 * Removes a row if it exists, or on another condition. For lanes, on any table of lightweight transactions. On a table
 * with lanes and partitions of one row, this is an update that keeps only the cells of lanes.
 *
 * @param condition that of {@link update}. Default: the row exists
 * @example
 * removeRow(SeatTable, { theatre: "Odeon", id });
 * // DELETE FROM seat WHERE theatre = ? AND id = ? IF EXISTS
 * removeRow(SeatTable, { theatre: "Odeon", id }, { if: { taken: 0 } });
 * // DELETE FROM seat WHERE theatre = ? AND id = ? IF taken = ?
 * removeRow(TheatreTable, { id });
 * // UPDATE theatre SET name = null, seats = null, recent = null, earlier = null WHERE id = ? IF name != null
 */
export function removeRow<T extends Table>(
  table: T,
  key: RowKey<T> & OnlyLwt<T, "remove(…) removes its rows">,
  condition?: ConditionOptions,
): Write<T, Lwt<StoredRow<T>>>;
export function removeRow(
  table: Table,
  key: RawRow,
  condition: ConditionOptions = { if: "exists" },
) {
  const remove = presenceColumn(table) === undefined ? buildRemove : buildEmpty;
  return { ...remove(table, { key, ...condition }), ...storedLwtResult(table) };
}

/** Builds an update that removes the row of a partition. */
const buildEmpty = shaped((table, given) => {
  const kept = [...keyNames(table), laneColumns(table)!.rounds];
  const gone = Object.keys(allColumns(table)).filter((name) => !kept.includes(name));
  return join<Take>([
    cqlText(`UPDATE ${identifier(table.name)} SET`),
    cqlText(gone.map((name) => `${identifier(name)} = null`).join(", ")),
    cqlText("WHERE"),
    whereRow(table, given),
    ...rowCondition(table, given),
  ]);
});
