import {
  keyNames,
  keyOfText,
  keyText,
  type RawRow,
  type Table,
  type RowChange,
} from "../cassandra/index.ts";

/** Says that a row may have changed. The receiver reads the row to learn its present state. */
export interface Hint {
  /** The row's primary key. */
  readonly key: RawRow;
  readonly change: RowChange;
  /** The sending process. */
  readonly from: string;
}

/** In characters. A longer message is no hint: Cassandra's keys have at most 64 KiB. */
const MAX_MESSAGE_LENGTH = 128 * 1024;

/** Encodes a hint for other processes. */
export function writeHint(table: Table, { key, change, from }: Hint): string {
  return JSON.stringify({
    from,
    table: table.name,
    key: keyText(table, key, { columns: keyNames(table) }),
    change,
  });
}

/**
 * Decodes a hint about a row of this table. Any program may have sent the message. Returns undefined if it is no hint. Names
 * that are no columns of the table are left out: another release of the program may have them.
 */
export function readHint(table: Table, message: string): Hint | undefined {
  const { from, table: name, key: text, change: given } = parseFields(message);
  if (name !== table.name || typeof from !== "string" || typeof text !== "string") return undefined;
  const change = changeOf(table, given);
  const key = keyOfText(table, text, { columns: keyNames(table) });
  return key && change && { key, change, from };
}

function changeOf(table: Table, given: unknown): RowChange | undefined {
  if (given === "created" || given === "deleted") return given;
  if (!Array.isArray(given)) return undefined;
  const names = new Set<unknown>(given);
  const columns = Object.keys(table.columns).filter((name) => names.has(name));
  return columns.length > 0 ? columns : undefined;
}

function parseFields(message: string): Readonly<Record<string, unknown>> {
  if (message.length > MAX_MESSAGE_LENGTH) return {};
  try {
    // The fields of a value that is not an object are undefined, but null throws.
    return (JSON.parse(message) as Readonly<Record<string, unknown>> | null) ?? {};
  } catch {
    return {};
  }
}
