import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { hasCode } from "./error.ts";

/**
 * Creates a directory and its missing parents, accessible to this user only. An existing directory stays as it is.
 *
 * The recursive `mkdir` of Node.js 24 never returns for a parent that exists but in which nothing can be created, such
 * as `/proc`, where the system reports ENOENT for the new directory.
 *
 * @throws Error of the operating system
 */
export async function makeDirectory(path: string): Promise<void> {
  const failure = await tryToMake(path);
  if (failure === undefined) return;
  const parent = dirname(path);
  if (!hasCode(failure, "ENOENT") || parent === path) throw failure;
  await makeDirectory(parent);
  const again = await tryToMake(path);
  if (again === undefined) return;
  if (!hasCode(again, "ENOENT")) throw again;
  throw Object.assign(new Error(`nothing can be created in ${parent}`), { syscall: "mkdir" });
}

/** Returns the error of creating a directory, or undefined if the directory exists now. */
async function tryToMake(path: string): Promise<unknown> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const isThere = hasCode(error, "EEXIST") && (await stat(path)).isDirectory();
    return isThere ? undefined : error;
  }
}
