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

/** What the lock file of a directory says. */
export interface Holder {
  /** The process that started, or is starting, the directory's Cassandra. */
  readonly owner: ProcessId;
  readonly runtime?: "jars" | "docker" | undefined;
  /** The Java process. Absent before it is started, and with Docker. */
  readonly java?: ProcessId | undefined;
  /** Where Cassandra answers, or soon will: address and port. */
  readonly contactPoint?: string | undefined;
}

/** A directory that is ours alone until it is released. */
export interface Lock {
  /** A Java that was left running by an owner that is gone. */
  readonly orphan: ProcessId | undefined;
  /** Tells the other processes what runs. */
  publish(state: Omit<Holder, "owner">): void;
  /** Idempotent. */
  release(): void;
}

/** Takes the directory, or tells which living process has it. */
export async function claim(dir: string): Promise<Lock | Holder> {
  const owner = identify(process.pid) ?? { pid: process.pid, started: "" };
  return await alone(dir, () => {
    const previous = readHolder(dir);
    if (previous !== undefined && isAlive(previous.owner)) return previous;
    writeHolder(dir, { owner });
    return lock(dir, owner, previous?.java);
  });
}

/** Who has the directory; undefined if nobody, or a process that is gone. */
export function currentHolder(dir: string): Holder | undefined {
  const holder = readHolder(dir);
  return holder !== undefined && isAlive(holder.owner) ? holder : undefined;
}

function lock(dir: string, owner: ProcessId, orphan: ProcessId | undefined): Lock {
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
    // Half a file is what a power cut leaves; a process never does.
    if (hasCode(error, "ENOENT") || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whether it is what {@link writeHolder} writes: the file may have been edited, or be another program's. */
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

/** By renaming, so that nobody reads half of it. */
function writeHolder(dir: string, holder: Holder): void {
  const draft = `${lockFile(dir)}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(holder, null, 2)}\n`);
  renameSync(draft, lockFile(dir));
}

/**
 * Runs something while no other process is here. To look who has the lock and to take it must be one step,
 * else two processes could both find it stale, and one remove what the other has just written.
 */
async function alone<T>(dir: string, action: () => T): Promise<T> {
  const door = join(dir, "lock.door");
  while (!enter(door)) await sleep(10);
  try {
    return action();
  } finally {
    rmSync(door, { force: true });
  }
}

function enter(door: string): boolean {
  try {
    closeSync(openSync(door, "wx"));
    return true;
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
    removeForgotten(door);
    return false;
  }
}

/** It is passed in milliseconds: one that is seconds old is of a process that died inside. */
function removeForgotten(door: string): void {
  const age = Date.now() - (statSync(door, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  if (age > 5000) rmSync(door, { force: true });
}
