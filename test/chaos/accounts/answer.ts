import {
  CassandraError,
  select,
  type Session,
  UnreadableRow,
} from "../../../src/cassandra/index.ts";
import { type Draft, LaneError, type Lanes } from "../../../src/lane/index.ts";
import type { Answer, Wish } from "../history.ts";
import type { Sent } from "../subject.ts";
import { AccountTable } from "./table.ts";

/** A request to a server of accounts. */
export interface AccountRequest extends Pick<Sent, "id" | "operationId" | "wish"> {
  /** Whether to return the ballot of the new balance as well. */
  readonly asOf: boolean;
}

export interface Place {
  readonly session: Session;
  readonly lanes: Lanes;
}

/** Performs a request and returns its answer. */
export async function answerTo(place: Place, asked: AccountRequest): Promise<Answer> {
  try {
    return await perform(place, asked);
  } catch (error) {
    return failure(error);
  }
}

async function perform(place: Place, asked: AccountRequest): Promise<Answer> {
  const { session, lanes } = place;
  const { id, wish } = asked;
  switch (wish.kind) {
    case "create":
      return create(lanes, id, wish);
    case "delete": {
      const { outcome } = await lanes.remove(AccountTable, { id });
      return { said: outcome === "deleted" ? "done" : "missing" };
    }
    case "update": {
      const { outcome } = await lanes.change(AccountTable, { id }, (row) =>
        row.set({ owner: wish.name }),
      );
      return { said: outcome === "changed" ? "done" : "missing" };
    }
    case "change":
      return counted(place, asked, `change ${wish.expected} ${wish.delta}`, changeIf(wish));
    case "add":
      return counted(place, asked, `add ${wish.delta}`, add(wish));
    case "read": {
      const account = await session.run(select(AccountTable, { id }));
      if (!account) return { said: "missing" };
      return { said: "done", amount: account.balance, name: account.owner };
    }
  }
}

type WishOf<Kind extends Wish["kind"]> = Extract<Wish, { readonly kind: Kind }>;

async function create(
  lanes: Lanes,
  id: string,
  { name: owner, amount: balance }: WishOf<"create">,
): Promise<Answer> {
  const created = await lanes.create(AccountTable, { id, owner, balance });
  if (created.outcome === "created") return { said: "done", amount: created.row.balance };
  if (created.row instanceof UnreadableRow) throw created.row;
  return { said: "exists", amount: created.row.balance };
}

type Account = Draft<typeof AccountTable>;

/** Changes the balance if it is the expected one. */
function changeIf({ expected, delta }: WishOf<"change">) {
  return (row: Account) => {
    row.assume("balance", expected);
    const actual = row.get("balance");
    if (actual !== expected) return row.refuse({ said: "stale", actual } as const);
    return put(row, expected + delta);
  };
}

/** Changes the balance without an expectation. */
function add({ delta }: WishOf<"add">) {
  return (row: Account) => put(row, row.get("balance") + delta);
}

function put(row: Account, balance: number) {
  if (balance < 0) return row.refuse({ said: "range" } as const);
  row.set({ balance });
  return balance;
}

/** Changes a balance by a change function, once under an operation's id. */
async function counted(
  { session, lanes }: Place,
  { id, operationId, asOf }: AccountRequest,
  args: string,
  change: ReturnType<typeof add> | ReturnType<typeof changeIf>,
): Promise<Answer> {
  const answer = AccountTable.columns.balance;
  const once = operationId === undefined ? undefined : { id: operationId, args, answer };
  const changed = await lanes.change(AccountTable, { id }, change, { once });
  if (changed.outcome === "missing") return { said: "missing" };
  if (changed.outcome === "refused") return changed.reason;
  const amount = changed.answer;
  const ballot = asOf ? await ballotOf(session, id, amount) : undefined;
  return { said: "done", amount, ...(ballot !== undefined && { asOf: ballot }) };
}

/** Returns the ballot of a balance; undefined if it cannot be read, or has changed. */
async function ballotOf(
  session: Session,
  id: string,
  balance: number,
): Promise<string | undefined> {
  try {
    const now = await session.run(select(AccountTable, { id }, { writetime: ["balance"] }));
    return now?.balance === balance ? String(now["writetime(balance)"]) : undefined;
  } catch {
    // The change was applied, even if the balance cannot be read now.
    return undefined;
  }
}

/** Returns the answer for a failure, with the code that the service would give. */
function failure(error: unknown): Answer {
  if (error instanceof CassandraError && error.code === "OUTCOME_UNKNOWN") {
    return { said: "unknown" };
  }
  if (error instanceof CassandraError || error instanceof LaneError) {
    return { said: "error", code: error.code };
  }
  console.error(error);
  return { said: "error", code: "INTERNAL_SERVER_ERROR" };
}
