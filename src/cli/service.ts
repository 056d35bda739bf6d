import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Addition } from "../cassandra/index.ts";
import type { Cluster, Config, EmbeddedCassandra } from "../settings/config.ts";
import { redisAddress } from "../live/index.ts";
import type { Embedded } from "../local/index.ts";
import { sampleOperations } from "../party/sample.ts";
import { type App, createApp } from "../server/index.ts";
import { columns } from "./command.ts";
import { type Database, isNew, openEmbedded, type Problem } from "./database.ts";
import { openPatiently } from "./patience.ts";
import { samplesOf } from "./samples.ts";
import type { Terminal } from "./terminal.ts";

/** How long the banner waits for the first attempt to open a database, to say how that ended, in milliseconds. */
const FIRST_ATTEMPT = 1000;

/** What is served from: a configured cluster, or an embedded Cassandra that runs. */
export type Source = Cluster | (EmbeddedCassandra & { readonly running: Embedded });

/**
 * Serves until the terminal's signal aborts.
 *
 * @param seeds whether a new database gets the sample parties
 * @throws LocalError if the embedded Cassandra is down for good; CassandraError if its database cannot be completed
 */
export async function runService(
  config: Config,
  source: Source,
  { seeds }: { readonly seeds: boolean },
  terminal: Terminal,
): Promise<void> {
  const { host, port, idle, maxTokens, keyspace } = config;
  await using database = await openDatabase(source, keyspace, seeds, terminal);
  const { session } = database;
  const { redisUrl, pollInterval } = config.live;
  await using app = await createApp({
    session,
    host,
    port,
    idle,
    maxTokens,
    redis: redisUrl === undefined ? undefined : { url: redisUrl, keyspace },
    pollInterval,
    operations: sampleOperations,
  });
  await Promise.race([database.attempted, sleep(FIRST_ATTEMPT, undefined, { ref: false })]);
  terminal.print(banner(app, database, config));
  await stopped(terminal, database);
  terminal.progress("Stopping.");
}

async function openDatabase(
  source: Source,
  keyspace: string,
  seeds: boolean,
  terminal: Terminal,
): Promise<Database> {
  if (source.kind === "cluster") return openPatiently(source, keyspace, terminal);
  const { running, dir } = source;
  const samples = samplesOf(dir, keyspace);
  if (!seeds) samples.cancel();
  const onMissing = (missing: readonly Addition[]) => {
    if (seeds && isNew(missing, "party")) samples.plan();
  };
  await using opened = new AsyncDisposableStack();
  const database = opened.use(await openEmbedded(running, dir, keyspace, terminal, { onMissing }));
  const written = await samples.write(database.session);
  if (written !== undefined) terminal.progress(`Wrote ${written} sample parties.`);
  opened.move();
  return database;
}

/** Waits until somebody asks to stop. @throws LocalError if the embedded Cassandra is down for good before */
async function stopped({ signal }: Terminal, { died }: Database): Promise<void> {
  const asked = signal.aborted ? undefined : once(signal, "abort");
  const death = await Promise.race([asked?.then(() => undefined), died]);
  if (death) throw death;
}

function banner({ url, webSocketUrl }: App, { origin, problem }: Database, config: Config): string {
  const query = JSON.stringify({
    query: '{ partiesInCity(city: "Rome") { nodes { id name people } } }',
  });
  const { redisUrl } = config.live;
  const row = (part: Problem["part"], text: string) =>
    problem?.part === part ? [part, `${text}, ${problem.found}`] : [part, text];
  const rows = [
    ["Page", new URL("/", url).href],
    ["GraphiQL", url],
    ["WebSocket", webSocketUrl],
    row("Cassandra", origin),
    row("Keyspace", config.keyspace),
    ...(redisUrl === undefined ? [] : [["Redis", redisAddress(redisUrl)]]),
  ];
  const curl = `curl ${url} -H 'content-type: application/json' -d '${query}'`;
  const state = problem ? "Partyfinder is up and waits for its database." : "Partyfinder is up.";
  return `\n${state}\n\n${columns(rows)}\n\n  ${curl}\n\nCtrl-C stops everything.\n`;
}
