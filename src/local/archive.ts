import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { constants, setPriority } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startChild } from "./child.ts";
import type { Jars } from "./jars.ts";
import { type Java, javaEnvironment } from "./java.ts";
import { classPath } from "./jvm.ts";
import { claim } from "./lock.ts";

/**
 * The delay after Cassandra's start, in milliseconds, so that callers waiting for the start get the processors first.
 */
const DELAY = 10_000;

/**
 * Java's archive of Cassandra's classes (class data sharing). With it, a start takes a third less processor time.
 */
export interface ClassArchive {
  /** Java options that use the archive or, if there is none, list the classes for it. */
  readonly options: readonly string[];
  /**
   * Creates the archive if there is none, from the classes that the running Java has listed. Works in the background,
   * once for all processes, and takes about 10 s of one processor at low priority. May fail, which only makes later
   * starts slower.
   */
  make(signal: AbortSignal): Promise<void>;
}

/** What an archive is created from. */
interface ArchiveSource {
  readonly java: Java;
  readonly jars: Jars;
  /** The file in which Java lists the classes that it loads. */
  readonly list: string;
}

interface ArchiveRecipe extends ArchiveSource {
  /** The prefix of the names of archives for this build of Java and these jars. */
  readonly prefix: string;
}

/** Finds the class archive in the directory of the jars. */
export function findClassArchive({ java, jars, list }: ArchiveSource): ClassArchive {
  const identity = createHash("sha256").update(java.build).update(classPath(jars)).digest("hex");
  const prefix = `${majorPrefix(java)}${identity.slice(0, 12)}`;
  const names = readdirSync(jars.dir).filter((name) => name.startsWith(prefix));
  const complete = names.find((name) => isCompleteArchive(jars.dir, name));
  // A name relative to Java's working directory: a colon in a path would separate two archives.
  if (complete) return { options: [`-XX:SharedArchiveFile=${complete}`], make: async () => {} };
  // Not tried again with a Java that failed to create one. And Java replaces %p and %t in the path of a list.
  const cannot = names.includes(`${prefix}.none`) || list.includes("%");
  if (cannot) return { options: [], make: async () => {} };
  return {
    options: [`-XX:DumpLoadedClassList=${list}`],
    make: (signal) => makeExclusively({ java, jars, list, prefix }, signal),
  };
}

/** Returns the prefix of the names of all archives of a major version of Java. */
function majorPrefix({ version }: Java): string {
  return `java-${version.split(".")[0]}-`;
}

/** Whether an archive has the size in its name. Java accepts a truncated archive and dies with a bus error. */
function isCompleteArchive(dir: string, name: string): boolean {
  const [, size] = /-(\d+)\.jsa$/.exec(name) ?? [];
  return size !== undefined && statSync(join(dir, name)).size === Number(size);
}

async function makeExclusively(recipe: ArchiveRecipe, signal: AbortSignal): Promise<void> {
  await sleep(DELAY, undefined, { signal, ref: false });
  const claimed = await claim(recipe.jars.dir);
  if (!("release" in claimed)) return;
  try {
    await makeArchive(recipe, signal);
  } finally {
    claimed.release();
  }
}

async function makeArchive(recipe: ArchiveRecipe, signal: AbortSignal): Promise<void> {
  const { java, jars, prefix } = recipe;
  const draft = `${prefix}.draft`;
  const path = join(jars.dir, draft);
  const hasMade = await dumpArchive(recipe, { draft, signal });
  signal.throwIfAborted();
  const name = hasMade ? `${prefix}-${await syncToDisk(path)}.jsa` : `${prefix}.none`;
  if (hasMade) await rename(path, join(jars.dir, name));
  else await writeFile(join(jars.dir, name), "");
  // Archives of earlier builds of this Java have 70 MB each.
  const others = (await readdir(jars.dir)).filter(
    (each) => each.startsWith(majorPrefix(java)) && each !== name,
  );
  await Promise.all(others.map((each) => rm(join(jars.dir, each), { force: true })));
}

/** Creates the archive in a separate process, which does not run Cassandra. Returns whether that worked. */
async function dumpArchive(
  { java, jars, list }: ArchiveRecipe,
  { draft, signal }: { readonly draft: string; readonly signal: AbortSignal },
): Promise<boolean> {
  const classes = `${list}.complete`;
  await writeFile(classes, completeLines(await readFile(list, "utf8")));
  const args = [
    "-Xshare:dump",
    `-XX:SharedClassListFile=${classes}`,
    `-XX:SharedArchiveFile=${draft}`,
    "-XX:+UseSerialGC",
    "-Xmx256m",
    "-cp",
    classPath(jars),
  ];
  signal.throwIfAborted();
  const child = await startChild(java.command, args, {
    cwd: jars.dir,
    env: javaEnvironment(),
    stdio: "ignore",
  });
  child.unref();
  setPriority(child.pid, constants.priority.PRIORITY_LOW);
  const abort = () => child.kill("SIGKILL");
  signal.addEventListener("abort", abort);
  if (signal.aborted) abort();
  const end = await child.ended;
  signal.removeEventListener("abort", abort);
  return end === "status 0";
}

/** Drops an incomplete last line: Java is still writing the list. */
function completeLines(text: string): string {
  return text.slice(0, text.lastIndexOf("\n") + 1);
}

/** Flushes a file to the disk, so that a power cut cannot truncate it, and returns its size. */
async function syncToDisk(path: string): Promise<number> {
  await using file = await open(path);
  await file.sync();
  return (await file.stat()).size;
}
