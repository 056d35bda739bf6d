import { element } from "./element.ts";
import { laneColumns } from "./lane-columns.ts";
import { storedAnswer } from "./lwt-answer.ts";
import { type Given, shaped } from "./shape.ts";
import type { Lwt, RawRow, Write } from "./statement.ts";
import { badStatement, refuseRegular } from "./table-columns.ts";
import type { PartitionKey, StaticName, StoredRow } from "./table-rows.ts";
import type { Table } from "./table.ts";
import { type PartitionCondition, partitionUpdate } from "./write-partition.ts";

/** What a process puts into its cell, and on which condition. */
export interface CellUpdate<T extends Table> {
  /** The process, which is the cell's key in the map of rounds. */
  readonly process: string;
  /** The id of the round that must be in the cell; null: it must be empty. */
  readonly previous: string | null;
  /** The id of the round that takes its place. */
  readonly next: string;
  /** After how many seconds the cell is empty again. */
  readonly ttl: number;
  /** Static columns, hidden ones too, that must have these values beside. Default: none. */
  readonly if?: PartitionCondition<T>;
  /** Static columns that must be null beside. Default: none. */
  readonly isNull?: readonly StaticName<T>[];
  /** For a statement that is sent alone: see {@link StaticOptions.byName}. Default: false. */
  readonly byName?: boolean;
}

/**
 * Puts the id of a round into a process' cell of a partition, the element of its map of rounds, if another one is there
 * still. It makes no row: where a row is a partition, the cell is kept whether the row exists or not. If it is refused,
 * `current` has the columns of the condition; undefined: there is nothing in the partition.
 *
 * @example
 * updateCell(Message, { room: "lobby" }, { process, previous, next, ttl: 3600, if: { topic: "Weather" } });
 * // UPDATE message USING TTL ? SET rounds[?] = ? WHERE room = ? IF topic = ? AND rounds[?] = ?
 * @throws CassandraError `BAD_STATEMENT` if the table has no lanes
 */
export function updateCell<T extends Table>(
  table: T,
  partition: PartitionKey<T>,
  update: CellUpdate<T>,
): Write<T, Lwt<StoredRow<T>>>;
export function updateCell(table: Table, partition: RawRow, update: AnyCellUpdate) {
  const { process, previous, next, if: holds, ...options } = update;
  const rounds = laneColumns(table)?.rounds;
  if (rounds === undefined) throw badStatement(table, "has no lanes, and so no cell");
  const changes = { [rounds]: element(process, next) };
  const expected = { ...holds, [rounds]: element(process, previous) };
  return {
    ...updatingCell(table, { key: partition, changes, ...options, if: expected }),
    ...storedAnswer(table),
  };
}

/** A {@link CellUpdate} of any table. */
type AnyCellUpdate = Pick<CellUpdate<Table>, "process" | "previous" | "next"> &
  Pick<Given, "isNull" | "ttl" | "byName"> & { readonly if?: RawRow };

const updatingCell = shaped((table, given) => {
  const { if: holds, isNull = [] } = given;
  const beside = [...Object.keys(holds as RawRow), ...isNull];
  const { rounds } = laneColumns(table)!;
  refuseRegular(
    table,
    beside.filter((name) => name !== rounds),
  );
  return partitionUpdate(table, given);
});
