import { Misuse, readArguments, readNumber } from "../fixtures/options.ts";
import { benchAbuse } from "./abuse/index.ts";
import { type Result, table } from "./comparison.ts";
import { benchCounts } from "./counts/index.ts";
import { benchLive } from "./live/index.ts";
import { benchReads, benchStubReads } from "./reads/index.ts";
import { benchTypes } from "./types/index.ts";

/** The options of the command line. */
export interface BenchOptions {
  /** How often each measurement is repeated. */
  readonly rounds: number;
  /** The duration of each run in milliseconds. */
  readonly time: number;
  /** Runs only the measurements whose names contain this text. */
  readonly only: string;
  /** The number of subscribers of an event. */
  readonly subscribers: number;
  readonly progress: (line: string) => void;
}

interface Bench {
  readonly run: (options: BenchOptions) => Promise<readonly Result[]>;
  /** The default of `--rounds`. */
  readonly rounds: number;
  /** The default of `--seconds`. */
  readonly seconds: number;
  /** The same without a database. */
  readonly stub?: Bench;
}

const benches: Readonly<Record<string, Bench>> = {
  abuse: { run: benchAbuse, rounds: 3, seconds: 16 },
  counts: { run: benchCounts, rounds: 5, seconds: 3 },
  live: { run: benchLive, rounds: 5, seconds: 3 },
  reads: {
    run: benchReads,
    rounds: 5,
    seconds: 4,
    stub: { run: benchStubReads, rounds: 5, seconds: 1 },
  },
  types: { run: benchTypes, rounds: 5, seconds: 3 },
};

const help = `Measures the service and its references alternately in one run. Prints medians and ranges over all rounds.

  npm run bench -- abuse                     a neighbour beside each attack, on its own Cassandra (the same); 20 minutes
  npm run bench -- abuse --only "hot city"   one attack
  npm run bench -- counts                    changes of the count, on its own Cassandra (commitlog_sync: periodic)
  npm run bench -- counts --only lane        only measurements with "lane" in their names
  npm run bench -- counts --rounds 7 --seconds 5
  npm run bench -- live                      one event to 1,000 subscribers, on its own Cassandra (the same)
  npm run bench -- live --subscribers 10000 --only SSE
  npm run bench -- reads                     reads beside a bare server and a documented one, on its own Cassandra; 8 minutes
  npm run bench -- reads --only "one party"  one workload
  npm run bench -- reads --stub              the servers alone: they read constant rows; less than a minute
  npm run bench -- types                     the compiler's work for 30 tables, compared with drizzle-orm and kysely

The exit status is 1 if a goal is missed, and 2 for invalid arguments.`;

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const { values, positionals } = readArguments({
      allowPositionals: true,
      options: {
        rounds: { type: "string" },
        seconds: { type: "string" },
        only: { type: "string", default: "" },
        subscribers: { type: "string", default: "1000" },
        stub: { type: "boolean", default: false },
        help: { type: "boolean", short: "h" },
      },
    });
    if (values.help) {
      console.log(help);
      return 0;
    }
    const bench = benchOf(positionals, values);
    const { rounds = String(bench.rounds), seconds = String(bench.seconds) } = values;
    const results = await bench.run({
      rounds: readNumber("rounds", rounds, 1, 1000),
      time: readNumber("seconds", seconds, 1, 3600) * 1000,
      only: values.only,
      subscribers: readNumber("subscribers", values.subscribers, 1, 100_000),
      progress: (line) => console.error(line),
    });
    if (results.length === 0) throw new Misuse(`No measurement has "${values.only}" in its name.`);
    console.log(`\n${table(results)}`);
    return results.some(({ met }) => met === false) ? 1 : 0;
  } catch (error) {
    if (!(error instanceof Misuse)) throw error;
    console.error(`${error.message}\n\n${help}`);
    return 2;
  }
}

function benchOf(names: readonly string[], { stub }: { readonly stub: boolean }): Bench {
  const bench = names.length === 1 && Object.hasOwn(benches, names[0]!) && benches[names[0]!];
  if (bench && (!stub || bench.stub)) return stub ? bench.stub! : bench;
  if (bench) throw new Misuse(`--stub is for reads, but got "${names[0]}".`);
  const given = names.length === 0 ? "nothing" : `"${names.join(" ")}"`;
  throw new Misuse(`Expected one of ${Object.keys(benches).join(", ")}, but got ${given}.`);
}
