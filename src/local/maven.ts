import { createInterface } from "node:readline";
import { type Child, startChild } from "./child.ts";
import { hasCode, LocalError } from "./error.ts";

/** How Maven is run. */
export interface MavenOptions {
  readonly cwd: string;
  /** Maven's environment, in whose PATH it is looked up; default: ours. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Told every few seconds how much was downloaded. */
  readonly progress: (line: string) => void;
  /** Ends Maven at once; the run then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Runs Maven to its end, to fetch Cassandra. Fails with `NO_MAVEN` or `DOWNLOAD_FAILED`. */
export async function runMaven(args: readonly string[], options: MavenOptions): Promise<void> {
  const { signal, progress } = options;
  signal?.throwIfAborted();
  const maven = await startMaven(args, options);
  progress("Maven fetches Cassandra and what it needs, only this once (about 75 MiB).");
  const abort = () => maven.kill("SIGKILL");
  signal?.addEventListener("abort", abort);
  if (signal?.aborted) abort();
  try {
    const firstError = await follow(maven, progress);
    const end = await maven.ended;
    signal?.throwIfAborted();
    if (end !== "status 0") throw downloadFailed(firstError ?? `it ended with ${end}`);
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

async function startMaven(args: readonly string[], { cwd, env }: MavenOptions): Promise<Child> {
  try {
    return await startChild("mvn", ["-B", ...args], {
      cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
  } catch (cause) {
    if (!hasCode(cause, "ENOENT", "EACCES")) throw cause;
    throw noMaven(cause);
  }
}

/** The failure where the jars are to be fetched and there is no Maven. */
export function noMaven(cause?: unknown): LocalError {
  const message =
    "Cassandra's jars are fetched by Maven, but there is no mvn in PATH. Install Maven, or start Docker.";
  return new LocalError("NO_MAVEN", message, { cause });
}

/** Reads what Maven prints, to its end; returns its first error. */
async function follow(
  maven: Child,
  progress: MavenOptions["progress"],
): Promise<string | undefined> {
  let firstError: string | undefined;
  let files = 0;
  let bytes = 0;
  let told = Date.now();
  maven.stderr?.resume();
  for await (const line of createInterface({ input: maven.stdout! })) {
    firstError ??= errorIn(line);
    const size = downloadedBytes(line);
    if (size === undefined) continue;
    files += 1;
    bytes += size;
    if (Date.now() - told < 3000) continue;
    told = Date.now();
    progress(`Fetched ${files} files, ${(bytes / 2 ** 20).toFixed(0)} MiB so far.`);
  }
  return firstError;
}

/**
 * How large the file is that a line of Maven's reports as fetched, in bytes.
 *
 * @example "Downloaded from central: .../guava-32.0.1-jre.jar (3.0 MB at 9.1 MB/s)" → 3000000
 */
export function downloadedBytes(line: string): number | undefined {
  const size = /Downloaded from .* \((\d+(?:\.\d+)?) (B|kB|MB) at /.exec(line);
  if (size === null) return undefined;
  return Number(size[1]) * { B: 1, kB: 1e3, MB: 1e6 }[size[2] as "B" | "kB" | "MB"];
}

function errorIn(line: string): string | undefined {
  return /^\[ERROR\] (.+?)(?: -> \[Help \d+\])?$/.exec(line)?.[1];
}

function downloadFailed(reason: string): LocalError {
  return new LocalError(
    "DOWNLOAD_FAILED",
    `Maven could not fetch Cassandra's jars: ${reason}. ` +
      "Check the network (a proxy or a mirror is named in ~/.m2/settings.xml) and start again; what was fetched is kept.",
  );
}
