import { setTimeout as sleep } from "node:timers/promises";
import { connect, select } from "../../src/cassandra/index.ts";
import { PartyTable } from "../../src/party/table.ts";
import { BROWSE } from "../fixtures/parties.ts";
import { createClient } from "./client.ts";
import { cities, gather } from "./crowd.ts";
import type { Final, History } from "./history.ts";
import { createRandom } from "./random.ts";
import { startRecorder, type Recorder } from "./recorder.ts";
import { type Phase, writeScript } from "./script.ts";
import { type Server, setStage, type Stage } from "./stage.ts";
import { createTraffic } from "./traffic.ts";
import { watch } from "./watchers.ts";

export interface RunOptions {
  /** How long clients are busy, in seconds; starting nodes again may take longer. */
  readonly seconds: number;
  readonly clients: number;
  /** Of all that is chosen at random. */
  readonly seed: number;
  /** Told what goes on, a line each. */
  readonly progress: (line: string) => void;
  /** Ends it early: what was started is ended, and it fails with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** How long a phase lasts at least from when all nodes are there again, in milliseconds. */
const LINGER = 4000;

/** How long lanes may take in the end until they tell something, in milliseconds. */
const PROBE = 30_000;

/** Sets the stage, lets clients do what they do while the script goes on, and gives the history of it. */
export async function run(options: RunOptions): Promise<History> {
  const { seconds, clients, seed, progress, signal } = options;
  const random = createRandom(seed);
  progress("Starting three nodes and two servers.");
  const begun = Date.now();
  await using stage = await setStage();
  signal?.throwIfAborted();
  progress(`They are up after ${((Date.now() - begun) / 1000).toFixed(0)} s.`);

  const record = startRecorder();
  const crowd = gather(random);
  using traffic = createTraffic(stage.servers, crowd, record, random);
  await traffic.prepare();
  const stop = new AbortController();
  const busy = traffic.run(clients, stop.signal);
  const watching = watch(stage.servers, crowd, record, stop.signal);
  try {
    for (const phase of writeScript(stage, random)) {
      await play(phase, (phase.share / 100) * seconds * 1000, record, options);
    }
    record.mark("end", "the end");
  } finally {
    stop.abort();
  }
  await Promise.all([busy, watching]);

  progress("Asking every lane whether it is free, and reading what is there.");
  record.mark("whole", "the end of the chaos");
  const lanes = stage.servers.flatMap((server) => cities.map((city) => ({ server, city })));
  await Promise.all(lanes.map(({ server, city }) => traffic.probe(server, city, PROBE)));
  await readAll(stage, record);
  return record;
}

async function play(
  { name, begin, end, whole }: Phase,
  time: number,
  record: Recorder,
  { progress, signal }: RunOptions,
): Promise<void> {
  record.mark("phase", name);
  progress(`${clock(record.now())}  ${name}`);
  const until = record.now() + time;
  await begin?.();
  if (whole) record.mark("whole", name);
  const rest = Math.max(until - record.now(), whole ? LINGER : 0);
  await sleep(rest, undefined, signal && { signal });
  if (end) progress(`        ${end()}`);
}

/** Reads every party in all ways. */
async function readAll({ cassandra, servers }: Stage, record: Recorder): Promise<void> {
  await using session = await connect(cassandra);
  for (const city of cities) {
    const rows = await session.run(select(PartyTable, { city }, { serial: true }));
    keep(record, "a serial read", city, rows);
    for (const server of servers) {
      keep(record, `server ${server.process}`, city, await browse(server, city));
    }
  }
}

interface Found {
  readonly id: string;
  readonly people: number;
  readonly name: string;
}

async function browse({ url }: Server, city: string): Promise<readonly Found[]> {
  using client = createClient(url);
  const parties: Found[] = [];
  for (let after: string | null = null; ;) {
    const { data, errors } = await client.query(BROWSE, { city, first: 100, after });
    if (errors) throw new Error(`${url} does not list the parties of ${city}`);
    const { nodes, pageInfo } = data.partiesInCity;
    parties.push(...nodes);
    if (!pageInfo.hasNextPage) return parties;
    after = pageInfo.endCursor;
  }
}

/** Notes of each party that anybody spoke of whether it is there. */
function keep(record: Recorder, by: string, city: string, rows: readonly Found[]): void {
  const found = new Map(rows.map(({ id, people, name }) => [id, { amount: people, name }]));
  const spoken = record.operations.filter((operation) => operation.partition === city);
  for (const id of new Set([...spoken.map((each) => each.id), ...found.keys()])) {
    const final: Final = {
      by,
      partition: city,
      id,
      at: record.now(),
      found: found.get(id) ?? null,
    };
    record.found(final);
  }
}

function clock(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`.padStart(6);
}
