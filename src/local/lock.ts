import {
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hasCode } from "./error.ts";
import { identify, isAlive, type ProcessId } from "./process.ts";

/** The content of a directory's lock file. */
export interface Holder {
  /** The process that runs or starts the directory's Cassandra. */
  readonly owner: ProcessId;
  readonly runtime?: "jars" | "docker" | undefined;
  /** The Java process. Absent before it is started, and with Docker. */
  readonly java?: ProcessId | undefined;
  /** The address and port at which Cassandra answers or will answer. */
  readonly contactPoint?: string | undefined;
}

/** A lock on a directory, held until it is released. */
export interface Lock {
  /** A Java process that was left running by an owner that has ended. */
  readonly orphan: ProcessId | undefined;
  /** Writes what runs to the lock file, for other processes. */
  publish(state: Omit<Holder, "owner">): void;
  /** Idempotent. */
  release(): void;
}

/**
 * Locks a directory, or returns the holder of the lock if that process is alive. Not by proper-lockfile: its locks say
 * neither who holds them nor which Java process a dead holder has left.
 */
export async function claim(dir: string): Promise<Lock | Holder> {
  const owner = identify(process.pid) ?? { pid: process.pid, started: "" };
  return await exclusively(dir, () => {
    const previous = readHolder(dir);
    if (previous !== undefined && isAlive(previous.owner)) return previous;
    writeHolder(dir, { owner });
    return createLock(dir, { owner, orphan: previous?.java });
  });
}

/** Returns the holder of a directory's lock, or undefined if there is none or its process has ended. */
export function currentHolder(dir: string): Holder | undefined {
  const holder = readHolder(dir);
  return holder !== undefined && isAlive(holder.owner) ? holder : undefined;
}

function createLock(
  dir: string,
  { owner, orphan }: { readonly owner: ProcessId; readonly orphan: ProcessId | undefined },
): Lock {
  let released = false;
  return {
    orphan: orphan !== undefined && isAlive(orphan) ? orphan : undefined,
    publish: (state) => writeHolder(dir, { owner, ...state }),
    release() {
      if (!released) rmSync(lockFile(dir), { force: true });
      released = true;
    },
  };
}

const lockFile = (dir: string) => join(dir, "lock.json");

function readHolder(dir: string): Holder | undefined {
  try {
    const found: unknown = JSON.parse(readFileSync(lockFile(dir), "utf8"));
    return isHolder(found) ? found : undefined;
  } catch (error) {
    // A power cut can leave a partial file; a process never does.
    if (hasCode(error, "ENOENT") || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whether a value is what {@link writeHolder} writes: the file may have been edited or belong to another program. */
function isHolder(found: unknown): found is Holder {
  if (typeof found !== "object" || found === null || !("owner" in found)) return false;
  const { owner, java, contactPoint }: Partial<Record<keyof Holder, unknown>> = found;
  const isAddress = contactPoint === undefined || typeof contactPoint === "string";
  return isProcessId(owner) && (java === undefined || isProcessId(java)) && isAddress;
}

function isProcessId(found: unknown): found is ProcessId {
  if (typeof found !== "object" || found === null) return false;
  const { pid, started }: Partial<Record<keyof ProcessId, unknown>> = found;
  return Number.isSafeInteger(pid) && (pid as number) > 0 && typeof started === "string";
}

/** Writes the lock file by renaming, so that no process reads a partial file. */
function writeHolder(dir: string, holder: Holder): void {
  const draft = `${lockFile(dir)}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(holder, null, 2)}\n`);
  renameSync(draft, lockFile(dir));
}

/**
 * Runs an action that no other process runs at the same time. Reading the lock file and writing it must be one step:
 * otherwise two processes could both find the lock stale, and one could replace what the other has just written.
 */
async function exclusively<T>(dir: string, action: () => T): Promise<T> {
  const door = join(dir, "lock.door");
  while (!tryToEnter(door)) await sleep(10);
  try {
    return action();
  } finally {
    rmSync(door, { force: true });
  }
}

function tryToEnter(door: string): boolean {
  try {
    closeSync(openSync(door, "wx"));
    return true;
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
    removeForgotten(door);
    return false;
  }
}

/** Removes a door file that is seconds old: actions take milliseconds, so its process has died. */
function removeForgotten(door: string): void {
  const age = Date.now() - (statSync(door, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  if (age > 5000) rmSync(door, { force: true });
}
