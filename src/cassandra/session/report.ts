import { hash } from "node:crypto";
import type { UnreadableRow } from "../error.ts";

/** The most rows that are reported: another program may have written a whole table that cannot be read. */
const MAX_REPORTED = 1000;

/** The most characters of a line: a key can have 64 KiB. */
const MAX_LINE = 500;

/** Creates a function that logs rows that cannot be read: each row once, and at most a thousand rows. */
export function createReport(log: (line: string) => void): (row: UnreadableRow) => void {
  const reported = new Set<string>();
  return ({ message }) => {
    const text = hash("sha1", message, "base64");
    if (reported.has(text) || reported.size > MAX_REPORTED) return;
    reported.add(text);
    const line = message.length > MAX_LINE ? `${message.slice(0, MAX_LINE)}…` : message;
    log(
      reported.size > MAX_REPORTED
        ? `More than ${MAX_REPORTED} rows cannot be read: no further ones are reported.`
        : `A row is left out. ${line}`,
    );
  };
}
