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

/** How long after Cassandra's start to begin, in milliseconds: whoever waits for the start has the processors first. */
const DELAY = 10_000;

/**
 * Java's archive of the classes of Cassandra (class data sharing): with it a start takes a third less of the
 * processor's time.
 */
export interface ClassArchive {
  /** Options of Java: to use it, or while there is none to list the classes for it. */
  readonly options: readonly string[];
  /**
   * Makes it if there is none, from what the running Java has listed: in the background, once for all processes, about
   * 10 s of one processor when nobody else wants it. It may fail: later starts are then slower, nothing else.
   */
  make(signal: AbortSignal): Promise<void>;
}

/** What an archive is made with and for. */
interface Recipe {
  readonly java: Java;
  readonly jars: Jars;
  /** A file in which Java lists the classes that it loads. */
  readonly list: string;
  /** What the names of the archives of this build of Java and these jars begin with. */
  readonly prefix: string;
}

/**
 * Finds the class archive beside the jars.
 *
 * @param list a file in which a Java without it may list the classes that it loads
 */
export function findClassArchive(java: Java, jars: Jars, list: string): ClassArchive {
  const identity = createHash("sha256").update(java.build).update(classPath(jars)).digest("hex");
  const prefix = `${ofMajor(java)}${identity.slice(0, 12)}`;
  const names = readdirSync(jars.dir).filter((name) => name.startsWith(prefix));
  const whole = names.find((name) => isWhole(jars.dir, name));
  // As a name in Java's working directory: a colon in a path would separate two archives.
  if (whole) return { options: [`-XX:SharedArchiveFile=${whole}`], make: async () => {} };
  // A Java that has failed to make one is not asked again; and in the path of a list Java replaces %p and %t.
  const cannot = names.includes(`${prefix}.none`) || list.includes("%");
  if (cannot) return { options: [], make: async () => {} };
  return {
    options: [`-XX:DumpLoadedClassList=${list}`],
    make: (signal) => makeAlone({ java, jars, list, prefix }, signal),
  };
}

/** What the names of all archives of this major version of Java begin with. */
function ofMajor({ version }: Java): string {
  return `java-${version.split(".")[0]}-`;
}

/** Whether an archive has the size that its name says. Java trusts one that was cut, and ends with a bus error. */
function isWhole(dir: string, name: string): boolean {
  const [, size] = /-(\d+)\.jsa$/.exec(name) ?? [];
  return size !== undefined && statSync(join(dir, name)).size === Number(size);
}

async function makeAlone(recipe: Recipe, signal: AbortSignal): Promise<void> {
  await sleep(DELAY, undefined, { signal, ref: false });
  const claimed = await claim(recipe.jars.dir);
  if (!("release" in claimed)) return;
  try {
    await make(recipe, signal);
  } finally {
    claimed.release();
  }
}

async function make(recipe: Recipe, signal: AbortSignal): Promise<void> {
  const { java, jars, prefix } = recipe;
  const draft = `${prefix}.draft`;
  const hasMade = await dump(recipe, draft, signal);
  signal.throwIfAborted();
  const name = hasMade ? `${prefix}-${await sync(join(jars.dir, draft))}.jsa` : `${prefix}.none`;
  if (hasMade) await rename(join(jars.dir, draft), join(jars.dir, name));
  else await writeFile(join(jars.dir, name), "");
  // Those of earlier builds of this Java have 70 MB each.
  const others = (await readdir(jars.dir)).filter(
    (each) => each.startsWith(ofMajor(java)) && each !== name,
  );
  await Promise.all(others.map((each) => rm(join(jars.dir, each), { force: true })));
}

/** Makes the archive in a process of its own, which runs nothing of Cassandra. Returns whether it could. */
async function dump(
  { java, jars, list }: Recipe,
  draft: string,
  signal: AbortSignal,
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

/** Java is still writing the list: its last line may be a part of one. */
function completeLines(text: string): string {
  return text.slice(0, text.lastIndexOf("\n") + 1);
}

/** Writes a file to the disk, so that a power cut leaves no part of it; returns its size. */
async function sync(path: string): Promise<number> {
  await using file = await open(path);
  await file.sync();
  return (await file.stat()).size;
}
