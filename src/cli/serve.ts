import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { type Embedded, startEmbedded } from "../local/index.ts";
import { exposureOf, isReachable } from "../server/exposure.ts";
import { type Config, type EmbeddedCassandra, loadConfig } from "../settings/config.ts";
import type { Application } from "./application.ts";
import { command, type Invocation } from "./command.ts";
import { Exit } from "./exit.ts";
import type { ServedFrom } from "./service.ts";

/** The command `serve`. */
export const serveCommand = command({
  name: "serve",
  takesFile: true,
  summary: "serve the GraphQL API and GraphiQL",
  details:
    "If neither CASSANDRA_CONTACT_POINTS nor an Astra bundle is set, it runs an embedded Cassandra with its data in\n.cassandra/, and writes sample rows when it creates the tables. It never alters your own cluster, which may be down or\nlack tables: /ready reports this.",
  options: {
    "no-seed": { type: "boolean", meaning: "Do not write sample rows to a new database." },
    watch: { type: "boolean", meaning: "Restart the server when its source files change." },
  },
  example: {
    call: (name) => `PORT=8080 ${name} serve --no-seed`,
    does: "to use another port, without sample rows",
  },
  async run({ "no-seed": empty = false, watch = false }, invocation) {
    const { terminal, settings, file, load } = invocation;
    // With --watch, the child process reads the settings again and prints the warnings.
    const config = loadConfig(settings, watch ? () => {} : terminal.progress);
    await requireGuarded(config, invocation);
    if (watch) return serveOnChange(config, empty ? ["--no-seed"] : [], invocation);
    await requireFreePort(config);
    // A file that somebody is writing is reported before Java is started, or even fetched.
    if (file !== undefined) await load();
    await using opened = new AsyncDisposableStack();
    const { cassandra } = config;
    const from: ServedFrom =
      cassandra.kind === "cluster"
        ? cassandra
        : { ...cassandra, running: opened.use(await startWhileImporting(cassandra, invocation)) };
    const [application, { runService }] = await importAll(invocation);
    await runService({ application, config, from, seeds: !empty, invocation });
  },
});

/** Starts the embedded Cassandra, and imports the rest of the program while Java starts. */
function startWhileImporting(
  cassandra: EmbeddedCassandra,
  invocation: Invocation,
): Promise<Embedded> {
  const { progress, status, signal } = invocation.terminal;
  // The caller imports it again, which reports a failure.
  const meanwhile = () => void importAll(invocation).catch(() => {});
  return startEmbedded({ ...cassandra, progress, status, signal, meanwhile });
}

/** Imports the application and the rest of the program. This takes a second, which is hidden while Java starts. */
function importAll({
  load,
}: Invocation): Promise<[Application<object>, typeof import("./service.ts")]> {
  return Promise.all([load(), import("./service.ts")]);
}

/** Checks that the server can listen on its port, before Cassandra is started. */
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
          `Port ${port} is in use by another program. Stop that program, or set PORT to another port.`,
        )
      : new Exit(
          "settings",
          `Cannot listen on HOST ${host}, PORT ${port}: ${(cause as Error).message}.`,
        );
  }
}

/** Checks that not everybody could use the server by oversight, before Cassandra is started. */
async function requireGuarded(config: Config, { load }: Invocation): Promise<void> {
  const { host, hosts, origins, signIn, allowAnonymous } = config;
  const reach = { listensOn: host, hosts, origins };
  // Most services are reached by this machine only, and do not wait for the import of the application.
  if (allowAnonymous || signIn || (!isReachable(reach) && !origins.includes("*"))) return;
  const application = await load();
  const hasContext = application.context !== undefined;
  try {
    exposureOf({ ...reach, signIn: application.signIn, hasContext, allowAnonymous });
  } catch (cause) {
    throw new Exit("settings", (cause as Error).message, { cause });
  }
}

/** Runs the server in a child process that Node.js restarts when a file changes. The embedded Cassandra keeps running. */
async function serveOnChange(
  { cassandra }: Config,
  args: readonly string[],
  { terminal, watch, file }: Invocation,
): Promise<void> {
  const { progress, status, signal } = terminal;
  await using opened = new AsyncDisposableStack();
  const embedded =
    cassandra.kind === "embedded"
      ? opened.use(await startEmbedded({ ...cassandra, progress, status, signal }))
      : undefined;
  signal.throwIfAborted();
  // Without folders, Node.js watches the imported modules.
  const folders = file === undefined ? (watch ?? []) : [];
  const paths = folders.map((folder) => `--watch-path=${fileURLToPath(folder)}`);
  const watched = paths.length > 0 ? paths : ["--watch"];
  const program = [process.argv[1]!, "serve", ...args, ...(file === undefined ? [] : ["--", file])];
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
