import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { dirname } from "node:path";
import { fileProblem } from "../support/file.ts";
import { hasCode, LocalError } from "./error.ts";

/**
 * Runs an action that uses files in the cache.
 *
 * @throws LocalError `CACHE_UNUSABLE` if a system call fails
 */
export async function inCache<Result>(
  cacheDir: string,
  action: () => Promise<Result>,
): Promise<Result> {
  try {
    return await action();
  } catch (cause) {
    if (!(cause instanceof Error && "syscall" in cause)) throw cause;
    const message = `Cassandra's jars are kept in ${cacheDir}, which cannot be used: ${fileProblem(cause)}. Set XDG_CACHE_HOME to a writable directory.`;
    throw new LocalError("CACHE_UNUSABLE", message, { cause });
  }
}

/** Checks that a directory is writable or can be created. Rejects with the error of the operating system. */
export async function requireWritable(directory: string): Promise<void> {
  try {
    await access(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    if (!hasCode(error, "ENOENT") || dirname(directory) === directory) throw error;
    await requireWritable(dirname(directory));
  }
}
