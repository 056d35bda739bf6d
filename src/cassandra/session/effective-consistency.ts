import type { Batch } from "../batch.ts";
import type { ConsistencyLevel, Statement } from "../statement.ts";
import type { Session } from "./session.ts";

/** What decides at which consistency a statement or a batch is executed. */
type Executed =
  | Pick<Statement<unknown>, "kind" | "consistency">
  | Pick<Batch<unknown>, "kind" | "consistency">;

/**
 * Returns the consistency at which a session executes a statement or a batch: its own, or else that of the session. Astra
 * DB accepts no writes at `LOCAL_ONE` (docs.datastax.com, "Astra DB guardrails"), so these are executed at that of the
 * session.
 */
export function effectiveConsistency(
  session: Pick<Session, "consistency" | "isAstra">,
  { kind, consistency = session.consistency }: Executed,
): ConsistencyLevel {
  const isRaised = session.isAstra && kind !== "read" && consistency === "LOCAL_ONE";
  return isRaised ? session.consistency : consistency;
}
