import { cpSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it, vi } from "vitest";
import { type Embedded, startEmbedded } from "../../src/local/index.ts";
import { findJars, type Jars } from "../../src/local/jars.ts";
import { cacheDir, javaOf, temporaryDirectory } from "./place.ts";

let jars: Jars;
beforeAll(async () => {
  jars = await findJars({ cacheDir, progress: () => {} });
}, 180_000);

/** Returns a cache directory with the jars but no class archive. */
function copyCache(to: string): {
  readonly archives: () => readonly string[];
  readonly dir: string;
} {
  const dir = join(to, "cassandra-5.0.6");
  for (const name of jars.names) cpSync(join(jars.dir, name), join(dir, name));
  return { dir, archives: () => readdirSync(dir).filter((name) => name.includes(".jsa")) };
}

it("creates a class archive in the background, which later starts use unless it is truncated", async () => {
  using place = temporaryDirectory();
  const dir = join(place.path, "node");
  const cache = join(place.path, "a: ä");
  const { dir: jarsDir, archives } = copyCache(cache);
  writeFileSync(join(jarsDir, "java-17-of-an-earlier-build.jsa"), "");
  const start = (): Promise<Embedded> =>
    startEmbedded({ dir, cacheDir: cache, port: 0, heap: "256m", progress: () => {} });
  const mapped = () => readFileSync(`/proc/${javaOf(dir).pid}/maps`, "utf8");

  const first = await start();
  await vi.waitFor(
    () => expect(archives()).toEqual([expect.stringMatching(/^java-1\d-\w{12}-\d+\.jsa$/)]),
    { timeout: 150_000, interval: 200 },
  );
  await first.stop();

  const [archive = ""] = archives();
  const second = await start();
  if (process.platform === "linux") expect(mapped()).toContain(archive);
  await second.stop();

  truncateSync(join(jarsDir, archive), 1_000_000);
  const third = await start();
  if (process.platform === "linux") expect(mapped()).not.toContain(archive);
  await third.stop();
}, 240_000);
