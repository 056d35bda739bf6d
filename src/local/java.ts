import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { environmentTooLarge } from "./environment.ts";
import { hasCode, LocalError } from "./error.ts";

/** A Java that Cassandra 5 runs on. */
export interface Java {
  /** The command: a path, or `java` to look it up in PATH. */
  readonly command: string;
  /** For example `17.0.15`. */
  readonly version: string;
  /** The whole output of `java -version`, which identifies the build. */
  readonly build: string;
}

/** Where to look for Java. */
export interface JavaPlace {
  /** The only place to look in. Default: PATH. */
  readonly javaHome?: string | undefined;
  /** The environment with this PATH. Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/**
 * Finds the Java to run Cassandra with.
 *
 * @throws LocalError `NO_JAVA`, `UNFIT_JAVA` or `ENVIRONMENT_TOO_LARGE`
 */
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
 * Returns the environment in which Java runs Cassandra.
 *
 * The user's options for Java programs are removed, because they can contradict ours (another collector, a smaller
 * heap, a class path), and some of them win. The locale is set because only it determines the encoding of file names:
 * `sun.jnu.encoding` cannot be set, and under `LC_ALL=C` Java cannot open a folder named `ä`.
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

/** Whether Cassandra 5.0 accepts a Java version (see its bin/cassandra.in.sh). */
function isFit(version: string): boolean {
  return /^(11|17)\b/.test(version);
}

/** Returns the output of `java -version`, or undefined if the command cannot be run. */
async function buildOf(command: string, env?: NodeJS.ProcessEnv): Promise<string | undefined> {
  try {
    const options = { env: javaEnvironment(env) };
    const { stdout, stderr } = await promisify(execFile)(command, ["-version"], options);
    return stdout + stderr;
  } catch (error) {
    if (hasCode(error, "E2BIG"))
      throw environmentTooLarge("java", { environment: env, cause: error });
    return undefined;
  }
}

/** Returns the version in the output of `java -version`, e.g. `17.0.15`. */
function versionIn(build: string): string | undefined {
  return /version "([^"]+)"/.exec(build)?.[1];
}

async function advise(): Promise<string> {
  const home = await fitHome();
  return home === undefined
    ? "Install Java 17 and set JAVA_HOME to it, or start Docker."
    : `Set JAVA_HOME=${home}, which is suitable, or start Docker.`;
}

/** Finds a suitable Java in the directories where Linux and macOS install them. */
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
