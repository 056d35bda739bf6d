import { createWriteStream } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { readNamedFile } from "../../src/support/file.ts";
import { Misuse } from "../fixtures/options.ts";
import { type History, tableNames } from "./history.ts";

/** Writes a history to a file: the table in the first line, then one entry per line. Returns the file's path. */
export async function writeHistory(history: History): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), "partyfinder-chaos-")), "history.jsonl");
  await pipeline(Readable.from(linesOf(history)), createWriteStream(path));
  return path;
}

/**
 * Reads a file that {@link writeHistory} has written.
 *
 * @throws Misuse if it cannot be read, or is no history
 */
export function readHistory(path: string): History {
  const lines = readLines(path);
  const table = readTable(lines[0]);
  // Earlier versions of this program had one table, and did not write its name.
  const history = {
    table: table ?? "parties",
    operations: [],
    sightings: [],
    finals: [],
    marks: [],
  };
  for (const [at, line] of lines.entries()) {
    if (at === 0 && table) continue;
    const entry = readEntry(line);
    if (!entry) throw new Misuse(`${path} is no history of a run: see its line ${at + 1}.`);
    history[entry[0]].push(entry[1]);
  }
  if (history.operations.length > 0) return history;
  throw new Misuse(`${path} is no history of a run: it has no operations.`);
}

/** The kinds of entries of a history. */
type Kind = Exclude<keyof History, "table">;

/** The types of the fields of each kind of entry. */
const shapes = {
  operations: {
    number: "number",
    partition: "string",
    id: "string",
    wish: "object",
    attempts: "array",
  },
  sightings: {
    partition: "string",
    id: "string",
    watcher: "string",
    server: "string",
    subscribed: "number",
    at: "number",
    amount: "number",
    asOf: "string",
  },
  finals: { by: "string", partition: "string", id: "string", at: "number" },
  marks: { mark: "string", name: "string", at: "number" },
} as const satisfies {
  readonly [K in Kind]: { readonly [Name in keyof History[K][number]]?: string };
};

const kinds = Object.keys(shapes) as Kind[];

function* linesOf(history: History): Iterable<string> {
  yield `${JSON.stringify(["table", history.table])}\n`;
  for (const kind of kinds) {
    for (const entry of history[kind]) yield `${JSON.stringify([kind, entry])}\n`;
  }
}

function readLines(path: string): readonly string[] {
  try {
    return readNamedFile(path).toString().trimEnd().split("\n");
  } catch (error) {
    throw new Misuse(`The history ${path} cannot be read: ${(error as Error).message}.`);
  }
}

/** Returns the table of a history, if the line names it. */
function readTable(line = ""): History["table"] | undefined {
  const [name, table] = asArray(parse(line));
  return name === "table" ? tableNames.find((each) => each === table) : undefined;
}

/** Returns the entry of a line and its kind, if the line has one. */
function readEntry(line: string): readonly [kind: Kind, entry: never] | undefined {
  const [name, entry] = asArray(parse(line));
  const kind = kinds.find((each) => each === name);
  if (!kind || typeOf(entry) !== "object") return undefined;
  const has = entry as Readonly<Record<string, unknown>>;
  const isWhole = Object.entries(shapes[kind]).every(
    ([field, type]) => typeOf(has[field]) === type,
  );
  return isWhole ? [kind, entry as never] : undefined;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line, withNewNames);
  } catch {
    return undefined;
  }
}

/** The names of fields in earlier versions of this program, and their present names. */
const oldNames = new Map([
  ["city", "partition"],
  ["people", "amount"],
]);

/** For `JSON.parse`: renames fields with old names. */
function withNewNames(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const name = oldNames.get(key);
  if (name === undefined) return value;
  this[name] = value;
  return undefined;
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function typeOf(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}
