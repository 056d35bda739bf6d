/**
 * How a row changed, or may have: it was `created`, or `deleted`, or these columns were written. Whoever changes rows tells
 * it to those who read them.
 */
export type RowChange<Name extends string = string> = "created" | "deleted" | readonly Name[];
