import { readFileSync } from "node:fs";

/** Files that a process has open beside its sockets. */
const OTHERS = 200;

/**
 * Makes sure that a process can have as many sockets. Node.js itself raises the soft limit of open files to the hard one.
 *
 * @throws Error saying what is too small, and what to do
 */
export function checkRoom(subscribers: number): void {
  const files = /^Max open files\s+\S+\s+(\S+)/m.exec(
    readFileSync("/proc/self/limits", "utf8"),
  )?.[1];
  const needed = subscribers + OTHERS;
  if (files !== "unlimited" && Number(files) < needed) {
    throw new Error(
      `${said(subscribers)} need ${needed} open files in a process, and the hard limit is ${files}: raise it, as root by "ulimit -Hn ${needed}", or take fewer by --subscribers.`,
    );
  }
  const [from = 0, to = 0] = readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8")
    .split(/\s+/)
    .map(Number);
  if (to - from < subscribers) {
    throw new Error(
      `${said(subscribers)} need as many local ports, and there are ${to - from}: widen net.ipv4.ip_local_port_range, or take fewer by --subscribers.`,
    );
  }
}

function said(subscribers: number): string {
  return `${subscribers.toLocaleString("en")} subscribers`;
}
