import { once } from "node:events";
import type { Cluster, Config, EmbeddedCassandra } from "../config.ts";
import { placeOf } from "../live/index.ts";
import type { Embedded } from "../local/index.ts";
import { sampleOperations, seed } from "../party/sample.ts";
import { type App, createApp } from "../server/index.ts";
import { columns } from "./command.ts";
import { type Database, isNew, openEmbedded } from "./database.ts";
import { openPatiently } from "./patience.ts";
import type { Terminal } from "./terminal.ts";

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
  await using database = await openDatabase(source, keyspace, terminal);
  const { session, added } = database;
  if (seeds && isNew(added, "party")) {
    const written = await seed(session);
    terminal.progress(`Wrote ${written} sample parties.`);
  }
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
  terminal.print(banner(app, database, config));
  await stopped(terminal, database);
  terminal.progress("Stopping.");
}

function openDatabase(source: Source, keyspace: string, terminal: Terminal) {
  return source.kind === "cluster"
    ? openPatiently(source, keyspace, terminal)
    : openEmbedded(source.running, source.dir, keyspace, terminal);
}

/** Waits until somebody asks to stop. @throws LocalError if the embedded Cassandra is down for good before */
async function stopped({ signal }: Terminal, { died }: Database): Promise<void> {
  const asked = signal.aborted ? undefined : once(signal, "abort");
  const death = await Promise.race([asked?.then(() => undefined), died]);
  if (death) throw death;
}

function banner({ url, webSocketUrl }: App, { origin }: Database, config: Config): string {
  const query = JSON.stringify({
    query: '{ partiesInCity(city: "Rome") { nodes { id name people } } }',
  });
  const { redisUrl } = config.live;
  const rows = [
    ["Page", new URL("/", url).href],
    ["GraphiQL", url],
    ["WebSocket", webSocketUrl],
    ["Cassandra", origin],
    ["Keyspace", config.keyspace],
    ...(redisUrl === undefined ? [] : [["Redis", placeOf(redisUrl)]]),
  ];
  const curl = `curl ${url} -H 'content-type: application/json' -d '${query}'`;
  return `\nPartyfinder is up.\n\n${columns(rows)}\n\n  ${curl}\n\nCtrl-C stops everything.\n`;
}
