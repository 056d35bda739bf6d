import { parseArgs } from "node:util";
import { type Result, table } from "./comparison.ts";
import { benchCounts } from "./counts/index.ts";
import { benchLive } from "./live/index.ts";

/** What is measured with, from the command line. */
export interface Options {
  /** How often each pair is run. */
  readonly rounds: number;
  /** How long each run takes, in milliseconds. */
  readonly time: number;
  /** Only the comparisons whose names have this in them. */
  readonly only: string;
  /** How many are told of an event. */
  readonly subscribers: number;
  readonly progress: (line: string) => void;
}

const benches: Readonly<Record<string, (options: Options) => Promise<readonly Result[]>>> = {
  counts: benchCounts,
  live: benchLive,
};

const help = `Measures beside a reference, in one run and in turns. Says medians and how far the rounds lie apart.

  npm run bench -- counts                    changes of the count, on a Cassandra of its own
  npm run bench -- counts --only lane        only what has "lane" in its name
  npm run bench -- counts --rounds 7 --seconds 5
  npm run bench -- live                      one event to 1,000 subscribers, on a Cassandra of its own
  npm run bench -- live --subscribers 10000 --only SSE

Exit status 1 if a goal is missed.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "3" },
    only: { type: "string", default: "" },
    subscribers: { type: "string", default: "1000" },
    help: { type: "boolean", short: "h" },
  },
});
const bench = benches[positionals[0] ?? ""];
if (values.help || !bench) {
  console.log(help);
  if (!values.help) process.exitCode = 2;
} else {
  const results = await bench({
    rounds: Number(values.rounds),
    time: Number(values.seconds) * 1000,
    only: values.only,
    subscribers: Number(values.subscribers),
    progress: (line) => console.error(line),
  });
  console.log(`\n${table(results)}`);
  if (results.some(({ met }) => met === false)) process.exitCode = 1;
}
