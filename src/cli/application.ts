import type { Session } from "../cassandra/index.ts";
import type { AppOptions } from "../server/index.ts";

/** The application that the commands serve. A module with these exports is one. */
export interface Application<Own extends object = object> extends Pick<
  AppOptions<Own>,
  | "schema"
  | "tables"
  | "signIn"
  | "context"
  | "audience"
  | "caller"
  | "documents"
  | "operations"
  | "title"
  | "page"
> {
  /**
   * Writes sample rows without changing existing rows, and returns how many it has written. The command `seed` calls it;
   * `serve` calls it for an embedded Cassandra after creating all tables.
   */
  seed?(session: Session): Promise<number>;
}
