import { readFileSync } from "node:fs";
import { JIFFY, readProcesses, startedHere } from "../processes.ts";

/** The sample interval in milliseconds. */
const INTERVAL = 1000;

/** CPU times in milliseconds. */
interface Used {
  readonly at: number;
  readonly busy: number;
  readonly own: number;
}

/** Records during a measurement how many cores other processes keep busy. */
export function watchForeignLoad() {
  const cores: number[] = [];
  let before = used();
  const timer = setInterval(() => {
    const current = used();
    const foreign = current.busy - before.busy - (current.own - before.own);
    cores.push(Math.max(0, foreign / (current.at - before.at)));
    before = current;
  }, INTERVAL);
  return {
    /** One value per second. */
    cores,
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

function used(): Used {
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = readFileSync(
    "/proc/stat",
    "utf8",
  )
    .split("\n", 1)[0]!
    .split(/ +/)
    .map(Number);
  const busy = (user + nice + system + irq + softirq) * JIFFY;
  return { at: performance.now(), busy, own: ownTime() };
}

/** Returns the CPU time of this process and of all processes that it started, including ended ones. */
function ownTime(): number {
  return startedHere(readProcesses()).reduce((sum, { usedWithEnded }) => sum + usedWithEnded, 0);
}
