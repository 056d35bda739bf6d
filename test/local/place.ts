import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { identify, type ProcessId } from "../../src/local/process.ts";

/** Where every run of the tests finds the jars again. */
export const cacheDir = join(homedir(), ".cache", "partyfinder");

/** A new directory whose name has a space in it, removed when it is disposed. */
export function temporaryDirectory(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "local test-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** The Java process that a directory's lock names. */
export function javaOf(dir: string): ProcessId {
  const { java }: { java: ProcessId } = JSON.parse(readFileSync(join(dir, "lock.json"), "utf8"));
  if (identify(java.pid) === undefined) throw new Error(`Java ${java.pid} does not run`);
  return java;
}
