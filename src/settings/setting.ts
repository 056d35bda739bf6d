import { createPublicKey, createSecretKey, type KeyObject } from "node:crypto";
import { isIPv6 } from "node:net";
import type { Replication } from "../cassandra/index.ts";
import { readNamedFile } from "../support/file.ts";
import { looksSecret } from "../support/quote.ts";
import { proxyList } from "../server/address.ts";
import { type DocumentList, readDocumentList } from "../server/document-list.ts";
import { isKeySet, type PublicKeySet, requireKeys } from "../server/sign-in/given-keys.ts";
import { parseHost } from "../server/hosts.ts";
import { createOrigins } from "../server/origins.ts";
import { requirePrefix } from "../server/prefix.ts";
import { isRepositoryUrl } from "../local/index.ts";

/** The definition of a setting, which is an environment variable. */
export interface Setting<Value> {
  /** What it means, for `.env.template` and the README. */
  readonly meaning: string;
  /** The text of the default value. */
  readonly default?: string;
  readonly example?: string;
  /** Whether its value must not be shown. */
  readonly secret?: true;
  /** Why it may not be set to nothing; undefined: that counts as not set. */
  readonly blank?: string;
  /** Parses its text. @throws Error whose message says what the text must be */
  readonly read: (text: string) => Value;
}

/** Invalid or conflicting settings. The message has one line for each problem. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Accepts any text in one line. */
export function singleLine(value: string): string {
  if (!/\p{Cc}/u.test(value)) return value;
  throw new Error("one line, without control characters");
}

/** Accepts an address or a host name to listen on. */
export function listenHost(value: string): string {
  if (isIPv6(value) || /^[^\s:/[\]\p{Cc}]+$/u.test(value)) return value;
  throw new Error(
    "an address or a host name of this machine, without a scheme, a port or brackets",
  );
}

/**
 * Returns a parser of whole numbers.
 *
 * @param options.note added to the message of an invalid number
 */
export function wholeNumber(min: number, max: number, { note = "" } = {}) {
  return (value: string): number => {
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= min && number <= max) return number;
    throw new Error(`a whole number from ${min} to ${max}${note}`);
  };
}

/** Accepts addresses and networks of proxies, or nothing. */
export function proxies(value: string): readonly string[] {
  const list = listOf(value);
  const expected = "addresses and networks, separated by commas, such as 10.0.0.1,10.1.0.0/16";
  const parsed = orExpected(expected, () => {
    proxyList(list);
    return list;
  });
  if (!parsed.some(isEverywhere)) return parsed;
  throw new Error(
    "the addresses and networks of proxies only, since a client in them can say who it is: everybody could with all addresses",
  );
}

/** Whether a network has all addresses of its kind. */
function isEverywhere(network: string): boolean {
  return /\/0+$/.test(network);
}

/** Accepts names, separated by commas; at least one. */
export function nameList(value: string): readonly string[] {
  const list = singleLine(value)
    .split(",")
    .flatMap((each) => each.trim() || []);
  if (list.length > 0) return list;
  throw new Error("at least one name, several separated by commas");
}

/** Accepts the URL of a key set. */
export function keySetUrl(value: string): URL {
  const url = URL.parse(value);
  const expected =
    "the URL of a key set, https://host/path without a login (http only on this machine: elsewhere somebody could replace the keys on their way)";
  if (url === null) throw new Error(expected);
  return orExpected(expected, () => {
    requireKeys(url);
    return url;
  });
}

/** Accepts a secret that is shared with an issuer of tokens. */
export function sharedSecret(value: string): KeyObject {
  const bytes = Buffer.from(singleLine(value));
  if (bytes.length >= 32) return createSecretKey(bytes);
  throw new Error(`a secret of at least 32 bytes (this one has ${bytes.length})`);
}

/** Accepts the path of a file with a public key as PEM, or with a key set as JSON. */
export function publicKeyFile(path: string): KeyObject | PublicKeySet {
  if (isPem(path) || looksSecret(path)) throw new Error("the path of a file, not its content");
  const text = readKeyFile(path);
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    throw new Error(
      "a file with the public key of the issuer, not with a private key, which only the issuer may have",
    );
  }
  const keys = isPem(text) ? publicKeyIn(text) : keySetIn(text);
  if (keys) return keys;
  throw new Error("a file with a public key as PEM, or with a key set (JWKS) as JSON");
}

function readKeyFile(path: string): string {
  try {
    return readNamedFile(path).toString();
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new Error(`the path of a readable file (${reason})`, { cause });
  }
}

function publicKeyIn(pem: string): KeyObject | undefined {
  try {
    return createPublicKey(pem);
  } catch {
    return undefined;
  }
}

function keySetIn(json: string): PublicKeySet | undefined {
  try {
    const set: unknown = JSON.parse(json);
    return isKeySet(set) ? set : undefined;
  } catch {
    return undefined;
  }
}

/** Accepts `true` or `false`. */
export function trueOrFalse(value: string): boolean {
  return oneOf("true", "false")(value) === "true";
}

/** Accepts `1` or `true`, and `0` or `false`. */
export function onOrOff(value: string): boolean {
  const isOn = switches.get(value);
  if (isOn !== undefined) return isOn;
  throw new Error("1 or true, or 0 or false");
}

const switches: ReadonlyMap<string, boolean> = new Map([
  ["1", true],
  ["true", true],
  ["0", false],
  ["false", false],
]);

