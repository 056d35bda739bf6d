import { KeyObject } from "node:crypto";
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from "jose";
import { messageOf } from "../../support/message.ts";
import type { Log } from "../mask.ts";
import { isKeySet, isPrivateJwk, problemOfJwk, type PublicKeySet } from "./given-keys.ts";
import { unverifiableToken } from "./refusals.ts";

/** Finds the key of a token by its header. Fails with an error of jose, or with `UNAVAILABLE`. */
export type FindKey = JWTVerifyGetKey;

/** The keys by which tokens are verified. */
export interface Keys {
  readonly find: FindKey;
  close(): void;
}

export interface KeysOptions {
  readonly log: Log;
  /** How often a key set is read again, in milliseconds. Default: 10 minutes. */
  readonly interval?: number;
}

const RELOAD_INTERVAL = 600_000;

/** How long it takes at least from one reading of a key set until an unknown key has it read again, in milliseconds. */
const COOLDOWN = 5000;

/** How long the issuer may take to send its key set, in milliseconds: less than a token may wait. */
const FETCH_TIME = 3000;

/** How long it takes after a failed reading until the next one, in milliseconds. */
const RETRY_PAUSE = 1000;

/** The maximum size of a key set, in bytes. */
const KEY_SET_BYTES = 2 ** 20;

/** Returns the keys. Those of an issuer's key set are read in the background, so that a server starts without it. */
export function createKeys(
  keys: URL | PublicKeySet | KeyObject,
  { log, interval = RELOAD_INTERVAL }: KeysOptions,
): Keys {
  if (keys instanceof URL) return remoteKeys(keys, { log, interval });
  const find: FindKey =
    keys instanceof KeyObject ? async () => keys : createLocalJWKSet(keys as JSONWebKeySet);
  return { find, close: () => {} };
}

/**
 * Once read, the keys stay known: while the issuer fails, nobody is refused but who comes with a new key. A key that the
 * issuer withdraws is forgotten when the set is read again.
 */
function remoteKeys(url: URL, { log, interval }: Required<KeysOptions>): Keys {
  const reader = createKeySetReader(url, log);
  const remote = createRemoteJWKSet(url, {
    cacheMaxAge: Infinity,
    cooldownDuration: COOLDOWN,
    timeoutDuration: FETCH_TIME,
    [customFetch]: reader.fetch,
  });
  // A failure has been logged.
  const reload = () => void remote.reload().catch(() => {});
  reload();
  const timer = setInterval(reload, interval).unref();
  return {
    async find(header, token) {
      try {
        return await remote(header, token);
      } catch (error) {
        if (isOfToken(error)) throw error;
        reader.reportUnusable(error);
        throw unverifiableToken();
      }
    },
    close: () => clearInterval(timer),
  };
}

/** Whether it is the token that names no key of the set, or several. */
function isOfToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}

interface KeySetReader {
  /** Reads the key set for jose. */
  readonly fetch: FetchImplementation;
  /** Logs once that a key of it cannot be used, unless the set could not be read at all. */
  reportUnusable(error: unknown): void;
}

/**
 * Creates what reads a key set. It logs when an issuer begins to fail, and when it no longer does; meanwhile it asks it
 * once per second at most, however many tokens come.
 */
function createKeySetReader(url: URL, log: Log): KeySetReader {
  const address = `${url.origin}${url.pathname}`;
  let isKnown = false;
  let failure: unknown;
  let failedAt = -Infinity;
  let isUnusable = false;
  let ignored = "";

  /** Logs which keys of a set are ignored, unless they were when it was last read. */
  function reportIgnored(set: PublicKeySet, problems: readonly (string | undefined)[]) {
    const lines = [
      ...(set.keys.some(isPrivateJwk)
        ? [`The keys at ${address} are not all public. Those that are secret are ignored.`]
        : []),
      ...problems
        .filter((problem) => problem !== undefined)
        .slice(0, 1)
        .map((problem) => `A key at ${address} is ignored, perhaps others, too: ${problem}`),
    ];
    const text = lines.join(" ");
    if (text !== "" && text !== ignored) log(text);
    ignored = text;
  }

  function report(error: unknown) {
    if (failure === undefined) {
      const meanwhile = isKnown
        ? "Tokens with keys that are known are still accepted."
        : "Nobody can sign in until they can.";
      log(`The keys for sign-in cannot be read from ${address}: ${reasonOf(error)}. ${meanwhile}`);
    }
    failure = error;
    failedAt = performance.now();
  }

  async function fetchSet(...request: Parameters<FetchImplementation>): Promise<Response> {
    if (performance.now() - failedAt < RETRY_PAUSE) throw failure;
    try {
      const set = await readSet(await fetch(...request));
      const problems = set.keys.map((key, at) =>
        isPrivateJwk(key) ? undefined : problemOfJwk(key, at),
      );
      reportIgnored(set, problems);
      if (failure !== undefined) log(`The keys for sign-in are read from ${address} again.`);
      failure = undefined;
      isKnown = true;
      const usable = set.keys.filter((key, at) => !isPrivateJwk(key) && problems[at] === undefined);
      return Response.json({ keys: usable });
    } catch (error) {
      report(error);
      throw error;
    }
  }

  return {
    fetch: fetchSet,
    reportUnusable(error) {
      if (failure !== undefined || isUnusable) return;
      isUnusable = true;
      log(`A key at ${address} cannot be used: ${messageOf(error)}.`);
    },
  };
}

async function readSet(response: Response): Promise<PublicKeySet> {
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`the answer has status ${response.status}`);
  }
  const set = parsedOrUndefined(await readBounded(response));
  if (!isKeySet(set)) throw new Error("the answer is no key set");
  return set;
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > KEY_SET_BYTES) throw new Error(`the answer has more than ${KEY_SET_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parsedOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns the cause, which Node.js hides in "fetch failed". */
function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError")
    return `no answer in ${FETCH_TIME} ms`;
  return messageOf(error instanceof Error && error.cause ? error.cause : error);
}
