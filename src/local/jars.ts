import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Artifact, artifactsOf } from "./artifact.ts";
import { cassandraVersion } from "./artifacts.ts";
import { inCache, requireWritable } from "./cache.ts";
import { makeDirectory } from "./directory.ts";
import { download, DownloadError, type DownloadOptions } from "./download.ts";
import type { EmbeddedOptions } from "./embedded.ts";
import { hasCode, LocalError } from "./error.ts";
import { findMavenSource, type JarSource, repositoryAt } from "./repository.ts";

/** The jars of Cassandra and its dependencies for this machine. */
export interface Jars {
  /** The directory of the jars. */
  readonly dir: string;
  /** The file names. */
  readonly names: readonly string[];
}

/** Options of {@link findJars}. */
export type JarsOptions = Pick<
  EmbeddedOptions,
  "cacheDir" | "repository" | "env" | "progress" | "status" | "signal"
>;

/**
 * Finds the jars in the cache, and fetches the missing ones: once per user, 88 files of 56 MiB. Each jar is checked
 * against the pinned checksum when it is fetched, and against the pinned size later.
 *
 * @throws LocalError `NO_MAVEN`, `DOWNLOAD_FAILED` or `CACHE_UNUSABLE`
 */
export async function findJars(options: JarsOptions): Promise<Jars> {
  const dir = dirIn(options.cacheDir);
  const artifacts = artifactsOf(process.platform, process.arch);
  await inCache(options.cacheDir, async () => {
    const missing = await missingFrom(dir, artifacts);
    if (missing.length > 0) await obtainJars(missing, dir, options);
  });
  return { dir, names: artifacts.map(({ name }) => name) };
}

/**
 * Returns the size of the jars that are not in the cache, in bytes.
 *
 * @throws LocalError `CACHE_UNUSABLE` if some are missing and the cache is not writable
 */
export async function missingBytes(cacheDir: string): Promise<number> {
  return inCache(cacheDir, async () => {
    const artifacts = artifactsOf(process.platform, process.arch);
    const bytes = totalSize(await missingFrom(dirIn(cacheDir), artifacts));
    if (bytes > 0) await requireWritable(cacheDir);
    return bytes;
  });
}

/**
 * Removes jars with a wrong checksum from the cache, as a power cut can leave them, and returns their names. Reads all
 * jars, so it is called only after a failed start.
 *
 * @throws LocalError `CACHE_UNUSABLE`
 */
export async function removeDamaged(cacheDir: string): Promise<readonly string[]> {
  const dir = dirIn(cacheDir);
  return inCache(cacheDir, async () => {
    const removed: string[] = [];
    for (const { name, sha256 } of artifactsOf(process.platform, process.arch)) {
      if (digestOf(await readFile(join(dir, name))) === sha256) continue;
      await rm(join(dir, name));
      removed.push(name);
    }
    return removed;
  });
}

const digestOf = (content: Buffer) => createHash("sha256").update(content).digest("hex");

const dirIn = (cacheDir: string) => join(cacheDir, `cassandra-${cassandraVersion}`);

async function missingFrom(
  dir: string,
  artifacts: readonly Artifact[],
): Promise<readonly Artifact[]> {
  const isThere = await Promise.all(
    artifacts.map(async ({ name, size }) => {
      const found = await stat(join(dir, name)).catch((error: unknown) => {
        if (!hasCode(error, "ENOENT")) throw error;
      });
      return found?.size === size;
    }),
  );
  return artifacts.filter((_, i) => !isThere[i]);
}

/** Copies or fetches jars. Several processes may do this at once, since each file gets its name when it is complete. */
async function obtainJars(
  missing: readonly Artifact[],
  dir: string,
  options: JarsOptions,
): Promise<void> {
  const { repository, progress, signal } = options;
  signal?.throwIfAborted();
  await makeDirectory(dir);
  await removeLeftovers(dir);
  if (repository === undefined) progress("Asking Maven where to fetch Cassandra from.");
  const source: JarSource =
    repository === undefined
      ? await findMavenSource(options)
      : { repositories: [repositoryAt(repository)], localRepository: undefined };
  const { repositories, localRepository } = source;
  const rest = await copyFromMaven(missing, { localRepository, dir });
  if (rest.length > 0) await fetchJars(rest, { ...options, repositories, dir });
}

/** Removes partial files of processes that were killed. */
async function removeLeftovers(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    const [, pid] = /\.(\d+)\.part$/.exec(name) ?? [];
    if (pid !== undefined && !runs(Number(pid))) await rm(join(dir, name), { force: true });
  }
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Copies jars from Maven's local repository, and returns those that it does not have with the right checksum. */
async function copyFromMaven(
  artifacts: readonly Artifact[],
  { localRepository, dir }: { readonly localRepository: string | undefined; readonly dir: string },
): Promise<readonly Artifact[]> {
  if (localRepository === undefined) return artifacts;
  const rest: Artifact[] = [];
  for (const artifact of artifacts) {
    const content = await readFile(join(localRepository, artifact.path)).catch(() => undefined);
    if (content && digestOf(content) === artifact.sha256)
      await copy(join(localRepository, artifact.path), join(dir, artifact.name));
    else rest.push(artifact);
  }
  return rest;
}

async function copy(from: string, to: string): Promise<void> {
  const part = `${to}.${process.pid}.part`;
  await copyFile(from, part, constants.COPYFILE_FICLONE);
  await rename(part, to);
}

async function fetchJars(
  artifacts: readonly Artifact[],
  options: JarsOptions & Pick<DownloadOptions, "repositories" | "dir">,
): Promise<void> {
  const { repositories, dir, progress, signal } = options;
  const total = totalSize(artifacts);
  const places = repositories.map(({ url }) => url.host || url.pathname).join(" and ");
  progress(
    `Fetching Cassandra ${cassandraVersion} from ${places}, only this once: ${artifacts.length} files, ${mebibytes(total)} MiB.`,
  );
  const report = throttledReport(options);
  let bytes = 0;
  const received = (more: number) => {
    bytes += more;
    report(`Fetched ${mebibytes(bytes)} of ${mebibytes(total)} MiB.`);
  };
  try {
    await download(artifacts, { repositories, dir, received, signal });
  } catch (error) {
    throw error instanceof DownloadError ? downloadFailed(error, options) : error;
  }
}

/** Reports often if a line can be replaced by the next, otherwise every three seconds. */
function throttledReport({ status, progress }: Pick<JarsOptions, "status" | "progress">) {
  const [report, pause] = status === undefined ? [progress, 3000] : [status, 100];
  let next = Date.now() + pause;
  return (line: string): void => {
    if (Date.now() < next) return;
    next = Date.now() + pause;
    report(line);
  };
}

function downloadFailed(
  cause: DownloadError,
  { repository }: Pick<JarsOptions, "repository">,
): LocalError {
  const settings = repository ? "CASSANDRA_EMBEDDED_REPOSITORY" : "Maven's settings.xml";
  const others = repository
    ? ""
    : ` Or set CASSANDRA_EMBEDDED_REPOSITORY to another Maven repository, or let Maven fetch it by "mvn dependency:get -Dartifact=org.apache.cassandra:cassandra-all:${cassandraVersion}".`;
  return new LocalError(
    "DOWNLOAD_FAILED",
    `Cassandra could not be fetched: ${cause.message}. Check the network and ${settings}, and start again; what has been fetched is kept.${others}`,
    { cause },
  );
}

function totalSize(artifacts: readonly Artifact[]): number {
  return artifacts.reduce((sum, { size }) => sum + size, 0);
}

const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
