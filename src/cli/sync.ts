import { loadConfig } from "../settings/config.ts";
import type { Order } from "../order/index.ts";
import { command } from "./command.ts";
import { openDatabase } from "./database.ts";
import { Exit } from "./exit.ts";
import { fill, orders } from "./fill.ts";

/** `partyfinder sync`. */
export const sync = command({
  name: "sync",
  summary: "create the types, tables and columns that the database lacks",
  details:
    "It prints what it adds before it does so. It only adds: nothing is altered or dropped. A keyspace that does not\nexist is created with the replication that CASSANDRA_REPLICATION says, but never in Astra, which does that itself.",
  options: {
    backfill: {
      type: "boolean",
      meaning:
        "Put the entries of the rows that were there before an order of them was, as party_by_date.",
    },
    order: {
      type: "string",
      meaning: "Put those of this order alone. Default: those of each.",
    },
    token: {
      type: "string",
      meaning: "Go on with a backfill where an earlier one was interrupted, at the token it told.",
    },
  },
  example: {
    call: "CASSANDRA_CONTACT_POINTS=10.0.0.1 CASSANDRA_REPLICATION=dc1:3 partyfinder sync",
    does: "on a cluster of your own",
  },
  async run({ backfill: fills = false, order: name, token }, terminal) {
    const start = readToken(token);
    if (start !== undefined && !fills) throw new Exit("usage", "--token is for --backfill.");
    if (name !== undefined && !fills) throw new Exit("usage", "--order is for --backfill.");
    const filled = readOrder(name);
    if (start !== undefined && filled.length > 1)
      throw new Exit("usage", "--token is of one order: say which one by --order.");
    const config = loadConfig(terminal.progress);
    let done = "Nothing was missing";
    const onPlan = (line: string, cql: readonly string[]) => {
      done = "Done";
      terminal.progress(line);
      for (const statement of cql) terminal.print(`${statement};`);
    };
    await using database = await openDatabase(config, terminal, { sync: true, onPlan });
    terminal.progress(`${done}: keyspace ${config.keyspace}, Cassandra ${database.origin}.`);
    for (const order of fills ? filled : []) await fill(database.session, order, terminal, start);
  },
});

/** The order of a name, or all of them. */
function readOrder(name: string | undefined): readonly Order[] {
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
