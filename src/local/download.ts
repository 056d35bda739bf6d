import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { getCACertificates } from "node:tls";
import { fileURLToPath } from "node:url";
import type { EnvHttpProxyAgent } from "undici";
import type { Artifact } from "./artifact.ts";
import { hasCode } from "./error.ts";
import type { Repository } from "./repository.ts";

// undici is imported where it is used, once a machine: it takes 50 ms.

/** How many artifacts are fetched at once. */
const PARALLEL = 16;

/** How long a server may say nothing, in milliseconds. */
const SILENCE = 30_000;

export interface DownloadOptions {
  /** Told of each piece that has arrived, in bytes. */
  readonly received: (bytes: number) => void;
  /** Ends it; the download then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Why an artifact cannot be had, in words for a person. */
export class DownloadError extends Error {
  override readonly name = "DownloadError";
}

/**
 * Fetches artifacts into a directory, several at once. A file has its name only once it is complete and its checksum is
 * right, so what is there when it ends early need not be fetched again. Of several repositories the first one that has
 * an artifact gives it.
 *
 * @throws DownloadError for the first artifact that cannot be had; the others are then given up
 */
export async function download(
  artifacts: readonly Artifact[],
  repositories: readonly Repository[],
  dir: string,
  { received, signal: outer }: DownloadOptions,
): Promise<void> {
  const failure = new AbortController();
  const signal = outer ? AbortSignal.any([outer, failure.signal]) : failure.signal;
  await using open = await openRepositories(repositories, signal);
  // The largest first: none of them is then what all others wait for at the end.
  const queue = artifacts.toSorted((a, b) => b.size - a.size).values();
  const workers = Array.from({ length: PARALLEL }, async () => {
    for (const artifact of queue) {
      const content = await open.read(artifact);
      await save(content, artifact, join(dir, artifact.name), received, signal);
    }
  });
  try {
    await Promise.all(workers);
  } catch (error) {
    failure.abort();
    await Promise.allSettled(workers);
    outer?.throwIfAborted();
    throw error;
  }
}

interface OpenRepositories extends AsyncDisposable {
  /** @throws DownloadError */
  read(artifact: Artifact): Promise<Content>;
}

/** What an artifact is read from. */
interface Content {
  readonly body: Readable;
  /** The host, or the directory, for a person. */
  readonly place: string;
}

async function openRepositories(
  repositories: readonly Repository[],
  signal: AbortSignal,
): Promise<OpenRepositories> {
  await using opened = new AsyncDisposableStack();
  const readers: Reader[] = [];
  for (const repository of repositories) {
    const isFolder = repository.url.protocol === "file:";
    readers.push(
      isFolder ? folderReader(repository) : await httpReader(repository, opened, signal),
    );
  }
  const kept = opened.move();
  return {
    async read(artifact) {
      for (const read of readers) {
        const content = await read(artifact);
        if (content !== undefined) return content;
      }
      const places = repositories.map(({ url }) => url.href).join(" and ");
      throw new DownloadError(`${artifact.name} is not in ${places}`);
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** Gives what a repository has; undefined if it has it not. */
type Reader = (artifact: Artifact) => Promise<Content | undefined>;

function folderReader({ url }: Repository): Reader {
  return async ({ path, name }) => {
    const file = fileURLToPath(new URL(path, url));
    const body = createReadStream(file);
    try {
      await new Promise((resolve, reject) => body.once("open", resolve).once("error", reject));
      return { body, place: fileURLToPath(url) };
    } catch (cause) {
      if (hasCode(cause, "ENOENT")) return undefined;
      throw unreachable(name, fileURLToPath(url), cause);
    }
  };
}

async function httpReader(
  { url, headers, proxy }: Repository,
  opened: AsyncDisposableStack,
  signal: AbortSignal,
): Promise<Reader> {
  const { EnvHttpProxyAgent, interceptors, request } = await import("undici");
  const agent = new EnvHttpProxyAgent({
    ...proxyOptions(proxy),
    connections: PARALLEL,
    headersTimeout: SILENCE,
    bodyTimeout: SILENCE,
    // Those of the system too, as Java has them: a company's own authority is often known there only.
    connect: { ca: [...getCACertificates("default"), ...getCACertificates("system")] },
  });
  opened.defer(() => agent.destroy());
  const dispatcher = agent.compose(
    interceptors.redirect({ maxRedirections: 5 }),
    interceptors.retry({ maxRetries: 2, minTimeout: 300, throwOnError: false }),
  );
  return async ({ path, name }) => {
    const options = { headers, dispatcher, signal };
    const { statusCode, body } = await request(new URL(path, url), options).catch(
      (cause: unknown) => {
        throw unreachable(name, url.host, cause);
      },
    );
    if (statusCode === 200) return { body, place: url.host };
    await body.dump();
    if (statusCode === 404) return undefined;
    throw unreachable(name, url.host, new Error(`HTTP status ${statusCode}`));
  };
}

function proxyOptions(proxy: Repository["proxy"]): EnvHttpProxyAgent.Options {
  if (proxy === undefined) return {};
  if (proxy === "none") return { noProxy: "*" };
  return { httpProxy: proxy.href, httpsProxy: proxy.href, noProxy: "" };
}

async function save(
  { body, place }: Content,
  { name, size, sha256 }: Artifact,
  file: string,
  received: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const part = `${file}.${process.pid}.part`;
  const hash = createHash("sha256");
  let length = 0;
  async function* check(chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      length += chunk.length;
      if (length > size) throw altered(name, place, `more than ${size} bytes`);
      hash.update(chunk);
      received(chunk.length);
      yield chunk;
    }
  }
  try {
    await pipeline(body, check, createWriteStream(part, { mode: 0o600 }), { signal });
    if (length < size) throw altered(name, place, `${length} bytes instead of ${size}`);
    const digest = hash.digest("hex");
    if (digest !== sha256) throw altered(name, place, `SHA-256 ${digest} instead of ${sha256}`);
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error instanceof DownloadError || isOurs(error) ? error : unreachable(name, place, error);
  }
}

/** Whether an error is about our own files, as a full disk, and not about what is fetched. */
function isOurs(error: unknown): boolean {
  return hasCode(error, "ENOSPC", "EDQUOT", "EACCES", "EROFS");
}

function altered(name: string, place: string, how: string): DownloadError {
  return new DownloadError(`${name} from ${place} is not what it should be: ${how}`);
}

function unreachable(name: string, place: string, cause: unknown): DownloadError {
  return new DownloadError(`${name} cannot be fetched from ${place}: ${reasonOf(cause)}`, {
    cause,
  });
}

/** The innermost cause, in a line. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  // OpenSSL's own message is a line for its developers.
  if ("reason" in error && typeof error.reason === "string") return `TLS: ${error.reason}`;
  return error.message || ("code" in error ? String(error.code) : error.name);
}
