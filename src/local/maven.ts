import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type Child, type ChildOptions, startChild } from "./child.ts";
import { hasCode, LocalError } from "./error.ts";

/** Maven's effective configuration. */
export interface MavenSetup {
  /** The repositories for releases, in the order in which Maven tries them, with mirrors applied. */
  readonly repositories: readonly MavenRepository[];
  /** The paths of the settings files, which need not exist. A later file overrides an earlier one. */
  readonly settingsFiles: readonly string[];
  /** The directory in which Maven keeps what it has fetched. */
  readonly localRepository: string | undefined;
}

export interface MavenRepository {
  /** The id under which the settings have its login. */
  readonly id: string;
  readonly url: string;
}

/** Options of {@link askMaven}. */
export interface MavenOptions {
  /** Maven's environment, in whose PATH it is looked up. Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Kills Maven. `askMaven` then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks Maven how it is configured. Takes one to two seconds and fetches nothing.
 *
 * The answer is in Maven's log of an empty build: the effective repositories, to which Maven itself has applied the
 * mirrors, profiles and variables of the settings, and the paths of its files.
 *
 * @throws LocalError `NO_MAVEN` or `DOWNLOAD_FAILED`
 */
export async function askMaven(options: MavenOptions): Promise<MavenSetup> {
  const dir = await mkdtemp(join(tmpdir(), "partyfinder-maven-"));
  try {
    await writeFile(join(dir, "pom.xml"), pom);
    const log = await runMaven(["-B", "-X", "-o", "validate"], dir, options);
    const setup = readMavenLog(log);
    if (setup.repositories.length === 0) throw unclear(log);
    return setup;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Parses the configuration from a debug log of Maven 3 or 4. */
export function readMavenLog(log: string): MavenSetup {
  const settings = log.matchAll(
    /Reading (?:global|installation|user) settings from '?(.+?)'?\s*$/gm,
  );
  const [, list = ""] = /^\[DEBUG\] Repositories \(dependencies\): \[(.*)\]\s*$/m.exec(log) ?? [];
  const entries = list.matchAll(/([^\s,]+) \((\S+), default, ([^()]*)\)(?:, |$)/g);
  return {
    // Excludes repositories for snapshots only, and those blocked by a mirror.
    repositories: [...entries]
      .filter(([, , , words = ""]) => words.includes("releases") && !words.includes("blocked"))
      .map(([, id = "", url = ""]) => ({ id, url })),
    settingsFiles: [...settings].map(([, file = ""]) => file),
    localRepository: /Using local repository at (.+?)\s*$/m.exec(log)?.[1],
  };
}

async function runMaven(
  args: readonly string[],
  cwd: string,
  { env, signal }: MavenOptions,
): Promise<string> {
  signal?.throwIfAborted();
  const maven = await startMaven(args, { cwd, env });
  const abort = () => maven.kill("SIGKILL");
  signal?.addEventListener("abort", abort);
  if (signal?.aborted) abort();
  try {
    maven.stderr?.resume();
    const log = await text(maven.stdout!);
    await maven.ended;
    signal?.throwIfAborted();
    return log;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

async function startMaven(
  args: readonly string[],
  { cwd, env }: Pick<ChildOptions, "cwd" | "env">,
): Promise<Child> {
  try {
    return await startChild("mvn", args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  } catch (cause) {
    if (!hasCode(cause, "ENOENT", "EACCES")) throw cause;
    throw noMaven(cause);
  }
}

/** Creates the error for jars that have to be fetched while neither Maven nor a setting says from where. */
export function noMaven(cause?: unknown): LocalError {
  const message =
    "Cassandra's jars are fetched from the repository that Maven is configured for, but there is no mvn in PATH. " +
    "Install Maven, or set CASSANDRA_EMBEDDED_REPOSITORY to the URL of a Maven repository, or start Docker.";
  return new LocalError("NO_MAVEN", message, { cause });
}

function unclear(log: string): LocalError {
  // The first error may only say that there are errors; a fatal one has the details.
  const [, error] =
    /^\[(?:ERROR\] \[)?FATAL\] (.+?)\s*$/m.exec(log) ?? /^\[ERROR\] (.+?)\.?\s*$/m.exec(log) ?? [];
  // The text around a syntax error in the settings could be a password.
  const reason = error === undefined ? "" : `: ${error.replace(/\s*\(position: .*@\d+:\d+\)/, "")}`;
  return new LocalError(
    "DOWNLOAD_FAILED",
    `Maven does not say where it would fetch Cassandra's jars from${reason}. ` +
      "Correct its settings, or set CASSANDRA_EMBEDDED_REPOSITORY to the URL of a Maven repository.",
  );
}

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>partyfinder</groupId>
  <artifactId>local</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
</project>
`;
