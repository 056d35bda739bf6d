import type { Session, Table } from "../cassandra/index.ts";
import { backfillOrder, type BackfillProgress, type Order, ordersOf } from "../order/index.ts";
import { admitOfSchema } from "../pothos/index.ts";
import { counted } from "../support/counted.ts";
import type { OpenOptions } from "./database.ts";

/** Returns all orders of the tables. */
export function ordersIn(tables: readonly Table[]): readonly Order[] {
  return tables.flatMap((table) => ordersOf(table));
}

const entries = (number: number) => counted(number, "entry", "entries");

/** How often a backfill reports its progress, in milliseconds. */
const REPORT_INTERVAL = 2000;

/** The context of a backfill. */
export interface RunBackfillOptions extends Pick<OpenOptions, "application" | "name" | "terminal"> {
  /** The token at which to continue an interrupted backfill. Default: the beginning. */
  readonly token?: bigint | undefined;
}

/**
 * Writes the order's entries for all rows of its table. If it is interrupted, prints the command that continues it.
 */
export async function runBackfill(
  session: Session,
  order: Order,
  { application, name, terminal, token }: RunBackfillOptions,
): Promise<void> {
  const { progress, signal } = terminal;
  let reached: BackfillProgress = { written: 0, unordered: 0, unreadable: 0, token };
  let reportedAt = Date.now();
  const onPage = (state: BackfillProgress) => {
    reached = state;
    if (Date.now() - reportedAt < REPORT_INTERVAL) return;
    reportedAt = Date.now();
    progress(`${entries(state.written)} written, at token ${state.token}.`);
  };
  const admit = admitOfSchema(application.schema);
  try {
    const { written, unordered, unreadable } = await backfillOrder(session, order, {
      token,
      ...(admit && { admit }),
      progress: onPage,
      signal,
    });
    const without = (rows: number, reason: string) =>
      rows > 0 ? [` Rows without an entry because ${reason}: ${rows}.`] : [];
    const left = [
      ...without(unordered, "a column of the order is null"),
      ...without(unreadable, "they cannot be read"),
    ];
    progress(`${entries(written)} written to ${order.name}.${left.join("")}`);
  } catch (error) {
    const { written, token: at } = reached;
    const which = ordersIn(application.tables).length > 1 ? ` --order=${order.name}` : "";
    // "=" is needed because a token may begin with a minus sign.
    const from = at === undefined ? "" : ` --token=${at}`;
    progress(`${entries(written)} written. Continue with: ${name} sync --backfill${which}${from}`);
    throw error;
  }
}
