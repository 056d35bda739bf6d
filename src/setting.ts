import { isContactPoint, type Replication } from "./cassandra/index.ts";
import { readNamedFile } from "./file.ts";
import { isRepositoryUrl } from "./local/index.ts";

/** An environment variable: what it means, its default, and how its text is read. */
export interface Setting<Value> {
  readonly meaning: string;
  /** As one would write it; absent: none. */
  readonly default?: string;
  readonly example?: string;
  /** Its text is never shown. */
  readonly secret?: true;
  /** @throws Error saying what was needed */
  readonly read: (text: string) => Value;
}

/** Settings that contradict each other or cannot be read: one line for each. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Any text. */
export function text(value: string): string {
  return value;
}

/** Contact points with commas between. */
export function list(value: string): readonly string[] {
  const items = value.split(",").map((item) => item.trim());
  if (items.every(isContactPoint)) return items;
  throw new Error("hosts with commas between, each host or host:port");
}

/** A whole number between two. */
export function wholeNumber(min: number, max: number, reason = "") {
  return (value: string): number => {
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= min && number <= max) return number;
    throw new Error(`a whole number from ${min} to ${max}${reason}`);
  };
}

/** `true` or `false`. */
export function yesOrNo(value: string): boolean {
  return oneOf("true", "false")(value) === "true";
}

/** The text of a PEM file; a path is relative to the working directory. */
export function pemFile(path: string): string {
  const pem = readPem(path);
  if (pem.includes("-----BEGIN ")) return pem;
  throw new Error("the path of a PEM file, with a line -----BEGIN");
}

function readPem(path: string): string {
  try {
    return readNamedFile(path).toString();
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new Error(`the path of a PEM file that can be read (${reason})`, { cause });
  }
}

/** A token of Astra. */
export function astraToken(value: string): string {
  if (isToken(value)) return value;
  throw new Error("a token of Astra, which begins with AstraCS:");
}

/** Whether a text is a token of Astra. */
export function isToken(text: string): boolean {
  return text.startsWith("AstraCS:");
}

/** The address of a Redis, with or without a user, a password and the number of a database. */
export function redisUrl(value: string): string {
  const url = URL.parse(value);
  const isRedis = url?.protocol === "redis:" || url?.protocol === "rediss:";
  if (isRedis && url.hostname && /^(\/\d*)?$/.test(url.pathname) && !url.search && !url.hash) {
    return value;
  }
  throw new Error(
    "redis://host:port, or rediss://host:port for TLS, with user:password@ before the host where Redis asks for them",
  );
}

/** The address of a Maven repository, with or without a user and a password. */
export function repositoryUrl(value: string): string {
  if (isRepositoryUrl(value)) return value;
  throw new Error(
    "the URL of a Maven repository, https://host/path, with user:password@ before the host where it asks for them",
  );
}

/** Cassandra's own rule: it becomes a directory's name (SchemaConstants.NAME_LENGTH). */
export function keyspaceName(value: string): string {
  if (/^\w{1,48}$/.test(value)) return value;
  throw new Error("1 to 48 letters, digits and underscores");
}

/** One of these words. */
export function oneOf<const Choice extends string>(...choices: readonly Choice[]) {
  return (value: string): Choice => {
    const choice = choices.find((each) => each === value);
    if (choice !== undefined) return choice;
    throw new Error(choices.join(" or "));
  };
}

/** A number of copies, or one a data centre. */
export function replication(value: string): Replication {
  if (/^[1-9]\d?$/.test(value)) return Number(value);
  const pairs = value.split(",").map((pair) => /^\s*([^\s:]+):([1-9]\d?)\s*$/.exec(pair));
  if (pairs.every((pair) => pair !== null)) {
    return Object.fromEntries(pairs.map(([, name = "", copies]) => [name, Number(copies)]));
  }
  throw new Error("a number such as 3, or one a data centre such as dc1:3,dc2:3");
}

/** @throws ConfigError if of two settings one is there without the other */
export function requireBoth(pair: Readonly<Record<string, unknown>>): void {
  const given = Object.keys(pair).filter((name) => pair[name] !== undefined);
  const [missing] = Object.keys(pair).filter((name) => pair[name] === undefined);
  if (given.length === 0 || missing === undefined) return;
  throw new ConfigError(`${given[0]} is set, ${missing} is not: set both or none.`);
}
