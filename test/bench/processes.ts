import { readdirSync, readFileSync } from "node:fs";

/** The kernel's unit of CPU time, in milliseconds. */
export const JIFFY = 10;

/** A running process. */
export interface RunningProcess {
  /** The beginning of the name of its program. */
  readonly name: string;
  /** The id of the process that started it. */
  readonly parent: number;
  /** The CPU time that it has used, in milliseconds. */
  readonly used: number;
  /** The same, with that of the processes that it started and that have ended. */
  readonly usedWithEnded: number;
}

/** Returns all running processes by their ids. */
export function readProcesses(): ReadonlyMap<number, RunningProcess> {
  return new Map(
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap(processOf),
  );
}

/** Returns those that this process or one of its descendants has started, and this process. */
export function startedHere(all: ReadonlyMap<number, RunningProcess>): readonly RunningProcess[] {
  return [...all].filter(([pid]) => isStartedHere(pid)).map(([, found]) => found);

  function isStartedHere(pid: number): boolean {
    for (let at: number | undefined = pid; at; at = all.get(at)?.parent) {
      if (at === process.pid) return true;
    }
    return false;
  }
}

function processOf(pid: string): readonly (readonly [number, RunningProcess])[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name, in parentheses, may contain any characters.
    const end = stat.lastIndexOf(")");
    const fields = stat.slice(end + 2).split(" ");
    const sum = (times: readonly string[]) =>
      times.reduce((total, time) => total + Number(time), 0) * JIFFY;
    const found = {
      name: stat.slice(stat.indexOf("(") + 1, end),
      parent: Number(fields[1]),
      used: sum(fields.slice(11, 13)),
      usedWithEnded: sum(fields.slice(11, 15)),
    };
    return [[Number(pid), found]];
  } catch {
    // The process has just ended.
    return [];
  }
}
