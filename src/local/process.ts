import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { hasCode } from "./error.ts";

/** A process that is not mistaken for a later one with the same number. */
export interface ProcessId {
  readonly pid: number;
  /** When it started, in whatever form the operating system tells. */
  readonly started: string;
}

/** Who has this number now; undefined if nobody. */
export function identify(pid: number): ProcessId | undefined {
  const started = process.platform === "linux" ? startedByProc(pid) : startedByPs(pid);
  return started === undefined ? undefined : { pid, started };
}

/** Whether it is still the same process that runs under its number. */
export function isAlive({ pid, started }: ProcessId): boolean {
  return identify(pid)?.started === started;
}

/** Ends a process that need not be our child: SIGTERM, and SIGKILL after `patience` milliseconds. */
export async function terminate(target: ProcessId, patience: number): Promise<void> {
  sendSignal(target, "SIGTERM");
  const deadline = Date.now() + patience;
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

/** By /proc/<pid>/stat, see proc(5): the state is field 3 (Z: ended, but not yet noticed by its parent), the start field 22. */
function startedByProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command, field 2, stands in parentheses and may contain anything.
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
