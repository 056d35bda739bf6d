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
 * Reads a file that a user has named. A relative path is resolved against the working directory. The null device reads
 * as an empty file.
 *
 * @throws Error whose message is the reason, e.g. "it does not exist", and whose cause is the error of Node.js
 */
export function readNamedFile(path: string): Buffer {
  try {
    return readRegularFile(path);
  } catch (cause) {
    throw new Error(fileProblem(cause, path), { cause });
  }
}

/** Returns whether nothing exists at a path, not even a dangling link. */
export function isAbsent(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) === undefined;
}

/**
 * Describes the error of a file system call, for a sentence such as "… cannot be read: it does not exist".
 *
 * @param path if given, a dangling link is distinguished from a file that does not exist
 */
export function fileProblem(error: unknown, path?: string): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error.message;
  if (code === "ENOENT" && path !== undefined && isLink(path)) {
    return "it is a link to a file that does not exist";
  }
  return problems[code] ?? code;
}

function readRegularFile(path: string): Buffer {
  // Without O_NONBLOCK, opening a pipe blocks until another process opens it for writing.
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

/** Descriptions by the error codes of the operating system. */
const problems: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  EACCES: "its permissions forbid it",
  EPERM: "its permissions forbid it",
  EISDIR: "it is a directory",
  ENOTDIR: "a part of its path is a file, not a directory",
  ELOOP: "its links form a loop",
  ENAMETOOLONG: "its name is too long",
  ENXIO: "it is a device, not a file",
  EROFS: "its disk is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "your share of the disk is full",
  EIO: "the disk reported an error",
  EMFILE: "this process has too many files open",
  ENFILE: "this machine has too many files open",
};
