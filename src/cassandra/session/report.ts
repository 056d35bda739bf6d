import { hash } from "node:crypto";
import type { UnreadableRow } from "../error.ts";

/** How many rows are told of. Another program may have written a whole table so. */
const MOST = 1000;

/** Most characters of a line: a key can have 64 KiB. */
const LINE = 500;

/**
 * Makes what tells an operator of rows that cannot be read, of each once, and of no more than a thousand.
 *
 * @param log where the lines go
 */
export function createReport(log: (line: string) => void): (row: UnreadableRow) => void {
  const told = new Set<string>();
  return ({ message }) => {
    const text = hash("sha1", message, "base64");
    if (told.has(text) || told.size > MOST) return;
    told.add(text);
    const line = message.length > LINE ? `${message.slice(0, LINE)}…` : message;
    log(
      told.size > MOST
        ? `More than ${MOST} rows cannot be read: of no other is told.`
        : `A row is left out. ${line}`,
    );
  };
}
