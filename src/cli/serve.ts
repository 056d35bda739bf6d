import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Config, loadConfig } from "../config.ts";
import { startEmbedded } from "../local/index.ts";
import { placeOf } from "../live/index.ts";
import { sampleOperations, seed } from "../party/sample.ts";
import { type App, createApp } from "../server/index.ts";
import { columns, command } from "./command.ts";
import { type Database, isNew, openEmbedded, type Problem } from "./database.ts";
import { Exit } from "./exit.ts";
import { openPatiently } from "./patience.ts";
import type { Terminal } from "./terminal.ts";

/** How long the banner waits for the first attempt to open a database, to say how that ended, in milliseconds. */
const FIRST_ATTEMPT = 1000;

/** `partyfinder serve`. */
export const serve = command({
  name: "serve",
  summary: "serve the GraphQL API, with a page and GraphiQL for browsers",
  details:
    "Without CASSANDRA_CONTACT_POINTS or a bundle of Astra it runs a real Cassandra by itself, with the data in\n.cassandra/, and writes sample parties when it makes the table. A cluster of your own need not be there yet, nor match:\n/ready tells, and it is never altered.",
  options: {
    "no-seed": { type: "boolean", meaning: "Leave a new database empty." },
    watch: { type: "boolean", meaning: "Restart the server when its source changes." },
  },
  example: {
    call: "PORT=8080 partyfinder serve --no-seed",
    does: "on another port, without samples",
  },
  async run({ "no-seed": empty = false, watch = false }, terminal) {
    // With --watch the child process, which reads the settings again, prints the warnings.
    const config = loadConfig(watch ? () => {} : terminal.progress);
    if (watch) return serveOnChange(config, terminal);
    await requireFreePort(config);
    const { cassandra, keyspace, host, port } = config;
    await using database =
      cassandra.kind === "cluster"
        ? openPatiently(cassandra, keyspace, terminal)
        : await openEmbedded(cassandra, keyspace, terminal);
    const { session, added } = database;
    if (!empty && isNew(added, "party")) {
      const written = await seed(session);
      terminal.progress(`Wrote ${written} sample parties.`);
    }
    const { redisUrl, pollInterval } = config.live;
    await using app = await createApp({
      session,
      host,
      port,
      redis: redisUrl === undefined ? undefined : { url: redisUrl, keyspace },
      pollInterval,
      operations: sampleOperations,
    });
    await Promise.race([database.attempted, sleep(FIRST_ATTEMPT, undefined, { ref: false })]);
    terminal.print(banner(app, database, config));
    await stopped(terminal, database);
    terminal.progress("Stopping.");
  },
});

/** Finds out before Cassandra is started whether there will be a place to serve from. */
async function requireFreePort({ host, port }: Config): Promise<void> {
  const probe = createServer();
  try {
    await once(probe.listen(port, host), "listening");
    await once(probe.close(), "close");
  } catch (cause) {
    const inUse = cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE";
    throw inUse
      ? new Exit(
          "portInUse",
          `Port ${port} is in use by another program. End that, or set PORT to another one.`,
        )
      : new Exit(
          "settings",
          `Cannot listen on HOST ${host}, PORT ${port}: ${(cause as Error).message}.`,
        );
  }
}

/** Waits until somebody asks to stop. @throws LocalError if the embedded Cassandra dies before */
async function stopped({ signal }: Terminal, { died }: Database): Promise<void> {
  const asked = signal.aborted ? undefined : once(signal, "abort");
  const death = await Promise.race([asked?.then(() => undefined), died]);
  if (death) throw death;
}

/** Keeps the embedded Cassandra up beside a server that Node.js restarts on every change of a file. */
async function serveOnChange({ cassandra }: Config, terminal: Terminal): Promise<void> {
  const { progress, signal } = terminal;
  await using opened = new AsyncDisposableStack();
  if (cassandra.kind === "embedded") {
    opened.use(await startEmbedded({ ...cassandra, progress, signal }));
  }
  signal.throwIfAborted();
  const entry = fileURLToPath(new URL("partyfinder.js", import.meta.url));
  // Not all of it is imported: a page's files are read.
  const watch = `--watch-path=${fileURLToPath(new URL("..", import.meta.url))}`;
  const args = [...process.execArgv, watch, entry, "serve"];
  const child = spawn(process.execPath, args, { stdio: "inherit" });
  signal.addEventListener("abort", () => child.kill());
  await once(child, "exit");
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
    ...(redisUrl === undefined ? [] : [["Redis", placeOf(redisUrl)]]),
  ];
  const curl = `curl ${url} -H 'content-type: application/json' -d '${query}'`;
  const state = problem ? "Partyfinder is up and waits for its database." : "Partyfinder is up.";
  return `\n${state}\n\n${columns(rows)}\n\n  ${curl}\n\nCtrl-C stops everything.\n`;
}
