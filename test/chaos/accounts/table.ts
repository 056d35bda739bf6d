import { int, table, text, uuid } from "../../../src/cassandra/index.ts";

/** Accounts, each a partition of its own, with balances that never fall below zero. */
export const AccountTable = table(
  "account",
  { id: uuid(), owner: text().required(), balance: int().default(0) },
  { partition: ["id"], lwt: true, lanes: { remembers: 60 } },
);
