import { loadConfig } from "../settings/config.ts";
import type { Order } from "../order/index.ts";
import { command } from "./command.ts";
import { openDatabase } from "./database.ts";
import { Exit } from "./exit.ts";
import { fill, ordersIn } from "./fill.ts";

/** The command `sync`. */
export const sync = command({
  name: "sync",
  summary: "create the types, tables and columns that the database lacks",
  details:
    "It prints what it adds before it does so. It only adds: nothing is altered or dropped. A keyspace that does not\nexist is created with the replication in CASSANDRA_REPLICATION, except in Astra, which creates keyspaces itself.",
  options: {
    backfill: {
      type: "boolean",
      meaning: "Put the entries of rows that are older than an order of their table.",
    },
    order: {
      type: "string",
      meaning: "Put the entries of this order alone. Default: of each.",
    },
    token: {
      type: "string",
      meaning: "Continue an interrupted backfill at the token that it printed.",
    },
  },
  example: {
    call: (name) => `CASSANDRA_CONTACT_POINTS=10.0.0.1 CASSANDRA_REPLICATION=dc1:3 ${name} sync`,
    does: "on a cluster of your own",
  },
  async run({ backfill: fills = false, order, token: text }, invocation) {
    const { name, terminal, settings, load } = invocation;
    const token = readToken(text);
    if (token !== undefined && !fills) throw new Exit("usage", "--token is for --backfill.");
    if (order !== undefined && !fills) throw new Exit("usage", "--order is for --backfill.");
    const application = await load();
    const filled = chosenOrders(ordersIn(application.tables), order);
    if (token !== undefined && filled.length > 1)
      throw new Exit("usage", "--token belongs to one order: name it with --order.");
    const config = loadConfig(settings, terminal.progress);
    let done = "Nothing was missing";
    const onPlan = (line: string, cql: readonly string[]) => {
      done = "Done";
      terminal.progress(line);
      for (const statement of cql) terminal.print(`${statement};`);
    };
    const options = { application, name, terminal, keyspace: config.keyspace };
    await using database = await openDatabase(config, true, { ...options, onPlan });
    terminal.progress(`${done}: keyspace ${config.keyspace}, Cassandra ${database.origin}.`);
    for (const each of fills ? filled : []) {
      await fill(database.session, each, { ...options, token });
    }
  },
});

/** Returns the order with a name; all, if none is given. */
function chosenOrders(orders: readonly Order[], name: string | undefined): readonly Order[] {
  if (name === undefined) return orders;
  const found = orders.filter((order) => order.name === name);
  if (found.length > 0) return found;
  const names = orders.map((order) => order.name).join(", ");
  throw new Exit("usage", `--order must be one of ${names}, but is "${name}".`);
}

function readToken(text: string | undefined): bigint | undefined {
  if (text === undefined) return undefined;
  if (/^-?\d{1,19}$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text)) {
    return BigInt(text);
  }
  throw new Exit("usage", `--token must be a whole number of 64 bits, but is "${text}".`);
}
