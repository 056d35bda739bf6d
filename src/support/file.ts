import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  statSync,
} from "node:fs";
import { devNull } from "node:os";

/** The largest file that is read, in bytes: settings, certificates and bundles are far smaller. */
const MAX_SIZE = 10 * 2 ** 20;

/**
 * Reads a file that somebody has named; a path is relative to the working directory. The null device reads as an empty
 * file.
 *
 * @throws Error saying why not, as in "there is none"; its cause is that of Node.js
 */
export function readNamedFile(path: string): Buffer {
  try {
    return read(path);
  } catch (cause) {
    throw new Error(fileProblem(cause, path), { cause });
  }
}

/** Whether nothing has that name, not even a dangling link. */
export function isAbsent(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) === undefined;
}

/**
 * Says what a failed call of the file system means, for a sentence such as "… cannot be read: there is none".
 *
 * @param path given to distinguish a dangling link from a file that does not exist
 */
export function fileProblem(error: unknown, path?: string): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error.message;
  if (code === "ENOENT" && path !== undefined && isLink(path)) {
    return "it is a link to a file that is not there";
  }
  return problems[code] ?? code;
}

function read(path: string): Buffer {
  // Without O_NONBLOCK, opening a pipe waits until somebody writes to it.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    if (stats.isDirectory()) throw new Error(problems["EISDIR"]);
    if (stats.isFIFO()) throw new Error("it is a pipe, not a file");
    if (!stats.isFile() && stats.rdev !== statSync(devNull).rdev) {
      throw new Error("it is a device, not a file");
    }
    if (stats.size > MAX_SIZE) throw new Error(`it is larger than ${MAX_SIZE / 2 ** 20} MiB`);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

/** By the codes of the operating system. */
const problems: Readonly<Record<string, string>> = {
  ENOENT: "there is none",
  EACCES: "its permissions forbid it",
  EPERM: "its permissions forbid it",
  EISDIR: "it is a directory",
  ENOTDIR: "a part of its path is a file, not a directory",
  ELOOP: "its links go round in a circle",
  ENAMETOOLONG: "its name is too long",
  ENXIO: "it is a device, not a file",
  EROFS: "its disk is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "your share of the disk is full",
  EIO: "the disk fails",
  EMFILE: "this process has too many files open",
  ENFILE: "this machine has too many files open",
};
