import { differenceText } from "../cassandra/index.ts";
import { loadConfig } from "../settings/config.ts";
import type { Order } from "../order/index.ts";
import { command } from "./command.ts";
import { isNew, openDatabase } from "./database.ts";
import { Exit } from "./exit.ts";
import { ordersIn, runBackfill } from "./backfill.ts";

/** The command `sync`. */
export const syncCommand = command({
  name: "sync",
  takesFile: true,
  summary: "create missing types, tables, columns and indexes",
  details:
    "It prints the CQL before running it, and waits until indexes can be queried. It does not alter or drop\nanything: for the options that a table has differently, it prints the statement that sets them. It creates a missing keyspace with the\nreplication in CASSANDRA_REPLICATION, except in Astra, where you create keyspaces in the portal or with the CLI.",
  options: {
    backfill: {
      type: "boolean",
      meaning: "Write the missing entries of orders, for rows that are older than the order.",
    },
    order: {
      type: "string",
      meaning: "Backfill only this order. Default: all orders.",
    },
    token: {
      type: "string",
      meaning: "Continue an interrupted backfill at the token that it printed.",
    },
  },
  example: {
    call: (name) => `CASSANDRA_CONTACT_POINTS=10.0.0.1 CASSANDRA_REPLICATION=dc1:3 ${name} sync`,
    does: "to create the tables in your own cluster",
  },
  async run({ backfill: fills = false, order, token: text }, invocation) {
    const { name, terminal, settings, load } = invocation;
    const token = readToken(text);
    if (token !== undefined && !fills) throw new Exit("usage", "--token requires --backfill.");
    if (order !== undefined && !fills) throw new Exit("usage", "--order requires --backfill.");
    const application = await load();
    const filled = chosenOrders(ordersIn(application.tables), order);
    if (token !== undefined && filled.length > 1)
      throw new Exit("usage", "--token continues a single order: name it with --order.");
    const config = loadConfig(settings, terminal.progress);
    let done = "Nothing was missing";
    const onPlan = (line: string, cql: readonly string[]) => {
      done = "Done";
      terminal.progress(line);
      for (const statement of cql) terminal.print(`${statement};`);
    };
    const options = { application, name, terminal, keyspace: config.keyspace };
    await using database = await openDatabase(config, {
      ...options,
      createMissing: true,
      onPlan,
      onDifferences(differences) {
        for (const each of differences) terminal.progress(`Not changed: ${differenceText(each)}.`);
      },
    });
    terminal.progress(`${done}: keyspace ${config.keyspace}, Cassandra ${database.origin}.`);
    for (const each of fills ? filled : []) {
      // Opening an embedded database has already done it.
      if (config.cassandra.kind === "embedded" && isNew(database.added, each.name)) continue;
      await runBackfill(database.session, each, { ...options, token });
    }
  },
});

/** Returns the order with the given name; without a name, all orders. */
function chosenOrders(orders: readonly Order[], name: string | undefined): readonly Order[] {
  if (name === undefined) return orders;
  const found = orders.filter((order) => order.name === name);
  if (found.length > 0) return found;
  const names = orders.map((order) => order.name).join(", ");
  throw new Exit("usage", `--order must be one of ${names}, but is "${name}".`);
}

/** Parses a partition token. @throws Exit */
function readToken(text: string | undefined): bigint | undefined {
  if (text === undefined) return undefined;
  if (/^-?\d{1,19}$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text)) {
    return BigInt(text);
  }
  throw new Exit("usage", `--token must be a 64-bit integer, but is "${text}".`);
}
