import { randomInt } from "node:crypto";
import { tables } from "../../src/party/index.ts";
import { createTestKeyspace, startTestCassandra } from "../../src/testing/index.ts";
import { Misuse, readArguments, readNumber } from "../fixtures/options.ts";
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
process.exit(await main());

async function main(): Promise<number> {
  try {
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
  } catch (error) {
    if (!(error instanceof Misuse)) throw error;
    console.error(`${error.message}\n\n${help}`);
    return 2;
  }
}

type Wishes = Pick<SoakOptions, "seconds" | "rate" | "subscribers" | "seed">;

async function perform(wishes: Wishes): Promise<number> {
  const progress = (line: string) => console.error(line);
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"]) process.once(name, () => stop.abort());
  progress(`Seed ${wishes.seed}.`);
  await using cassandra = await startTestCassandra({ progress });
  await using keyspace = await createTestKeyspace({ cassandra, tables });
  const result = await soak({
    ...wishes,
    cluster: cassandra,
    keyspace: keyspace.name,
    progress,
    signal: stop.signal,
  });
  const { text, passed } = report(result);
  console.log(text);
  return passed ? 0 : 1;
}
