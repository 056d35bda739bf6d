import { parseArgs } from "node:util";
import type { Terminal } from "./terminal.ts";

/** The options of a command by name: whether one takes a value, and what it means. */
export type Options = Readonly<
  Record<string, { readonly type: "boolean" | "string"; readonly meaning: string }>
>;

/** The options that were given. */
type Values<O extends Options> = {
  readonly [Name in keyof O]?: O[Name]["type"] extends "boolean" ? boolean : string;
};

/** A command as it is defined. */
export interface CommandDefinition<O extends Options> {
  readonly name: string;
  /** What it does, in one line. */
  readonly summary: string;
  /** What else there is to know before one runs it. */
  readonly details?: string;
  readonly options: O;
  /** A call that one would really make, and what it does. */
  readonly example: { readonly call: string; readonly does: string };
  run(values: Values<O>, terminal: Terminal): Promise<void>;
}

/** A command as it is called. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly help: string;
  /** @throws ERR_PARSE_ARGS_… if the arguments are not its own */
  readonly run: (args: readonly string[], terminal: Terminal) => Promise<void>;
}

const help = { type: "boolean", short: "h", meaning: "Show this." } as const;

/** Makes a command that shows its help and checks its arguments. */
export function command<const O extends Options>(definition: CommandDefinition<O>): Command {
  const { name, summary } = definition;
  const text = helpText(definition);
  return {
    name,
    summary,
    help: text,
    async run(args, terminal) {
      const options: Options = { ...definition.options, help };
      const { values } = parseArgs({ args: [...args], options, strict: true });
      if (values["help"]) terminal.print(text);
      // parseArgs has checked that each is as its option says.
      else await definition.run(values as Values<O>, terminal);
    },
  };
}

function helpText({
  name,
  summary,
  details,
  options,
  example,
}: CommandDefinition<Options>): string {
  const all: Options = { ...options, help };
  const rows = Object.entries(all).map(([option, { type, meaning }]) => [
    `--${option}${type === "string" ? " <value>" : ""}`,
    meaning,
  ]);
  return [
    `partyfinder ${name}: ${summary}`,
    ...(details === undefined ? [] : ["", details]),
    "",
    columns(rows),
    "",
    `Example, ${example.does}:`,
    `  ${example.call}`,
  ].join("\n");
}

/** Sets rows of texts in columns, two spaces in. */
export function columns(rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map(([first = ""]) => first.length));
  return rows
    .map(([first = "", ...rest]) => `  ${first.padEnd(width)}  ${rest.join("  ")}`)
    .join("\n");
}
