import { randomUUID } from "node:crypto";
import { asc, int, INT_MAX, table, text, timestamp, uuid } from "../../src/cassandra/index.ts";
import type { Draft, Lanes, Once } from "../../src/lane/index.ts";

/** The accounts of a bank. */
export const Account = table(
  "account",
  {
    bank: text(),
    id: uuid().default(() => randomUUID()),
    name: text().required().nullAs(""),
    balance: int({ min: 0, max: INT_MAX }).default(0),
    opened: timestamp()
      .default(() => new Date())
      .nullAs(new Date(0)),
  },
  { partition: ["bank"], clustering: [asc("id")], lwt: true, lanes: { remembers: 60 } },
);

type AccountDraft = Draft<typeof Account>;

/** When the accounts of the tests were opened. */
export const opened = new Date("2040-01-01T00:00:00.000Z");

/** Adds to the balance, whatever it is, if it stays in its range. */
export const adding = (delta: number) => (row: AccountDraft) =>
  put(row, row.get("balance") + delta);

/** Changes the balance, if it is the expected one, and stays in its range. */
export const changing = (expected: number, delta: number) => (row: AccountDraft) => {
  row.assume("balance", expected);
  const actual = row.get("balance");
  return actual === expected ? put(row, expected + delta) : row.refuse({ expected, actual });
};

/** Sets the account's name or opening day, if the opening day is the expected one. */
export const editing =
  (changes: { readonly name?: string; readonly opened?: Date }, before = opened) =>
  (row: AccountDraft) => {
    row.assume("opened", before);
    return +row.get("opened") === +before ? row.set(changes) : row.refuse("MOVED");
  };

function put(row: AccountDraft, balance: number) {
  if (balance < 0 || balance > INT_MAX) return row.refuse("OUT_OF_RANGE");
  row.set({ balance });
  return balance;
}

export const create = (lanes: Lanes, bank: string, id: string, balance = 0, name = "A") =>
  lanes.create(Account, { bank, id, name, balance, opened });
export const remove = (lanes: Lanes, bank: string, id: string) =>
  lanes.remove(Account, { bank, id });
export const add = (lanes: Lanes, bank: string, id: string, delta: number) =>
  lanes.change(Account, { bank, id }, adding(delta));
export const change = (lanes: Lanes, bank: string, id: string, expected: number, delta: number) =>
  lanes.change(Account, { bank, id }, changing(expected, delta));
export const edit = (
  lanes: Lanes,
  bank: string,
  id: string,
  ...edits: Parameters<typeof editing>
) => lanes.change(Account, { bank, id }, editing(...edits));

/** Returns the name of a bank that no other test uses. */
export const newBank = () => `Bank ${randomUUID()}`;

/** Makes a repeated change of the balance harmless. */
export function onceOf(id: string, args: string): Once<number> {
  return { id, args, answer: int() };
}

/** The answers to the changes. */
export const changed = (answer?: unknown) => ({ outcome: "changed", answer });
export const stale = (expected: number, actual: number) => ({
  outcome: "refused",
  reason: { expected, actual },
});
export const outOfRange = { outcome: "refused", reason: "OUT_OF_RANGE" };
export const moved = { outcome: "refused", reason: "MOVED" };
export const missing = { outcome: "missing" };
export const created = { outcome: "created" };
export const deleted = { outcome: "deleted" };

/** Returns a UUID for a number. */
export const idOf = (number: number) =>
  `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
