import type { Session } from "../cassandra/index.ts";
import { backfillOrder, type BackfillProgress, type Order, ordersOf } from "../order/index.ts";
import { builder } from "../party/builder.ts";
import { tables } from "../party/index.ts";
import { admitOf } from "../pothos/index.ts";
import type { Terminal } from "./terminal.ts";

/** The orders of the tables that are served. */
export const orders: readonly Order[] = tables.flatMap((table) => ordersOf(table));

/** How often a backfill tells how far it is, in milliseconds. */
const TELL_EACH = 2000;

/** Puts the entries of all rows of an order's table, and tells how to go on if it is interrupted. */
export async function fill(
  session: Session,
  order: Order,
  { progress, signal }: Terminal,
  token?: bigint,
): Promise<void> {
  let reached: BackfillProgress = { written: 0, unordered: 0, unreadable: 0, token };
  let told = Date.now();
  const onPage = (state: BackfillProgress) => {
    reached = state;
    if (Date.now() - told < TELL_EACH) return;
    told = Date.now();
    progress(`${state.written} entries put, at token ${state.token}.`);
  };
  try {
    const { written, unordered, unreadable } = await backfillOrder(session, order, {
      token,
      admit: admitOf(builder),
      progress: onPage,
      signal,
    });
    const left = [
      ...(unordered > 0
        ? [` Rows without a value to order by, and so without an entry: ${unordered}.`]
        : []),
      ...(unreadable > 0
        ? [` Rows that cannot be read, and have none either: ${unreadable}.`]
        : []),
    ];
    progress(`${written} entries put in ${order.name}.${left.join("")}`);
  } catch (error) {
    const { written, token: at } = reached;
    const which = orders.length > 1 ? ` --order=${order.name}` : "";
    // With "=": a token may begin with a minus sign.
    const from = at === undefined ? "" : ` --token=${at}`;
    progress(`${written} entries put. Go on with: partyfinder sync --backfill${which}${from}`);
    throw error;
  }
}
