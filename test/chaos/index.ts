import { randomInt } from "node:crypto";
import { Misuse, readArguments, readNumber } from "../fixtures/options.ts";
import { type History, tableNames } from "./history.ts";
import { readHistory } from "./history-file.ts";
import { report } from "./report.ts";
import { run, type RunOptions } from "./run.ts";

const help = `chaos: changes rows by many clients while nodes and servers die, and checks that each number in them is right

  --table <name>  Which rows: parties, the counts of which the service itself changes over GraphQL, many rows to a
                  partition; or accounts, each of them a partition, whose balances a server of the test changes, which
                  uses nothing but the library. Default: parties.
  --minutes <n>   How long clients are busy. Default: 5.
  --seconds <n>   The same in seconds.
  --clients <n>   How many there are. Default: 32.
  --seed <n>      Of all that is chosen at random. Default: a random one, which is told.
  --check <file>  Checks the history that an earlier run wrote, of whichever table, and runs nothing.
  --help          Show this.

Example, the short form with the choices of an earlier run:
  npm run chaos -- --table accounts --seconds 60 --seed 7

It needs Java 17, Maven and Linux, and 4 GiB of memory. The exit status is 0 if all is right, 1 if not, 2 if an
option is wrong, 130 if it was stopped.`;

const options = {
  table: { type: "string", default: "parties" },
  minutes: { type: "string", default: "5" },
  seconds: { type: "string" },
  clients: { type: "string", default: "32" },
  seed: { type: "string", default: String(randomInt(1_000_000)) },
  check: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/** A day: the history is kept in memory. */
const MOST_MINUTES = 24 * 60;

/** Somebody asked for the end. */
class Stopped extends Error {}

// Its own end: clients that are busy yet would keep the process.
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
    console.error("Stopped; everything is ended.");
    return 130;
  }
}

/** A wait that is ended fails with an error of its own, and the signal's reason in it. */
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
