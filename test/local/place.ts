import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { identify, type ProcessId } from "../../src/local/process.ts";

/** The cache of the jars, which all test runs share. */
export const cacheDir = join(homedir(), ".cache", "partyfinder");

/** Creates a directory with a space in its name, which is removed when it is disposed of. */
export function temporaryDirectory(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "local test-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Returns the Java process in a directory's lock file. */
export function javaOf(dir: string): ProcessId {
  const { java }: { java: ProcessId } = JSON.parse(readFileSync(join(dir, "lock.json"), "utf8"));
  if (identify(java.pid) === undefined) throw new Error(`Java ${java.pid} does not run`);
  return java;
}
