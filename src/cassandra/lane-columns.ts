import { column } from "./column.ts";
import { badTable, oncePerTable } from "./table-columns.ts";
import type { Columns, Table } from "./table.ts";
import { defineType } from "./type.ts";
import { blob } from "./types/blob.ts";
import { boolean } from "./types/boolean.ts";
import { map } from "./types/map.ts";
import { uuid } from "./types/uuid.ts";

/** Which lanes a table has, by which its rows are changed: see `table`. `true`: lanes that remember nothing. */
export type TableLanes =
  | true
  | {
      /**
       * For how long a row remembers the changes that came with an operation id, in whole seconds from 1 to 3600. A
       * change that is repeated within that time is answered as the first one was, and not applied again. Default: no
       * change is remembered.
       */
      readonly remembers?: number;
      /** Other names for the hidden columns, where the table has columns of its own that are called as they are. */
      readonly names?: LaneNames;
    };

/** The names of the hidden columns that lanes keep. */
export interface LaneNames {
  /** The last round of each process, one in each partition. Default: `rounds`. */
  readonly rounds?: string;
  /** What a row remembers of the changes of late. Default: `recent`. */
  readonly recent?: string;
  /** What a row remembers of the changes before. Default: `earlier`. */
  readonly earlier?: string;
  /** Whether a row exists that is a partition and has no required column. Default: `present`. */
  readonly present?: string;
}

/** The hidden columns of a table's lanes. */
export interface LaneColumns {
  /**
   * A map with one element per process, its cell: the id of the last round that the process has sent to the partition.
   * Static where the table has clustering columns.
   */
  readonly rounds: string;
  /** What a row remembers of the changes of the present span of `remembers` seconds. Undefined: nothing. */
  readonly recent?: string;
  /** What it remembers of those of the span before. */
  readonly earlier?: string;
  /** For how long a change is remembered, in seconds. */
  readonly remembers?: number;
}

/** The longest time for which a row remembers its changes, in seconds. */
const MOST_SECONDS = 3600;

/** Returns the hidden columns of a table's lanes by their purpose; undefined: it has no lanes. */
export const laneColumns = oncePerTable((table): LaneColumns | undefined => {
  if (table.lanes === undefined) return undefined;
  const { names, remembers } = optionsOf(table.lanes);
  const { rounds, recent, earlier } = names;
  return { rounds, ...(remembers !== undefined && { recent, earlier, remembers }) };
});

/**
 * Returns the column that tells whether a row exists, of a table with lanes whose rows each are a partition: its first
 * required one, else a hidden one. The row exists if that column is not null. Undefined: a row exists if Cassandra has it.
 *
 * Such a row also holds the cells of the processes that change it, which must outlive it: so it is created and removed by
 * updates of its columns.
 */
export const presenceColumn = oncePerTable((table): string | undefined => {
  const { lanes, clustering } = table;
  if (lanes === undefined || clustering.length > 0) return undefined;
  return requiredColumn(table) ?? optionsOf(lanes).names.present;
});

/**
 * Returns the hidden columns of a table, with those of its lanes.
 *
 * @throws CassandraError `BAD_TABLE` if it can have no such lanes
 */
export function withLaneColumns(table: Table): Columns {
  const { lanes, hidden } = table;
  if (lanes === undefined) return hidden;
  if (!table.lwt) throw badTable(table, "its lanes need lightweight transactions: lwt: true");
  const { names, remembers } = optionsOf(lanes);
  if (remembers !== undefined) checkSeconds(table, remembers);
  const isOneRow = table.clustering.length === 0;
  const cells = map(id(), id());
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
 * A UUID, or "" for the empty one, which Cassandra lets other programs write: a single one in the map would else hide the
 * cells of all processes.
 */
function id() {
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

function optionsOf(lanes: TableLanes) {
  const { names, remembers } = lanes === true ? {} : lanes;
  const defaults = { rounds: "rounds", recent: "recent", earlier: "earlier", present: "present" };
  return { names: { ...defaults, ...names }, remembers };
}

/** The first column that every row has; none that Cassandra cannot tell an empty value of from none. */
function requiredColumn({ columns, partition }: Table): string | undefined {
  const isRequired = (name: string) => {
    const { nullable, optional, type } = columns[name]!;
    return !nullable && !optional && !type.isMulticell && !partition.includes(name);
  };
  return Object.keys(columns).find(isRequired);
}

function checkSeconds(table: Table, seconds: number): void {
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= MOST_SECONDS) return;
  const needed = `lanes.remembers must be a whole number of seconds from 1 to ${MOST_SECONDS}`;
  throw badTable(table, `${needed}, but is ${seconds}`);
}
