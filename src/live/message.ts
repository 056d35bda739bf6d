import {
  keyNames,
  keyOfText,
  keyText,
  type RawRow,
  type Table,
  type RowChange,
} from "../cassandra/index.ts";

/** That something may have happened to a row. What it is now is for the reader to find out. */
export interface Hint {
  /** The row's primary key. */
  readonly key: RawRow;
  readonly change: RowChange;
  /** The process that tells. */
  readonly from: string;
}

/** Longer ones are none of ours, in characters: Cassandra takes keys of 64 KiB. */
const MOST = 128 * 1024;

/** Writes a hint as other processes read it. */
export function writeHint(table: Table, { key, change, from }: Hint): string {
  return JSON.stringify({
    from,
    table: table.name,
    key: keyText(table, keyNames(table), key),
    change,
  });
}

/**
 * Reads a hint at a row of this table, whoever may have sent it; undefined: it is none. Of the columns that it names, those
 * that the table does not have are left out: another release of the program may have them.
 */
export function readHint(table: Table, message: string): Hint | undefined {
  const { from, table: name, key: text, change: given } = fieldsOf(message);
  if (name !== table.name || typeof from !== "string" || typeof text !== "string") return undefined;
  const change = changeOf(table, given);
  const key = keyOfText(table, keyNames(table), text);
  return key && change && { key, change, from };
}

function changeOf(table: Table, given: unknown): RowChange | undefined {
  if (given === "created" || given === "deleted") return given;
  if (!Array.isArray(given)) return undefined;
  const names = new Set<unknown>(given);
  const columns = Object.keys(table.columns).filter((name) => names.has(name));
  return columns.length > 0 ? columns : undefined;
}

function fieldsOf(message: string): Readonly<Record<string, unknown>> {
  if (message.length > MOST) return {};
  try {
    // Of anything else than an object the fields are undefined; null has none.
    return (JSON.parse(message) as Readonly<Record<string, unknown>> | null) ?? {};
  } catch {
    return {};
  }
}
