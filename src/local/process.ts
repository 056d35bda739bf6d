import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { hasCode } from "./error.ts";

/** Identifies a process, even if its process id is reused later. */
export interface ProcessId {
  readonly pid: number;
  /** The start time, in a format that depends on the operating system. */
  readonly started: string;
}

/** Returns the process that has a process id now, if any. */
export function identify(pid: number): ProcessId | undefined {
  const started = process.platform === "linux" ? startedByProc(pid) : startedByPs(pid);
  return started === undefined ? undefined : { pid, started };
}

/** Whether a process still runs. */
export function isAlive({ pid, started }: ProcessId): boolean {
  return identify(pid)?.started === started;
}

/**
 * Ends a process, which need not be a child of this one: by SIGTERM, and by SIGKILL after a time-out in milliseconds.
 */
export async function terminate(target: ProcessId, timeout: number): Promise<void> {
  sendSignal(target, "SIGTERM");
  const deadline = Date.now() + timeout;
  while (isAlive(target)) {
    if (Date.now() > deadline) sendSignal(target, "SIGKILL");
    await sleep(20);
  }
}

function sendSignal(target: ProcessId, signal: NodeJS.Signals): void {
  if (!isAlive(target)) return;
  try {
    process.kill(target.pid, signal);
  } catch (error) {
    if (!hasCode(error, "ESRCH")) throw error;
  }
}

/** Reads /proc/<pid>/stat (see proc(5)): field 3 is the state, where Z means a zombie, and field 22 the start time. */
function startedByProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command, field 2, is in parentheses and may contain any characters.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function startedByPs(pid: number): string | undefined {
  try {
    const printed = execFileSync("ps", ["-o", "stat=,lstart=", "-p", `${pid}`], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [state, ...started] = printed.trim().split(/\s+/);
    return state?.startsWith("Z") ? undefined : started.join(" ");
  } catch {
    return undefined;
  }
}