/** Accepts the hosts by which the server is called. */
export function hostList(value: string): readonly string[] {
  const list = listOf(value);
  const expected =
    "names or addresses without ports, separated by commas, such as a.example,.b.example";
  return orExpected(expected, () => list.map(parseHost));
}

/** Accepts the origins of pages. */
export function originList(value: string): readonly string[] {
  const list = listOf(value);
  const expected = "origins, separated by commas, such as https://a.example,https://b.example:8443";
  return orExpected(expected, () => {
    createOrigins(list);
    return list;
  });
}

/** Accepts the prefix of all paths, with or without a slash at its end; `/` alone is none. */
export function pathPrefix(value: string): string {
  const path = value.replace(/\/$/, "");
  const expected = "a path such as /api, of letters, digits and -._~";
  return orExpected(expected, () => {
    requirePrefix(path);
    return path;
  });
}

function listOf(value: string): readonly string[] {
  return value.split(",").flatMap((each) => each.trim() || []);
}

/** Calls a check of another module. @throws Error with what is expected instead of its error */
function orExpected<Value>(expected: string, check: () => Value): Value {
  try {
    return check();
  } catch (cause) {
    throw new Error(expected, { cause });
  }
}

/** Accepts the path of a PEM file, relative to the working directory, and returns the content of the file. */
export function pemFile(path: string): string {
  if (isPem(path)) throw new Error("the path of a PEM file, not its content");
  const pem = readPem(path);
  if (isPem(pem)) return pem;
  throw new Error("the path of a PEM file, which contains a -----BEGIN line");
}

function isPem(text: string): boolean {
  return text.includes("-----BEGIN ");
}

function readPem(path: string): string {
  try {
    return readNamedFile(path).toString();
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new Error(`the path of a readable PEM file (${reason})`, { cause });
  }
}

/** Accepts the path of a list of documents, and returns the list. */
export function documentsFile(path: string): DocumentList {
  try {
    const list: unknown = JSON.parse(readNamedFile(path).toString());
    readDocumentList(list);
    return list as DocumentList;
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? "it is not JSON" : (cause as Error).message;
    const expected = `the path of a JSON file that the command "documents" writes (${reason})`;
    throw new Error(expected, { cause });
  }
}

/** Accepts the path of a secure connect bundle. */
export function bundlePath(value: string): string {
  if (isToken(value)) throw new Error("the path of a zip file, not a token");
  return singleLine(value);
}

/** Accepts an Astra token. */
export function astraToken(value: string): string {
  if (isToken(value)) return value;
  throw new Error("an Astra token, which begins with AstraCS:");
}

/** Whether a text is an Astra token. */
export function isToken(text: string): boolean {
  return text.startsWith("AstraCS:");
}

/** Accepts the URL of a Redis server, optionally with a user, a password and a database number. */
export function redisUrl(value: string): string {
  const url = URL.parse(value);
  const isRedis = url !== null && /^rediss?:$/.test(url.protocol) && url.port !== "0";
  if (isRedis && url.hostname && /^(\/\d*)?$/.test(url.pathname) && !url.search && !url.hash) {
    return value;
  }
  throw new Error(
    "redis://host:port, or rediss://host:port for TLS, with user:password@ before the host if Redis requires a login",
  );
}

/** Accepts the URL of a Maven repository, optionally with a user and a password. */
export function repositoryUrl(value: string): string {
  if (isRepositoryUrl(value)) return value;
  throw new Error(
    "the URL of a Maven repository, https://host/path, with user:password@ before the host if it requires a login",
  );
}

/**
 * Accepts the name of a keyspace that is not Cassandra's own. Cassandra limits its length because it becomes the name of a
 * directory (SchemaConstants.NAME_LENGTH).
 */
export function keyspaceName(value: string): string {
  if (!/^\w{1,48}$/.test(value)) throw new Error("1 to 48 letters, digits and underscores");
  if (systemKeyspaces.has(value.toLowerCase())) {
    throw new Error("a keyspace of your own, not a system keyspace of Cassandra");
  }
  return value;
}

/** The system keyspaces of Cassandra 5.0 (SchemaConstants), in lower case; later releases add the last one. */
const systemKeyspaces: ReadonlySet<string> = new Set([
  "system",
  "system_auth",
  "system_distributed",
  "system_schema",
  "system_traces",
  "system_views",
  "system_virtual_schema",
  "system_cluster_metadata",
]);

/** Returns a parser that accepts one of several words. */
export function oneOf<const Choice extends string>(...choices: readonly Choice[]) {
  return (value: string): Choice => {
    const choice = choices.find((each) => each === value);
    if (choice !== undefined) return choice;
    throw new Error(choices.join(" or "));
  };
}

/** Accepts a number of copies, or one per data centre. */
export function replication(value: string): Replication {
  if (/^[1-9]\d?$/.test(value)) return Number(value);
  const pairs = value.split(",").map((pair) => /^\s*([^\s:]+):([1-9]\d?)\s*$/.exec(pair));
  if (pairs.every((pair) => pair !== null)) {
    return Object.fromEntries(pairs.map(([, name = "", copies]) => [name, Number(copies)]));
  }
  throw new Error("a number such as 3, or a number per data centre such as dc1:3,dc2:3");
}

/** @throws ConfigError if only one of two settings is set */
export function requireBoth(pair: Readonly<Record<string, unknown>>): void {
  const given = Object.keys(pair).filter((name) => pair[name] !== undefined);
  const [missing] = Object.keys(pair).filter((name) => pair[name] === undefined);
  if (given.length === 0 || missing === undefined) return;
  throw new ConfigError(`${given[0]} is set without ${missing}: set both or neither.`);
}
