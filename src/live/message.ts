import { keyNames, keyOfText, keyText, type RawRow, type Table } from "../cassandra/index.ts";

/** That something may have happened to a row. What it is now is for the reader to find out. */
export interface Hint {
  /** The row's primary key. */
  readonly key: RawRow;
  /** What was done to it. */
  readonly kind: string;
  /** The process that tells. */
  readonly from: string;
}

/** Longer ones are none of ours, in characters: Cassandra takes keys of 64 KiB. */
const MOST = 128 * 1024;

const KIND = /^[a-z]{1,32}$/;

/** Writes a hint as other processes read it. */
export function writeHint(table: Table, { key, kind, from }: Hint): string {
  return JSON.stringify({
    from,
    table: table.name,
    key: keyText(table, keyNames(table), key),
    kind,
  });
}

/** Reads a hint at a row of this table, whoever may have sent it; undefined: it is none. */
export function readHint(table: Table, message: string): Hint | undefined {
  const { from, table: name, key: text, kind } = fieldsOf(message);
  if (name !== table.name || typeof from !== "string") return undefined;
  if (typeof kind !== "string" || !KIND.test(kind) || typeof text !== "string") return undefined;
  const key = keyOfText(table, keyNames(table), text);
  return key && { key, kind, from };
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
