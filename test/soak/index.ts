import { randomInt } from "node:crypto";
import { readArguments, readNumber } from "../fixtures/options.ts";
import { onOwnCassandra, statusOf } from "../fixtures/program.ts";
import { report } from "./report.ts";
import { soak, type SoakOptions } from "./run.ts";

const help = `soak: the service, started by its command on a Cassandra of its own, has a constant load, and its memory is measured

  --minutes <n>      How long. Default: 30.
  --rate <n>         Requests per second. Default: 100.
  --subscribers <n>  Half on WebSockets, half on event streams; each leaves after a while. Default: 100.
  --seed <n>         The seed of all choices. Default: a random one, which is printed.
  --help             Show this.

Example of a short run:
  npm run soak -- --minutes 2 --seed 7

The resident memory must grow by less than 1 MiB per ten minutes, and no request may fail. The exit status is 0 if so, 1 if
not, 2 for a wrong option.`;

const options = {
  minutes: { type: "string", default: "30" },
  rate: { type: "string", default: "100" },
  subscribers: { type: "string", default: "100" },
  seed: { type: "string", default: String(randomInt(1_000_000)) },
  help: { type: "boolean", short: "h" },
} as const;

const MOST_MINUTES = 24 * 60;

// Exits explicitly, because connections that the service has not closed would keep the process running.
process.exit(await statusOf(main, help));

async function main(): Promise<number> {
  const { values } = readArguments({ options });
  if (values.help) {
    console.log(help);
    return 0;
  }
  return await perform({
    seconds: readNumber("minutes", values.minutes, 1, MOST_MINUTES) * 60,
    rate: readNumber("rate", values.rate, 1, 10_000),
    subscribers: readNumber("subscribers", values.subscribers, 0, 10_000),
    seed: readNumber("seed", values.seed, 0, 2 ** 32 - 1),
  });
}

type Wishes = Pick<SoakOptions, "seconds" | "rate" | "subscribers" | "seed">;

function perform(wishes: Wishes): Promise<number> {
  console.error(`Seed ${wishes.seed}.`);
  return onOwnCassandra(async (ground) => {
    const { text, passed } = report(await soak({ ...wishes, ...ground }));
    console.log(text);
    return passed ? 0 : 1;
  });
}
