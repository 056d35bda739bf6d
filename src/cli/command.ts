import { parseArgs } from "node:util";
import type { Application } from "./application.ts";
import { Exit } from "./exit.ts";
import type { Settings } from "../settings/settings.ts";
import type { Terminal } from "./terminal.ts";

/** The options of a command by name: whether each takes a value, and its description for the help. */
export type CommandOptions = Readonly<
  Record<
    string,
    {
      readonly type: "boolean" | "string";
      readonly meaning: string;
      /** Whether it may be given several times. Default: the last one counts. */
      readonly multiple?: true;
    }
  >
>;

/** The values of the options that were given. */
type GivenOptions<Options extends CommandOptions> = {
  readonly [Name in keyof Options]?: Options[Name] extends { readonly multiple: true }
    ? readonly string[]
    : Options[Name]["type"] extends "boolean"
      ? boolean
      : string;
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
  /** The file of the application, if an argument named one: see {@link CommandDefinition.takesFile}. */
  readonly file: string | undefined;
  /** The arguments that are no options: those of a command with {@link CommandDefinition.operands}; else none. */
  readonly operands: readonly string[];
  /** The folders in which a changed file restarts `serve --watch`. Undefined: the files of the imported modules. */
  readonly watch: readonly URL[] | undefined;
}

/** What a command line passes to a command that it runs. */
export interface CommandInvocation extends Omit<Invocation, "operands" | "file" | "load"> {
  /** Whether the commands that can take a file do: see `CliOptions.takesFiles`. */
  readonly takesFiles: boolean;
  /** Imports the application of a file, or without one that of the command line. */
  readonly load: (file?: string) => Promise<Application<object>>;
}

/** The definition of a command. */
export interface CommandDefinition<Options extends CommandOptions> {
  readonly name: string;
  /** A description in one line, in the imperative. */
  readonly summary: string;
  /** What else a user should know before running it. */
  readonly details?: string;
  readonly options: Options;
  /** What its further arguments are: `<files…>` for at least one, `[keyspace]` for at most one. Default: it takes none. */
  readonly operands?: string;
  /** Whether an argument can name the file of another application, in a command line that takes files. Default: false. */
  readonly takesFile?: boolean;
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
  readonly run: (args: readonly string[], invocation: CommandInvocation) => Promise<void>;
}

const FILE = "[file]";

const FILE_DETAILS =
  "The file is a TypeScript or JavaScript module that exports tables and, unless it is to be generated from them, a\nschema, and what else docs/server.md lists. Without a file, the application is that of this program.";

const help = { type: "boolean", short: "h", meaning: "Show this help." } as const;

/** Creates a command that checks its arguments and shows its help. */
export function command<const Options extends CommandOptions>(
  definition: CommandDefinition<Options>,
): Command {
  const { name, summary } = definition;
  return {
    name,
    summary,
    async run(args, { takesFiles, load: loadFrom, ...invocation }) {
      const options: CommandOptions = { ...definition.options, help };
      const takesFile = takesFiles && definition.takesFile === true;
      const allowPositionals = takesFile || definition.operands !== undefined;
      const parsed = parseArgs({ args: [...args], options, allowPositionals, strict: true });
      const { values, positionals } = parsed;
      if (values["help"]) {
        invocation.terminal.print(helpText(definition, { cli: invocation.name, takesFile }));
        return;
      }
      checkOperands(definition, positionals);
      if (takesFile && positionals.length > 1) {
        throw new Exit("usage", `${name} takes one file, but got ${positionals.join(", ")}.`);
      }
      const [file, operands] = takesFile ? [positionals[0], []] : [undefined, positionals];
      const load = () => loadFrom(file);
      // parseArgs has checked the types of the values.
      await definition.run(values as GivenOptions<Options>, {
        ...invocation,
        operands,
        file,
        load,
      });
    },
  };
}

/** @throws Exit if a command has too few or too many arguments */
function checkOperands(
  { name, operands: expected = "" }: Pick<CommandDefinition<CommandOptions>, "name" | "operands">,
  operands: readonly string[],
): void {
  const isOptional = expected.startsWith("[");
  if (expected.startsWith("<") && operands.length === 0) {
    throw new Exit("usage", `${name} needs arguments: ${expected}.`);
  }
  if (isOptional && operands.length > 1) {
    throw new Exit(
      "usage",
      `${name} takes one argument, ${expected}, but got ${operands.join(" ")}.`,
    );
  }
}

function helpText(
  definition: CommandDefinition<CommandOptions>,
  { cli, takesFile }: { readonly cli: string; readonly takesFile: boolean },
): string {
  const { name, summary, details, example } = definition;
  const operands = takesFile ? FILE : definition.operands;
  const options: CommandOptions = { ...definition.options, help };
  const rows = Object.entries(options).map(([option, { type, meaning }]) => [
    `--${option}${type === "string" ? " <value>" : ""}`,
    meaning,
  ]);
  return [
    `${cli} ${name}: ${summary}`,
    ...(operands === undefined ? [] : ["", `  ${cli} ${name} ${operands}`]),
    ...(details === undefined ? [] : ["", details]),
    ...(takesFile ? ["", FILE_DETAILS] : []),
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
