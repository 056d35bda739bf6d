import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { constants, setPriority } from "node:os";
import { join } from "node:path";
import { startChild } from "./child.ts";
import type { Jars } from "./jars.ts";
import { type Java, javaEnvironment } from "./java.ts";
import { classPath } from "./jvm.ts";
import { claim } from "./lock.ts";

/**
 * Java's archive of the classes of Cassandra (class data sharing): with it a start takes a third less of the
 * processor's time. Java itself refuses one that is of another build of Java or of other jars, and then loads the
 * classes from the jars.
 */
export interface ClassArchive {
  /** Options of Java: to use it, or while there is none to list the classes for it. */
  readonly options: readonly string[];
  /**
   * Makes it if there is none, from what the running Java has listed: in the background, once for all processes, about
   * 10 s of one processor when nobody else wants it. Never rejects: without it starts are only slower.
   */
  make(signal: AbortSignal): Promise<void>;
}

/**
 * Finds the class archive beside the jars.
 *
 * @param list a file in which a Java without it lists the classes that it loads
 */
export function findClassArchive(java: Java, jars: Jars, list: string): ClassArchive {
  const [major = ""] = java.version.split(".");
  const identity = createHash("sha256").update(java.build).update(classPath(jars)).digest("hex");
  const name = `java-${major}-${identity.slice(0, 12)}.jsa`;
  const file = join(jars.dir, name);
  if (existsSync(file)) return { options: [`-XX:SharedArchiveFile=${file}`], make: async () => {} };
  // A Java that cannot make one is not asked again.
  if (existsSync(`${file}.none`)) return { options: [], make: async () => {} };
  return {
    options: [`-XX:DumpLoadedClassList=${list}`],
    async make(signal) {
      const claimed = await claim(jars.dir);
      if (!("release" in claimed)) return;
      try {
        await dump(java, jars, list, file, signal);
        await removeOthers(jars.dir, major, name);
      } finally {
        claimed.release();
      }
    },
  };
}

/** Makes the archive in a process of its own, which runs nothing of Cassandra. */
async function dump(
  java: Java,
  jars: Jars,
  list: string,
  file: string,
  signal: AbortSignal,
): Promise<void> {
  const classes = `${list}.complete`;
  const draft = `${file}.${process.pid}`;
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
  if (end === "status 0") return rename(draft, file);
  await rm(draft, { force: true });
  if (!signal.aborted) await writeFile(`${file}.none`, "");
}

/** Java is still writing: the last line may be a part of one. */
function completeLines(text: string): string {
  return text.slice(0, text.lastIndexOf("\n") + 1);
}

/** Removes those of earlier builds of the same Java: each has 70 MB. */
async function removeOthers(dir: string, major: string, name: string): Promise<void> {
  const others = (await readdir(dir)).filter(
    (each) => each.startsWith(`java-${major}-`) && !each.startsWith(name),
  );
  await Promise.all(others.map((each) => rm(join(dir, each), { force: true })));
}
