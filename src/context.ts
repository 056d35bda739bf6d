import type { Session } from "./cassandra/index.ts";
import type { Live } from "./live/index.ts";

/** What every resolver gets. */
export interface Context {
  readonly session: Session;
  readonly live: Live;
}
