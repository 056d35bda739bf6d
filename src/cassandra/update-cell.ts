import { element } from "./element.ts";
import { laneColumns } from "./lane-columns.ts";
import { storedLwtResult } from "./write-result.ts";
import { type WriteInput, shaped } from "./shape.ts";
import type { Lwt, RawRow, Write } from "./statement.ts";
import { badStatement, refuseRegular } from "./table-columns.ts";
import type { PartitionKey, StaticName, StoredRow } from "./table-rows.ts";
import type { Table } from "./table.ts";
import { type PartitionCondition, partitionUpdate } from "./write-partition.ts";

/** The update of a cell, and its condition. */
export interface CellUpdate<T extends Table> {
  /** The id of the process, which is the key of its cell in the map of rounds. */
  readonly process: string;
  /** The id of the round that the cell must contain, or null if it must be empty. */
  readonly previous: string | null;
  /** The id of the round that is written. */
  readonly next: string;
  /** After how many seconds the cell expires. */
  readonly ttl: number;
  /** Further static columns, hidden ones included, that must have these values. Default: none. */
  readonly if?: PartitionCondition<T>;
  /** Further static columns that must be null. Default: none. */
  readonly isNull?: readonly StaticName<T>[];
  /** For a statement outside a batch: see {@link StaticOptions.byName}. Default: false. */
  readonly byName?: boolean;
}

/**
 * Writes the id of a round to the cell of a process in a partition, which is an element of the map of rounds, if the
 * cell still contains the previous round. Does not create a row: in partitions of one row, the cell is kept whether the
 * row exists or not. If the update is refused, `current` has the columns of the condition, or is undefined if the
 * partition is empty.
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
  if (rounds === undefined) throw badStatement(table, "has no lanes, so it has no cells");
  const changes = { [rounds]: element(process, next) };
  const expected = { ...holds, [rounds]: element(process, previous) };
  return {
    ...buildCellUpdate(table, { key: partition, changes, ...options, if: expected }),
    ...storedLwtResult(table),
  };
}

/** A {@link CellUpdate} of any table. */
type AnyCellUpdate = Pick<CellUpdate<Table>, "process" | "previous" | "next"> &
  Pick<WriteInput, "isNull" | "ttl" | "byName"> & { readonly if?: RawRow };

const buildCellUpdate = shaped((table, given) => {
  const { if: holds, isNull = [] } = given;
  const beside = [...Object.keys(holds as RawRow), ...isNull];
  const { rounds } = laneColumns(table)!;
  refuseRegular(
    table,
    beside.filter((name) => name !== rounds),
  );
  return partitionUpdate(table, given);
});
