import { readFileSync } from "node:fs";

/** The number of files that a process opens besides its sockets. */
const OTHERS = 200;

/**
 * Checks that a process can have that many sockets. Node.js itself raises the soft limit of open files to the hard limit.
 *
 * @throws Error that says which limit is too low, and what to do
 */
export function checkSocketLimits(subscribers: number): void {
  const files = /^Max open files\s+\S+\s+(\S+)/m.exec(
    readFileSync("/proc/self/limits", "utf8"),
  )?.[1];
  const needed = subscribers + OTHERS;
  if (files !== "unlimited" && Number(files) < needed) {
    throw new Error(
      `${countOf(subscribers)} need ${needed} open files in a process, but the hard limit is ${files}: raise it as root by "ulimit -Hn ${needed}", or reduce --subscribers.`,
    );
  }
  const [from = 0, to = 0] = readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8")
    .split(/\s+/)
    .map(Number);
  if (to - from < subscribers) {
    throw new Error(
      `${countOf(subscribers)} need as many local ports, but there are ${to - from}: widen net.ipv4.ip_local_port_range, or reduce --subscribers.`,
    );
  }
}

function countOf(subscribers: number): string {
  return `${subscribers.toLocaleString("en")} subscribers`;
}
