import type { Session, UnreadableRow } from "../cassandra/index.ts";

/** How many rows the pages lack that were read with a context. */
const skipped = new WeakMap<object, number>();

/** Notes that a page lacks a row, and tells an operator of the row. */
export function skip(context: object, session: Session, row: UnreadableRow): void {
  skipped.set(context, (skipped.get(context) ?? 0) + 1);
  session.report(row);
}

/**
 * How many rows the pages lack that were read with a context, because another program has written into them what cannot
 * be represented. It begins anew behind each call. For a server, which gives it as `extensions.skipped` of the response if
 * it is not 0.
 */
export function takeSkipped(context: object): number {
  const count = skipped.get(context) ?? 0;
  skipped.delete(context);
  return count;
}
