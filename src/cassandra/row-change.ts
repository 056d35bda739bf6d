/**
 * How a row changed, or may have changed: it was `created` or `deleted`, or these columns were written. The hints about
 * changed rows contain it.
 */
export type RowChange<Name extends string = string> = "created" | "deleted" | readonly Name[];
