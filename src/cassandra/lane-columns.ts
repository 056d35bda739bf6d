import { column } from "./column.ts";
import { badTable, oncePerTable } from "./table-columns.ts";
import type { Columns, Table } from "./table.ts";
import { defineType } from "./type.ts";
import { blob } from "./types/blob.ts";
import { boolean } from "./types/boolean.ts";
import { map } from "./types/map.ts";
import { uuid } from "./types/uuid.ts";

/** The lanes that change the rows of a table: see `table`. `true` means lanes that remember no changes. */
export type TableLanes =
  | true
  | {
      /**
       * How long a row remembers changes with an operation id, in whole seconds from 1 to 3600. A change that is
       * repeated within this time gets the result of the first one and is not applied again. Default: changes are not
       * remembered.
       */
      readonly remembers?: number;
      /** Other names for the hidden columns, if the table has columns with the default names. */
      readonly names?: LaneNames;
    };

/** The names of the hidden columns of lanes. */
export interface LaneNames {
  /** The last round of each process in the partition. Default: `rounds`. */
  readonly rounds?: string;
  /** The journal of the current time span. Default: `recent`. */
  readonly recent?: string;
  /** The journal of the previous time span. Default: `earlier`. */
  readonly earlier?: string;
  /** Whether the row exists, in a table without clustering and required columns. Default: `present`. */
  readonly present?: string;
}

/** The hidden columns of a table's lanes. */
export interface LaneColumns {
  /**
   * A map with one cell per process: the id of the last round that the process has sent to the partition. Static if the
   * table has clustering columns.
   */
  readonly rounds: string;
  /** The journal of the current span of `remembers` seconds. Absent if changes are not remembered. */
  readonly recent?: string;
  /** The journal of the previous span. */
  readonly earlier?: string;
  /** How long a change is remembered, in seconds. */
  readonly remembers?: number;
}

/** The longest time that a row can remember its changes, in seconds. */
const MOST_REMEMBERED_SECONDS = 3600;

/** Returns the hidden columns of a table's lanes, or undefined if it has no lanes. */
export const laneColumns = oncePerTable((table): LaneColumns | undefined => {
  if (table.lanes === undefined) return undefined;
  const { names, remembers } = laneOptions(table.lanes);
  const { rounds, recent, earlier } = names;
  return { rounds, ...(remembers !== undefined && { recent, earlier, remembers }) };
});

/**
 * Returns the column that decides whether a row exists, for a table with lanes and partitions of one row: the first
 * required column, or else a hidden one. The row exists if this column is not null. Returns undefined for other tables,
 * where a row exists if Cassandra has it.
 *
 * Such a row also holds the cells of the processes that change it, which must outlive the row. So it is created and
 * removed by updates of its columns.
 */
export const presenceColumn = oncePerTable((table): string | undefined => {
  const { lanes, clustering } = table;
  if (lanes === undefined || clustering.length > 0) return undefined;
  return requiredColumn(table) ?? laneOptions(lanes).names.present;
});

/**
 * Returns the hidden columns of a table, including those of its lanes.
 *
 * @throws CassandraError `BAD_TABLE` if the table cannot have its lanes
 */
export function withLaneColumns(table: Table): Columns {
  const { lanes, hidden } = table;
  if (lanes === undefined) return hidden;
  if (!table.lwt) throw badTable(table, "its lanes need lightweight transactions: lwt: true");
  const { names, remembers } = laneOptions(lanes);
  if (remembers !== undefined) checkSeconds(table, remembers);
  const isOneRow = table.clustering.length === 0;
  const cells = map(cellId(), cellId());
  const added = [
    ["rounds", isOneRow ? cells : cells.static()],
    ...(remembers === undefined ? [] : [["recent", blob()] as const, ["earlier", blob()] as const]),
    ...(isOneRow && requiredColumn(table) === undefined ? [["present", boolean()] as const] : []),
  ] as const;
  const all: Record<string, Columns[string]> = { ...hidden };
  for (const [purpose, column] of added) {
    const name = names[purpose];
    if (Object.hasOwn(table.columns, name) || Object.hasOwn(all, name)) {
      const why = `"${name}" is also a hidden column of its lanes`;
      const remedy = `give that one another name by lanes: { names: { ${purpose}: … } }`;
      throw badTable(table, `${why}: ${remedy}`);
    }
    all[name] = column;
  }
  return all;
}

/**
 * A column of UUIDs and of "" for the empty UUID. Other programs may have written an empty UUID; if it were unreadable,
 * one in the map would hide the cells of all processes.
 */
function cellId() {
  const { type } = uuid();
  return column(
    defineType<string>({
      ...type,
      check: (value) => (value === "" ? value : type.check(value)),
      match: (value) => (value === "" ? value : type.match(value)),
      decode: (bytes) => (bytes.length === 0 ? "" : type.decode(bytes)),
    }),
  );
}

function laneOptions(lanes: TableLanes) {
  const { names, remembers } = lanes === true ? {} : lanes;
  const defaults = { rounds: "rounds", recent: "recent", earlier: "earlier", present: "present" };
  return { names: { ...defaults, ...names }, remembers };
}

/** Returns the first required column. Skips collections, in which Cassandra does not distinguish empty from null. */
function requiredColumn({ columns, partition }: Table): string | undefined {
  const isRequired = (name: string) => {
    const { nullable, optional, type } = columns[name]!;
    return !nullable && !optional && !type.isMulticell && !partition.includes(name);
  };
  return Object.keys(columns).find(isRequired);
}

function checkSeconds(table: Table, seconds: number): void {
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= MOST_REMEMBERED_SECONDS) return;
  const needed = `lanes.remembers must be a whole number of seconds from 1 to ${MOST_REMEMBERED_SECONDS}`;
  throw badTable(table, `${needed}, but is ${seconds}`);
}
