import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { readHistory } from "./history.ts";
import { report } from "./report.ts";
import { run } from "./run.ts";

const help = `chaos: changes parties by many clients while nodes and servers die, and checks that each count is right

  --minutes <n>   How long clients are busy. Default: 5.
  --seconds <n>   The same in seconds.
  --clients <n>   How many there are. Default: 32.
  --seed <n>      Of all that is chosen at random. Default: a random one, which is told.
  --check <file>  Checks the history that an earlier run wrote, and runs nothing.
  --help          Show this.

Example, the short form with the choices of an earlier run:
  npm run chaos -- --seconds 60 --seed 7

It needs Java 17, Maven and Linux, and 4 GiB of memory. The exit status is 0 if all is right, 1 if not, 2 if an
option is wrong, 130 if it was stopped.`;

const options = {
  minutes: { type: "string", default: "5" },
  seconds: { type: "string" },
  clients: { type: "string", default: "32" },
  seed: { type: "string", default: String(randomInt(1_000_000)) },
  check: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/** Somebody asked for the end. */
class Stopped extends Error {}

// Its own end: clients that are busy yet would keep the process.
process.exit(await main());

async function main(): Promise<number> {
  const values = readOptions();
  if (!values) return 2;
  if (values.help) {
    console.log(help);
    return 0;
  }
  try {
    const history = values.check ? await readHistory(values.check) : await perform(values);
    const { text, passed } = await report(history, values.check);
    console.log(text);
    return passed ? 0 : 1;
  } catch (error) {
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
  try {
    const { values } = parseArgs({ options });
    for (const name of ["minutes", "seconds", "clients", "seed"] as const) {
      const text = values[name];
      if (text !== undefined && !(Number(text) > 0)) {
        throw new Error(`--${name} must be a number over 0, but is "${text}".`);
      }
    }
    return values;
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${help}`);
    return undefined;
  }
}

function perform(values: { minutes: string; seconds?: string; clients: string; seed: string }) {
  const seconds = values.seconds ? Number(values.seconds) : Number(values.minutes) * 60;
  const { clients, seed } = values;
  console.error(`Chaos for ${seconds} s: ${clients} clients, seed ${seed}.`);
  const progress = (line: string) => console.error(line);
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"]) process.once(name, () => stop.abort(new Stopped()));
  const { signal } = stop;
  return run({ seconds, clients: Number(clients), seed: Number(seed), progress, signal });
}
