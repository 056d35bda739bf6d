import { isIPv6 } from "node:net";
import type { Replication } from "../cassandra/index.ts";
import { readNamedFile } from "../support/file.ts";
import { isRepositoryUrl } from "../local/index.ts";

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

/** Any text in one line. */
export function text(value: string): string {
  if (!/\p{Cc}/u.test(value)) return value;
  throw new Error("one line, without control characters");
}

/** An address or a name to listen on. */
export function listenHost(value: string): string {
  if (isIPv6(value) || /^[^\s:/[\]\p{Cc}]+$/u.test(value)) return value;
  throw new Error("an address or a name of this machine, without a scheme, a port or brackets");
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
  if (isPem(path)) throw new Error("the path of a PEM file, not what is in it");
  const pem = readPem(path);
  if (isPem(pem)) return pem;
  throw new Error("the path of a PEM file, with a line -----BEGIN");
}

function isPem(text: string): boolean {
  return text.includes("-----BEGIN ");
}

function readPem(path: string): string {
  try {
    return readNamedFile(path).toString();
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new Error(`the path of a PEM file that can be read (${reason})`, { cause });
  }
}

/** The path of a secure connect bundle. */
export function bundlePath(value: string): string {
  if (isToken(value)) throw new Error("the path of a zip file, not a token");
  return text(value);
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
  const isRedis = url !== null && /^rediss?:$/.test(url.protocol) && url.port !== "0";
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

/** A keyspace for the tables. Its name becomes a directory's, hence Cassandra's own rule (SchemaConstants.NAME_LENGTH). */
export function keyspaceName(value: string): string {
  if (!/^\w{1,48}$/.test(value)) throw new Error("1 to 48 letters, digits and underscores");
  if (ofCassandra.has(value.toLowerCase())) {
    throw new Error("a keyspace of your own, not one in which Cassandra keeps its own tables");
  }
  return value;
}

/** Those of Cassandra 5.0 (SchemaConstants), in whatever case; the last one is of the releases after it. */
const ofCassandra: ReadonlySet<string> = new Set([
  "system",
  "system_auth",
  "system_distributed",
  "system_schema",
  "system_traces",
  "system_views",
  "system_virtual_schema",
  "system_cluster_metadata",
]);

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
