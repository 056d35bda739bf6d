import { isUtf8 } from "node:buffer";
import { parseEnv } from "node:util";
import { fileProblem, isAbsent, readNamedFile } from "../support/file.ts";
import { ConfigError } from "./setting.ts";

/** The content of an `.env` file. */
export interface EnvFile {
  /** The variables that it sets, by name. */
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly oversights: readonly Oversight[];
}

/** A likely mistake that is not an error: something without an effect, or with an unexpected one. */
export interface Oversight {
  /** The name of a variable, or a place in the file. */
  readonly subject: string;
  /** What is wrong with it, as the predicate of a sentence, and how to correct it in brackets. */
  readonly message: string;
}

/**
 * Reads `.env` in the working directory. A missing file counts as an empty one.
 *
 * @param settings the names that are reported if the file sets them more than once
 * @throws ConfigError if it is not a file, cannot be read, or is not UTF-8 text
 */
export function readEnvFile(settings: readonly string[], path = ".env"): EnvFile {
  const bytes = bytesOf(path);
  return bytes === undefined ? { values: {}, oversights: [] } : parseEnvFile(bytes, settings);
}

/** Parses the bytes of an `.env` file. @throws ConfigError if they are not UTF-8 text */
export function parseEnvFile(bytes: Buffer, settings: readonly string[]): EnvFile {
  requireUtf8(bytes);
  // The decoder drops a byte order mark; parseEnv would keep it as part of the first name.
  const text = new TextDecoder().decode(bytes).replace(/\r\n?/g, "\n");
  const lines = [...linesOf(text)];
  const assignments = lines.filter((line) => "name" in line);
  return {
    values: parseEnv(assignments.map(({ name, value }) => `${name}=${value}\n`).join("")),
    oversights: [...strayLines(lines), ...repeated(assignments, settings)],
  };
}

/** Returns the content of a file; undefined if it does not exist. */
function bytesOf(path: string): Buffer | undefined {
  try {
    return isAbsent(path) ? undefined : readNamedFile(path);
  } catch (cause) {
    const message = `.env cannot be read: ${fileProblem(cause)}. Make it a file with NAME=value lines, or remove it.`;
    throw new ConfigError(message, { cause });
  }
}

function requireUtf8(bytes: Buffer): void {
  const problem = encodingProblem(bytes);
  if (problem === undefined) return;
  throw new ConfigError(`.env must be UTF-8 text, but it ${problem} (save it as UTF-8).`);
}

/** Returns why bytes are not UTF-8 text, as the predicate of a sentence; undefined: they are. */
function encodingProblem(bytes: Buffer): string | undefined {
  if (/^(\xFF\xFE|\xFE\xFF)/.test(bytes.toString("latin1", 0, 2))) return "is UTF-16";
  if (!isUtf8(bytes)) return `is not UTF-8 on line ${lineWith(bytes, (line) => !isUtf8(line))}`;
  if (!bytes.includes(0)) return undefined;
  return `has a NUL byte on line ${lineWith(bytes, (line) => line.includes(0))}`;
}

/** Returns the number of the first line that meets a condition. */
function lineWith(bytes: Buffer, has: (line: Buffer) => boolean): number {
  const lines = bytes.toString("latin1").split("\n");
  return lines.findIndex((line) => has(Buffer.from(line, "latin1"))) + 1;
}

/** A line that is neither empty nor a comment. */
interface Line {
  readonly number: number;
}

/** A line that sets a variable. */
interface Assignment extends Line {
  readonly name: string;
  /** As written, with its quotes. A quoted value may span several lines. */
  readonly value: string;
}

/** Matches an assignment, a comment, or any other text. */
const linePattern =
  /^[ \t]*(?:(?:export[ \t]+)?(?<name>[\w.-]+)[ \t]*=(?<value>[ \t]*(?:"[^"]*"|'[^']*'|`[^`]*`)?.*)|#.*|(?<stray>\S.*))$/gm;

/**
 * Splits a text into assignments and lines that set nothing. `parseEnv` of Node.js parses the values, with their quotes
 * and comments, but it does not split the text correctly: version 24.21 takes a tab as part of a name, and after `NAME= `
 * it takes the next line as the value. dotenv gives neither line numbers nor lines that have no effect.
 */
function* linesOf(text: string): Generator<Line | Assignment> {
  let [number, counted] = [1, 0];
  for (const { index, groups: { name, value = "", stray } = {} } of text.matchAll(linePattern)) {
    number += text.slice(counted, index).split("\n").length - 1;
    counted = index;
    if (name !== undefined) yield { number, name, value: value.trim() };
    if (stray !== undefined) yield { number };
  }
}

function strayLines(lines: readonly (Line | Assignment)[]): readonly Oversight[] {
  return lines
    .filter((line) => !("name" in line))
    .map(({ number }) => ({
      subject: `.env, line ${number}`,
      message: "has no effect (write NAME=value)",
    }));
}

function repeated(
  assignments: readonly Assignment[],
  settings: readonly string[],
): readonly Oversight[] {
  return settings.flatMap((subject) => {
    const numbers = assignments.filter(({ name }) => name === subject).map(({ number }) => number);
    if (numbers.length < 2) return [];
    const message = `is set in .env on lines ${numbers.join(", ")}; the last one is used (keep one)`;
    return { subject, message };
  });
}
