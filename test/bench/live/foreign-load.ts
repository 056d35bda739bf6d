import { readdirSync, readFileSync } from "node:fs";

/** The kernel's unit of CPU time, in milliseconds. */
const JIFFY = 10;

/** The sample interval in milliseconds. */
const INTERVAL = 1000;

interface Jiffies {
  readonly at: number;
  readonly busy: number;
  readonly own: number;
}

/** Records during a measurement how many cores other processes keep busy. */
export function watchForeignLoad() {
  const cores: number[] = [];
  let before = jiffies();
  const timer = setInterval(() => {
    const current = jiffies();
    const foreign = current.busy - before.busy - (current.own - before.own);
    cores.push(Math.max(0, (foreign * JIFFY) / (current.at - before.at)));
    before = current;
  }, INTERVAL);
  return {
    /** One value per second. */
    cores,
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

function jiffies(): Jiffies {
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = readFileSync(
    "/proc/stat",
    "utf8",
  )
    .split("\n", 1)[0]!
    .split(/ +/)
    .map(Number);
  return { at: performance.now(), busy: user + nice + system + irq + softirq, own: ownJiffies() };
}

/** Returns the CPU time of this process and of all processes that it started, including ended ones. */
function ownJiffies(): number {
  const all = new Map(readdirSync("/proc").filter(isNumber).flatMap(statOf));
  let sum = 0;
  for (const [pid, { used }] of all) if (isOwn(pid)) sum += used;
  return sum;

  function isOwn(pid: number): boolean {
    for (let at: number | undefined = pid; at; at = all.get(at)?.parent) {
      if (at === process.pid) return true;
    }
    return false;
  }
}

function isNumber(name: string): boolean {
  return /^\d+$/.test(name);
}

function statOf(pid: string): readonly (readonly [number, { parent: number; used: number }])[] {
  try {
    // The fields follow the name, which may contain any characters.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ");
    const used = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return [[Number(pid), { parent: Number(fields[1]), used }]];
  } catch {
    // The process has just ended.
    return [];
  }
}
