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

// undici is imported where it is used, which is once per machine: loading it takes 50 ms.

/** How many artifacts are fetched at once. */
const PARALLEL = 16;

/** How long a server may send nothing, in milliseconds. */
const SILENCE = 30_000;

/** Options of {@link download}. */
export interface DownloadOptions {
  /** The repositories, in the order in which they are tried for each artifact. */
  readonly repositories: readonly Repository[];
  /** The directory to save the artifacts in. */
  readonly dir: string;
  /** Called with the number of bytes of each chunk received. */
  readonly received: (bytes: number) => void;
  /** Aborts the download, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Thrown when an artifact cannot be fetched. Its message is for users. */
export class DownloadError extends Error {
  override readonly name = "DownloadError";
}

/**
 * Fetches artifacts into a directory, several at once, each from the first repository that has it. A file gets its name
 * only when it is complete and its checksum is right, so after an abort the files in the directory need not be fetched
 * again. The HTTP client is undici; other clients add neither checksums nor a choice of repositories.
 *
 * @throws DownloadError for the first artifact that cannot be fetched, which ends the whole download
 */
export async function download(
  artifacts: readonly Artifact[],
  { repositories, dir, received, signal: outer }: DownloadOptions,
): Promise<void> {
  const failure = new AbortController();
  const signal = outer ? AbortSignal.any([outer, failure.signal]) : failure.signal;
  await using open = await openRepositories(repositories, signal);
  // The largest first, so that no large one is left at the end.
  const queue = artifacts.toSorted((a, b) => b.size - a.size).values();
  const workers = Array.from({ length: PARALLEL }, async () => {
    for (const artifact of queue) {
      const content = await open.read(artifact);
      await save(content, artifact, { file: join(dir, artifact.name), received, signal });
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

/** The content of an artifact. */
interface Content {
  readonly body: Readable;
  /** The host or directory that it comes from, for messages. */
  readonly place: string;
}

async function openRepositories(
  repositories: readonly Repository[],
  signal: AbortSignal,
): Promise<OpenRepositories> {
  await using opened = new AsyncDisposableStack();
  const readers: ArtifactReader[] = [];
  for (const repository of repositories) {
    const isFolder = repository.url.protocol === "file:";
    readers.push(
      isFolder ? folderReader(repository) : await httpReader(repository, { opened, signal }),
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

/** Returns an artifact's content, or undefined if the repository does not have the artifact. */
type ArtifactReader = (artifact: Artifact) => Promise<Content | undefined>;

function folderReader({ url }: Repository): ArtifactReader {
  return async ({ path, name }) => {
    const file = fileURLToPath(new URL(path, url));
    const body = createReadStream(file);
    try {
      await new Promise((resolve, reject) => body.once("open", resolve).once("error", reject));
      return { body, place: fileURLToPath(url) };
    } catch (cause) {
      if (hasCode(cause, "ENOENT")) return undefined;
      throw unreachable({ name, place: fileURLToPath(url) }, cause);
    }
  };
}

async function httpReader(
  { url, headers, proxy }: Repository,
  { opened, signal }: { readonly opened: AsyncDisposableStack; readonly signal: AbortSignal },
): Promise<ArtifactReader> {
  const { EnvHttpProxyAgent, interceptors, request } = await import("undici");
  const agent = new EnvHttpProxyAgent({
    ...proxyOptions(proxy),
    connections: PARALLEL,
    headersTimeout: SILENCE,
    bodyTimeout: SILENCE,
    // The system's authorities too, as in Java: a company's own authority is often installed only there.
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
        throw unreachable({ name, place: url.host }, cause);
      },
    );
    if (statusCode === 200) return { body, place: url.host };
    await body.dump();
    if (statusCode === 404) return undefined;
    throw unreachable({ name, place: url.host }, new Error(`HTTP status ${statusCode}`));
  };
}

function proxyOptions(proxy: Repository["proxy"]): EnvHttpProxyAgent.Options {
  if (proxy === undefined) return {};
  if (proxy === "none") return { noProxy: "*" };
  return { httpProxy: proxy.href, httpsProxy: proxy.href, noProxy: "" };
}

interface SaveOptions extends Pick<DownloadOptions, "received"> {
  readonly file: string;
  readonly signal: AbortSignal;
}

async function save(
  { body, place }: Content,
  { name, size, sha256 }: Artifact,
  { file, received, signal }: SaveOptions,
): Promise<void> {
  const origin = { name, place };
  const part = `${file}.${process.pid}.part`;
  const hash = createHash("sha256");
  let length = 0;
  async function* check(chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      length += chunk.length;
      if (length > size) throw altered(origin, `more than ${size} bytes`);
      hash.update(chunk);
      received(chunk.length);
      yield chunk;
    }
  }
  try {
    await pipeline(body, check, createWriteStream(part, { mode: 0o600 }), { signal });
    if (length < size) throw altered(origin, `${length} bytes instead of ${size}`);
    const digest = hash.digest("hex");
    if (digest !== sha256) throw altered(origin, `SHA-256 ${digest} instead of ${sha256}`);
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error instanceof DownloadError || isLocal(error) ? error : unreachable(origin, error);
  }
}

/** Whether an error is about our own files, for example a full disk, and not about the download. */
function isLocal(error: unknown): boolean {
  return hasCode(error, "ENOSPC", "EDQUOT", "EACCES", "EROFS");
}

/** An artifact's file name, and the host or directory that it comes from. */
interface Origin {
  readonly name: string;
  readonly place: string;
}

function altered({ name, place }: Origin, problem: string): DownloadError {
  return new DownloadError(`${name} from ${place} is not the expected file: ${problem}`);
}

function unreachable({ name, place }: Origin, cause: unknown): DownloadError {
  const message = `${name} cannot be fetched from ${place}: ${innermostMessage(cause)}`;
  return new DownloadError(message, { cause });
}

/** Returns the message of the innermost cause, in one line. */
function innermostMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return innermostMessage(error.cause);
  // OpenSSL's own message is meant for its developers.
  if ("reason" in error && typeof error.reason === "string") return `TLS: ${error.reason}`;
  return error.message || ("code" in error ? String(error.code) : error.name);
}
