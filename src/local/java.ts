import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { environmentTooLarge } from "./environment.ts";
import { hasCode, LocalError } from "./error.ts";

/** A Java that Cassandra 5 runs on. */
export interface Java {
  /** The command: a path, or `java` if it is looked up in PATH. */
  readonly command: string;
  /** e.g. `17.0.15` */
  readonly version: string;
  /** All that `java -version` says: no two builds say the same. */
  readonly build: string;
}

/** Where to look for Java. */
export interface JavaPlace {
  /** The only place to look in, if given; else PATH is. */
  readonly javaHome?: string | undefined;
  /** The environment whose PATH is meant; default: ours. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** Finds the Java to run Cassandra with. Fails with `NO_JAVA`, `UNFIT_JAVA` or `ENVIRONMENT_TOO_LARGE`. */
export async function findJava({ javaHome, env }: JavaPlace): Promise<Java> {
  const command = javaHome === undefined ? "java" : join(resolve(javaHome), "bin", "java");
  const place = javaHome === undefined ? "PATH" : `JAVA_HOME (${javaHome})`;
  const build = await buildOf(command, env);
  const version = build && versionIn(build);
  if (build !== undefined && version !== undefined && isFit(version)) {
    return { command, version, build };
  }
  const advice = await advise();
  if (version === undefined) {
    throw new LocalError(
      "NO_JAVA",
      `Cassandra needs Java 17 or 11, or Docker, but there is no java in ${place}. ${advice}`,
    );
  }
  throw new LocalError(
    "UNFIT_JAVA",
    `Cassandra 5 runs on Java 17 or 11 only, but the one in ${place} is ${version}. ${advice}`,
  );
}

/**
 * The environment in which Java runs Cassandra, whatever the user's is.
 *
 * Options that the user has for other Java programs are left out, because they can contradict ours (another collector,
 * a smaller heap, a class path) and some of them win. The encoding of file names comes from the locale alone:
 * `sun.jnu.encoding` cannot be set. Under `LC_ALL=C` Java cannot open a folder named `ä`.
 */
export function javaEnvironment(environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const {
    JAVA_TOOL_OPTIONS: _tool,
    JDK_JAVA_OPTIONS: _launcher,
    _JAVA_OPTIONS: _vm,
    CLASSPATH: _classPath,
    ...rest
  } = environment;
  return { ...rest, LC_ALL: "C.UTF-8" };
}

/** Cassandra 5.0 refuses every other (its bin/cassandra.in.sh). */
function isFit(version: string): boolean {
  return /^(11|17)\b/.test(version);
}

/** What `java -version` says; undefined if there is none that can be run. */
async function buildOf(command: string, env?: NodeJS.ProcessEnv): Promise<string | undefined> {
  try {
    const options = { env: javaEnvironment(env) };
    const { stdout, stderr } = await promisify(execFile)(command, ["-version"], options);
    return stdout + stderr;
  } catch (error) {
    if (hasCode(error, "E2BIG")) throw environmentTooLarge("java", env, error);
    return undefined;
  }
}

/** The version that it says, e.g. `17.0.15`. */
function versionIn(build: string): string | undefined {
  return /version "([^"]+)"/.exec(build)?.[1];
}

async function advise(): Promise<string> {
  const home = await fitHome();
  return home === undefined
    ? "Install Java 17 and set JAVA_HOME to it, or start Docker."
    : `Set JAVA_HOME=${home}, which is fit, or start Docker.`;
}

/** A Java that would do, in the places where Linux and macOS install them. */
async function fitHome(): Promise<string | undefined> {
  for (const [folder, home] of installations) {
    for (const name of await readdir(folder).catch(() => [])) {
      const candidate = join(folder, name, home);
      const version = versionIn((await buildOf(join(candidate, "bin", "java"))) ?? "");
      if (version !== undefined && isFit(version)) return candidate;
    }
  }
  return undefined;
}

const installations = [
  ["/usr/lib/jvm", ""],
  ["/Library/Java/JavaVirtualMachines", "Contents/Home"],
] as const;
