import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "../../src/cassandra/index.ts";
import type { History, Key, TableName } from "./history.ts";
import { createRandom } from "./random.ts";
import { startRecorder, type Recorder } from "./recorder.ts";
import { type Phase, writeScript } from "./script.ts";
import { setStage, type Stage } from "./stage.ts";
import type { Crowd, Subject } from "./subject.ts";
import { subjects } from "./subjects.ts";
import { createTraffic } from "./traffic.ts";

export interface RunOptions {
  /** The table whose rows clients change. */
  readonly table: TableName;
  /** How long clients send requests, in seconds. Restarting nodes may take longer. */
  readonly seconds: number;
  readonly clients: number;
  /** The seed of all random choices. */
  readonly seed: number;
  /** Called with each line of progress. */
  readonly progress: (line: string) => void;
  /** Ends the run early. It ends everything that it has started, and fails with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** How long a phase lasts at least after all nodes are back, in milliseconds. */
const LINGER = 4000;

/** How long lanes may take at the end until they answer, in milliseconds. */
const PROBE = 30_000;

/** Starts a cluster and servers, runs clients during the phases of the script, and returns the history. */
export async function run(options: RunOptions): Promise<History> {
  const { table, seconds, clients, seed, progress, signal } = options;
  const subject = subjects[table];
  const random = createRandom(seed);
  progress("Starting three nodes and two servers.");
  const begun = Date.now();
  await using stage = await setStage(subject);
  signal?.throwIfAborted();
  progress(`They are up after ${((Date.now() - begun) / 1000).toFixed(0)} s.`);

  const { servers } = stage;
  const record = startRecorder(table);
  const crowd = subject.gather(random);
  using traffic = createTraffic({ subject, servers, crowd, record, random });
  await traffic.prepare();
  const stop = new AbortController();
  const busy = traffic.run(clients, stop.signal);
  const watching = subject.watch?.({ servers, crowd, record, signal: stop.signal });
  try {
    for (const phase of writeScript(stage, random)) {
      await play(phase, (phase.share / 100) * seconds * 1000, record, options);
    }
    record.mark("end", "the end");
  } finally {
    stop.abort();
  }
  await Promise.all([busy, watching]);

  progress("Probing every lane and reading all rows.");
  record.mark("whole", "the end of the chaos");
  const lanes = servers.flatMap((server) => probes(crowd).map((key) => ({ server, key })));
  await Promise.all(lanes.map(({ server, key }) => traffic.probe(server, key, PROBE)));
  await readAll(subject, stage, record);
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

/** Reads every row in each way. */
async function readAll(subject: Subject, stage: Stage, record: Recorder): Promise<void> {
  await using session = await connect(stage.cassandra);
  const ways = subject.waysToRead(session, stage.servers);
  for (const [partition, spoken] of Map.groupBy(record.operations, (each) => each.partition)) {
    const ids = new Set(spoken.map(({ id }) => id));
    for (const way of ways) {
      const rows = await way.read(partition);
      const found = new Map(rows.map(({ id, amount, name }) => [id, { amount, name }]));
      // Every row with operations, whether it exists or not.
      for (const id of ids.union(found)) {
        record.found({ by: way.by, partition, id, at: record.now(), found: found.get(id) ?? null });
      }
    }
  }
}

/** Returns a row of each partition in which rows stay. A change of it shows that the partition's lane is not stuck. */
function probes({ cold, hot }: Crowd): readonly Key[] {
  const byPartition = Map.groupBy([...cold, ...hot], ({ partition }) => partition);
  return [...byPartition.values()].map(([key]) => key!);
}

function clock(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`.padStart(6);
}
