import { randomInt } from "node:crypto";
import { Misuse, readArguments, readNumber } from "../fixtures/options.ts";
import { type History, tableNames } from "./history.ts";
import { readHistory } from "./history-file.ts";
import { report } from "./report.ts";
import { run, type RunOptions } from "./run.ts";

const help = `chaos: many clients change rows while nodes and servers die, and every number in the rows is checked

  --table <name>  The rows: parties, whose counts the service changes over GraphQL, with many rows per partition; or
                  accounts, each a partition of its own, whose balances a test server changes that uses only the
                  library. Default: parties.
  --minutes <n>   How long clients send requests. Default: 5.
  --seconds <n>   The same in seconds.
  --clients <n>   The number of clients. Default: 32.
  --seed <n>      The seed of all random choices. Default: a random one, which is printed.
  --check <file>  Only checks the history that an earlier run of any table has written.
  --help          Show this.

Example of a short run with the choices of an earlier one:
  npm run chaos -- --table accounts --seconds 60 --seed 7

It needs Java 17, Maven, Linux and 4 GiB of memory. The exit status is 0 if everything is right, 1 if not, 2 for a
wrong option, 130 if it was stopped.`;

const options = {
  table: { type: "string", default: "parties" },
  minutes: { type: "string", default: "5" },
  seconds: { type: "string" },
  clients: { type: "string", default: "32" },
  seed: { type: "string", default: String(randomInt(1_000_000)) },
  check: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/** One day, because the history is kept in memory. */
const MOST_MINUTES = 24 * 60;

/** The run was stopped by a signal. */
class Stopped extends Error {}

// Exits explicitly, because clients with open requests would keep the process running.
process.exit(await main());

async function main(): Promise<number> {
  try {
    const { help: wanted, ...wishes } = readOptions();
    if (wanted) {
      console.log(help);
      return 0;
    }
    const { check } = wishes;
    const history = check === undefined ? await perform(wishes) : readHistory(check);
    const { text, passed } = await report(history, check);
    console.log(text);
    return passed ? 0 : 1;
  } catch (error) {
    if (error instanceof Misuse) {
      console.error(`${error.message}\n\n${help}`);
      return 2;
    }
    if (!isStop(error)) throw error;
    console.error("Stopped. All processes have ended.");
    return 130;
  }
}

/** A wait that is aborted fails with an error whose cause is the signal's reason. */
function isStop(error: unknown): boolean {
  return error instanceof Stopped || (error instanceof Error && error.cause instanceof Stopped);
}

function readOptions() {
  const { help: wanted, check, ...texts } = readArguments({ options }).values;
  const minutes = readNumber("minutes", texts.minutes, 1, MOST_MINUTES);
  const seconds =
    texts.seconds === undefined
      ? minutes * 60
      : readNumber("seconds", texts.seconds, 1, MOST_MINUTES * 60);
  const clients = readNumber("clients", texts.clients, 1, 1000);
  const seed = readNumber("seed", texts.seed, 0, 2 ** 32 - 1);
  return { help: wanted, check, table: readTable(texts.table), seconds, clients, seed };
}

function readTable(text: string): RunOptions["table"] {
  const table = tableNames.find((name) => name === text);
  if (table) return table;
  throw new Misuse(`--table must be ${tableNames.join(" or ")}, but is "${text}".`);
}

function perform(wishes: Omit<RunOptions, "progress" | "signal">): Promise<History> {
  const { table, seconds, clients, seed } = wishes;
  console.error(`Chaos for ${seconds} s on ${table}: ${clients} clients, seed ${seed}.`);
  const progress = (line: string) => console.error(line);
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"]) process.once(name, () => stop.abort(new Stopped()));
  return run({ ...wishes, progress, signal: stop.signal });
}
