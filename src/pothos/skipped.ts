import type { Session, UnreadableRow } from "../cassandra/index.ts";

/** How many rows each context's pages have left out. */
const skipped = new WeakMap<object, number>();

/** Where a page was read. */
export interface SkipOptions {
  /** A schema can be executed without a context; then the row is only reported. */
  readonly context: object | null | undefined;
  readonly session: Session;
}

/** Counts a row that a page leaves out, and reports it to the operator through the session. */
export function skip(row: UnreadableRow, { context, session }: SkipOptions): void {
  if (context) skipped.set(context, (skipped.get(context) ?? 0) + 1);
  session.report(row);
}

/** Whether the pages read with a context have left out rows. */
export function hasSkipped(context: object): boolean {
  return skipped.has(context);
}

/**
 * Returns how many rows the pages read with a context have left out, because another program has stored values in them that
 * cannot be represented, and resets the count. A server returns it as `extensions.skipped` of the response if it is not 0.
 */
export function takeSkipped(context: object): number {
  const count = skipped.get(context) ?? 0;
  skipped.delete(context);
  return count;
}
