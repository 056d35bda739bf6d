import type { Session } from "../cassandra/index.ts";
import type { AppOptions } from "../server/index.ts";

/** What the commands work on. A module that exports these is one. */
export interface Application<Own extends object = object> extends Pick<
  AppOptions<Own>,
  "schema" | "tables" | "context" | "audience" | "operations" | "title" | "page"
> {
  /**
   * Writes sample rows, without changing those that exist, and returns how many it has written. The command `seed` calls
   * it; so does `serve` for an embedded Cassandra when it has created all tables.
   */
  seed?(session: Session): Promise<number>;
}
