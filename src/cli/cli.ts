import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { makeDirectory } from "../local/directory.ts";
import { readPlaces } from "../local/places.ts";
import { settingsFor } from "../settings/settings.ts";
import { keyspaceName } from "../settings/setting.ts";
import { unlessAborted } from "../support/unless-aborted.ts";
import type { Application } from "./application.ts";
import { columns, type Command, type CommandInvocation } from "./command.ts";
import { Exit, exitCodes, exitMeanings, exitOf } from "./exit.ts";
import { loadApplicationFile } from "./application-file.ts";
import { loadApplication } from "./load.ts";
import { createTerminal, Stopped } from "./terminal.ts";

/** A command line for an application. */
export interface CliOptions<Own extends object = object> {
  /**
   * The command's name: a lower-case letter, then lower-case letters, digits and `-`, at most 48 characters. With `_`
   * instead of `-`, it is also the name of the default keyspace.
   */
  readonly name: string;
  /** A description of the application in one line, for the help. */
  readonly summary: string;
  /**
   * Imports the application: an {@link Application}, or a module with its exports. It is called when a command needs it;
   * `serve` starts an embedded Cassandra meanwhile.
   *
   * @example load: () => import("./application.ts")
   */
  load(): Promise<Application<Own>>;
  /**
   * Whether `serve`, `sync`, `seed`, `schema` and `doctor` can be given a file that exports another application, to run with
   * that one. Default: false.
   */
  readonly takesFiles?: boolean;
  /** The folders in which a changed file restarts `serve --watch`. Default: the files of the imported modules. */
  readonly watch?: readonly URL[];
}

/** A command line. */
export interface Cli {
  /**
   * Runs the command that the arguments name: `serve`, `sync`, `seed`, `schema`, `documents`, `inspect` or `doctor`. Prints an
   * error if it fails, and sets the exit status of the process. SIGINT and SIGTERM stop the command.
   *
   * @param args the arguments after the program, e.g. `process.argv.slice(2)`
   */
  run(args: readonly string[]): Promise<void>;
}

/** All commands by name. Each is imported when it runs, so that `serve` can start Java before the rest is loaded. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import("./serve.ts")).serveCommand,
  sync: async () => (await import("./sync.ts")).syncCommand,
  seed: async () => (await import("./seed.ts")).seedCommand,
  schema: async () => (await import("./schema.ts")).schemaCommand,
  documents: async () => (await import("./documents.ts")).documentsCommand,
  inspect: async () => (await import("./inspect.ts")).inspectCommand,
  doctor: async () => (await import("./doctor.ts")).doctorCommand,
};

/**
 * Creates the command line of an application. Its settings come from the environment and `.env`; its database is a
 * cluster, an Astra database or an embedded Cassandra.
 *
 * @example
 * await createCli({
 *   name: "theatre",
 *   summary: "the seats of theatres",
 *   load: async () => ({ tables: [SeatTable], schema: builder.toSchema() }),
 * }).run(process.argv.slice(2));
 * // theatre serve, theatre sync, theatre doctor, …
 *
 * @throws TypeError if the name is invalid
 */
export function createCli<Own extends object = object>(options: CliOptions<Own>): Cli {
  const { name, summary, watch, takesFiles = false } = options;
  const settings = settingsFor(keyspaceOf(name));
  let application: Promise<Application<object>> | undefined;
  const load = (file?: string) =>
    (application ??=
      file === undefined ? loadApplication(() => options.load()) : loadApplicationFile(file));
  return {
    async run(args) {
      // graphql reads NODE_ENV when it is imported.
      process.env["NODE_ENV"] ??= "production";
      await cacheCompiled();
      const terminal = createTerminal();
      try {
        await runCommand(args, {
          name,
          summary,
          terminal,
          settings,
          watch,
          takesFiles,
          load: (file) => unlessAborted(terminal.signal, () => load(file)),
        });
      } catch (error) {
        // The stopped command may be pulling a Docker image, which cannot be cancelled.
        if (error instanceof Stopped) process.exit(exitCodes.done);
        const exit = exitOf(error);
        terminal.progress(`${name}: ${exit ? exit.message : unexpected(error)}`);
        process.exitCode = exitCodes[exit?.reason ?? "unexpected"];
      }
      // Everything is closed, but the driver may still be connecting to a node that does not answer.
      setTimeout(() => process.exit(), 100).unref();
    },
  };
}

/** Returns the default keyspace. @throws Error if the name is invalid as a command or as a keyspace */
function keyspaceOf(name: string): string {
  if (!/^[a-z][a-z0-9-]*$/.test(name)) {
    throw new TypeError(
      `name must be a lower-case letter, followed by lower-case letters, digits and "-", but is ${JSON.stringify(name)}.`,
    );
  }
  return keyspaceName(name.replaceAll("-", "_"));
}

async function runCommand([command, ...rest]: readonly string[], invocation: CommandInvocation) {
  const { name, summary, terminal } = invocation;
  if (command === undefined || ["--help", "-h", "help"].includes(command)) {
    terminal.print(await helpOf(name, summary));
    return;
  }
  if (Object.hasOwn(commands, command)) {
    return (await commands[command]!()).run(rest, invocation);
  }
  const names = Object.keys(commands).join(", ");
  throw new Exit("usage", `There is no command "${command}". The commands are: ${names}.`);
}

async function helpOf(name: string, summary: string): Promise<string> {
  const all = await Promise.all(Object.values(commands).map((load) => load()));
  const reasons = Object.keys(exitCodes) as (keyof typeof exitCodes)[];
  return [
    `${name}: ${summary}`,
    "",
    "Commands:",
    columns(all.map((command) => [command.name, command.summary])),
    "",
    `"${name} <command> --help" shows its options and an example.`,
    "Settings come from the environment and from .env. The package partyfinder lists them in .env.template.",
    "",
    "Exit status:",
    columns(reasons.map((reason) => [String(exitCodes[reason]), exitMeanings[reason]])),
  ].join("\n");
}

function unexpected(error: unknown): string {
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `unexpected error, please report it.\n${details}`;
}

/**
 * Lets Node.js cache compiled code, which halves the time of the imports of later starts. The cache is in a directory that
 * only this user can write, because its content is executed. Does nothing if the directory cannot be used.
 */
async function cacheCompiled(): Promise<void> {
  try {
    const directory = join(readPlaces(process.env).cacheDir, "compiled");
    // Node.js would create it, but may hang (see makeDirectory).
    await makeDirectory(directory);
    enableCompileCache(directory);
  } catch {
    // Without the cache, starts are slower. Other users of the directory report why it cannot be used.
  }
}
