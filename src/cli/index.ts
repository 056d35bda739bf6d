import { columns, type Command } from "./command.ts";
import { Exit, exitCodes, exitMeanings, exitOf } from "./exit.ts";
import { createTerminal, Stopped, type Terminal } from "./terminal.ts";

/** Every command by name. Each is imported when it is called: `serve` can so start Java before all else is there. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import("./serve.ts")).serve,
  sync: async () => (await import("./sync.ts")).sync,
  seed: async () => (await import("./seed.ts")).seed,
  schema: async () => (await import("./schema.ts")).schema,
  doctor: async () => (await import("./doctor.ts")).doctor,
};

/** Runs the command that the arguments name, and sets the process's exit status. */
export async function main(args: readonly string[]): Promise<void> {
  const terminal = createTerminal();
  try {
    await run(args, terminal);
  } catch (error) {
    // Asked to stop in the middle of a start: the pull of a Docker image cannot be cancelled, and would hold us.
    if (error instanceof Stopped) process.exit(exitCodes.done);
    const exit = exitOf(error);
    terminal.progress(exit ? `partyfinder: ${exit.message}` : unexpected(error));
    process.exitCode = exitCodes[exit?.reason ?? "unexpected"];
  }
  // All that is ours is closed; but to a node that does not answer the driver goes on to connect, whatever it is told.
  setTimeout(() => process.exit(), 100).unref();
}

async function run([name, ...rest]: readonly string[], terminal: Terminal): Promise<void> {
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    terminal.print(await help());
    return;
  }
  if (Object.hasOwn(commands, name)) return (await commands[name]!()).run(rest, terminal);
  const known = Object.keys(commands).join(", ");
  throw new Exit("usage", `There is no command "${name}". There are: ${known}.`);
}

async function help(): Promise<string> {
  const all = await Promise.all(Object.values(commands).map((load) => load()));
  const reasons = Object.keys(exitCodes) as (keyof typeof exitCodes)[];
  return [
    "partyfinder: a GraphQL service on Apache Cassandra whose schema cannot ask a wrong question",
    "",
    "Commands:",
    columns(all.map(({ name, summary }) => [name, summary])),
    "",
    '"partyfinder <command> --help" shows its options and an example.',
    "Settings come from the environment and from .env; .env.template lists them.",
    "",
    "Exit status:",
    columns(reasons.map((reason) => [String(exitCodes[reason]), exitMeanings[reason]])),
  ].join("\n");
}

function unexpected(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `partyfinder: unexpected error, please report it.\n${text}`;
}
