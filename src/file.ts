import { readFileSync } from "node:fs";

/**
 * Reads a file that somebody has named; a path is relative to the working directory.
 *
 * @throws Error saying why not, as in "there is none"; its cause is that of Node.js
 */
export function readNamedFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const { code = "unknown" } = cause as NodeJS.ErrnoException;
    throw new Error(unreadable[code] ?? code, { cause });
  }
}

const unreadable: Readonly<Record<string, string>> = {
  ENOENT: "there is none",
  EACCES: "its permissions forbid it",
  EISDIR: "it is a directory",
};
