import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { dirname } from "node:path";
import { fileProblem } from "../support/file.ts";
import { hasCode, LocalError } from "./error.ts";

/**
 * Does something with the files in the cache.
 *
 * @throws LocalError `CACHE_UNUSABLE` if the operating system does not let it
 */
export async function inCache<Result>(
  cacheDir: string,
  action: () => Promise<Result>,
): Promise<Result> {
  try {
    return await action();
  } catch (cause) {
    if (!(cause instanceof Error && "syscall" in cause)) throw cause;
    const message = `Cassandra's jars are kept in ${cacheDir}, which cannot be used: ${fileProblem(cause)}. Set XDG_CACHE_HOME to a directory that can be written.`;
    throw new LocalError("CACHE_UNUSABLE", message, { cause });
  }
}

/** Checks that a directory can be written, or made. Rejects as the operating system says. */
export async function requireWritable(directory: string): Promise<void> {
  try {
    await access(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    if (!hasCode(error, "ENOENT") || dirname(directory) === directory) throw error;
    await requireWritable(dirname(directory));
  }
}
