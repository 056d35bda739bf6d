import { parseArgs } from "node:util";
import type { Application } from "./application.ts";
import type { Settings } from "../settings/settings.ts";
import type { Terminal } from "./terminal.ts";

/** The options of a command by name: whether each takes a value, and its description for the help. */
export type CommandOptions = Readonly<
  Record<string, { readonly type: "boolean" | "string"; readonly meaning: string }>
>;

/** The values of the options that were given. */
type GivenOptions<Options extends CommandOptions> = {
  readonly [Name in keyof Options]?: Options[Name]["type"] extends "boolean" ? boolean : string;
};

/** The context in which a command runs. */
export interface Invocation {
  /** The name of the command line, e.g. `theatre`. */
  readonly name: string;
  /** A description of the application in one line. */
  readonly summary: string;
  readonly terminal: Terminal;
  readonly settings: Settings;
  /** Imports the application. Later calls return the same one. */
  readonly load: () => Promise<Application<object>>;
  /** The folders in which a changed file restarts `serve --watch`. Undefined: the files of the imported modules. */
  readonly watch: readonly URL[] | undefined;
}

/** The definition of a command. */
export interface CommandDefinition<Options extends CommandOptions> {
  readonly name: string;
  /** A description in one line, in the imperative. */
  readonly summary: string;
  /** What else a user should know before running it. */
  readonly details?: string;
  readonly options: Options;
  readonly example: {
    /** Returns a realistic call. @param name the name of the command line */
    readonly call: (name: string) => string;
    /** The purpose of the call, continuing "Example, ". */
    readonly does: string;
  };
  run(options: GivenOptions<Options>, invocation: Invocation): Promise<void>;
}

/** A command that can be run. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Runs the command. @throws ERR_PARSE_ARGS_… if the arguments do not match its options */
  readonly run: (args: readonly string[], invocation: Invocation) => Promise<void>;
}

const help = { type: "boolean", short: "h", meaning: "Show this help." } as const;

/** Creates a command that checks its arguments and shows its help. */
export function command<const Options extends CommandOptions>(
  definition: CommandDefinition<Options>,
): Command {
  const { name, summary } = definition;
  return {
    name,
    summary,
    async run(args, invocation) {
      const options: CommandOptions = { ...definition.options, help };
      const { values } = parseArgs({ args: [...args], options, strict: true });
      if (values["help"]) invocation.terminal.print(helpText(definition, invocation.name));
      // parseArgs has checked the types of the values.
      else await definition.run(values as GivenOptions<Options>, invocation);
    },
  };
}

function helpText(definition: CommandDefinition<CommandOptions>, cli: string): string {
  const { name, summary, details, example } = definition;
  const options: CommandOptions = { ...definition.options, help };
  const rows = Object.entries(options).map(([option, { type, meaning }]) => [
    `--${option}${type === "string" ? " <value>" : ""}`,
    meaning,
  ]);
  return [
    `${cli} ${name}: ${summary}`,
    ...(details === undefined ? [] : ["", details]),
    "",
    columns(rows),
    "",
    `Example, ${example.does}:`,
    `  ${example.call(cli)}`,
  ].join("\n");
}

/** Aligns rows of text in columns, indented by two spaces. */
export function columns(rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map(([first = ""]) => first.length));
  return rows
    .map(([first = "", ...rest]) => `  ${first.padEnd(width)}  ${rest.join("  ")}`)
    .join("\n");
}
