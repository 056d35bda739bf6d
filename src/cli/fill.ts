import type { Session } from "../cassandra/index.ts";
import { backfill, type BackfillProgress } from "../party/index.ts";
import type { Terminal } from "./terminal.ts";

/** How often a backfill tells how far it is, in milliseconds. */
const TELL_EACH = 2000;

/** Puts the entries of all parties, and tells how to go on if it is interrupted. */
export async function fillByDate(
  session: Session,
  { progress, signal }: Terminal,
  token?: bigint,
): Promise<void> {
  let reached: BackfillProgress = { written: 0, undated: 0, unreadable: 0, token };
  let told = Date.now();
  const onPage = (state: BackfillProgress) => {
    reached = state;
    if (Date.now() - told < TELL_EACH) return;
    told = Date.now();
    progress(`${state.written} entries put, at token ${state.token}.`);
  };
  try {
    const { written, undated, unreadable } = await backfill(session, {
      token,
      progress: onPage,
      signal,
    });
    const left = [
      ...(undated > 0 ? [` Parties without a date, and so without an entry: ${undated}.`] : []),
      ...(unreadable > 0
        ? [` Parties that cannot be read, and have none either: ${unreadable}.`]
        : []),
    ];
    progress(`${written} entries put in party_by_date.${left.join("")}`);
  } catch (error) {
    const { written, token: at } = reached;
    // With "=": a token may begin with a minus sign.
    const from = at === undefined ? "" : ` --token=${at}`;
    progress(`${written} entries put. Go on with: partyfinder sync --backfill${from}`);
    throw error;
  }
}
