import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { startEmbedded } from "../local/index.ts";
import { type Config, loadConfig } from "../settings/config.ts";
import type { Application } from "./application.ts";
import { command, type Invocation } from "./command.ts";
import { Exit } from "./exit.ts";
import type { ServedFrom } from "./service.ts";

/** The command `serve`. */
export const serve = command({
  name: "serve",
  summary: "serve the GraphQL API, with GraphiQL for browsers",
  details:
    "Without CASSANDRA_CONTACT_POINTS and without an Astra bundle it runs a real Cassandra by itself, with its data in\n.cassandra/, and writes sample rows when it creates the tables. Your own cluster may be down, or lack tables: /ready\nsays so, and it is never altered.",
  options: {
    "no-seed": { type: "boolean", meaning: "Leave a new database empty." },
    watch: { type: "boolean", meaning: "Restart the server when its source changes." },
  },
  example: {
    call: (name) => `PORT=8080 ${name} serve --no-seed`,
    does: "on another port, without samples",
  },
  async run({ "no-seed": empty = false, watch = false }, invocation) {
    const { terminal, settings } = invocation;
    // With --watch the child process, which reads the settings again, prints the warnings.
    const config = loadConfig(settings, watch ? () => {} : terminal.progress);
    if (watch) return serveOnChange(config, empty ? ["--no-seed"] : [], invocation);
    await requireFreePort(config);
    await using opened = new AsyncDisposableStack();
    const from = await openSource(config, invocation, opened);
    const [application, { runService }] = await importAll(invocation);
    await runService({ application, config, from, seeds: !empty, invocation });
  },
});

/** Starts the embedded Cassandra, if the configuration asks for it. */
async function openSource(
  { cassandra }: Config,
  invocation: Invocation,
  opened: AsyncDisposableStack,
): Promise<ServedFrom> {
  if (cassandra.kind === "cluster") return cassandra;
  const { progress, status, signal } = invocation.terminal;
  // A failure is reported where the imports are awaited.
  const meanwhile = () => void importAll(invocation).catch(() => {});
  const options = { ...cassandra, progress, status, signal, meanwhile };
  return { ...cassandra, running: opened.use(await startEmbedded(options)) };
}

/** Imports the application and the rest of the program, which takes a second, or none while Java starts. */
function importAll({
  load,
}: Invocation): Promise<[Application<object>, typeof import("./service.ts")]> {
  return Promise.all([load(), import("./service.ts")]);
}

/** Checks that the port can be listened on, before Cassandra is started. */
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

/** Keeps the embedded Cassandra up beside a server that Node.js restarts whenever a file changes. */
async function serveOnChange(
  { cassandra }: Config,
  args: readonly string[],
  { terminal, watch }: Invocation,
): Promise<void> {
  const { progress, status, signal } = terminal;
  await using opened = new AsyncDisposableStack();
  const embedded =
    cassandra.kind === "embedded"
      ? opened.use(await startEmbedded({ ...cassandra, progress, status, signal }))
      : undefined;
  signal.throwIfAborted();
  // Without folders, Node.js watches the modules that are imported.
  const watched = watch?.map((folder) => `--watch-path=${fileURLToPath(folder)}`) ?? ["--watch"];
  const program = [process.argv[1]!, "serve", ...args];
  const child = spawn(process.execPath, [...process.execArgv, ...watched, ...program], {
    stdio: "inherit",
  });
  signal.addEventListener("abort", () => child.kill());
  const ended = once(child, "exit").then(() => undefined);
  const death = await Promise.race([ended, ...(embedded ? [embedded.died] : [])]);
  if (death === undefined) return;
  child.kill();
  await ended;
  throw death;
}
