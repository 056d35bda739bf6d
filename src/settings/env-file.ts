import { isUtf8 } from "node:buffer";
import { parseEnv } from "node:util";
import { fileProblem, isAbsent, readNamedFile } from "../support/file.ts";
import { ConfigError } from "./setting.ts";

/** What a file of settings says. */
export interface EnvFile {
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly oversights: readonly Oversight[];
}

/** A likely mistake that is no error: something that has no effect, or not the expected one. */
export interface Oversight {
  /** A name, or a place. */
  readonly what: string;
  /** What is wrong with it, continuing a sentence, and in brackets what to do about it. */
  readonly found: string;
}

/**
 * Reads `.env` in the working directory. A file that does not exist is an empty one.
 *
 * @param settings the names that are reported if the file sets them twice
 * @throws ConfigError if it is not a file, cannot be read or is not text in UTF-8
 */
export function readEnvFile(settings: readonly string[], path = ".env"): EnvFile {
  const bytes = bytesOf(path);
  return bytes === undefined ? { values: {}, oversights: [] } : parseEnvFile(bytes, settings);
}

/** Reads the bytes of such a file. @throws ConfigError if they are not text in UTF-8 */
export function parseEnvFile(bytes: Buffer, settings: readonly string[]): EnvFile {
  requireUtf8(bytes);
  // The decoder drops a byte order mark; Node.js would keep it as a part of the first name.
  const text = new TextDecoder().decode(bytes).replace(/\r\n?/g, "\n");
  const lines = [...linesOf(text)];
  const entries = lines.filter((line) => "name" in line);
  return {
    values: parseEnv(entries.map(({ name, value }) => `${name}=${value}\n`).join("")),
    oversights: [...strayLines(lines), ...repeated(entries, settings)],
  };
}

/** Returns what is in a file; undefined if it does not exist. */
function bytesOf(path: string): Buffer | undefined {
  try {
    return isAbsent(path) ? undefined : readNamedFile(path);
  } catch (cause) {
    const message = `.env cannot be read: ${fileProblem(cause)}. Make it a file with lines NAME=value, or remove it.`;
    throw new ConfigError(message, { cause });
  }
}

function requireUtf8(bytes: Buffer): void {
  const problem = encodingProblem(bytes);
  if (problem === undefined) return;
  throw new ConfigError(`.env must be text in UTF-8, but ${problem} (save it as UTF-8).`);
}

function encodingProblem(bytes: Buffer): string | undefined {
  if (/^(\xFF\xFE|\xFE\xFF)/.test(bytes.toString("latin1", 0, 2))) return "is UTF-16";
  if (!isUtf8(bytes)) return `is not UTF-8 on line ${lineWith(bytes, (line) => !isUtf8(line))}`;
  if (!bytes.includes(0)) return undefined;
  return `has a NUL byte on line ${lineWith(bytes, (line) => line.includes(0))}`;
}

function lineWith(bytes: Buffer, has: (line: Buffer) => boolean): number {
  const lines = bytes.toString("latin1").split("\n");
  return lines.findIndex((line) => has(Buffer.from(line, "latin1"))) + 1;
}

/** A line that is neither empty nor a comment. */
interface Line {
  readonly number: number;
}

/** One that sets something. */
interface Entry extends Line {
  readonly name: string;
  /** As it is written, in quotes or not; in quotes it may go on over several lines. */
  readonly value: string;
}

/** An entry, a comment, or anything else. */
const pattern =
  /^[ \t]*(?:(?:export[ \t]+)?(?<name>[\w.-]+)[ \t]*=(?<value>[ \t]*(?:"[^"]*"|'[^']*'|`[^`]*`)?.*)|#.*|(?<stray>\S.*))$/gm;

/**
 * Splits the text into entries and lines that set nothing. Node.js parses the values, with their quotes and comments,
 * but it cannot split the text: `parseEnv` of 24.21 takes a tab as a part of a name, and after `NAME= ` the next line as
 * the value.
 */
function* linesOf(text: string): Generator<Line | Entry> {
  let [number, counted] = [1, 0];
  for (const { index, groups: { name, value = "", stray } = {} } of text.matchAll(pattern)) {
    number += text.slice(counted, index).split("\n").length - 1;
    counted = index;
    if (name !== undefined) yield { number, name, value: value.trim() };
    if (stray !== undefined) yield { number };
  }
}

function strayLines(lines: readonly (Line | Entry)[]): readonly Oversight[] {
  return lines
    .filter((line) => !("name" in line))
    .map(({ number }) => ({
      what: `.env, line ${number}`,
      found: "has no effect (write NAME=value)",
    }));
}

function repeated(entries: readonly Entry[], settings: readonly string[]): readonly Oversight[] {
  return settings.flatMap((what) => {
    const numbers = entries.filter(({ name }) => name === what).map(({ number }) => number);
    if (numbers.length < 2) return [];
    const found = `is in .env on lines ${numbers.join(", ")}, and the last one counts (keep one)`;
    return { what, found };
  });
}
