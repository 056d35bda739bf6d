import type { Session } from "../cassandra/index.ts";
import type { Lanes } from "../lane/index.ts";
import type { Live } from "../live/index.ts";

/** What every resolver gets. */
export interface Context {
  readonly session: Session;
  readonly lanes: Lanes;
  readonly live: Live;
}
