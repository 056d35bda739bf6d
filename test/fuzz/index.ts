import { randomInt } from "node:crypto";
import { Misuse, readArguments, readNumber } from "../fixtures/options.ts";
import { onOwnCassandra, statusOf } from "../fixtures/program.ts";
import { problemsOfQueries, reportQueries } from "./queries/report.ts";
import { fuzzQueries } from "./queries/run.ts";
import { report } from "./report.ts";
import { fuzz } from "./run.ts";
import { targets } from "./targets/index.ts";

const names = targets.map(({ name }) => name).join(", ");
const help = `fuzz: the service, started by its command on a Cassandra of its own, gets random inputs and mutations of right ones

  --seconds <n>  How long. Default: 120.
  --seed <n>     The seed of all choices. Default: a random one, which is printed.
  --only <text>  Only inputs whose kind contains the text. The kinds: ${names}.
  --case <n>     Only this case of each kind, one after the other.
  --help         Show this.

Example, as a failure prints it:
  npm run fuzz -- --seed 7 --only "event streams" --case 123 --seconds 5

The service must not crash, answer 5xx without a code, tell of its inside, log an error, or stall its event loop for more
than 200 ms of processor time; and memory, sockets and watched rows must return to where they were. The exit status is 0 if
so, 1 if not, 2 for a wrong option.

fuzz queries: random queries on tables with odd rows are executed both by plans and by graphql-js

  --seconds, --seed, --case as above; a case begins with those whose reads it may depend on

Example:
  npm run fuzz -- queries --seed 7 --case 123

All answers must be the same, also those of servers.`;

const options = {
  seconds: { type: "string", default: "120" },
  seed: { type: "string", default: String(randomInt(1_000_000)) },
  only: { type: "string", default: "" },
  case: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

const MOST_SECONDS = 24 * 3600;

// Exits explicitly, because connections that the service has not closed would keep the process running.
process.exit(await statusOf(main, help));

async function main(): Promise<number> {
  const { values, positionals } = readArguments({ options, allowPositionals: true });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const wishes = {
    seconds: readNumber("seconds", values.seconds, 1, MOST_SECONDS),
    seed: readNumber("seed", values.seed, 0, 2 ** 32 - 1),
    only: values.only,
    number:
      values.case === undefined
        ? undefined
        : readNumber("case", values.case, 0, Number.MAX_SAFE_INTEGER),
  };
  if (!targets.some(({ name }) => name.includes(wishes.only))) {
    throw new Misuse(`--only must be in one of ${names}, but is "${wishes.only}".`);
  }
  const mode = positionals.join(" ");
  if (mode === "") return await sendInputs(wishes);
  if (mode !== "queries") throw new Misuse(`Expected queries or nothing, but got "${mode}".`);
  if (wishes.only !== "") throw new Misuse("queries takes no --only.");
  return await compareQueries(wishes);
}

type Wishes = Pick<Parameters<typeof fuzz>[0], "seconds" | "seed" | "only" | "number">;

function sendInputs(wishes: Wishes): Promise<number> {
  console.error(`Seed ${wishes.seed}.`);
  return onOwnCassandra(async (ground) => {
    const result = await fuzz({ ...wishes, ...ground });
    console.log(report(result));
    return result.findings.length === 0 ? 0 : 1;
  });
}

function compareQueries(wishes: Wishes): Promise<number> {
  console.error(`Seed ${wishes.seed}.`);
  return onOwnCassandra(async (ground) => {
    const result = await fuzzQueries({ ...wishes, ...ground });
    console.log(reportQueries(result));
    return problemsOfQueries(result).length === 0 ? 0 : 1;
  });
}
