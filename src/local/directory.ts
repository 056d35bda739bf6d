import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { hasCode } from "./error.ts";

/**
 * Makes a directory, and those that it is in, for this user alone. One that is there stays as it is.
 *
 * The recursive `mkdir` of Node.js 24 does not return where a directory is there and nothing can be made in it, as
 * `/proc`: the system says of what is to be made, and not of a parent, that it is not there.
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
  throw Object.assign(new Error(`nothing can be made in ${parent}`), { syscall: "mkdir" });
}

/** Returns why it could not be made; undefined: it is there. */
async function tryToMake(path: string): Promise<unknown> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const isThere = hasCode(error, "EEXIST") && (await stat(path)).isDirectory();
    return isThere ? undefined : error;
  }
}
