import type { ConsistencyLevel, Session, Table } from "../cassandra/index.ts";

/**
 * Returns the option with which live values are read at the consistency of the session, whatever that of the table is. At
 * a weaker one, a read can return an older value than the read before. Reads of tables of lightweight transactions always
 * have that of the session.
 */
export function liveConsistency(
  { consistency }: Pick<Session, "consistency">,
  { lwt }: Table,
): { readonly consistency?: ConsistencyLevel } {
  return lwt ? {} : { consistency };
}
