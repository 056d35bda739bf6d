import type { Session, UnreadableRow } from "../cassandra/index.ts";

/** How many rows were left out of the pages that were read with a context. */
const skipped = new WeakMap<object, number>();

/**
 * Counts a row that a page leaves out, and reports it to an operator. A schema can be executed without a context; then the
 * row is only reported.
 */
export function skip(
  context: object | null | undefined,
  session: Session,
  row: UnreadableRow,
): void {
  if (context) skipped.set(context, (skipped.get(context) ?? 0) + 1);
  session.report(row);
}

/**
 * Returns how many rows were left out of the pages that were read with a context, because another program has stored values
 * in them that cannot be represented, and resets the count. A server returns it as `extensions.skipped` of the response if
 * it is not 0.
 */
export function takeSkipped(context: object): number {
  const count = skipped.get(context) ?? 0;
  skipped.delete(context);
  return count;
}
