import { randomUUID } from "node:crypto";
import SchemaBuilder from "@pothos/core";
import RelayPlugin from "@pothos/plugin-relay";
import { int, table, text, uuid } from "partyfinder/cassandra";
import { createCli } from "partyfinder/cli";
import CassandraPlugin, { type CassandraScalars } from "partyfinder/pothos";
import type { Services } from "partyfinder/server";

// Accounts of two balances. A transfer between them is one change of one row, which is never applied by half or twice.

const AccountTable = table(
  "account",
  {
    id: uuid().default(() => randomUUID()),
    owner: text({ min: 1, max: 80 }).required(),
    balance: int({ min: 0 }).default(0).describe("The balance to spend, in cents."),
    saved: int({ min: 0 }).default(0).describe("The balance that is saved, in cents."),
  },
  {
    partition: ["id"],
    lwt: true,
    lanes: { remembers: 60 },
    description: "An account of one owner.",
  },
);

const builder = new SchemaBuilder<{ Context: Services; Scalars: CassandraScalars }>({
  plugins: [RelayPlugin, CassandraPlugin],
  relay: { cursorType: "String", nodesOnConnection: true },
  cassandra: {
    session: ({ session }) => session,
    lanes: ({ lanes }) => lanes,
    live: ({ live }) => live,
  },
});

builder.tableObject("Account", AccountTable);

builder.queryType({ fields: (t) => ({ account: t.row(AccountTable) }) });

builder.mutationType({
  fields: (t) => ({
    createAccount: t.create(AccountTable),
    addToBalance: t.add(AccountTable, "balance"),
    transfer: t.change(AccountTable, {
      description: "Moves an amount from the balance to the savings; a negative one back.",
      args: { amount: t.arg.int({ required: true }) },
      change: (row, { amount }) => {
        const balance = row.get("balance") - amount;
        const saved = row.get("saved") + amount;
        if (balance < 0 || saved < 0) return row.refuse("TOO_LITTLE");
        return row.set({ balance, saved });
      },
      refusals: { TOO_LITTLE: "There is not that much to move." },
    }),
    renameOwner: t.update(AccountTable, ["owner"]),
    deleteAccount: t.remove(AccountTable),
  }),
});

builder.subscriptionType({
  fields: (t) => ({
    balanceChanged: t.watch(AccountTable, "balance"),
    accountChanged: t.watch(AccountTable),
  }),
});

await createCli({
  name: "accounts",
  summary: "accounts, and transfers between their balances",
  load: async () => ({
    schema: builder.toSchema(),
    tables: [AccountTable],
    title: "Accounts",
  }),
}).run(process.argv.slice(2));
