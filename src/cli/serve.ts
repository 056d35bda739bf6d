import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { type Config, loadConfig } from "../settings/config.ts";
import { startEmbedded } from "../local/index.ts";
import { command } from "./command.ts";
import { Exit } from "./exit.ts";
import type { Source } from "./service.ts";
import type { Terminal } from "./terminal.ts";

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
    await using opened = new AsyncDisposableStack();
    const source = await openSource(config, terminal, opened);
    const { runService } = await importService();
    await runService(config, source, { seeds: !empty }, terminal);
  },
});

/** Starts the embedded Cassandra, if that is what is served from. */
async function openSource(
  { cassandra }: Config,
  { progress, status, signal }: Terminal,
  opened: AsyncDisposableStack,
): Promise<Source> {
  if (cassandra.kind === "cluster") return cassandra;
  // A failure to import is told where the import is awaited.
  const meanwhile = () => void importService().catch(() => {});
  const options = { ...cassandra, progress, status, signal, meanwhile };
  return { ...cassandra, running: opened.use(await startEmbedded(options)) };
}

/** Imports the rest of the program, which takes a second, and none while Java starts. */
function importService(): Promise<typeof import("./service.ts")> {
  return import("./service.ts");
}

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

/** Keeps the embedded Cassandra up beside a server that Node.js restarts on every change of a file. */
async function serveOnChange({ cassandra }: Config, terminal: Terminal): Promise<void> {
  const { progress, status, signal } = terminal;
  await using opened = new AsyncDisposableStack();
  const embedded =
    cassandra.kind === "embedded"
      ? opened.use(await startEmbedded({ ...cassandra, progress, status, signal }))
      : undefined;
  signal.throwIfAborted();
  const entry = fileURLToPath(new URL("partyfinder.js", import.meta.url));
  // Not all of it is imported: a page's files are read.
  const watch = `--watch-path=${fileURLToPath(new URL("..", import.meta.url))}`;
  const args = [...process.execArgv, watch, entry, "serve"];
  const child = spawn(process.execPath, args, { stdio: "inherit" });
  signal.addEventListener("abort", () => child.kill());
  const ended = once(child, "exit").then(() => undefined);
  const death = await Promise.race([ended, ...(embedded ? [embedded.died] : [])]);
  if (death === undefined) return;
  child.kill();
  await ended;
  throw death;
}
