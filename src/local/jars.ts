import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { inCache, requireWritable } from "./cache.ts";
import { hasCode } from "./error.ts";
import { type MavenOptions, runMaven } from "./maven.ts";

/** The Cassandra that is run. */
export const cassandraVersion = "5.0.6";

/** How the jars are found. */
export interface JarsOptions extends Omit<MavenOptions, "cwd"> {
  /** Where the list of the jars is kept; they themselves stay in Maven's local repository. */
  readonly cacheDir: string;
}

/**
 * The jars of Cassandra and of all that it needs on this machine, as paths.
 *
 * They are fetched by Maven unless all are there already (once a user: 100 jars, 67 MiB, and Maven's own plugins).
 * Fails with `NO_MAVEN`, `DOWNLOAD_FAILED` or `CACHE_UNUSABLE`.
 */
export async function findJars(options: JarsOptions): Promise<readonly string[]> {
  const list = listFile(options.cacheDir);
  const jars = await inCache(options.cacheDir, async () => {
    const known = await readList(list);
    return areThere(known) ? known : await fetchJars(list, options);
  });
  return jarsOf(process.platform, process.arch, jars);
}

/** Whether all jars are there, so that nothing is to be fetched. Fails with `CACHE_UNUSABLE` if there is no place for them. */
export async function hasJars(cacheDir: string): Promise<boolean> {
  return inCache(cacheDir, async () => {
    const found = areThere(await readList(listFile(cacheDir)));
    if (!found) await requireWritable(cacheDir);
    return found;
  });
}

const listFile = (cacheDir: string) => join(cacheDir, `cassandra-${cassandraVersion}.jars`);

const areThere = (jars: readonly string[]) => jars.length > 0 && jars.every(existsSync);

/** Those of the jars that serve a platform: native libraries carry its name, e.g. `-linux-x86_64.jar`. */
export function jarsOf(platform: string, arch: string, jars: readonly string[]): readonly string[] {
  const system = platform === "darwin" ? "osx" : platform;
  const machine = arch === "arm64" ? "aarch_64" : arch === "x64" ? "x86_64" : arch;
  return jars.filter((jar) => {
    const native = /-(linux|osx|windows)-(\w+)\.jar$/.exec(jar);
    return native === null || (native[1] === system && native[2] === machine);
  });
}

async function readList(list: string): Promise<readonly string[]> {
  try {
    return (await readFile(list, "utf8")).split("\n").filter(Boolean);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
}

/** Two processes may do this at once: each works on files of its own, and puts the list in place by renaming. */
async function fetchJars(list: string, options: JarsOptions): Promise<readonly string[]> {
  const { cacheDir } = options;
  await mkdir(cacheDir, { recursive: true });
  const pomFile = `${list}.${process.pid}.pom.xml`;
  const pathFile = `${list}.${process.pid}.path`;
  try {
    await writeFile(pomFile, pom);
    await runMaven(["-f", pomFile, ...classpathGoal(pathFile)], { ...options, cwd: cacheDir });
    const jars = (await readFile(pathFile, "utf8")).trim().split(delimiter);
    await writeFile(pathFile, `${jars.join("\n")}\n`);
    await rename(pathFile, list);
    return jars;
  } finally {
    await Promise.all([pomFile, pathFile].map((file) => rm(file, { force: true })));
  }
}

/** Fetches what is missing and writes the paths of all into a file. */
const classpathGoal = (pathFile: string) => [
  "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath",
  "-DincludeScope=runtime",
  `-Dmdep.outputFile=${pathFile}`,
];

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>partyfinder</groupId>
  <artifactId>local</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.cassandra</groupId>
      <artifactId>cassandra-all</artifactId>
      <version>${cassandraVersion}</version>
    </dependency>
  </dependencies>
</project>
`;
